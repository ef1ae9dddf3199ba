"""Which chunks are worth reading first, for a run that may not get to read all of them.

What a path says of a file's work is the best that can be known before anybody read it: code that guards, pays or
migrates first, then other code, then tests, and prose last. A rule's finding in a file raises its chunk, and so does
code in which little mistakes are grave ones.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from hunkwise.model.material import Chunk, Passage

GRAVE, CODE, SETUP, TEST, PROSE = 8.0, 4.0, 3.0, 2.0, 1.0
"""Worth of a token of each kind of file."""

HIT = 4.0
"""Worth that a rule's finding in the file adds to each of its tokens."""

SIGNAL = 0.5
"""Worth that a grave word on a changed line adds to each token of its passage: it orders files of one kind."""

_GRAVE = re.compile(
    r"auth|login|passw|crypt|secur|token|secret|session|permission|acl|admin|pay|billing|invoice|price|sql|query"
    r"|migrat|deserial|pickle|upload|sandbox|exec|shell|lock|concurren|thread",
    re.IGNORECASE,
)
_GRAVE_WORD = re.compile(
    r"auth(?!or)|passw|credential|(?:api|private|secret|access)_?key|token|secret|session|cookie|csrf|cors|permission"
    r"|is_?admin|crypt|cipher|hmac|sha\d|md5|nonce|random|certificate|verify|signature|jwt|oauth"
    r"|\b(?:select|insert|update|delete|drop|alter|grant|truncate)\b.{0,80}\b(?:from|into|set|table|on|where)\b"
    r"|execute(?:many|_raw|Query|Update)?\s*\(|raw_?sql|transaction|pickle|unmarshal|deserial|yaml\.(?:unsafe_)?load"
    r"|readObject|eval\s*\(|exec\w*\s*\(|subprocess|os\.system|popen|spawn|shell|innerHTML|dangerouslySet|v-html"
    r"|thread|mutex|lock\b|atomic|synchronized|volatile|goroutine|\bgo func|chan\b|async\b|await\b|race\b"
    r"|unsafe|malloc|free\s*\(|memcpy|strcpy|sprintf|transmute|chmod|chown|sudo|setuid|path\.join|upload|redirect"
    r"|curl\b|wget\b",
    re.IGNORECASE,
)
"""Words of code that guards, signs, queries, locks, unpacks, runs or reaches out."""

MAX_SEARCHED = 2_000
"""Characters of a line in which such a word is looked for."""

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


def _worth(chunk: Chunk, hit_paths: Collection[str]) -> float:
    """Return the worth of a token of `chunk`: a budget buys tokens."""
    weighed = [(_of_passage(each) + HIT * (each.path in hit_paths), _weight(each)) for each in chunk.passages]
    return sum(worth * weight for worth, weight in weighed) / sum(weight for _, weight in weighed)


def is_grave(path: str, changed: Iterable[str]) -> bool:
    """Tell whether a path or a changed line speaks of what little mistakes make grave."""
    return bool(_GRAVE.search(path)) or any(_GRAVE_WORD.search(text[:MAX_SEARCHED]) for text in changed)


def _of_passage(passage: Passage) -> float:
    changed = (line.text for line in passage.lines if line.sign != " ")
    speaks = any(_GRAVE_WORD.search(text[:MAX_SEARCHED]) for text in changed)
    return _of_path(passage.path) + SIGNAL * speaks


def _weight(passage: Passage) -> int:
    return max(passage.tokens, 1)


def _of_path(path: str) -> float:
    if _TEST.search(path):
        return TEST
    if _PROSE.search(path):
        return PROSE
    if _GRAVE.search(path):
        return GRAVE
    return SETUP if _SETUP.search(path) else CODE
