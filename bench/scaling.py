"""How the cost of parse, select, redact and pack grows with the diff: 10k, 50k and 100k changed lines, no network.

    python bench/scaling.py [SOURCE-FOLDER]

The lines are real: Python files of SOURCE-FOLDER (the standard library by default), given as new and as changed files.
Figures are medians of three runs; the ratio column is time per line against the smallest size, so that 1.0 is linear.
"""

import statistics
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.adapters.token_counter import TiktokenCounter
from hunkwise.core import packing, patch, select
from hunkwise.model.diff import Diff
from hunkwise.model.policy import SelectionPolicy
from hunkwise.pipeline import gather

T = TypeVar("T")
SIZES = (10_000, 50_000, 100_000)
RUNS = 3
BUDGET = 12_000
POLICY = SelectionPolicy(include=(), exclude=(), max_file_lines=20_000, max_line_chars=20_000)


def main(folder: Path) -> None:
    scanner, counter = DetectSecretsScanner(), TiktokenCounter()
    scanner.scan("warm up")
    counter.count("warm up")
    print("| lines | MB | parse s | select s | redact s | pack s | all s | per line, against the smallest |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    first = 0.0
    for size in SIZES:
        data = diff_of(folder, size)
        runs = [measure(data, scanner, counter) for _ in range(RUNS)]
        medians = [statistics.median(column) for column in zip(*runs, strict=True)]
        per_line = sum(medians) / size
        first = first or per_line
        cells = " | ".join(f"{each:.2f}" for each in [*medians, sum(medians)])
        print(f"| {size:,} | {len(data) / 1e6:.1f} | {cells} | {per_line / first:.2f} |")


def measure(data: bytes, scanner: DetectSecretsScanner, counter: TiktokenCounter) -> list[float]:
    """Return the seconds of parse, select, redact and pack."""
    spent: list[float] = []

    def timed(step: Callable[[], T]) -> T:
        started = time.perf_counter()
        result = step()
        spent.append(time.perf_counter() - started)
        return result

    diff: Diff = timed(lambda: patch.parse(data))
    selection = timed(lambda: select.files(diff, POLICY, frozenset()))
    gathered = timed(lambda: gather.redacted(diff, scanner.scan, selection.scan_only))
    hunks = [gathered.lines_by_key[key] for key in selection.chosen]
    timed(lambda: packing.pack(hunks, BUDGET, counter.count))
    return spent


def diff_of(folder: Path, size: int) -> bytes:
    """Return a diff of `size` changed lines: files of `folder`, every other one as a change of every fifth line."""
    rows: list[bytes] = []
    left = size
    for number, (name, lines) in enumerate(_sources(folder)):
        if left <= 0:
            break
        made = _as_new(name, lines[:left]) if number % 2 else _as_changed(name, lines, left)
        rows.extend(made)
        left -= sum(row[:1] in (b"+", b"-") and row[:3] not in (b"+++", b"---") for row in made)
    return b"\n".join(rows) + b"\n"


def _sources(folder: Path) -> Iterator[tuple[bytes, list[bytes]]]:
    for path in sorted(folder.rglob("*.py")):
        lines = path.read_bytes().split(b"\n")
        if 20 < len(lines) < 5_000 and not any(b"\r" in line or len(line) > 500 for line in lines):
            yield path.relative_to(folder).as_posix().encode(), lines


def _as_new(name: bytes, lines: list[bytes]) -> list[bytes]:
    head = [b"diff --git a/%b b/%b" % (name, name), b"new file mode 100644", b"--- /dev/null", b"+++ b/" + name]
    return [*head, b"@@ -0,0 +1,%d @@" % len(lines), *(b"+" + line for line in lines)]


def _as_changed(name: bytes, lines: list[bytes], left: int) -> list[bytes]:
    head = [b"diff --git a/%b b/%b" % (name, name), b"--- a/" + name, b"+++ b/" + name]
    body: list[bytes] = []
    for start in range(0, min(len(lines) - 10, left * 5), 10):
        part = lines[start : start + 9]
        body.append(b"@@ -%d,%d +%d,%d @@" % (start + 1, len(part), start + 1, len(part)))
        for at, line in enumerate(part):
            body.extend([b"-" + line, b"+" + line + b"  "] if at == 4 else [b" " + line])
    return [*head, *body] if body else []


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else sysconfig.get_paths()["stdlib"]))
