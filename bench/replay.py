"""What reuse saves over the life of real pull requests, and that what is reused is what a fresh review would say.

    python bench/replay.py [--pulls 40] [--commits 1000] [--gap MINUTES] [--whole] REPOSITORY...

Merge commits of three or more commits become pull requests, whose commits become pushes (with `--gap`, those that
follow each other sooner are one push). Each push goes through the whole spine in each mode: real git, redaction,
context, prompts, tokenizer and SQLite; the model answers by the content of a hunk alone (tests/content_model.py). With
`--whole` there are two modes, without reuse and with all that needs no cheap model: for many pull requests. The exit
code is 1 where a reused answer is not that of a fresh review, or a finding does not stand at its line.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import replayed  # noqa: E402  # beside the tests, which use it too
from replayed import MODES, SCRATCH, Mode, Replay, Sums  # noqa: E402

LEVELS = ("incremental", "exact", "canonical", "semantic", "confirm", "around", "changed", "first", "failed")
WORKERS = 2
"""Repositories that are replayed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What the replay of one repository gave; `lives` are pushes and saved share of each pull request."""

    name: str
    pulls: int
    pushes: int
    sums: dict[str, Sums]
    lives: list[tuple[int, float]]


def main(arguments: Sequence[str]) -> int:
    given = parsed(arguments)
    modes = (SCRATCH, best()) if given.whole else MODES
    totals = {mode.name: Sums() for mode in modes}
    lives: list[tuple[int, float]] = []
    print(f"    python bench/replay.py {' '.join(arguments)}\n")
    print("| repository | pull requests | pushes | tokens from scratch | with reuse | saved | without system prompts |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with ProcessPoolExecutor(max_workers=WORKERS) as pool:
        for found in pool.map(of_repository, given.repositories, *map(repeat, options(given, modes))):
            for name, sums in found.sums.items():
                totals[name].add(sums)
            lives += found.lives
            print(row(found.name, found.pulls, found.pushes, found.sums), flush=True)
    print(row("**all**", len(lives), sum(pushes for pushes, _ in lives), totals))
    print_modes(modes, totals)
    print_hunks(modes, totals)
    print_lives(lives)
    return print_checks(totals)


def options(given: argparse.Namespace, modes: Sequence[Mode]) -> tuple[int, int, float, Sequence[Mode]]:
    return given.pulls, given.commits, given.gap * 60, modes


def of_repository(folder: Path, most: int, most_commits: int, gap_s: float, modes: Sequence[Mode]) -> Replayed:
    life = replayed.pulls(folder, most, most_commits, gap_s)
    with tempfile.TemporaryDirectory() as cache:
        replay = Replay(folder, Path(cache), modes)
        replay.run(life)
    lives = [
        (len(life[pull]), saved(tokens[best().name], tokens[SCRATCH.name])) for pull, tokens in replay.by_pull.items()
    ]
    print(f"replayed {folder}", file=sys.stderr)
    return Replayed(name=name_of(folder), pulls=len(life), pushes=sum(map(len, life)), sums=replay.sums, lives=lives)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pulls", type=int, default=40)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("repositories", type=Path, nargs="+")
    return parser.parse_args(arguments)


def name_of(folder: Path) -> str:
    return next(part for part in reversed(folder.resolve().parts) if part not in {"repo", ".git"}).replace("+", "/")


def best() -> Mode:
    """Return the mode that asks nobody less than the whole: all levels of proof, and prose."""
    return next(mode for mode in MODES if mode.name == "semantic")


def saved(tokens: int, of: int) -> float:
    return 1 - tokens / of if of else 0.0


def row(name: str, pulls: int, pushes: int, sums: dict[str, Sums]) -> str:
    before, after = sums[SCRATCH.name], sums[best().name]
    share = saved(after.prompt_tokens, before.prompt_tokens)
    of_change = saved(after.prompt_tokens - after.fixed_tokens, before.prompt_tokens - before.fixed_tokens)
    figures = f"{before.prompt_tokens:,} | {after.prompt_tokens:,} | {share:.1%} | {of_change:.1%}"
    return f"| {name} | {pulls} | {pushes} | {figures} |"


def print_modes(modes: Sequence[Mode], totals: dict[str, Sums]) -> None:
    print("\n| mode | requests | prompt tokens | of them system prompts | of them verify | saved | adds |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    scratch, earlier = 0, 0
    for mode in modes:
        sums = totals[mode.name]
        if not mode.memory:
            scratch = earlier = sums.prompt_tokens
        share, adds = saved(sums.prompt_tokens, scratch), (earlier - sums.prompt_tokens) / scratch if scratch else 0
        fixed, verify = sums.fixed_tokens, sums.by_stage["verify"]
        figures = f"{sums.requests:,} | {sums.prompt_tokens:,} | {fixed:,} | {verify:,} | {share:.1%} | {adds:.1%}"
        print(f"| {mode.name} | {figures} |")
        earlier = sums.prompt_tokens


def print_hunks(modes: Sequence[Mode], totals: dict[str, Sums]) -> None:
    print("\nTokens of hunks by who answered (hunks):\n")
    print("| mode | " + " | ".join(LEVELS) + " |")
    print("|---|" + "---:|" * len(LEVELS))
    for mode in modes:
        sums = totals[mode.name]
        of = sums.hunk_tokens.total() or 1
        cells = [f"{sums.hunk_tokens[level] / of:.1%} ({sums.hunks[level]:,})" for level in LEVELS]
        print(f"| {mode.name} | " + " | ".join(cells) + " |")


def print_lives(lives: Sequence[tuple[int, float]]) -> None:
    print("\n| pushes of a pull request | pull requests | median saved |\n|---|---:|---:|")
    for first, last in ((1, 2), (3, 4), (5, 9), (10, 19), (20, 10_000)):
        shares = [share for pushes, share in lives if first <= pushes <= last]
        if shares:
            print(f"| {first} to {last} | {len(shares)} | {statistics.median(shares):.1%} |")


def print_checks(totals: dict[str, Sums]) -> int:
    sums = Sums()
    for each in totals.values():
        sums.add(each)
    print(
        f"\n{sums.checked_hunks:,} reused hunks and {sums.checked_findings:,} findings in them were held against fresh "
        f"reviews and git's own files: {len(sums.wrong)} wrong. {sums.carried:,} findings were carried from an earlier "
        f"answer, as their code still stands; {sums.masked:,} quotes are masked and were not looked up in the files."
    )
    print(
        f"{sums.near} hunks of prose were served by a near answer, which is not proven; in {sums.near_unlike} of them "
        "this model, whose answer hangs on each letter, would have found something."
    )
    for fault in sums.wrong[:50]:
        print(f"WRONG: {fault}", file=sys.stderr)
    return 1 if sums.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
