"""Pull requests of a real history, reviewed push by push with what was kept of earlier pushes, and without.

A merge commit of the mainline with three or more commits on its branch is a pull request; each commit is a push, or
those are one that follow each other within a time. A push is compared with its merge base with the mainline, as a
code host does it. Time is that of the commits.
"""

import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from content_model import ContentModel, digest
from hunkwise.adapters.answer_file import AnswerFile
from hunkwise.adapters.local_git import LocalGit
from hunkwise.adapters.ngram_embedder import NgramEmbedder
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.adapters.syntax_rules import AstGrepLiterals, AstGrepOutliner, AstGrepPlainLines, AstGrepRules
from hunkwise.adapters.token_counter import TiktokenCounter
from hunkwise.core import bookkeeping, lifetimes, memory, quotes, reuse, sealing, signature
from hunkwise.core.reconcile import Before
from hunkwise.model.change import Change, ChangeRef, CommitRange
from hunkwise.model.diff import FileDiff, Side
from hunkwise.model.finding import Finding, RuleHit, SecretSpan
from hunkwise.model.intent import Intent
from hunkwise.model.ledger import NARROWED, Entry, HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory
from hunkwise.model.outline import Outline
from hunkwise.pipeline import review
from hunkwise.pipeline.review import Reviewed
from hunkwise.ports import Ports
from hunkwise.settings import Settings

LEAST_COMMITS = 3
"""Commits of a branch that make it a pull request with a life."""

STATE_KEY = "a key of the replay's own"
SCOPE = "github:replayed:1:trusted"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A state of a pull request; `at` is its time in seconds since the epoch."""

    pull: int
    base: str
    head: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What is kept from push to push; `name` says what this mode adds to the one before."""

    name: str
    memory: bool = True
    cache: bool = True
    plain: bool = True
    near: bool = True
    cheap: bool = False


SCRATCH = Mode(name="from scratch", memory=False, cache=False, plain=False, near=False)
MODES = (
    SCRATCH,
    Mode(name="incremental", cache=False, plain=False, near=False),
    Mode(name="exact", plain=False, near=False),
    Mode(name="canonical", near=False),
    Mode(name="semantic"),
    replace(SCRATCH, name="from scratch, two tiers", cheap=True),
    Mode(name="confirm", cheap=True),
)
"""The last two are a pair of their own: with a cheap model hunks are packed by tier."""


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def pulls(folder: Path, most: int, most_commits: int, gap_s: float = 0) -> list[list[Push]]:
    """Return the pushes of the newest pull requests of a mainline; longer ones than `most_commits` are branches."""
    found: list[list[Push]] = []
    for line in git(folder, "rev-list", "--first-parent", "--min-parents=2", "--parents", "HEAD").splitlines():
        _, mainline, *branches = line.split()
        if len(branches) != 1 or len(found) == most:
            continue
        listed = git(folder, "log", "--first-parent", "--reverse", "--format=%H %ct", branches[0], f"^{mainline}")
        commits = [(head, float(time)) for head, time in (each.split() for each in listed.splitlines())]
        if LEAST_COMMITS <= len(commits) <= most_commits:
            found.append(list(pushes(folder, len(found), mainline, joined(commits, gap_s))))
    return [each for each in found if each]


def joined(commits: Sequence[tuple[str, float]], gap_s: float) -> list[tuple[str, float]]:
    """Return the last commit of each run in which none is `gap_s` or more after the one before."""
    return [
        commit
        for commit, after in zip(commits, [*commits[1:], None], strict=True)
        if after is None or after[1] - commit[1] >= gap_s
    ]


def pushes(folder: Path, pull: int, mainline: str, commits: Sequence[tuple[str, float]]) -> Iterator[Push]:
    at = 0.0
    for head, time in commits:
        at = max(at, time)
        base = subprocess.run(
            ["git", "merge-base", mainline, head], cwd=folder, capture_output=True, text=True, check=False
        ).stdout.strip()
        if base:
            yield Push(pull=pull, base=base, head=head, at=at)


@dataclass
class Known:
    """What real adapters say, each asked once for the same thing; a push is forgotten with the next one."""

    git: LocalGit = field(default_factory=LocalGit)
    said: dict[Hashable, Any] = field(default_factory=dict)
    at: float = 0.0

    def once(self, name: Hashable, ask: Callable[[], T]) -> T:
        if name not in self.said:
            self.said[name] = ask()
        found: T = self.said[name]
        return found

    def load(self, ref: ChangeRef) -> Change:
        return self.once("load", lambda: replace(self.git.load(ref), recent_commits=self._recent(ref)))

    def _recent(self, ref: ChangeRef) -> int:
        """Count the commits of the days before the push: git itself counts back from today."""
        assert isinstance(ref, CommitRange)
        since = int(self.at - lifetimes.RECENT_DAYS * 86_400)
        options = (f"--since={since}", f"--max-count={lifetimes.ACTIVE_COMMITS}")
        return int(git(Path(ref.repo), "rev-list", "--count", *options, ref.spec.rpartition("..")[2]))

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return self.once(("heads", tuple(paths)), lambda: self.git.head_files(ref, change, paths))

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        return self.once("intent", lambda: self.git.intent(ref, change))

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        name = ("defining", tuple(names), frozenset(besides))
        return self.once(name, lambda: self.git.defining(ref, change, names, besides))


class Told:
    """Adapters without memory of their own, whose answers are kept: all modes see the same texts."""

    def __init__(self) -> None:
        self._outliner = AstGrepOutliner()
        self._scan = lru_cache(2_000)(DetectSecretsScanner().scan)
        self._outline = lru_cache(2_000)(self._outliner.outline)
        self._plain = lru_cache(2_000)(AstGrepPlainLines().plain)
        self._check = lru_cache(2_000)(AstGrepRules().check)
        self._count = lru_cache(200_000)(TiktokenCounter().count)

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        return self._scan(text)

    def knows(self, path: str) -> bool:
        return self._outliner.knows(path)

    def outline(self, path: str, text: str) -> Outline | None:
        return self._outline(path, text)

    def plain(self, path: str, text: str, *, comments: bool) -> tuple[str | None, ...] | None:
        return self._plain(path, text, comments=comments)

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        return self._check(file, head)

    def count(self, text: str) -> int:
        return self._count(text)


@dataclass
class CommitClock:
    """A clock that stands at the time of a push."""

    at: float = 0.0

    def epoch(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing is to be waited for: {seconds} s")

    def wake(self) -> None:
        """Nobody waits."""


@dataclass
class Sums:
    """What a mode came to, over all pushes of a repository; `hunks` and `hunk_tokens` by who answered.

    What was asked stands there as `first` (the first push), `changed` (no push had this hunk), or `around` (one had, in
    other surroundings).
    """

    prompt_tokens: int = 0
    fixed_tokens: int = 0
    requests: int = 0
    by_stage: Counter[str] = field(default_factory=Counter)
    hunks: Counter[str] = field(default_factory=Counter)
    hunk_tokens: Counter[str] = field(default_factory=Counter)
    checked_hunks: int = 0
    checked_findings: int = 0
    masked: int = 0
    carried: int = 0
    near: int = 0
    near_unlike: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Sums") -> None:
        for name in self.__dataclass_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, name, mine + theirs)


class Replay:
    """The modes side by side on one repository. `folder` holds their stored answers."""

    def __init__(
        self,
        repository: Path,
        folder: Path,
        modes: Sequence[Mode] = MODES,
        model: type[ContentModel] = ContentModel,
    ) -> None:
        self.sums = {mode.name: Sums() for mode in modes}
        self.by_pull: dict[int, Counter[str]] = {}
        self.told = Told()
        self._repository = repository
        self._clock = CommitClock()
        self._known = Known()
        self._caches = {
            mode.name: AnswerFile(folder / mode.name, now=self._clock.epoch) for mode in modes if mode.cache
        }
        self._modes = modes
        self._model = model
        self._memories: dict[tuple[str, int], Memory | None] = {}
        self._carried: dict[tuple[str, int], set[str]] = {}
        self._shown: dict[tuple[str, int], set[str]] = {}
        self._blanks: dict[tuple[str, int], set[str]] = {}

    def run(self, life: Sequence[Sequence[Push]]) -> None:
        """Review all pushes in the order of their time."""
        for push in sorted((push for pull in life for push in pull), key=lambda each: each.at):
            self._clock.at = self._known.at = push.at
            self._known.said.clear()
            fresh: Reviewed | None = None
            for mode in self._modes:
                found = self._reviewed(push, mode)
                if mode.memory:
                    assert fresh is not None
                    self._compare(push, mode, found, fresh)
                else:
                    fresh = found
        for cache in self._caches.values():
            cache.close()

    def _reviewed(self, push: Push, mode: Mode) -> Reviewed:
        model, cheap = (self._model(name, self.told.count) for name in ("replayed", "replayed-cheap"))
        before = self._memories.get((mode.name, push.pull))
        told = {"model": model.name, "cheap_model": cheap.name if mode.cheap else None, "max_parallel": 1}
        settings = Settings.model_validate(told)
        ports = Ports(
            changes=self._known,
            secrets=self.told,
            tokens=self.told,
            rules=self.told,
            prompts=PromptFiles(),
            chat=model,
            clock=self._clock,
            progress=str,
            literals=AstGrepLiterals(),
            outliner=self.told,
            cheap=(cheap,) if mode.cheap else (),
            cache=self._caches.get(mode.name),
            seals=sealing.keys([STATE_KEY.encode()]),
            plain=self.told if mode.plain else None,
            embedder=NgramEmbedder() if mode.near else None,
        )
        ref = CommitRange(repo=str(self._repository), spec=f"{push.base}..{push.head}")
        found = review.run(ref, ports, settings, Before(head=push.head, memory=before), scope=SCOPE)
        if mode.memory:
            self._memories[mode.name, push.pull] = remembered(push, found, before)
        self._sum(push, mode, found, model.fixed + cheap.fixed)
        return found

    def _sum(self, push: Push, mode: Mode, found: Reviewed, fixed: int) -> None:
        sums = self.sums[mode.name]
        used = found.report.usage.by_stage
        tokens = sum(each.prompt_tokens or 0 for each in used.values())
        sums.prompt_tokens += tokens
        sums.fixed_tokens += fixed
        sums.requests += sum(each.requests for each in used.values())
        sums.by_stage.update({stage: each.prompt_tokens or 0 for stage, each in used.items()})
        self.by_pull.setdefault(push.pull, Counter())[mode.name] += tokens
        before = self._shown.get((mode.name, push.pull))
        shown = self._shown.setdefault((mode.name, push.pull), set())
        for key, entry in entries(found).items():
            if key.hunk == bookkeeping.NO_HUNK or entry.state is HunkState.SKIPPED:
                continue
            file = found.reading.shown.files[key.file]
            text = "\n".join(line.kind.value + line.text for line in file.hunks[key.hunk].lines)
            body = digest(file.path, text)
            name = answered_by(entry) or ("first" if before is None else "around" if body in shown else "changed")
            sums.hunks[name] += 1
            sums.hunk_tokens[name] += self.told.count(text)
            shown.add(body)

    def _compare(self, push: Push, mode: Mode, found: Reviewed, fresh: Reviewed) -> None:
        """Hold every cached hunk against a review of the same push from scratch, its findings against git's files."""
        sums = self.sums[mode.name]
        ours, theirs = by_hunk(found), by_hunk(fresh)
        carried = self._carried.setdefault((mode.name, push.pull), set())
        carried |= found.reconciled.carried
        blanks = self._blanks.setdefault((mode.name, push.pull), set())
        for key, entry in entries(found).items():
            if entry.state is not HunkState.CACHED:
                continue
            if entry.by == "semantic":
                sums.near += 1
                sums.near_unlike += bool(theirs.get(key))
                continue
            if entry.by == "canonical":
                blanks.add(found.reading.keys[key])
            sums.checked_hunks += 1
            where = f"{self._repository} {push.base[:12]}..{push.head[:12]} {entry.file} {entry.hunk} {entry.by}"
            is_exact = found.reading.keys[key] not in blanks
            old_path = found.reading.shown.files[key.file].old_path  # where the base has a file that was renamed
            wanted = [told(each, is_exact=is_exact) for each in theirs.get(key, [])]
            for each in ours.get(key, []):
                self._judge(
                    mode.name,
                    push,
                    each,
                    told(each, is_exact=is_exact),
                    wanted,
                    carried,
                    old_path=old_path,
                    where=where,
                )
            sums.wrong += [f"{where}: a fresh review also says {each}" for each in wanted]

    def _judge(
        self,
        mode: str,
        push: Push,
        finding: Finding,
        said: tuple[object, ...],
        wanted: list[tuple[object, ...]],
        carried: Collection[str],
        *,
        old_path: str,
        where: str,
    ) -> None:
        """Take what was said from what is `wanted`; what is not there, and was not carried either, is wrong."""
        sums = self.sums[mode]
        sums.checked_findings += 1
        sums.masked += "<redacted:" in finding.quote
        if not self._stands(push, finding, old_path):
            sums.wrong.append(f"{where}: does not stand at {finding.side} {finding.line}: {finding.quote!r}")
        if said in wanted:
            wanted.remove(said)
        elif finding.fingerprint in carried:
            sums.carried += 1
        else:
            sums.wrong.append(f"{where}: a fresh review does not say {finding.description!r} at {finding.line}")

    def _stands(self, push: Push, finding: Finding, old_path: str) -> bool:
        """Whether git's own file has the quoted lines where the finding says; masked ones can't be compared."""
        commit, path = (push.head, finding.file) if finding.side is Side.RIGHT else (push.base, old_path)
        rows = self._known.once(("file", commit, path), lambda: file_rows(self._repository, commit, path))
        if "<redacted:" in finding.quote:
            return True
        standing = quotes.folded("\n".join(rows[finding.line - 1 : finding.end_line]))
        return bool(standing) and standing == quotes.folded(finding.quote)


def file_rows(folder: Path, commit: str, path: str) -> list[str]:
    done = subprocess.run(["git", "cat-file", "blob", f"{commit}:{path}"], cwd=folder, capture_output=True, check=False)
    try:
        text = done.stdout.decode()
    except UnicodeDecodeError:
        text = done.stdout.decode("latin-1")
    return text.split("\n")


def remembered(push: Push, found: Reviewed, before: Memory | None) -> Memory | None:
    """Return the memory as the next run reads it from the hidden markers of the summary."""
    keys = signature.keys([STATE_KEY], 1, push.pull)
    run = reuse.Run(head=push.head, counter=reuse.next_counter(before, 0), material=found.material, spent_usd=0.0)
    return memory.decode(memory.encode(reuse.remember(found.open, found.reading, run, before), keys).markers, keys)


def entries(found: Reviewed) -> Mapping[HunkKey, Entry]:
    return bookkeeping.by_hunk(found.reading.shown, found.report.ledger)


def answered_by(entry: Entry) -> str:
    """Return who answered for a hunk instead of the model that reads it whole, "" where that one did."""
    if entry.state is HunkState.CACHED:
        return entry.by or ""
    if entry.state is HunkState.REVIEWED:
        return "confirm" if entry.reason and entry.reason != NARROWED else ""
    return "failed"


def by_hunk(found: Reviewed) -> Mapping[HunkKey, list[Finding]]:
    """Return the models' findings by the hunk they stand in."""
    mine = [each for each in found.open if each.origin.startswith("model:")]
    columns = quotes.columns(found.reading.shown, {each.file for each in mine})
    placed: dict[HunkKey, list[Finding]] = {}
    for each in mine:
        place = quotes.of(each, columns)
        if place is not None:
            placed.setdefault(place.column.key, []).append(each)
    return placed


def told(finding: Finding, *, is_exact: bool) -> tuple[object, ...]:
    """Return what must be the same of two answers.

    Of hunks that differ in blanks (a canonical answer, and what the memory keeps of it) not the digest with the blanks.
    """
    words = finding.description if is_exact else finding.description.split()[-1]
    title = finding.title if is_exact else ""
    place = finding.file, finding.side, finding.line, finding.end_line, quotes.folded(finding.quote)
    return (*place, finding.severity, finding.confidence, finding.category, finding.scenario, title, words)
