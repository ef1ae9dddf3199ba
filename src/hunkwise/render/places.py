"""Find the lines of the diff that findings speak of.

A file may hold tens of thousands of lines and hundreds of findings, so its lines are numbered once and looked up.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hunkwise.model.diff import Diff, DiffLine, Hunk, Side
from hunkwise.model.finding import Finding

CONTEXT = 1
"""Lines shown before and after the finding's own."""


MAX_OTHERS = 10
"""Other places of one cause that are named; the rest is counted."""


def others(finding: Finding) -> list[str]:
    """Return the other places of a finding's cause, each as raw text, and how many more there are."""
    named = [f"{each.file}:{each.line}{' (removed)' * (each.side is Side.LEFT)}" for each in finding.also[:MAX_OTHERS]]
    more = len(finding.also) - len(named)
    return [*named, f"{more} more"] if more else named


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A finding's lines: rows `first` to `last` (from 0, inclusive) of `hunk`."""

    hunk: Hunk
    first: int
    last: int

    def around(self, context: int = CONTEXT) -> tuple[DiffLine, ...]:
        """Return the lines with `context` lines of the hunk around them."""
        return self.hunk.lines[max(0, self.first - context) : self.last + 1 + context]

    def head_line(self) -> int | None:
        """Return the first head line after removed code, else the last before it; None where no line is left."""
        after = (line.new for line in self.hunk.lines[self.last + 1 :] if line.new is not None)
        before = (line.new for line in reversed(self.hunk.lines[: self.first]) if line.new is not None)
        return next(after, None) or next(before, None)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The rows of a hunk that lie on one side, and their numbers, both ascending."""

    hunk: Hunk
    rows: Sequence[int]
    numbers: Sequence[int]


def spots(diff: Diff, findings: Sequence[Finding]) -> tuple[Spot | None, ...]:
    """Return the place of each finding in its order, None where the diff lacks its lines."""
    named = {finding.file for finding in findings}
    numbered: dict[tuple[str, Side], list[_Numbered]] = {}
    for file in diff.files:
        if file.path in named:
            for side in Side:
                numbered.setdefault((file.path, side), []).extend(_numbered(hunk, side) for hunk in file.hunks)
    return tuple(_spot(numbered, finding) for finding in findings)


def _numbered(hunk: Hunk, side: Side) -> _Numbered:
    rows = [row for row, line in enumerate(hunk.lines) if line.side is side]
    return _Numbered(hunk, rows, [hunk.lines[row].number for row in rows])


def _spot(numbered: Mapping[tuple[str, Side], Sequence[_Numbered]], finding: Finding) -> Spot | None:
    for each in numbered.get((finding.file, finding.side), ()):
        first = bisect_left(each.numbers, finding.line)
        last = bisect_right(each.numbers, finding.end_line) - 1
        if first <= last:
            return Spot(hunk=each.hunk, first=each.rows[first], last=each.rows[last])
    return None
