"""Hold what the rules and trees say of a bare diff against what they say with the head files.

    python bench/fragments.py [--max-commits N] [--shown N] REPOSITORY...

For every commit against its first parent, each changed file is judged twice: by its head file, and by the diff alone.
The second table does not wait for faults, which are rare: every call, comparison and condition on added lines, as a
probe of the same test that hits have to pass. The exit code is 1 where a rule speaks of a diff alone.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ast_grep_py import SgNode, SgRoot

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.anchors import Repository  # beside this file

from hunkwise.adapters.syntax_rules import AstGrepRules, fragments, kinds, sources
from hunkwise.core import patch
from hunkwise.model.diff import FileDiff, LineKind

PROBES = (
    "binary",
    "binary_expression",
    "call",
    "call_expression",
    "command",
    "comparison_operator",
    "function_call_expression",
    "if_statement",
    "invocation_expression",
    "member_call_expression",
    "method_invocation",
    "block_mapping_pair",
)
"""Kinds of nodes that are looked for, in the grammars that have them."""

MAX_BYTES = 400_000
"""Larger files are passed over."""

Key = tuple[str, int, int, str]
"""A node: kind, first and last line of the head file, its words (a fragment is indented less)."""


@dataclass(slots=True)
class Count:
    """Sums by rule and language, and by language; `files` are file diffs."""

    files: Counter[str] = field(default_factory=Counter)
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)
    invented: Counter[tuple[str, str]] = field(default_factory=Counter)
    nodes: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    untested: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--max-commits", type=int, default=250)
    parser.add_argument("--shown", type=int, default=20, help="places that are printed to look at")
    given = parser.parse_args()
    count = Count()
    for folder in given.repositories:
        for commit, file, head in changed(folder, given.max_commits):
            kind = kinds.of(file.path, head.partition(b"\n")[0])
            if kind is not None:
                count.files[kind.language] += 1
                place = f"{folder.resolve().parent.name}@{commit[:8]} {file.path}"
                count_hits(count, kind.language, place, file, head)
                if kind.grammar is not None:
                    count_nodes(count, kind.grammar, place, file, head)
        print(f"read {folder}", file=sys.stderr)
    print_tables(count)
    print("", *count.places[: given.shown], sep="\n")
    return 1 if count.invented else 0


def changed(folder: Path, limit: int) -> Iterator[tuple[str, FileDiff, bytes]]:
    """Yield commit, file and head of every text a commit changes or adds."""
    repository = Repository(folder)
    for base, commit in repository.pairs(limit):
        try:
            diff = repository.diff(base, commit)
        except subprocess.CalledProcessError:
            continue  # a copy that was fetched in part lacks objects of this commit
        files = {file.raw_path: file for file in patch.parse(diff).files if file.added}
        for path, blob in heads(repository, base, commit):
            head = repository.blob(blob) if path in files and not files[path].is_binary else b""
            if head and b"\0" not in head and len(head) <= MAX_BYTES:
                yield commit, files[path], head
    repository.close()


def heads(repository: Repository, base: str, commit: str) -> Iterator[tuple[bytes, str]]:
    """Yield path and blob of each entry of `git diff-tree -z`."""
    fields = iter(repository.run("diff-tree", "-r", "-z", "-M", "-C", base, commit).split(b"\0"))
    for entry in filter(None, fields):
        words = entry.split()
        path = next(fields)
        yield next(fields) if words[4][:1] in b"RC" else path, words[3].decode()


def count_hits(count: Count, language: str, place: str, file: FileDiff, head: bytes) -> None:
    rules = AstGrepRules()
    whole = {(hit.rule.id, hit.line) for hit in rules.check(file, head)}
    alone = {(hit.rule.id, hit.line) for hit in rules.check(file, None)}
    for counter, found in ((count.hits, whole), (count.lost, whole - alone), (count.invented, alone - whole)):
        counter.update((rule, language) for rule, _ in found)
    count.places += [f"- {place}:{line} {rule} by the diff alone" for rule, line in sorted(alone - whole)]


def count_nodes(count: Count, grammar: str, place: str, file: FileDiff, head: bytes) -> None:
    (text,) = sources.of(file, head)
    whole = {key(node, text.numbers) for node in probes(SgRoot(text.text, grammar).root(), grammar)}
    added = {line.number for hunk in file.hunks for line in hunk.lines if line.kind is LineKind.ADDED}
    for source in sources.of(file, None):
        if source.is_whole:
            continue
        shown = {each for each in whole if source.numbers[0] <= each[1] and each[2] <= source.numbers[-1]}
        root = SgRoot(source.text, grammar).root()
        fragment = fragments.Fragment(source.lines, root, grammar, at_start=source.numbers[0] == 1)
        nodes = [(key(node, source.numbers), node) for node in probes(root, grammar)]
        held = {each for each, node in nodes if fragment.holds(node, looks_around=False)}
        wanted = touching(shown, added)
        count.nodes[grammar] += len(wanted)
        count.found[grammar] += len(wanted & held)
        count.untested[grammar] += len(touching((each for each, _ in nodes), added) - whole)
        false = touching(held, added) - whole
        count.false[grammar] += len(false)
        count.places += [f"- {place}:{each[1]} {each[0]} {each[3][:80]}" for each in sorted(false)]


def probes(root: SgNode, grammar: str) -> list[SgNode]:
    return [node for kind in known(grammar) for node in root.find_all(kind=kind)]


@cache
def known(grammar: str) -> tuple[str, ...]:
    """Return the probes that are kinds of `grammar`."""
    found = []
    for kind in PROBES:
        try:
            SgRoot("", grammar).root().find(kind=kind)
        except RuntimeError:
            continue
        found.append(kind)
    return tuple(found)


def key(node: SgNode, numbers: Sequence[int]) -> Key:
    place = node.range()
    last = place.end.line - (place.end.column == 0 and place.end.line > place.start.line)
    return node.kind(), numbers[place.start.line], numbers[last], " ".join(node.text().split())


def touching(keys: Iterable[Key], added: set[int]) -> set[Key]:
    return {each for each in keys if not added.isdisjoint(range(each[1], each[2] + 1))}


def print_tables(count: Count) -> None:
    print("| rule | language | with head files | of them lost by the diff alone | only by the diff alone |")
    print("|---|---|--:|--:|--:|")
    for rule, language in sorted(count.hits.keys() | count.invented.keys()):
        cells = (each[rule, language] for each in (count.hits, count.lost, count.invented))
        print(f"| `{rule}` | {language} |", " | ".join(map(str, cells)), "|")
    print("\n| grammar | nodes on added lines | found in the hunk | false without the test | false |")
    print("|---|--:|--:|--:|--:|")
    for grammar in sorted(count.nodes):
        share = count.found[grammar] / (count.nodes[grammar] or 1)
        shown = f"{share:.1%} | {count.untested[grammar]:,} | {count.false[grammar]:,}"
        print(f"| {grammar} | {count.nodes[grammar]:,} | {shown} |")
    print(
        f"\n{count.files.total():,} file diffs:",
        ", ".join(f"{name} {each:,}" for name, each in count.files.most_common()),
    )


if __name__ == "__main__":
    sys.exit(main())
