"""The spine: from a reference to a report. Dry runs, the command line and everything later share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hunkwise import __version__
from hunkwise.core import (
    bookkeeping,
    exposures,
    hunk_keys,
    packing,
    patch,
    prompting,
    ranking,
    reconcile,
    redact,
    reuse,
    select,
    verdict,
)
from hunkwise.core.bookkeeping import End, Reading
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.errors import ChatFault, ConfigurationError
from hunkwise.model.change import Change, ChangeRef, Notice
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.diff import Diff, FileStatus
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.policy import Left, SelectionPolicy
from hunkwise.model.report import PromptId, ReviewReport
from hunkwise.pipeline import answer, gather, tally
from hunkwise.ports import ChatModel, Clock, Ports
from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything known before an engine is asked."""

    change: Change
    diff: Diff
    gathered: gather.Gathered
    chosen: tuple[HunkKey, ...]
    ends: Mapping[HunkKey, End]
    timings_ms: Mapping[str, float]
    one_file_each: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review in the life of a change.

    `material` names what decided the answers, `heads` holds the head files by path.
    """

    report: ReviewReport
    reconciled: Reconciled
    reading: Reading
    material: str
    heads: Mapping[bytes, bytes]


NOTHING_BEFORE = Before()
"""A change nobody has spoken of yet."""


def run(
    ref: ChangeRef,
    ports: Ports,
    settings: Settings,
    before: Before = NOTHING_BEFORE,
    *,
    trusts_author: bool = True,
    unasked: str | None = None,
) -> Reviewed:
    """Review the change `ref` names in the light of what was said `before`.

    Of an author who is not trusted each request holds one file, so that hostile text blinds no more than that.
    `unasked` says why no model is asked although one is wanted: then rules alone do not complete the review. Raises
    HunkwiseError when there is nothing to report on.
    """
    started = ports.clock.monotonic()
    prepared = replace(prepare(ref, ports, settings), one_file_each=not trusts_author)
    watch = _Watch(ports.clock, dict(prepared.timings_ms))
    heads = ports.changes.head_files(ref, prepared.change, _paths(prepared))
    embedded = gather.rule_findings(prepared.diff, prepared.gathered, prepared.chosen, heads, ports.rules)
    watch.lap("rules")
    keys = hunk_keys.by_hunk(prepared.gathered.lines_by_key.values())
    wants_model = ports.chat is not None or unasked is not None
    pack = ports.prompts.load("review", settings.prompt_version) if wants_model else None
    material = hunk_keys.material(pack.sha256, settings.model, pack.parameters) if pack else ""
    reused = reuse.reuse(before.memory, material, prepared.chosen, keys, prepared.gathered.lines_by_key)
    fresh = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in reused.hunks))
    answered = (
        _ask_model(fresh, pack, ports.chat, ports, settings) if pack and ports.chat else _by_rules(fresh, unasked)
    )
    watch.lap("answer")
    ranked, merged = ranking.rank([*prepared.gathered.secrets, *embedded, *reused.findings, *answered.findings])
    again = {key: End(state=HunkState.CACHED, by=reuse.INCREMENTAL) for key in reused.hunks}
    ledger = bookkeeping.balance(_named(prepared), {**prepared.ends, **answered.ends, **again})
    reading = Reading(shown=prepared.gathered.shown, keys=keys, ledger=ledger)
    reconciled = reconcile.reconcile(ranked, reading, before)
    watch.lap("total", since=started)
    report = ReviewReport(
        version=__version__,
        engine="rules" if ports.chat is None else "llm",
        models=tuple(answered.usage.by_model),
        prompt=PromptId(name=pack.name, version=pack.version, sha256=pack.sha256) if pack and ports.chat else None,
        change=replace(prepared.change, diff=b"", generated=frozenset(), unread=(), policies={}),
        diff=prepared.gathered.shown,
        verdict=verdict.decide(reconciled.findings, ledger, _gate(settings), reconciled.dismissed),
        findings=reconciled.findings,
        dropped=(*answered.dropped, *merged),
        ledger=ledger,
        redactions_by_type=prepared.gathered.by_type,
        usage=answered.usage,
        notices=(*_notices(prepared), *answered.notices),
        timings_ms=watch.laps,
    )
    return Reviewed(report=report, reconciled=reconciled, reading=reading, material=material, heads=heads)


def prompts(ref: ChangeRef, ports: Ports, settings: Settings) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of every first request a review by a model would send; nothing is sent."""
    prepared = prepare(ref, ports, settings)
    pack = ports.prompts.load("review", settings.prompt_version)
    packed = _packed(prepared, ports, settings)
    return tuple(prompting.review(chunk.passages, pack, _seal(ports)) for chunk in packed.chunks)


def prepare(ref: ChangeRef, ports: Ports, settings: Settings) -> Prepared:
    """Load, parse, select and redact; no engine is asked."""
    watch = _Watch(ports.clock, {})
    change = ports.changes.load(ref)
    watch.lap("load")
    parsed = patch.parse(change.diff)
    diff = replace(parsed, unreadable=(*parsed.unreadable, *change.unread))
    watch.lap("parse")
    selection = select.files(diff, _policy(settings), change.generated)
    watch.lap("select")
    allowed = exposures.allow_list(settings.allow_secrets, change.policies.get(exposures.BASELINE))
    gathered = gather.redacted(diff, ports.secrets.scan, selection.scan_only, allowed)
    watch.lap("redact")
    ends = {key: _left(left) for key, left in selection.left.items()}
    ends |= {key: End(state=HunkState.FAILED, reason=gathered.unredacted[key]) for key in gathered.unredacted}
    return Prepared(
        change=change,
        diff=diff,
        gathered=gathered,
        chosen=tuple(key for key in selection.chosen if key not in gathered.unredacted),
        ends=ends,
        timings_ms=watch.laps,
    )


def _by_rules(prepared: Prepared, unasked: str | None) -> tally.Tally:
    end = End(state=HunkState.REVIEWED, by="rules")
    if unasked is not None:
        end = End(state=HunkState.FAILED, by="rules", reason=f"{tally.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_model(prepared: Prepared, pack: PromptPack, chat: ChatModel, ports: Ports, settings: Settings) -> tally.Tally:
    packed = _packed(prepared, ports, settings)
    asking = answer.Asking(
        chat=chat,
        pack=pack,
        seal=_seal(ports),
        clock=ports.clock,
        max_tries=settings.max_tries,
        max_parallel=settings.max_parallel,
    )
    count = len(packed.chunks)
    ports.progress(f"asking {chat.name}: {count} request{'' if count == 1 else 's'}")
    answers = answer.all_chunks(packed.chunks, asking)
    fault = asking.stop.fault
    if fault is not None and fault.fault is ChatFault.UNKNOWN_MODEL and not any(each.replies for each in answers):
        raise ConfigurationError(fault.message, hint=fault.hint) from fault
    key_by_id = {passage.id: passage.key for chunk in packed.chunks for passage in chunk.passages}
    summed = tally.add_up(answers, key_by_id, chat.name, fault)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in packed.left_out}
    return replace(
        summed,
        ends={**summed.ends, **unread},
        findings=tuple(_redacted_finding(finding, ports) for finding in summed.findings),
        dropped=tuple(_redacted_claim(claim, ports) for claim in summed.dropped),
    )


def _redacted_finding(finding: Finding, ports: Ports) -> Finding:
    """Pass a model's words through the gate: it may echo or guess a secret."""
    seal = _seal(ports)
    return replace(
        finding,
        title=seal(finding.title).text,
        description=seal(finding.description).text,
        scenario=seal(finding.scenario).text,
        suggestion=seal(finding.suggestion).text,
        replacement=None if finding.replacement is None else seal(finding.replacement).text,
    )


def _redacted_claim(claim: Dropped, ports: Ports) -> Dropped:
    seal = _seal(ports)
    return replace(
        claim, file=seal(claim.file).text, reason=seal(claim.reason).text, description=seal(claim.description).text
    )


def _packed(prepared: Prepared, ports: Ports, settings: Settings) -> packing.Packed:
    hunks = [prepared.gathered.lines_by_key[key] for key in prepared.chosen]
    count = ports.tokens.count
    return packing.pack(hunks, settings.chunk_tokens, count, one_file_each=prepared.one_file_each)


def _seal(ports: Ports) -> prompting.Seal:
    def seal(text: str) -> Redacted:
        return redact.text(text, ports.secrets.scan)

    return seal


def _paths(prepared: Prepared) -> list[bytes]:
    return [prepared.diff.files[index].raw_path for index in sorted({key.file for key in prepared.chosen})]


def _named(prepared: Prepared) -> Diff:
    """Return the whole diff under the paths that may be shown."""
    shown = prepared.gathered.shown
    files = zip(prepared.diff.files, shown.files, strict=True)
    return Diff(files=tuple(replace(file, path=redacted.path) for file, redacted in files), unreadable=shown.unreadable)


def _left(left: Left) -> End:
    if left.unread:
        return End(state=HunkState.FAILED, reason=f"unread: {left.reason}")
    return End(state=HunkState.SKIPPED, reason=left.reason)


def _notices(prepared: Prepared) -> tuple[Notice, ...]:
    return (*prepared.change.notices, *prepared.gathered.notices, *_evasions(prepared))


def _evasions(prepared: Prepared) -> tuple[Notice, ...]:
    """Tell which new files were skipped on their own word: a reader should know that nobody looked."""
    named = dict.fromkeys(
        prepared.gathered.shown.files[key.file].path
        for key, end in prepared.ends.items()
        if end.reason == select.BY_HEADER and prepared.diff.files[key.file].status is FileStatus.ADDED
    )
    if not named:
        return ()
    shown = ", ".join(list(named)[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    return (
        Notice(code="generated-by-own-word", text=f"New files that call themselves generated were not read: {shown}."),
    )


def _policy(settings: Settings) -> SelectionPolicy:
    return SelectionPolicy(
        include=settings.include,
        exclude=settings.exclude,
        max_file_lines=settings.max_file_lines,
        max_line_chars=settings.max_line_chars,
    )


def _gate(settings: Settings) -> verdict.Gate:
    fail_on = None if settings.fail_on == "never" else Severity(settings.fail_on)
    return verdict.Gate(fail_on=fail_on, min_confidence=settings.min_confidence)


class _Watch:
    """Laps in milliseconds by the port's clock."""

    def __init__(self, clock: Clock, laps: dict[str, float]) -> None:
        self._clock = clock
        self._last = clock.monotonic()
        self.laps = laps

    def lap(self, name: str, since: float | None = None) -> None:
        now = self._clock.monotonic()
        self.laps[name] = round((now - (self._last if since is None else since)) * 1000, 1)
        self._last = now
