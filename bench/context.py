"""What of the surroundings of a hunk is found and what it costs: scopes by language, tokens, linear time.

    python bench/context.py REPOSITORY...

Every commit of each repository is one change; bench/history.py builds repositories. Nothing is sent anywhere.
"""

import ast
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hunkwise.adapters.local_git import LocalGit
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.adapters.syntax_rules import AstGrepOutliner, AstGrepRules, shapes
from hunkwise.adapters.system_clock import SystemClock
from hunkwise.adapters.token_counter import TiktokenCounter
from hunkwise.core import packing, prompting, scopes
from hunkwise.errors import HunkwiseError
from hunkwise.model.change import Change, ChangeRef, CommitRange, DiffText
from hunkwise.model.chat import Redacted
from hunkwise.model.diff import FileStatus
from hunkwise.model.intent import Intent
from hunkwise.model.outline import Definition, Outline
from hunkwise.pipeline import preparing, surroundings
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import ChangeSource, Ports
from hunkwise.settings import Settings

BIG_CHANGE = 500
"""Changed lines from which the ratio of tokens counts."""

MAX_COMMITS = 60
"""Commits of one repository that are measured, the newest."""

WORKERS = 4
"""Repositories that are read at once."""

FILES = (750, 1_500, 3_000)
"""Changed files of one change, for the time of packing."""

Cells = Counter[str]

SPEED: dict[str, tuple[float, float]] = {}


class Timed(AstGrepOutliner):
    """The outliner, and how long it took by language."""

    def outline(self, path: str, text: str) -> Outline | None:
        """Outline, and note the time."""
        begun = time.process_time()
        found = super().outline(path, text)
        grammar = shapes.grammar(path)
        if grammar is not None:
            megabytes, seconds = SPEED.get(grammar, (0.0, 0.0))
            SPEED[grammar] = (megabytes + len(text) / 1e6, seconds + time.process_time() - begun)
        return found


SCANNER, COUNTER, OUTLINER, SETTINGS = DetectSecretsScanner(), TiktokenCounter(), Timed(), Settings.model_validate({})


def main(folders: Sequence[Path]) -> None:
    by_language: dict[str, Cells] = defaultdict(Counter)
    ratios: list[tuple[float, float, int]] = []
    covered = Counter[str]()
    with ProcessPoolExecutor(max_workers=WORKERS) as pool:
        for cells, some, counts, speed in pool.map(of_repository, folders):
            for language, each in cells.items():
                by_language[language].update(each)
            ratios.extend(some)
            covered.update(counts)
            for language, (megabytes, seconds) in speed.items():
                known = SPEED.get(language, (0.0, 0.0))
                SPEED[language] = (known[0] + megabytes, known[1] + seconds)
    scopes_table(by_language)
    tokens_table(ratios, covered)
    speed_table()
    linear_table()


def of_repository(
    folder: Path,
) -> tuple[dict[str, Cells], list[tuple[float, float, int]], Counter[str], dict[str, tuple[float, float]]]:
    """Return what one repository adds to each table."""
    by_language: dict[str, Cells] = defaultdict(Counter)
    ratios: list[tuple[float, float, int]] = []
    covered = Counter[str]()
    SPEED.clear()
    for ref in commits(folder):
        measure(ref, by_language, ratios, covered)
    print(f"read {folder.name}", file=sys.stderr)
    return by_language, ratios, covered, dict(SPEED)


def commits(folder: Path) -> Iterator[CommitRange]:
    command = ["git", "log", "--format=%H %P", f"--max-count={MAX_COMMITS}", "HEAD"]
    listed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    for line in listed.splitlines():
        commit, *parents = line.split()
        if parents:
            yield CommitRange(repo=str(folder), spec=f"{parents[0]}..{commit}")


def ports(source: ChangeSource) -> Ports:
    return Ports(
        changes=source,
        secrets=SCANNER,
        tokens=COUNTER,
        rules=AstGrepRules(),
        prompts=PromptFiles(),
        chat=None,
        clock=SystemClock(),
        progress=str,
        outliner=OUTLINER,
    )


def measure(
    ref: CommitRange, by_language: dict[str, Cells], ratios: list[tuple[float, float, int]], covered: Counter[str]
) -> None:
    """Add one change to the tables."""
    given = ports(LocalGit())
    try:
        prepared = preparing.prepare(ref, given, SETTINGS)
        heads = given.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    except HunkwiseError as error:
        print(f"{ref.spec}: {error.message}", file=sys.stderr)
        return
    count_scopes(prepared, heads, by_language)
    surrounded = surroundings.around(ref, prepared, heads, given, SETTINGS)
    packed = pack(surrounded)
    passages = [passage for chunk in packed.chunks for passage in chunk.passages]
    keys = {passage.key for passage in passages} | {left.key for left in packed.left_out}
    covered.update(chosen=len(prepared.chosen), packed=len(keys & set(prepared.chosen)), left=len(packed.left_out))
    diff = sum(passage.tokens for passage in passages)
    changed = sum(prepared.diff.files[key.file].hunks[key.hunk].added for key in prepared.chosen)
    changed += sum(prepared.diff.files[key.file].hunks[key.hunk].deleted for key in prepared.chosen)
    if diff and changed > BIG_CHANGE:
        pack_ = given.prompts.load("review", SETTINGS.prompt_version)
        sent = [prompting.review(chunk, pack_, Redacted)[1].content.text for chunk in packed.chunks]
        bare = [
            prompting.review(packing.without_context(chunk), pack_, Redacted)[1].content.text for chunk in packed.chunks
        ]
        ratios.append((tokens(sent) / diff, tokens(bare) / diff, changed))


def tokens(texts: Sequence[str]) -> int:
    return sum(map(COUNTER.count, texts))


def pack(prepared: Prepared) -> packing.Packed:
    lines = [prepared.gathered.lines_by_key[key] for key in prepared.chosen]
    return packing.pack(surroundings.for_packing(lines, SETTINGS, COUNTER.count), SETTINGS.chunk_tokens, COUNTER.count)


def count_scopes(prepared: Prepared, heads: Mapping[bytes, bytes], by_language: dict[str, Cells]) -> None:
    by_file: dict[int, list[int]] = defaultdict(list)
    for key in prepared.chosen:
        by_file[key.file].append(key.hunk)
    for index, numbers in by_file.items():
        file = prepared.diff.files[index]
        head = heads.get(file.raw_path)
        if file.status is FileStatus.DELETED or head is None:
            continue
        text = head.decode("utf-8", "replace").replace("\r\n", "\n")
        outline = OUTLINER.outline(file.path, text)
        tree = parsed(text) if file.path.endswith(".py") else None
        cells = by_language[shapes.grammar(file.path) or "other text"]
        for number in numbers:
            lines = sorted(scopes.changed_numbers(file.hunks[number]))
            found = scopes.enclosing(outline, lines) if outline else ()
            cells["hunks"] += 1
            cells[how(outline, found, text, lines[0])] += 1
            if tree is not None and outline:
                cells["judged"] += 1
                cells["agree"] += {each.name for each in found if each.name} == by_ast(tree, lines)


def how(outline: Outline | None, found: Sequence[Definition], text: str, line: int) -> str:
    if found:
        return "in a scope"
    if outline and outline.is_whole:
        return "at module level"
    return "by indentation" if scopes.guessed(text.split("\n"), line) else "none"


def parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def by_ast(tree: ast.Module, lines: Sequence[int]) -> set[str]:
    """Return the names of all scopes around the lines as Python's own parser sees them, the innermost four of each."""
    names: set[str] = set()
    spans = [
        (min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.end_lineno or 0, node.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    for line in lines:
        names.update(name for _, _, name in sorted(each for each in spans if each[0] <= line <= each[1])[-4:])
    return names


def scopes_table(by_language: dict[str, Cells]) -> None:
    print("| language | hunks | in a scope | at module level, the file whole | by indentation | none | known |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for language, cells in sorted(by_language.items(), key=lambda each: -each[1]["hunks"]):
        names = ("hunks", "in a scope", "at module level", "by indentation", "none")
        known = 1 - cells["none"] / cells["hunks"]
        print(f"| {language} | {' | '.join(f'{cells[name]:,}' for name in names)} | {known:.1%} |")
    python = by_language["python"]
    if python["judged"]:
        print(f"\nPython's own parser names the same scopes for {python['agree'] / python['judged']:.2%}.")


def tokens_table(ratios: list[tuple[float, float, int]], covered: Counter[str]) -> None:
    print(f"\nhunks chosen {covered['chosen']:,}, in a request {covered['packed'] - covered['left']:,}, "
          f"named as left out {covered['left']:,}")  # fmt: skip
    if ratios:
        full, bare = sorted(each[0] for each in ratios), sorted(each[1] for each in ratios)
        tenth = int(len(full) * 0.9)
        print(f"changes over {BIG_CHANGE} lines: {len(full)}; tokens sent / tokens of the numbered diff: "
              f"median {statistics.median(full):.2f}, p90 {full[tenth]:.2f}, most {full[-1]:.2f}; "
              f"without context median {statistics.median(bare):.2f}, most {bare[-1]:.2f}")  # fmt: skip


@dataclass(slots=True)
class Given:
    """A change that is there already."""

    change: Change
    heads: Mapping[bytes, bytes] = field(default_factory=dict)

    def load(self, ref: ChangeRef) -> Change:
        """Return the change."""
        del ref
        return self.change

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return the heads."""
        del ref, change
        return {path: self.heads[path] for path in paths}

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return nothing."""
        del ref, change
        return Intent()

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return nothing."""
        del ref, change, names, besides
        return {}


def linear_table() -> None:
    print("\n| changed files | MB | context s | pack s | per file, against the smallest |\n|---:|---:|---:|---:|---:|")
    first = 0.0
    ref = DiffText(name="given", content=b"")
    for size in FILES:
        given = ports(changed_files(size))
        prepared = preparing.prepare(ref, given, SETTINGS)
        heads = given.changes.head_files(ref, prepared.change, preparing.paths(prepared))
        begun = time.process_time()
        surrounded = surroundings.around(ref, prepared, heads, given, SETTINGS)
        told = time.process_time()
        pack(surrounded)
        ended = time.process_time()
        per_file = (ended - begun) / size
        first = first or per_file
        megabytes = sum(map(len, heads.values())) / 1e6
        print(f"| {size:,} | {megabytes:.1f} | {told - begun:.2f} | {ended - told:.2f} | {per_file / first:.2f} |")


def changed_files(size: int) -> Given:
    """Return a change of `size` files of the standard library, each changed on one line in its middle."""
    sources = [path for path in sorted(Path(ast.__file__).parent.rglob("*.py")) if 1_000 < path.stat().st_size < 8_000]
    parts, heads = [], {}
    for at in range(size):
        rows = sources[at % len(sources)].read_text("latin-1").encode("ascii", "replace").decode().split("\n")
        name = f"part{at // 50}/file{at}.py"
        middle = len(rows) // 2
        heads[name.encode()] = "\n".join(rows).encode()
        hunk = f"@@ -{middle},1 +{middle},1 @@\n-was = old({at})\n+{rows[middle - 1]}\n"
        parts.append(f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n{hunk}")
    return Given(Change(source="diff", repo=None, base=None, head=None, diff="".join(parts).encode()), heads)


def speed_table() -> None:
    print("\n| language | MB of outlines | MB/s |\n|---|---:|---:|")
    for language, (megabytes, seconds) in sorted(SPEED.items(), key=lambda each: -each[1][0]):
        print(f"| {language} | {megabytes:.1f} | {megabytes / seconds:.1f} |")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
