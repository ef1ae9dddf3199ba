"""Which chunks are worth reading first, for a run that may not get to read all of them.

What a path says of a file's work is the best that can be known before anybody read it: code that guards, pays or
migrates first, then other code, then tests, and prose last. A rule's finding in a file raises its chunk.
"""

import re
from collections.abc import Collection, Sequence

from hunkwise.model.material import Chunk, Passage

GRAVE, CODE, SETUP, TEST, PROSE = 8.0, 4.0, 3.0, 2.0, 1.0
"""Worth of a token of each kind of file."""

HIT = 4.0
"""Worth that a rule's finding in the file adds to each of its tokens."""

_GRAVE = re.compile(
    r"auth|login|passw|crypt|secur|token|secret|session|permission|acl|admin|pay|billing|invoice|price|sql|query"
    r"|migrat|deserial|pickle|upload|sandbox|exec|shell|lock|concurren|thread",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testdata|fixtures?|examples?|bench\w*)/|(?:^|[/_.])(?:test|spec)[_.]"
)
_PROSE = re.compile(r"\.(?:md|rst|txt|adoc|html?|css|scss|svg|po|csv)$|(?:^|/)(?:docs?|locales?)/", re.IGNORECASE)
_SETUP = re.compile(
    r"\.(?:ya?ml|toml|json|ini|cfg|conf|tf|xml|properties)$|(?:^|/)(?:Dockerfile|Makefile)", re.IGNORECASE
)


def order(chunks: Sequence[Chunk], hit_paths: Collection[str] = frozenset()) -> tuple[int, ...]:
    """Return the indices of `chunks`, the most valuable first; equal ones keep their order."""
    return tuple(sorted(range(len(chunks)), key=lambda index: -_worth(chunks[index], hit_paths)))


def is_grave(path: str) -> bool:
    """Whether a file's path says that it guards, pays, migrates or runs what others give it."""
    return _GRAVE.search(path) is not None and not _TEST.search(path) and not _PROSE.search(path)


def _worth(chunk: Chunk, hit_paths: Collection[str]) -> float:
    """Return the worth of a token of `chunk`: a budget buys tokens."""
    weighed = [(_of_path(each.path) + HIT * (each.path in hit_paths), _weight(each)) for each in chunk.passages]
    return sum(worth * weight for worth, weight in weighed) / sum(weight for _, weight in weighed)


def _weight(passage: Passage) -> int:
    return max(passage.tokens, 1)


def _of_path(path: str) -> float:
    if _TEST.search(path):
        return TEST
    if _PROSE.search(path):
        return PROSE
    if is_grave(path):
        return GRAVE
    return SETUP if _SETUP.search(path) else CODE
