"""Which hunks need no request, and which may be read by a cheaper model.

Both are decided on the safe side: a hunk is trivial only where it is proven that no program can tell the difference,
and cheap only where its kind is one in which a mistake is seldom grave and no line speaks of what is.
"""

import re
from collections.abc import Iterable

from hunkwise.core import risk
from hunkwise.core.packing import RedactedLines
from hunkwise.model.diff import LineKind
from hunkwise.model.material import LiteralPlace, QueryType, Tier

WHITESPACE = "only whitespace changed, where it means nothing"
"""The reason of a hunk that needs no request."""

BLANKS = " \t\r"
"""What indents, separates and ends lines; any other blank of Unicode is a character like others."""

FREE_FORM = frozenset({"cjs", "cts", "go", "java", "js", "json", "jsx", "mjs", "mts", "ts", "tsx"})
"""Endings of languages in which blanks at the ends of a line, and blank lines, mean nothing outside of strings.

Not Rust and PHP, whose ordinary strings run over lines, nor C#, where such a string may begin a line with code, nor C
and CSS, where a line that is not shown may go on with a backslash.
"""

WITHOUT_LONG_STRINGS = frozenset({"json"})
"""Of those, the ones whose strings end on their line."""

_EDGE = re.compile(r"[\"'`]|\$\{")
"""What a line begins or ends with that may open, close or interrupt a string of several lines."""

_HELD_BY_LINES = re.compile(r"//go:|//\s*\+build|^\s*import\s+\"C\"|\\\s*$")
"""Where blanks count after all: Go's directives and cgo's preamble stand by empty lines, a backslash joins lines."""

CHEAP_TYPES = frozenset({QueryType.DOCUMENTATION, QueryType.TEST})
"""Kinds of change that a cheaper model may read."""


def may_be_trivial(lines: RedactedLines) -> bool:
    """Tell whether a hunk changes nothing but blanks at the ends of lines, and blank lines, of a free-form language.

    It is proven when the hunk stands in no string of several lines either (`is_proven`).
    """
    rows = lines.hunk.lines
    if _ending(lines.path) not in FREE_FORM or any(_HELD_BY_LINES.search(line.text) for line in rows):
        return False
    before, after = (_side(lines, hidden) for hidden in (LineKind.ADDED, LineKind.DELETED))
    return before == after != []


def needs_head(lines: RedactedLines) -> bool:
    """Tell whether the proof needs the head file's strings."""
    return _ending(lines.path) not in WITHOUT_LONG_STRINGS


def is_proven(lines: RedactedLines, places: Iterable[LiteralPlace] | None) -> bool:
    """Tell whether no line that a hunk shows touches a string of several lines, by the head file's `places`.

    A line inside one holds a piece of it at an end, or an edge of it; None: the file could not be parsed.
    """
    if not needs_head(lines):
        return True
    if places is None:
        return False
    shown = {line.new: line.text.rstrip(BLANKS) for line in lines.hunk.lines if line.new is not None}
    if any(_touches_edge(text.strip(BLANKS)) for text in shown.values()):
        return False
    pieces = (each for each in places if each.kind != "comment" and each.line in shown)
    return not any(_is_at_an_end(each, shown[each.line]) for each in pieces)


def tier(query_type: QueryType, lines: RedactedLines) -> Tier:
    """Return the tier that a hunk is worth where there is a cheap model."""
    rows = zip(lines.hunk.lines, lines.texts, strict=True)
    changed = (text for line, text in rows if line.kind is not LineKind.CONTEXT)
    is_cheap = query_type in CHEAP_TYPES and not risk.is_grave(lines.path, changed)
    return Tier.CHEAP if is_cheap else Tier.STRONG


def _ending(path: str) -> str:
    return path.lower().rpartition("/")[2].rpartition(".")[2]


def _touches_edge(text: str) -> bool:
    return bool(text) and (_EDGE.match(text) is not None or text[-1] in "\"'`")


def _is_at_an_end(place: LiteralPlace, text: str) -> bool:
    return place.end >= len(text) or not text[: place.start].strip(BLANKS)


def _side(lines: RedactedLines, hidden: LineKind) -> list[str]:
    texts = (line.text.strip(BLANKS) for line in lines.hunk.lines if line.kind is not hidden)
    return [text for text in texts if text]
