"""Measure the rules for hostile text: recall by source and channel, and hits on clean code, each to be judged.

    python bench/injection.py [SAMPLE.jsonl.gz] [--clean FOLDER ...] [--sheet bench/injection.md]

The sample, sorted by id, is split by turns: the rules were made on the rows of the even half, and the figures are those
of the odd one. A payload counts as reported when any of these rules hits the added lines, or the name, that
hold it. Of clean trees every line counts as new; with `--sheet` only hits that it does not judge yet are printed.
"""

import argparse
import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from hunkwise.adapters.syntax_rules import texts
from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind

SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "injection.jsonl.gz"
ENDINGS = frozenset(
    f".{each}"
    for each in (
        *("py", "pyi", "js", "mjs", "cjs", "ts", "tsx", "go", "java", "rb", "php", "cs", "c", "h", "cpp", "rs", "sh"),
        *("md", "rst", "txt", "html", "css", "json", "yml", "yaml", "toml", "ini", "cfg", "po", "xml", "svg"),
    )
)
OF_REVIEWERS = frozenset({"own-pr", "published-poc", "gitinject", "ai-review-attacks"})
"""Sources whose rows speak to a reviewer of code; the others speak to chat models about anything."""

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit as the sheet names it, with the text it is about."""

    rule: str
    place: str
    text: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sample", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--clean", nargs="*", type=Path, default=[])
    parser.add_argument("--sheet", type=Path)
    chosen = parser.parse_args()
    if chosen.sample.is_file():
        recall(chosen.sample)
    judged = chosen.sheet.read_text("utf-8") if chosen.sheet else ""
    for folder in chosen.clean:
        clean(folder, judged)
    return 0


def recall(sample: Path) -> None:
    """Print reported rows of all rows by source and channel, in both halves."""
    with gzip.open(sample, "rt", encoding="utf-8") as file:
        rows = sorted((json.loads(line) for line in file), key=lambda row: str(row["id"]))
    print("| sample | channel | attacks | made on | held out |\n|---|---|--:|--:|--:|")
    halves = [table(rows[0::2]), table(rows[1::2])]
    for key in sorted({*halves[0], *halves[1]}):
        _row(key, halves)
    for name, own in (("all that speak to reviewers", True), ("all others", False)):
        summed = [_summed(half, own=own) for half in halves]
        print(f"| **{name}** | | | {_share(summed[0])} | {_share(summed[1])} |")


def table(rows: list[dict[str, Any]]) -> dict[tuple[str, str, bool], tuple[int, int]]:
    """Return reported and all rows by source, channel, and whether they are attacks."""
    reported: Counter[tuple[str, str, bool]] = Counter()
    every: Counter[tuple[str, str, bool]] = Counter()
    for row in rows:
        key = (row["source"], row["channel"], row["is_attack"])
        is_name = row["channel"] == "filename"
        file = diff(row["payload"], ["x = 1"]) if is_name else diff("notes.txt", row["payload"].split("\n"))
        every[key] += 1
        reported[key] += bool(texts.check(file))
    return {key: (reported[key], every[key]) for key in every}


def _row(key: tuple[str, str, bool], halves: list[dict[tuple[str, str, bool], tuple[int, int]]]) -> None:
    made, held = (half.get(key, (0, 0)) for half in halves)
    print(f"| {key[0]} | {key[1]} | {'yes' if key[2] else 'no'} | {_share(made)} | {_share(held)} |")


def _summed(half: dict[tuple[str, str, bool], tuple[int, int]], *, own: bool) -> tuple[int, int]:
    chosen = [value for key, value in half.items() if key[2] and (key[0] in OF_REVIEWERS) is own]
    return sum(each[0] for each in chosen), sum(each[1] for each in chosen)


def _share(figures: tuple[int, int]) -> str:
    return f"{figures[0]} of {figures[1]}" if figures[1] else ""


def clean(folder: Path, judged: str) -> None:
    """Print every hit on a tree that `judged` does not name, and how many there are in a thousand lines."""
    started = time.monotonic()
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in ENDINGS and path.is_file()]
    hits: list[Hit] = []
    lines = 0
    with Pool(os.cpu_count()) as pool:
        for count, found in pool.imap_unordered(judge, ((folder, path) for path in files), chunksize=16):
            lines += count
            hits += found
    for hit in sorted(hits, key=lambda each: (each.rule, each.place)):
        if f"`{hit.place}`" not in judged:
            print(f"{hit.rule} `{hit.place}`: {hit.text}")
    told = ", ".join(f"{rule} {count}" for rule, count in sorted(Counter(hit.rule for hit in hits).items()))
    rate = 1000 * len(hits) / max(lines, 1)
    print(f"{folder}: {len(files):,} files, {lines:,} lines, {len(hits)} hits ({rate:.4f} in 1,000 lines): {told}")
    print(f"{time.monotonic() - started:.0f} s")


def judge(given: tuple[Path, Path]) -> tuple[int, list[Hit]]:
    """Return the lines of a file and the hits on them."""
    folder, path = given
    content = path.read_bytes()
    if len(content) > MAX_BYTES or b"\0" in content:
        return 0, []
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return 0, []
    name = path.relative_to(folder).as_posix()
    return len(lines), list(_hits(name, folder.name, lines))


def _hits(name: str, tree: str, lines: list[str]) -> Iterator[Hit]:
    for hit in texts.check(diff(name, lines)):
        text = " / ".join(lines[hit.line - 1 : hit.end_line])
        yield Hit(hit.rule.id, f"{tree}/{name}:{hit.line}", ascii(" ".join(text.split())[:300]))


def diff(name: str, lines: list[str]) -> FileDiff:
    """Return a new file of `lines`."""
    added = tuple(
        DiffLine(kind=LineKind.ADDED, old=None, new=number, raw=b"", text=text) for number, text in enumerate(lines, 1)
    )
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=len(added), section="", lines=added)
    raw = name.encode("utf-8", "surrogatepass")
    return FileDiff(path=name, raw_path=raw, old_path=name, raw_old_path=raw, status=FileStatus.ADDED, hunks=(hunk,))


if __name__ == "__main__":
    raise SystemExit(main())
