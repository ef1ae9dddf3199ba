"""Measure the secret scanner: recall by type, flagged lines of clean code, speed.

    python bench/secrets.py [SAMPLE.jsonl.gz] [--clean FOLDER ...] [--misses]

Recall counts rows that are secrets: full means that no value of the row survives in the redacted text. Clean code is
scanned file by file; each flagged line is printed with its secret already masked.
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.core import redact

ENDINGS = {".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".go", ".java", ".rb", ".php", ".cs", ".c", ".h", ".sh"}
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "secrets.jsonl.gz"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--clean", nargs="*", type=Path, default=[])
    parser.add_argument("--misses", action="store_true")
    chosen = parser.parse_args()
    scanner = DetectSecretsScanner()
    if chosen.sample.is_file():
        recall(chosen.sample, scanner, show_misses=chosen.misses)
    for folder in chosen.clean:
        clean(folder, scanner)
    return 0


def recall(sample: Path, scanner: DetectSecretsScanner, *, show_misses: bool) -> None:
    """Print how many secrets are fully masked, and the types of ten rows and more below 95%."""
    found: dict[str, list[bool]] = defaultdict(list)
    for row in _rows(sample):
        if row["is_secret"] and row["secrets"]:
            masked = redact.text(row["text"], scanner.scan).text
            is_full = not any(secret in masked for secret in row["secrets"])
            found[row["type"]].append(is_full)
            if show_misses and not is_full:
                print(f"  missed {row['id']} {row['type']}")
    total = sum(map(len, found.values()))
    full = sum(map(sum, found.values()))
    print(f"recall: {full} of {total} = {full / total:.1%}")
    low = {kind: each for kind, each in found.items() if len(each) >= 10 and sum(each) / len(each) < 0.95}
    print(f"types of 10 rows and more: {sum(len(each) >= 10 for each in found.values())}, below 95%: {len(low)}")
    for kind, each in sorted(low.items(), key=lambda item: sum(item[1]) / len(item[1])):
        print(f"  {kind}: {sum(each)} of {len(each)}")


def clean(folder: Path, scanner: DetectSecretsScanner) -> None:
    """Print the lines of a tree without secrets that are flagged, and the speed."""
    lines = size = 0
    flagged: Counter[str] = Counter()
    started = time.perf_counter()
    spent = 0.0
    for path in sorted(folder.rglob("*")):
        if path.suffix not in ENDINGS or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        lines += text.count("\n")
        size += len(text)
        started = time.perf_counter()
        spans = scanner.scan(text)
        spent += time.perf_counter() - started
        for span in spans:
            number = text.count("\n", 0, span.start) + 1
            line = text[text.rfind("\n", 0, span.start) + 1 : span.start][-60:]
            flagged[span.type] += 1
            print(f"  flagged {path.relative_to(folder)}:{number} {span.type} {line.strip()}<masked>", file=sys.stderr)
    rate = sum(flagged.values()) / max(lines, 1) * 1000
    print(
        f"clean: {folder.name}: {lines:,} lines, {sum(flagged.values())} flagged = {rate:.3f} per 1,000", dict(flagged)
    )
    print(f"speed: {size / 1e6 / spent:.1f} MB/s over {size / 1e6:.1f} MB")


def _rows(sample: Path) -> list[dict[str, Any]]:
    with gzip.open(sample, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    sys.exit(main())
