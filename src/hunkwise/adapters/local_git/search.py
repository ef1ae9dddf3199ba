"""Find definitions in the tree of a commit: bounded in names, output, time and size, and without the work tree."""

from collections.abc import Collection, Iterator, Sequence

from hunkwise.adapters.local_git import apart, contents
from hunkwise.adapters.local_git.command import Git
from hunkwise.core import scopes

MAX_NAMES = 40
"""Names that are looked for in one search."""

MAX_OUTPUT_BYTES = 4_000_000
"""Bytes of matching lines that are read; what comes after them is not known."""

TIMEOUT_S = 10.0
"""Seconds a search may take; one that takes longer finds nothing."""

MAX_FILES = 20
"""Files whose content is given: those that define the most names first."""

GREP = ("grep", "-I", "-F", "-w", "-n", "-z", "--full-name", "--no-color", "--no-column", "--no-recurse-submodules")
"""Whole words, as they stand, in text files; `--and` and patterns of the searcher's language are not used."""


def defining(git: Git, tree: str, names: Sequence[str], besides: Collection[bytes]) -> dict[bytes, bytes]:
    """Return files of `tree` by path, without those of `besides`, in which a line seems to define one of `names`."""
    wanted = [name for name in names if name.isidentifier() and name.isascii()][:MAX_NAMES]
    if not wanted:
        return {}
    patterns = [part for name in wanted for part in ("-e", name)]
    with apart.nowhere(git) as own:
        output = own.first_bytes(*GREP, *patterns, tree, "--", limit=MAX_OUTPUT_BYTES, timeout_s=TIMEOUT_S)
    found: dict[bytes, set[str]] = {}
    for path, line in _matches(output, tree.encode()):
        if path not in besides:
            defined = scopes.defined(line.decode("utf-8", "replace"), wanted)
            found.setdefault(path, set()).update(defined)
    best = sorted((path for path in found if found[path]), key=lambda path: (-len(found[path]), path))[:MAX_FILES]
    return contents.blobs_at(git, tree, best)


def _matches(output: bytes, tree: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield path and text of each match; a path may hold any byte but NUL."""
    at = 0
    while output.startswith(tree + b":", at):
        path_end = output.find(b"\0", at)
        number_end = output.find(b"\0", path_end + 1)
        line_end = output.find(b"\n", number_end + 1)
        if -1 in (path_end, number_end, line_end):
            return
        yield output[at + len(tree) + 1 : path_end], output[number_end + 1 : line_end]
        at = line_end + 1
