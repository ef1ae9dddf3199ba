"""What encloses a line: by the outline of its file, else by indentation, else by what git says of the hunk."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from hunkwise.model.diff import Hunk, LineKind
from hunkwise.model.outline import Definition, DefinitionKind, Outline

MAX_LEVELS = 4
"""Scopes around one line that are told, the innermost first."""

MAX_CLIMB = 2_000
"""Lines above a line that are searched for a header, so that the cost of a file with many hunks stays linear."""

MAX_HEADERS = 2
"""Headers told by indentation."""

MAX_HEADER_CHARS = 400
"""Characters of a line in which a header is looked for."""

TAB = 4
"""Columns of a tab, where indentations are compared."""

HEADER = re.compile(
    r"\s*(?:[\w@\[\]()<>,:*&\s.]{0,80}\s)?"
    r"(?:def|class|func|function|fn|fun|sub|module|interface|struct|enum|trait|impl|namespace|object|protocol|extension|union"
    r"|type|record|proc|method|procedure|defp|defmodule|defmacro|macro|task|contract|resource|service|message|begin|package)"
    r"\b[^=\"'`#]{0,160}"
)
"""A line that begins a scope in most languages, up to the first sign that may begin a string or comment."""

_CALL_HEADER = re.compile(r"\s*[\w:*&<>~,\s\[\]]{1,120}\([^;\"'`#=]{0,160}\)?\s*(?:const|throws\s+[\w., ]+)?\s*\{?\s*$")
"""A line like a function's header in C's family, which has no word for it."""

_VALUE = re.compile(
    r"(?:export |pub |static |final |const |let |var |val |#define )*\w+(?:: [\w\[\], .]{1,60})?\s*(?:=(?!=)|:=)"
)
"""A value that stands at the left edge, as those of modules do."""

_WORD = re.compile(r"\w+")

_TYPED_HEADER = re.compile(r"\s*[\w:*&<>~,\[\]]{1,60}\s[\w:*&<>~,\s\[\]]{1,120}\([^;\"'`#=]{0,160}\)?[^;]{0,40}$")
"""The same with a type before the name, which a call does not have."""

_STATEMENT = re.compile(
    r"\s*(?:\}\s*)?(?:if|else|elif|elsif|for|foreach|while|switch|case|catch|try|do|with|return|when|match|unless|until)\b"
)
"""A line that opens a block which is no scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lines `first`..`last` of a file."""

    first: int
    last: int


def changed_numbers(hunk: Hunk) -> tuple[int, ...]:
    """Return the head's line of each change: a deleted line counts for the one that stands there now."""
    numbers: list[int] = []
    following = hunk.new_start if hunk.new_count else hunk.new_start + 1
    for line in hunk.lines:
        if line.new is not None:
            following = line.new + 1
        if line.kind is not LineKind.CONTEXT:
            numbers.append(line.new or max(following - 1, 1))
    return tuple(numbers)


def enclosing(outline: Outline, numbers: Sequence[int]) -> tuple[Definition, ...]:
    """Return the scopes around the lines `numbers` (ascending): the innermost of the most lines first."""
    weights: dict[Definition, int] = {}
    open_scopes: list[Definition] = []
    scopes = [each for each in outline.definitions if each.kind is not DefinitionKind.VALUE]
    at = 0
    for number in numbers:
        while at < len(scopes) and scopes[at].first <= number:
            open_scopes.append(scopes[at])
            at += 1
        open_scopes = [each for each in open_scopes if each.last >= number]
        for scope in _told(open_scopes):
            weights[scope] = weights.get(scope, 0) + 1
    return tuple(sorted(weights, key=lambda each: (-each.first, each.last)))


def _told(around: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return the scopes worth telling of those around a line: no callback inside a function that has a name."""
    told: list[Definition] = []
    for scope in around:
        in_function = any(each.kind is DefinitionKind.FUNCTION and each.name for each in told)
        if scope.name or (scope.kind is DefinitionKind.FUNCTION and not in_function and scope.last - scope.first > 1):
            told.append(scope)
    return tuple(told[-MAX_LEVELS:])


def guessed(rows: Sequence[str], number: int) -> tuple[Span, ...]:
    """Return the headers above line `number` that are indented less and less and look as if they began a scope."""
    return tuple(list(_headers(rows, number))[:MAX_HEADERS])


def _headers(rows: Sequence[str], number: int) -> Iterator[Span]:
    here = min(number, len(rows)) - 1
    while here > 0 and not rows[here].strip():
        here -= 1
    depth = _indent(rows[here])
    for at in range(here - 1, max(here - 1 - MAX_CLIMB, -1), -1):
        row = rows[at]
        if depth == 0:
            return
        if not row.strip() or _indent(row) >= depth or row.strip() in {"{", "(", ")", "):"}:
            continue
        depth = _indent(row)
        if _begins_scope(row):
            yield Span(first=at + 1, last=at + 1)


def _begins_scope(row: str) -> bool:
    row = row[:MAX_HEADER_CHARS].rstrip()
    if _STATEMENT.match(row):
        return False
    return row.endswith((":", "{")) or HEADER.match(row) is not None or _CALL_HEADER.match(row) is not None


def _indent(row: str) -> int:
    expanded = row.expandtabs(TAB)
    return len(expanded) - len(expanded.lstrip())


def defined(row: str, names: Collection[str]) -> frozenset[str]:
    """Return those of `names` that a line seems to define."""
    row = row[:MAX_HEADER_CHARS]
    if _STATEMENT.match(row):
        return frozenset()
    found = HEADER.match(row) or _TYPED_HEADER.match(row)
    header = found.group() if found else (_VALUE.match(row) or [""])[0]
    return frozenset(_WORD.findall(header)).intersection(names)


def of_section(section: str) -> str:
    """Return the part of git's section heading that is surely a header, else nothing.

    Git cuts the heading at 80 bytes, and a secret cut in two is not known as one: so it ends where a string may begin.
    """
    found = HEADER.match(section)
    return found.group().strip() if found else ""
