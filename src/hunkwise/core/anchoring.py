"""Anchor findings to lines of the diff.

A model names a line and quotes it; we trust neither. GitHub rejects a whole review when one comment names a
line outside the diff, so every finding leaves here with a line that was proven by its quote, or with the
reason why it has none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hunkwise.core import wrapping
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, RawFinding, Unanchored
from hunkwise.model.material import Passage, PassageLine

MAX_DRIFT = 10
"""How far from the named line a repeated quote may lie and still be meant."""

MIN_PART = 4
"""Characters a quote needs to stand for a part of a line; a shorter one must be the whole line."""

MAX_QUOTE_LINES = 60
"""Lines of a quote that are compared; a longer quote is refused, so that the cost stays linear."""

MAX_GAP = 200
"""Filled lines that an ellipsis between two quoted lines may stand for."""

_NUMBER_PREFIX = re.compile(r"^\s*\d{1,9}[-+ ]?\|")
"""The line numbers the model was shown, copied into its quote."""

_SIGN_PREFIX = re.compile(r"^[-+](?![-+])")
"""The sign of a unified diff, copied into the quote."""

_ELLIPSIS = re.compile(r"^\W{0,4}(?:\.{3}|…)\W{0,4}$")
"""A quoted line that stands for lines left out, also as a comment: `# ...`."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Lines `first`..`last` (indices into one side of one hunk's shown lines)."""

    lines: Sequence[PassageLine]
    side: Side
    first: int
    last: int

    @property
    def start(self) -> int:
        return self.lines[self.first].number

    @property
    def changed(self) -> bool:
        return any(line.sign != " " for line in self.lines[self.first : self.last + 1])


def place(raw: RawFinding, passages: Sequence[Passage]) -> Anchor | Unanchored:
    """Return the lines of `passages` (all of one request) that `raw` talks about."""
    named = wrapping.shown(raw.file)
    own = [passage for passage in passages if wrapping.shown(passage.path) == named]
    if not own:
        return Unanchored(reason=f"{raw.file} is not in the part of the diff this request held")
    quote = quoted_lines(raw.quote)
    if not quote:
        return Unanchored(reason="no code was quoted")
    if len(quote) > MAX_QUOTE_LINES:
        return Unanchored(reason=f"the quote is longer than {MAX_QUOTE_LINES} lines")
    right = list(_places(quote, own, Side.RIGHT))
    left = [_deleted_part(found) for found in _places(quote, own, Side.LEFT) if found.changed]
    if not right and not left:
        return Unanchored(reason="the quoted code is on no line of the diff")
    chosen = _choose(right, left, raw.line)
    if chosen is None:
        return Unanchored(reason="the quoted code repeats, far from the named line")
    return Anchor(
        path=own[0].path,
        line=chosen.start,
        end_line=chosen.lines[chosen.last].number,
        side=chosen.side,
        quote="\n".join(line.text for line in chosen.lines[chosen.first : chosen.last + 1]),
    )


def _choose(right: Sequence[_Place], left: Sequence[_Place], number: int) -> _Place | None:
    """Return the place meant on either side; numbers are compared within one side only.

    The head side is meant unless only the base side matches, or the named number is exactly a deleted
    line's and lies on no match of the head side.
    """
    on_right, on_left = _nearest(right, number), _nearest(left, number)
    if on_left and on_left.start == number and (on_right is None or on_right.start != number):
        return on_left
    return on_right if right else on_left


def _nearest(places: Sequence[_Place], number: int) -> _Place | None:
    if not places:
        return None
    nearest = min(places, key=lambda found: (abs(found.start - number), not found.changed, found.start))
    if len(places) > 1 and abs(nearest.start - number) > MAX_DRIFT:
        return None
    return nearest


def _deleted_part(found: _Place) -> _Place:
    """Narrow a place on the base side to its deleted lines: LEFT is for them, context is numbered in the head."""
    deleted = [at for at in range(found.first, found.last + 1) if found.lines[at].sign == "-"]
    return _Place(found.lines, found.side, deleted[0], deleted[-1])


def quoted_lines(quote: str) -> list[str]:
    """Return the filled lines of a model's quote, blanks folded, without the marks of its listing."""
    lines = [line for line in wrapping.shown(quote).split("\n") if _is_filled(line)]
    for prefix in (_NUMBER_PREFIX, _SIGN_PREFIX):
        if lines and all(prefix.match(line) or _ELLIPSIS.match(line.strip()) for line in lines):
            lines = [prefix.sub("", line, count=1) for line in lines]
    texts = [folded(line) for line in lines if line.strip()]
    while texts and _ELLIPSIS.match(texts[0]):
        texts.pop(0)
    while texts and _ELLIPSIS.match(texts[-1]):
        texts.pop()
    return texts


def _is_filled(text: str) -> bool:
    """Whether a line of a quote holds more than blanks and what was written out."""
    return bool(wrapping.PLACEHOLDER.sub("", text).strip())


def unnumbered(line: str) -> str:
    """Return a line of a listing without its number, sign and bar."""
    return _NUMBER_PREFIX.sub("", line, count=1)


def folded(text: str) -> str:
    """Return `text` with its blanks folded."""
    return " ".join(text.split())


def _places(quote: Sequence[str], passages: Sequence[Passage], side: Side) -> Iterator[_Place]:
    hidden = "-" if side is Side.RIGHT else "+"
    for _, lines in by_hunk(passages):
        seen = [(line, wrapping.shown(line.text)) for line in lines if line.sign != hidden]
        filled = [(line, text) for line, text in seen if _is_filled(text)]
        texts = [folded(text) for _, text in filled]
        for first in range(len(texts)):
            last = _match(quote, texts, first)
            if last is not None:
                yield _Place([line for line, _ in filled], side, first, last)


def _match(quote: Sequence[str], texts: Sequence[str], first: int) -> int | None:
    """Return the index in `texts` (folded, without blank lines) where `quote` ends if it begins at `first`."""
    if len(quote) == 1:
        return first if _holds(texts[first], quote[0]) else None
    if not _is_part(texts[first], quote[0], texts[first].endswith):
        return None
    at = first
    gap = False
    for wanted in quote[1:-1]:
        if _ELLIPSIS.match(wanted) and not (at + 1 < len(texts) and texts[at + 1] == wanted):
            gap = True
            continue
        found = _next_equal(texts, at + 1, wanted, MAX_GAP if gap else 0)
        if found is None:
            return None
        at, gap = found, False
    reach = range(at + 1, min(at + 2 + (MAX_GAP if gap else 0), len(texts)))
    return next((end for end in reach if _is_part(texts[end], quote[-1], texts[end].startswith)), None)


def _next_equal(texts: Sequence[str], start: int, wanted: str, gap: int) -> int | None:
    reach = range(start, min(start + gap + 1, len(texts)))
    return next((index for index in reach if texts[index] == wanted), None)


def _holds(text: str, quoted: str) -> bool:
    """Whether one folded line holds a one-line quote, which may leave out a middle with an ellipsis."""
    if _is_part(text, quoted, text.__contains__):
        return True
    parts = [part.strip() for part in re.split(r"\.{3}|…", quoted) if part.strip()]
    if len(parts) < 2 or any(len(part) < MIN_PART for part in parts):
        return False
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _is_part(text: str, quoted: str, test: Callable[[str], bool]) -> bool:
    return text == quoted or (len(quoted) >= MIN_PART and test(quoted))


def by_hunk(passages: Sequence[Passage]) -> Iterator[tuple[str, list[PassageLine]]]:
    """Yield path and lines of each hunk, those of its passages joined that follow each other in this request."""
    joined: list[PassageLine] = []
    for index, passage in enumerate(passages):
        joined.extend(passage.lines)
        if index + 1 == len(passages) or passages[index + 1].key != passage.key:
            yield passage.path, joined
            joined = []
