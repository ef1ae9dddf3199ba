"""Whether a match in a hunk that was parsed by itself is one in the whole file too, as far as the hunk can tell.

A hunk may begin inside a string or a comment, and ends where it ends: prose is parsed as code, and a loop lacks the
rows that would excuse what is in it. What the rows can't settle does not hold: a model reads them anyway.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from ast_grep_py import SgNode, SgRoot

_BACKTICK = ("`", "`")
_COMMENT = ("/*", "*/")
_TRIPLE = ('"""', '"""')

LITERALS_BY_GRAMMAR = {
    "python": (_TRIPLE, ("'''", "'''")),
    "javascript": (_BACKTICK, _COMMENT),
    "typescript": (_BACKTICK, _COMMENT),
    "tsx": (_BACKTICK, _COMMENT),
    "go": (_BACKTICK, _COMMENT),
    "java": (_TRIPLE, _COMMENT),
    "csharp": (_TRIPLE, _COMMENT),
    "php": (_COMMENT,),
}
"""What opens and closes literals and comments of several rows, by grammar."""

_DEFINITION = re.compile(
    r"(\w+_)?(function|method|constructor|class|module|lambda|func_literal|block_mapping)"
    r"(_(declaration|definition|(creation_)?expression|statement|literal))?"
)


class _Reading:
    """The tree of one way to read the rows, and the rows that do not fit into it."""

    def __init__(self, root: SgNode, lines: Sequence[str]) -> None:
        self._root = root
        self._nodes: dict[str, frozenset[tuple[int, int, str]]] = {}
        self.broken = _broken(root, lines)

    def has(self, match: SgNode) -> bool:
        """Whether the tree has the same node at the same rows; the first row may have been moved."""
        kind = match.kind()
        if kind not in self._nodes:
            self._nodes[kind] = frozenset((*_rows(node), node.text()) for node in self._root.find_all(kind=kind))
        return (*_rows(match), match.text()) in self._nodes[kind]


class Fragment:
    """The rows of one hunk, and their tree as if the hunk began outside of any literal."""

    def __init__(self, lines: Sequence[str], root: SgNode, grammar: str, *, at_start: bool) -> None:
        """`at_start` tells that the hunk begins where the file does, so in no literal."""
        self._lines = lines
        self._root = root
        self._grammar = grammar
        self._at_start = at_start

    def holds(self, match: SgNode, *, looks_around: bool) -> bool:
        """Whether `match` stands in the file; with `looks_around` also whether what encloses it is shown to its end."""
        first, last = _rows(match)
        near = range(self._filled(first, -1), self._filled(last, 1) + 1)
        if not self._plain.broken.isdisjoint(near) or self._is_cut(match):
            return False
        if looks_around and any(self._is_cut(each) for each in _enclosing(match)):
            return False
        return all(each.has(match) for each in self._others)

    @cached_property
    def _plain(self) -> _Reading:
        return _Reading(self._root, self._lines)

    @cached_property
    def _others(self) -> tuple[_Reading, ...]:
        """The readings that are as likely: the hunk begins inside a literal, which ends in it.

        Where a literal begins or ends, code is torn in two; such rows may break in the right reading too.
        """
        if self._at_start:
            return ()
        likely = []
        for opening, closing in LITERALS_BY_GRAMMAR.get(self._grammar, ()):
            ends = {row for row, line in enumerate(self._lines) if _is_open(line, opening, closing)}
            if ends:
                other = self._read_after(opening)
                if len(other.broken - ends) <= len(self._plain.broken - ends):
                    likely.append(other)
        return tuple(likely)

    def _read_after(self, opening: str) -> _Reading:
        root = SgRoot(opening + "\n".join(self._lines), self._grammar).root()
        return _Reading(root, self._lines)

    def _is_cut(self, node: SgNode) -> bool:
        """Whether a node of several rows reaches the last one, and so may go on below."""
        first, last = _rows(node)
        return first < last and last >= self._last

    @cached_property
    def _last(self) -> int:
        return self._filled(len(self._lines), -1)

    def _filled(self, row: int, step: int) -> int:
        """Return the next row that is not blank, from `row` on in the direction of `step`."""
        row += step
        while 0 <= row < len(self._lines) and not self._lines[row].strip():
            row += step
        return row


def is_in_definition(match: SgNode) -> bool:
    """Whether the rows show the head of a definition whose body `match` is in, and so all that is around it there."""
    return any(node.parent() is not None and _DEFINITION.fullmatch(node.kind()) for node in match.ancestors())


def _rows(node: SgNode) -> tuple[int, int]:
    """Return the first and last row of `node`; a line end belongs to the row it ends."""
    place = node.range()
    first, last = place.start.line, place.end.line
    return first, last - 1 if place.end.column == 0 and last > first else last


def _enclosing(match: SgNode) -> Iterator[SgNode]:
    """Yield what encloses `match`, up to the definition whose body it is in."""
    for node in match.ancestors():
        parent = node.parent()
        if parent is None or parent.kind() == "ERROR" or _DEFINITION.fullmatch(parent.kind()):
            return
        yield node


def _broken(root: SgNode, lines: Sequence[str]) -> frozenset[int]:
    """Return the rows with tokens that fit into no node, and those where one is missing.

    An error spans whole statements where only a bracket has no partner: those in it that are complete are sound.
    """
    rows: set[int] = set()
    for error in root.find_all(kind="ERROR"):
        own = set(_span(error))
        for child in error.children():
            if child.children() and child.kind() != "ERROR":
                own -= set(_span(child))
        for child in error.children():
            if child.is_leaf() and "comment" not in child.kind():
                own |= set(_span(child))
        rows |= {row for row in own if row < len(lines) and lines[row].strip()}
    missing = (node for node in root.find_all(regex="^$") if node.parent() is not None)
    return frozenset(rows | {node.range().start.line for node in missing})


def _span(node: SgNode) -> range:
    first, last = _rows(node)
    return range(first, last + 1)


def _is_open(line: str, opening: str, closing: str) -> bool:
    """Whether a literal that `line` begins, or an earlier one, does not end on it: as many open as close."""
    if opening == closing:
        return line.count(opening) % 2 == 1
    return line.count(opening) != line.count(closing)
