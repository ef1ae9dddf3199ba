"""Requests that changes take against what their tokens need, and how packing grows with the files.

    python bench/packing.py REPOSITORY... > bench/packing.md

Each repository's first-parent history is cut into changes of STEP commits (of one, where it is short); they are packed
as for a trusted author with a cheap model set. "needed" is the sum over type and tier of ceil(tokens / budget), groups under a tenth of the
budget counted with their tier's largest. Then files are made by hand to see how the time grows: medians of three runs.
No model is asked, and nothing is redacted: only sizes are looked at.
"""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hunkwise.adapters.local_git import LocalGit
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.token_counter import TiktokenCounter
from hunkwise.core import few_shot, packing, patch, query_types, routing, select
from hunkwise.core.packing import RedactedLines
from hunkwise.errors import ChangeError
from hunkwise.model.change import CommitRange
from hunkwise.model.diff import Hunk
from hunkwise.model.material import HunkKey, QueryType, Tier
from hunkwise.model.policy import SelectionPolicy

STEP = 10
BUDGETS = (3_000, 12_000)
SIZES = (300, 1_000, 3_000)
RUNS = 3
POLICY = SelectionPolicy(include=(), exclude=(), max_file_lines=20_000, max_line_chars=20_000)
COUNT = TiktokenCounter().count


def main(repositories: Sequence[str]) -> None:
    changes = [each for repository in repositories for each in hunks_of_changes(Path(repository))]
    names = ", ".join(Path(each).resolve().name for each in repositories)
    print(f"# Requests against tokens, and the time of packing\n\n    {' '.join(['python', *sys.argv])}\n")
    print(f"{len(changes)} changes from the histories of {names}.\n")
    print("| budget | changes | requests | needed | ratio | worst change of over 3 requests |")
    print("|---:|---:|---:|---:|---:|---:|")
    for budget in BUDGETS:
        counts = [(len(packing.pack(each, budget, COUNT).chunks), needed(each, budget)) for each in changes]
        total = sum(requests for requests, _ in counts), sum(least for _, least in counts)
        worst = max((requests / least for requests, least in counts if least > 3), default=1.0)
        print(f"| {budget:,} | {len(counts)} | {total[0]} | {total[1]} | {total[0] / total[1]:.3f} | {worst:.3f} |")
    print("\n| files | hunks | pack s | per file, against the smallest |\n|---:|---:|---:|---:|")
    first = 0.0
    for size in SIZES:
        made = by_hand(size)
        seconds = statistics.median(timed(made) for _ in range(RUNS))
        first = first or seconds / size
        print(f"| {size:,} | {len(made):,} | {seconds:.2f} | {seconds / size / first:.2f} |")
    print_prefixes()


def hunks_of_changes(repository: Path) -> Iterator[list[RedactedLines]]:
    listed = subprocess.run(
        ["git", "rev-list", "--first-parent", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    )
    commits = listed.stdout.split()
    step = STEP if len(commits) > 5 * STEP else 1
    for newer, older in zip(commits[::step], commits[step::step], strict=False):
        try:
            change = LocalGit().load(CommitRange(repo=str(repository), spec=f"{older}..{newer}"))
        except ChangeError as error:
            print(f"{repository}: {error.message}", file=sys.stderr)
            continue
        diff = patch.parse(change.diff)
        chosen = select.files(diff, POLICY, change.generated).chosen
        lines = [lines_of(key, diff.files[key.file].path, diff.files[key.file].hunks[key.hunk]) for key in chosen]
        if lines:
            yield typed(lines)


def lines_of(key: HunkKey, path: str, hunk: Hunk) -> RedactedLines:
    return RedactedLines(key=key, path=path, hunk=hunk, texts=tuple(line.text for line in hunk.lines))


def typed(lines: Sequence[RedactedLines]) -> list[RedactedLines]:
    types = query_types.by_hunk(lines)
    return [replace(each, query_type=types[each.key], tier=routing.tier(types[each.key], each)) for each in lines]


def needed(lines: Sequence[RedactedLines], budget: int) -> int:
    sizes: dict[tuple[Tier, QueryType], int] = {}
    for passage in (each for chunk in packing.pack(lines, budget, COUNT).chunks for each in chunk.passages):
        kind = passage.tier, passage.query_type
        sizes[kind] = sizes.get(kind, 0) + passage.load
    return sum(math.ceil(tokens / budget) for tokens in hosted(sizes, budget).values())


def hosted(sizes: Mapping[tuple[Tier, QueryType], int], budget: int) -> dict[tuple[Tier, QueryType], int]:
    largest = {
        tier: max((kind for kind in sizes if kind[0] is tier), key=lambda kind: sizes[kind]) for tier, _ in sizes
    }
    sums: dict[tuple[Tier, QueryType], int] = {}
    for kind, tokens in sizes.items():
        host = kind if tokens >= budget * packing.RIDES else largest[kind[0]]
        sums[host] = sums.get(host, 0) + tokens
    return sums


def by_hand(files: int) -> list[RedactedLines]:
    """Return a hunk of 20 lines for each file, in folders of 50."""
    rows = "".join(f"+    value_{row} = compute({row}, previous)\n" for row in range(20))
    text = "".join(
        f"diff --git a/part{n // 50}/m{n}.py b/part{n // 50}/m{n}.py\n--- /dev/null\n+++ b/part{n // 50}/m{n}.py\n"
        f"@@ -0,0 +1,20 @@\n{rows}"
        for n in range(files)
    )
    diff = patch.parse(text.encode())
    return typed(
        [lines_of(HunkKey(file=index, hunk=0), file.path, file.hunks[0]) for index, file in enumerate(diff.files)]
    )


def timed(lines: Sequence[RedactedLines]) -> float:
    started = time.perf_counter()
    packing.pack(lines, BUDGETS[-1], COUNT)
    return time.perf_counter() - started


def print_prefixes() -> None:
    """Print the tokens that stand before the hunks of a request."""
    files = PromptFiles()
    pack, library = files.load("review", "1.1.0"), files.examples()
    shown = [COUNT(few_shot.shown(each)) for each in library]
    systems = COUNT(pack.system), COUNT(files.load("review", "1.0.0").system)
    types = [COUNT(each) for each in pack.types.values()]
    print(f"\nThe prompt review 1.1.0 takes {systems[0]:,} tokens (1.0.0: {systems[1]:,}), the instructions of a kind")
    print(
        f"{min(types)} to {max(types)}, an example {min(shown)} to {max(shown)}, {statistics.mean(shown):.0f} on average"
    )
    print(
        f"of {len(shown)}. A request holds one kind's instructions and, unless `examples` says otherwise, two examples."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
