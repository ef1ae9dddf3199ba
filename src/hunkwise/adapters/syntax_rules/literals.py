"""Comments and strings of a file by its syntax tree: all that is words for people, not code."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode, SgRoot

from hunkwise.adapters.syntax_rules import kinds
from hunkwise.model.material import LiteralPlace

MAX_BYTES = 2_000_000
"""A larger file is not parsed."""

_COMMENT = re.compile(r"comment")
_STRING = re.compile(r"string|heredoc_body|template_literal|char(?:acter)?_literal|scalar$|regex|rune_literal")
_CODE_INSIDE = re.compile(r"interpolation|substitution|expansion|variable_name|format_specifier|^\\$")
_QUOTE = re.compile(r"[A-Za-z@$#]{0,3}[\"'`]{1,3}|/|<<[-~]?|%[A-Za-z]?.|[)\]}>|]")


class AstGrepLiterals:
    """Implements `ports.Literals`."""

    def knows(self, path: str, head: bytes) -> bool:
        """Whether there is a grammar for a file of this name and content."""
        return self._grammar(path, head.partition(b"\n")[0]) is not None

    def find(self, path: str, text: str) -> tuple[LiteralPlace, ...] | None:
        """Return the comments and strings of a whole file, cut at line ends; None where it can't be parsed."""
        grammar = self._grammar(path, text.partition("\n")[0].encode())
        if grammar is None or len(text) > MAX_BYTES:
            return None
        root = SgRoot(text, grammar).root()
        if root.find(kind="ERROR") is not None:
            return None
        rows = text.split("\n")
        return tuple(place for kind, start, end in _ranges(root) for place in _pieces(rows, kind, start, end))

    def _grammar(self, path: str, first_line: bytes) -> str | None:
        kind = kinds.of(path, first_line)
        return None if kind is None else kind.grammar


_At = tuple[int, int]


def _ranges(root: SgNode) -> Iterator[tuple[str, _At, _At]]:
    """Yield kind, start and end of each comment and string; what is code inside a string stays."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        kind = node.kind()
        if _COMMENT.search(kind):
            yield "comment", _start(node), _end(node)
        elif _STRING.search(kind) and node.is_named():
            at = _start(node)
            for child in node.children():
                is_code = bool(_CODE_INSIDE.search(child.kind()))
                if is_code or (child.is_leaf() and _QUOTE.fullmatch(child.text())):
                    yield "string", at, _start(child)
                    at = _end(child)
                    open_nodes.extend([child] if is_code else [])
            yield "string", at, _end(node)
        else:
            open_nodes.extend(node.children())


def _pieces(rows: list[str], kind: str, start: _At, end: _At) -> Iterator[LiteralPlace]:
    for line in range(start[0], min(end[0], len(rows) - 1) + 1):
        first = start[1] if line == start[0] else len(rows[line]) - len(rows[line].lstrip())
        last = end[1] if line == end[0] else len(rows[line])
        if rows[line][first:last].strip():
            yield LiteralPlace(kind=kind, line=line + 1, start=first, end=last)


def _start(node: SgNode) -> _At:
    return node.range().start.line, node.range().start.column


def _end(node: SgNode) -> _At:
    return node.range().end.line, node.range().end.column
