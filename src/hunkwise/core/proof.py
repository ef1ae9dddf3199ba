"""Whether quoted code proves something: it stands in what was shown, and it is more than somebody's words.

Comments and strings say what their author likes, so a quote that lies wholly in them proves nothing. Where a syntax
tree tells them apart, it decides. Where none does, a line is taken for words as soon as it may be: a proof that is
turned down costs less than a lie that is believed.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from hunkwise.core import anchoring, wrapping
from hunkwise.model.diff import Side
from hunkwise.model.material import Chunk, ContextPiece, LiteralPlace, PassageLine

MIN_CODE = 4
"""Characters of code, blanks and literals aside, that a proof needs: a bracket proves nothing."""

MAX_PLACES = 100
"""Places of one quote in one hunk that are looked at."""

NOT_SHOWN = "the code that it quotes is not in what was shown"
"""Why a quote proves nothing that was made up, or taken from removed lines about new ones."""

WORDS_ONLY = "it quotes nothing but comments, strings or a bracket"
"""Why a quote proves nothing that is no code."""

NO_QUOTE = "it quotes no code"
"""Why nothing is proven without a quote."""

LiteralsOf = Callable[[str, Side, int, str], Sequence[LiteralPlace] | None]
"""Gives the comments and strings on a line (path, side, number, text); None where no syntax tree tells."""

_HIDDEN = "\0"
_COMMENT_LINE = re.compile(r"\s*(?:#|//|/\*|\*|--|;|%|<!--|'''|\"\"\"|REM\b)", re.IGNORECASE)
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_COMMENT_END = re.compile(r"(?:#|//|--|/\*|<!--|;;).*")
_COMMENT_START = re.compile(r"\A.*?(?:\*/|-->|'''|\"\"\")")
_CODE_SIGN = re.compile(r"[=(){}\[\]<>;]")


def missing(quote: str, side: Side, held: Chunk, literals_of: LiteralsOf) -> str | None:
    """Return why `quote` proves nothing about a claim on `side`, None when it does.

    What was removed proves nothing about what is there now: the base side counts for claims about removed lines alone.
    """
    wanted = "\n".join(anchoring.quoted_lines(quote))
    if not wanted:
        return NO_QUOTE
    stands = False
    for text, code in _texts(side, held, literals_of):
        for start in _starts(text, wanted):
            stands = True
            if _is_code(code[start : start + len(wanted)]):
                return None
    return WORDS_ONLY if stands else NOT_SHOWN


def _texts(side: Side, held: Chunk, literals_of: LiteralsOf) -> Iterator[tuple[str, str]]:
    """Yield each hunk's side and each piece of context: its text, and the same with literals hidden."""
    for one in (Side.RIGHT, Side.LEFT) if side is Side.LEFT else (Side.RIGHT,):
        hidden = "-" if one is Side.RIGHT else "+"
        for path, lines in anchoring.by_hunk(held.passages):
            yield _joined(path, [line for line in lines if line.sign != hidden], literals_of)
    for piece in held.context:
        yield _joined(piece.path, _lines(piece), literals_of)


def _joined(path: str, lines: Sequence[PassageLine], literals_of: LiteralsOf) -> tuple[str, str]:
    filled = [(line, wrapping.shown(line.text)) for line in lines if line.text.strip()]
    code = [_masked(shown, _literals(path, line, shown, literals_of)) for line, shown in filled]
    return "\n".join(anchoring.folded(shown) for _, shown in filled), "\n".join(map(anchoring.folded, code))


def _literals(path: str, line: PassageLine, shown: str, literals_of: LiteralsOf) -> Sequence[LiteralPlace] | None:
    """Return what is literal of a line; where a character was written out the places are not known any more."""
    return literals_of(path, _side(line), line.number, line.text) if shown == line.text else None


def _side(line: PassageLine) -> Side:
    return Side.LEFT if line.sign == "-" else Side.RIGHT


def _lines(piece: ContextPiece) -> list[PassageLine]:
    texts = [anchoring.unnumbered(row) for row in piece.text.split("\n")]
    return [PassageLine(sign=" ", number=piece.line + at, text=text) for at, text in enumerate(texts)]


def _starts(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    for _ in range(MAX_PLACES):
        if at < 0:
            return
        yield at
        at = text.find(wanted, at + 1)


def _is_code(part: str) -> bool:
    code = [char for char in part if char != _HIDDEN and not char.isspace()]
    return len(code) >= MIN_CODE and any(char.isalnum() for char in code)


def _masked(text: str, literals: Sequence[LiteralPlace] | None) -> str:
    """Return `text` with what is literal hidden, character by character, so that places stay; blanks stay too."""
    if literals is None:
        return _guessed(text)
    for each in literals:
        text = text[: each.start] + _hidden(text[each.start : each.end]) + text[each.end :]
    return text


def _guessed(text: str) -> str:
    """Hide what may be literal by the look of one line: comments, strings, and prose without a sign of code."""
    if _COMMENT_LINE.match(text):
        return _hidden(text)
    code = text
    for pattern in (_STRING, _COMMENT_START, _COMMENT_END):
        code = pattern.sub(lambda found: _hidden(found.group()), code, count=0 if pattern is _STRING else 1)
    return code if _CODE_SIGN.search(code) else _hidden(text)


def _hidden(text: str) -> str:
    return "".join(char if char.isspace() else _HIDDEN for char in text)
