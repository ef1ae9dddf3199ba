"""Measure the secret scanner: recall by type and each miss, flagged lines of clean code, speed of the whole gate.

    python bench/secrets.py [SAMPLE.jsonl.gz] [--clean FOLDER ...]

Recall counts rows that are secrets: full means that no value of the row survives in the redacted text. Clean code is
scanned file by file; each flagged line goes to standard error with its secret already masked. Speed is that of the gate
over the same code as hunks of a diff, a third of the lines each added, deleted and context.
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.core import redact
from hunkwise.model.diff import DiffLine, Hunk, LineKind

ENDINGS = {".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".go", ".java", ".rb", ".php", ".cs", ".c", ".h", ".sh"}
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "secrets.jsonl.gz"
MIN_ROWS = 10
MIN_TYPE_RECALL = 0.95
HUNK_LINES = 60
MAX_GATE_BYTES = 8_000_000
"""Code of a tree that is sent through the gate as a diff: enough for a steady figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of clean code."""

    name: str
    text: str


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--clean", nargs="*", type=Path, default=[])
    chosen = parser.parse_args()
    scanner = DetectSecretsScanner()
    if not chosen.sample.is_file() and not chosen.clean:
        sys.exit(f"there is no sample {chosen.sample}, and no --clean tree was named: nothing to measure")
    if chosen.sample.is_file():
        recall(chosen.sample, scanner)
    for folder in chosen.clean:
        sources = list(_sources(folder))
        clean(folder.name, sources, scanner)
        speed(sources, scanner)
    return 0


def recall(sample: Path, scanner: DetectSecretsScanner) -> None:
    """Print how many secrets are fully masked, in all and by type, and each miss."""
    found: dict[str, list[bool]] = defaultdict(list)
    for row in _rows(sample):
        if row["is_secret"] and row["secrets"]:
            masked = redact.text(row["text"], scanner.scan).text
            is_full = not any(secret in masked for secret in row["secrets"])
            found[row["type"]].append(is_full)
            if not is_full:
                print(f"  missed {row['id']} {row['type']}")
    many = {kind: each for kind, each in found.items() if len(each) >= MIN_ROWS}
    for kind, each in sorted(many.items(), key=lambda item: (sum(item[1]) / len(item[1]), item[0])):
        print(f"  {kind}: {sum(each)} of {len(each)}")
    total, full = sum(map(len, found.values())), sum(map(sum, found.values()))
    low = sum(sum(each) / len(each) < MIN_TYPE_RECALL for each in many.values())
    print(f"recall: {full} of {total} = {full / total:.2%}")
    print(f"types of {MIN_ROWS} rows and more: {len(many)}, below {MIN_TYPE_RECALL:.0%}: {low}")


def clean(name: str, sources: list[Source], scanner: DetectSecretsScanner) -> None:
    """Print the lines of a tree without secrets that are flagged."""
    lines = 0
    flagged: Counter[str] = Counter()
    for source in sources:
        lines += source.text.count("\n")
        by_line: dict[int, tuple[str, str]] = {}
        for span in scanner.scan(source.text):
            start = source.text.rfind("\n", 0, span.start) + 1
            by_line.setdefault(start, (span.type, source.text[start : span.start][-60:].strip()))
        for start, (kind, before) in by_line.items():
            flagged[kind] += 1
            number = source.text.count("\n", 0, start) + 1
            print(f"  flagged {source.name}:{number} {kind} {before}<masked>", file=sys.stderr)
    rate = sum(flagged.values()) / max(lines, 1) * 1000
    print(f"clean: {name}: {lines:,} lines, {sum(flagged.values())} flagged = {rate:.3f} per 1,000", dict(flagged))


def speed(sources: list[Source], scanner: DetectSecretsScanner) -> None:
    """Print how fast the gate takes hunks of a diff."""
    size = 0
    hunks: list[Hunk] = []
    for source in sources:
        if size < MAX_GATE_BYTES and len(source.text) < MAX_GATE_BYTES / 8:
            size += len(source.text)
            hunks.extend(_hunks(source.text.split("\n")))
    started = time.process_time()
    for hunk in hunks:
        redact.hunk(hunk, scanner.scan, redact.Placeholders())
    spent = time.process_time() - started
    print(f"gate: {size / 1e6 / spent:.1f} MB/s over {size / 1e6:.1f} MB in {len(hunks):,} hunks")


def _hunks(rows: list[str]) -> Iterator[Hunk]:
    kinds = (LineKind.CONTEXT, LineKind.DELETED, LineKind.ADDED)
    for at in range(0, len(rows), HUNK_LINES):
        lines = tuple(
            DiffLine(kind=kinds[number // 5 % 3], old=at + number, new=at + number, raw=row.encode(), text=row)
            for number, row in enumerate(rows[at : at + HUNK_LINES])
        )
        yield Hunk(old_start=at, old_count=len(lines), new_start=at, new_count=len(lines), section="", lines=lines)


def _sources(folder: Path) -> Iterator[Source]:
    """Yield the code under `folder`; a standard library's own site-packages are another tree."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in ENDINGS and path.is_file() and "site-packages" not in name.parts:
            yield Source(name=str(name), text=path.read_bytes().decode("utf-8", "replace"))


def _rows(sample: Path) -> list[dict[str, Any]]:
    with gzip.open(sample, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    sys.exit(main())
