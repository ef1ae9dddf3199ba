"""Where quoted code stands in a shown diff: exactly, but for blanks and the numbers of placeholders.

Anchoring finds the place a model meant, forgivingly. Here a finding of an earlier run is looked for, whose quote is
whole lines of a diff: nothing but those lines will do.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hunkwise.core import redact
from hunkwise.model.diff import Diff, Hunk, LineKind, Side
from hunkwise.model.finding import Finding
from hunkwise.model.material import HunkKey

NEIGHBOURS = 3
"""Filled lines on each side by which a place is known again: what a diff shows around a change."""

_NEIGHBOUR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """The lines of a hunk that are on one side: rows in the hunk, numbers, folded texts, which are deleted.

    `filled` are the indices of lines that are not blank, `starts` the positions in it by text.
    """

    key: HunkKey
    path: str
    side: Side
    rows: Sequence[int]
    numbers: Sequence[int]
    texts: Sequence[str]
    deleted: Sequence[bool]
    filled: Sequence[int]
    starts: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Place:
    """Lines `first`..`last` (indices) of a column."""

    column: Column
    first: int
    last: int

    @property
    def line(self) -> int:
        """The number of the first line."""
        return self.column.numbers[self.first]

    @property
    def end_line(self) -> int:
        """The number of the last line."""
        return self.column.numbers[self.last]

    @property
    def row(self) -> int:
        """The row of the first line in its hunk."""
        return self.column.rows[self.first]


Columns = Mapping[tuple[str, Side], Sequence[Column]]


def columns(shown: Diff, paths: Collection[str]) -> Columns:
    """Return the columns of the files named in `paths`, by path and side, in the order of the diff."""
    found: dict[tuple[str, Side], list[Column]] = {}
    for index, file in enumerate(shown.files):
        if file.path not in paths:
            continue
        for number, hunk in enumerate(file.hunks):
            for side in Side:
                key = HunkKey(file=index, hunk=number)
                column = _column(key, file.path, side, hunk)
                if column.numbers:
                    found.setdefault((file.path, side), []).append(column)
    return found


def of(finding: Finding, among: Columns) -> Place | None:
    """Return the lines a finding of this run names, None where they lie in no hunk."""
    of_file = among.get((finding.file, finding.side), ())
    begin = bisect_left(of_file, finding.line, key=lambda column: column.numbers[-1])
    for column in of_file[begin : begin + 1]:
        first = bisect_left(column.numbers, finding.line)
        last = bisect_right(column.numbers, finding.end_line) - 1
        if first <= last:
            return Place(column, first, last)
    return None


def places(quote: str, path: str, side: Side, among: Columns) -> tuple[Place, ...]:
    """Return every place of `quote` in a file; on the LEFT side it begins and ends with a deleted line."""
    wanted = folded(quote)
    if not wanted:
        return ()
    return tuple(place for column in among.get((path, side), ()) for place in _in_column(wanted, column))


def folded(quote: str) -> tuple[str, ...]:
    """Return the filled lines of `quote`, blanks folded."""
    return tuple(_fold(line) for line in quote.split("\n") if line.strip())


def around(place: Place) -> tuple[str, ...]:
    """Return digests of the filled lines before and after a place, nearest first."""
    texts = place.column.texts
    filled = place.column.filled
    first, last = bisect_left(filled, place.first), bisect_right(filled, place.last)
    before = [_neighbour("<", texts[at]) for at in reversed(filled[max(0, first - NEIGHBOURS) : first])]
    return *before, *(_neighbour(">", texts[at]) for at in filled[last : last + NEIGHBOURS])


def _column(key: HunkKey, path: str, side: Side, hunk: Hunk) -> Column:
    hidden = LineKind.DELETED if side is Side.RIGHT else LineKind.ADDED
    rows = [row for row, line in enumerate(hunk.lines) if line.kind is not hidden]
    lines = [hunk.lines[row] for row in rows]
    numbers = [(line.new if side is Side.RIGHT else line.old) or 0 for line in lines]
    texts = [_fold(line.text) for line in lines]
    deleted = [line.kind is LineKind.DELETED for line in lines]
    filled = [at for at, text in enumerate(texts) if text]
    starts: dict[str, list[int]] = {}
    for position, at in enumerate(filled):
        starts.setdefault(texts[at], []).append(position)
    return Column(key, path, side, rows, numbers, texts, deleted, filled, starts)


def _fold(text: str) -> str:
    """Fold blanks, and take the numbers off placeholders: one more secret above changes them all."""
    if "<redacted:" in text:
        text = redact.PLACEHOLDER.sub(lambda found: found.group().rpartition(":")[0], text)
    return " ".join(text.split())


def _in_column(wanted: Sequence[str], column: Column) -> Iterator[Place]:
    for start in column.starts.get(wanted[0], ()):
        at = column.filled[start : start + len(wanted)]
        if [column.texts[each] for each in at] != list(wanted):
            continue
        if column.side is Side.RIGHT or (column.deleted[at[0]] and column.deleted[at[-1]]):
            yield Place(column, at[0], at[-1])


def _neighbour(direction: str, text: str) -> str:
    return direction + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_NEIGHBOUR_DIGITS]
