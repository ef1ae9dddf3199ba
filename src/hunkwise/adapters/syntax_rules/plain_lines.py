"""What of a file's lines can matter: blanks between tokens, blank lines and, where it is asked for, comments go.

The syntax tree says what a token is. Everything inside one stays as it is, byte for byte: strings, regular expressions,
here-documents, text of templates. Only the blanks between tokens are folded, and never to nothing: in some languages
`f -1` is not `f - 1`. Lines are never joined, and all up to the first token of code stays: `#!` or an encoding counts
from a file's beginning. A file that does not parse without an error stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode, SgRoot

from hunkwise.adapters.syntax_rules import kinds

MAX_CHARS = 500_000
"""A larger file is not parsed for this."""

INDENTED = frozenset({"python"})
"""Grammars in which indentation matters."""

FREE = frozenset({"javascript", "typescript", "tsx", "go", "java", "ruby", "php", "csharp", "bash"})
"""Grammars in which it does not. Those in neither are not touched."""

_COMMENT = re.compile(r"comment")
_LITERAL = re.compile(
    r"string|heredoc|nowdoc|template|char(?:acter)?_literal|regex|rune_literal|shell_command|subshell|symbol|jsx_text"
    r"|uninterpreted|command_substitution"
)
"""Nodes that stay as they are, with all they hold."""

_SPEAKS_TO_TOOLS = re.compile(
    r"^(?:#|//|/\*+)[ \t]*(?:[\w./-]+[:=]|[!@+%$<#/*-])"
    r"|no(?:qa|sec|lint|inspection|cover)|pragma|lint|ignore|disable|enable|suppress|coding|vim:|region|<redacted",
    re.IGNORECASE,
)
"""Comments that compilers, linters or other tools may read; the test errs on the side of keeping one."""

_CGO = re.compile(r'^\s*import\s*(?:\(\s*)?"C"', re.MULTILINE)
"""A Go file whose comments are C."""

_PHP_ALONE = re.compile(r"<\?php\b(?!.*(?:\?>|__halt_compiler))", re.DOTALL | re.IGNORECASE)
"""A PHP file without a byte outside of its code: blanks there are sent to whoever asked, before any header."""

_BLANKS = re.compile(r"[ \t]*")

_NOT_LINE_END = re.compile(r"[^\n]")

_Range = tuple[str, int, int]


class AstGrepPlainLines:
    """Implements `ports.PlainLines`."""

    def plain(self, path: str, text: str, *, comments: bool) -> tuple[str | None, ...] | None:
        """Return each line of a whole file without what can't matter."""
        return plain(path, text, comments=comments)


def plain(path: str, text: str, *, comments: bool) -> tuple[str | None, ...] | None:
    """Return each line of a whole file without what can't matter, None for a line of nothing else.

    Returns None for a file that is not understood. With `comments` they stay, else those go that no tool reads.
    """
    kind = kinds.of(path, text.partition("\n")[0].encode("utf-8", "replace"))
    grammar = None if kind is None else kind.grammar
    if grammar not in INDENTED | FREE or len(text) > MAX_CHARS or _CGO.search(text):
        return None
    if grammar == "php" and not _PHP_ALONE.match(text):
        return None
    tokens = _tokens(SgRoot(text, str(grammar)).root())
    if tokens is None:
        return None
    silent = [] if comments else [each for each in tokens if _is_silent(each, text)]
    rows = list(_rows(text, tokens if comments else [each for each in tokens if not _is_silent(each, text)]))
    shown, needed = _without(text, silent), _needed(text, rows)
    begun = next((each[1] for each in tokens if each[0] != "comment"), len(text))
    return tuple(
        text[row.start : row.end]
        if row.start <= begun
        else _line(shown, row, is_needed=is_needed, indented=grammar in INDENTED)
        for row, is_needed in zip(rows, needed, strict=True)
    )


def _is_silent(token: _Range, text: str) -> bool:
    return token[0] == "comment" and not _SPEAKS_TO_TOOLS.search(text[token[1] : token[2]])


def _without(text: str, silent: Sequence[_Range]) -> str:
    """Return `text` with blanks in place of comments; lines stay."""
    parts: list[str] = []
    at = 0
    for _, first, last in silent:
        parts += [text[at:first], _NOT_LINE_END.sub(" ", text[first:last])]
        at = last
    return "".join([*parts, text[at:]])


def _tokens(root: SgNode) -> list[_Range] | None:
    """Return the file's tokens in order, as characters; None where the file does not parse without an error."""
    found: list[_Range] = []
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        name, at = node.kind(), node.range()
        first, last, children = at.start.index, at.end.index, node.children()
        if name == "ERROR" or (first == last and node.parent() is not None):
            return None
        if _COMMENT.search(name):
            found.append(("comment", first, last))
        elif children and not _LITERAL.search(name):
            open_nodes.extend(reversed(children))
        elif node.is_named() or node.text().strip():  # else it is a line end that a grammar counts as a token
            found.append(("token", first, last))
    return sorted(found, key=lambda each: each[1:])


@dataclass(frozen=True, slots=True)
class _Row:
    """A line `[start, end)` and the tokens that touch it."""

    start: int
    end: int
    tokens: Sequence[_Range]


def _rows(text: str, tokens: Sequence[_Range]) -> Iterator[_Row]:
    at, first = 0, 0
    for line in text.split("\n"):
        end = at + len(line)
        while first < len(tokens) and tokens[first][2] <= at:
            first += 1
        last = first
        while last < len(tokens) and tokens[last][1] < max(end, at + 1):
            last += 1
        yield _Row(at, end, tokens[first:last])
        at = end + 1


def _needed(text: str, rows: Sequence[_Row]) -> list[bool]:
    """Return which blank lines may matter: beside a comment that a tool may read, or after a backslash."""
    speaks = [any(each[0] == "comment" and not _is_silent(each, text) for each in row.tokens) for row in rows]
    ends = [text[row.start : row.end].rstrip().endswith("\\") for row in rows]
    beside = [False, *speaks], [*speaks[1:], False], [False, *ends]
    return [any(each) for each in zip(*(column[: len(rows)] for column in beside), strict=True)]


def _line(text: str, row: _Row, *, is_needed: bool, indented: bool) -> str | None:
    if text[row.start : row.end].rstrip().endswith("\\"):
        return text[row.start : row.end]
    parts: list[str] = []
    at = row.start
    for _, first, last in row.tokens:
        if first > at:
            blank = text[at:first] if indented and at == row.start else ("" if at == row.start else " ")
            parts.append(_gap(text[at:first], blank))
        parts.append(text[max(first, at) : min(last, row.end)])
        at = max(at, min(last, row.end))
    parts.append(_gap(text[at : row.end], ""))
    inside = any(first < row.start or last > row.end for _, first, last in row.tokens)
    return "".join(parts) if row.tokens or inside or is_needed or any(parts) else None


def _gap(gap: str, blank: str) -> str:
    """Return what stands for a gap between tokens; what is not a plain blank stays as it is."""
    return blank if _BLANKS.fullmatch(gap) else gap
