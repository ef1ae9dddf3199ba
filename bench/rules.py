"""Run every rule over whole trees, as if each line of each file were new, and print every hit by rule.

    bench/rules.py NAME=FOLDER... [--sheet bench/rules.md] [--rules ID,...]
    bench/rules.py --labelled ../shared/data/vuln_lines.jsonl.gz

With `--sheet` only hits that the sheet does not judge yet are printed; exit code 1 if there are any. A hit is named
`NAME/path:line`. Trees are read, never run.
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

from hunkwise.adapters.syntax_rules import AstGrepRules, kinds
from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind

SKIPPED_FOLDERS = frozenset({"__pycache__", ".git"})
"""Folders without sources."""

SUFFIXES_BY_LABEL = {
    "python": "py",
    "py": "py",
    "javascript": "js",
    "js": "js",
    "typescript": "ts",
    "go": "go",
    "java": "java",
    "ruby": "rb",
    "php": "php",
    "csharp": "cs",
    "c#": "cs",
    "bash": "sh",
    "shell": "sh",
    "shellscript": "sh",
    "dockerfile": "dockerfile",
}
"""File suffixes for the `lang` of labelled rows."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit as the sheet names it, with the code it is about."""

    rule: str
    place: str
    code: str


def main() -> int:
    """Run over the trees or the labelled rows named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--rules", default="", help="only these rules")
    parser.add_argument("--labelled", type=Path)
    options = parser.parse_args()
    if options.labelled:
        print_labelled(options.labelled)
        return 0
    started = time.monotonic()
    files = [found for tree in options.trees for found in sources(tree)]
    hits: list[Hit] = []
    lines = 0
    with Pool(os.cpu_count()) as pool:
        for count, found in pool.imap_unordered(judge, files, chunksize=16):
            lines += count
            hits += found
    wanted = set(filter(None, options.rules.split(",")))
    judged = options.sheet.read_text(encoding="utf-8") if options.sheet else ""
    hits = [hit for hit in hits if f"`{hit.place}`" not in judged and (not wanted or hit.rule in wanted)]
    print_hits(hits)
    print(f"{len(files):,} files, {lines:,} lines, {len(hits):,} hits, {time.monotonic() - started:.0f} s")
    return 1 if options.sheet and hits else 0


def sources(tree: str) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each file below `NAME=FOLDER` that there are rules for."""
    name, _, folder = tree.partition("=")
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for file in sorted(names):
            path = Path(here, file)
            shown = f"{name}/{path.relative_to(folder)}"
            if path.is_file() and not path.is_symlink() and kinds.of(shown, first_line(path)) is not None:
                yield shown, path


def first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline(200)


def judge(source: tuple[str, Path]) -> tuple[int, list[Hit]]:
    """Return the number of lines of a file and its hits."""
    shown, path = source
    shown = shown.encode("utf-8", "replace").decode()
    head = path.read_bytes()
    file = as_new(shown, head)
    hits = AstGrepRules().check(file, head)
    texts = file.hunks[0].lines
    return len(texts), [Hit(hit.rule.id, f"{shown}:{hit.line}", texts[hit.line - 1].text.strip()) for hit in hits]


def as_new(path: str, head: bytes) -> FileDiff:
    """Return the diff that adds `head` whole."""
    texts = head.decode("utf-8", "replace").split("\n")
    lines = tuple(
        DiffLine(kind=LineKind.ADDED, old=None, new=number, raw=b"", text=text)
        for number, text in enumerate(texts, start=1)
    )
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=len(lines), section="", lines=lines)
    raw = path.encode()
    return FileDiff(path=path, raw_path=raw, old_path=path, raw_old_path=raw, status=FileStatus.ADDED, hunks=(hunk,))


def print_hits(hits: list[Hit]) -> None:
    by_rule: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_rule[hit.rule].append(hit)
    for rule in sorted(by_rule):
        print(f"\n## {rule}: {len(by_rule[rule])}")
        for hit in sorted(by_rule[rule], key=lambda hit: hit.place):
            print(f"- `{hit.place}` {hit.code[:160]}")


def print_labelled(path: Path) -> None:
    """Print how many vulnerable and how many clean rows fire, by language, and the rules that fired."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    fired: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            language = row["lang"].lower()
            suffix = SUFFIXES_BY_LABEL.get(language)
            head = row["code"].encode()
            rules = (
                set()
                if suffix is None
                else {hit.rule.id for hit in AstGrepRules().check(as_new(f"src/row.{suffix}", head), head)}
            )
            label = "vulnerable" if row["vuln"] else "clean"
            counts[language][label] += 1
            counts[language][f"{label} fired"] += bool(rules)
            fired[label].update(rules)
    print("| language | vulnerable | fired | clean | fired |\n|---|--:|--:|--:|--:|")
    for language, count in sorted(counts.items()):
        cells = (count[key] for key in ("vulnerable", "vulnerable fired", "clean", "clean fired"))
        print(f"| {language} |", " | ".join(map(str, cells)), "|")
    for label, counted in fired.items():
        print(f"\n{label}:", ", ".join(f"{rule} {count}" for rule, count in counted.most_common()) or "none")


if __name__ == "__main__":
    sys.exit(main())
