"""Judge findings that this run did not report: their code still stands, or is gone, or nobody can say."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import bookkeeping, identity, quotes
from hunkwise.core.bookkeeping import Reading
from hunkwise.core.identity import Sighting
from hunkwise.core.quotes import Columns, Place
from hunkwise.model.diff import Diff, FileStatus, Side
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import Entry, HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory, Remembered

Spot = tuple[HunkKey, Side, int]
"""A hunk, a side and a first line, for telling occupied places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The change a judgement stands on.

    `elsewhere` holds the keys of hunks that an earlier run knew: a finding of another hunk is in none of them.
    `unread` names the files of which something was not seen.
    """

    keys: Mapping[HunkKey, str]
    entries: Mapping[HunkKey, Entry]
    columns: Columns
    elsewhere: frozenset[str]
    unread: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Findings still open, those of them without a place in a hunk, and findings whose code is gone."""

    carried: tuple[Finding, ...]
    unplaced: frozenset[str]
    fixed: tuple[Finding, ...]


def ground(reading: Reading, memory: Memory | None, columns: Columns) -> Ground:
    """Return the ground for judging what `memory` holds."""
    known = memory.read | {each.hunk for each in memory.findings} if memory else frozenset()
    entries = bookkeeping.by_hunk(reading.shown, reading.ledger)
    return Ground(
        keys=reading.keys,
        entries=entries,
        columns=columns,
        elsewhere=frozenset(known),
        unread=frozenset(_unread(reading.shown, entries)),
    )


def under_todays_names(remembered: Iterable[Remembered], shown: Diff) -> tuple[Remembered, ...]:
    """Return what is remembered with the paths its files have now: a push may rename a file."""
    current = {file.path for file in shown.files}
    new_by_old = {
        file.old_path: file.path
        for file in shown.files
        if file.status is FileStatus.RENAMED and file.old_path not in current
    }
    return tuple(
        replace(each, finding=replace(each.finding, file=new_by_old.get(each.finding.file, each.finding.file)))
        for each in remembered
    )


def judge(missing: Sequence[Remembered], occupied: Collection[tuple[str, Spot]], on: Ground) -> Judged:
    """Return what became of `missing`; `occupied` tells the places of this run's findings, by kind."""
    place_by_index = _placed(missing, set(occupied), on)
    carried: list[Finding] = []
    fixed: list[Finding] = []
    unplaced: set[str] = set()
    for index, each in enumerate(missing):
        finding, place = each.finding, place_by_index.get(index)
        if place is None and finding.file not in on.unread:
            fixed.append(finding)
        elif place is None:
            unplaced.add(finding.fingerprint)
            carried.append(replace(finding, status="open"))
        elif _is_answered(finding, place, on):
            fixed.append(finding)
        else:
            carried.append(replace(finding, line=place.line, end_line=place.end_line, status="open"))
    return Judged(carried=tuple(carried), unplaced=frozenset(unplaced), fixed=tuple(fixed))


def spot(place: Place) -> Spot:
    """Return what tells a place from others."""
    return place.column.key, place.column.side, place.line


def _placed(missing: Sequence[Remembered], occupied: set[tuple[str, Spot]], on: Ground) -> Mapping[int, Place]:
    """Give each finding the surest place of its quote that no other finding of its kind has, the surest pair first."""
    scored = [
        (identity.nearness(_seen(each.finding, place, on), _recalled(each)), index, place)
        for index, each in enumerate(missing)
        for place in quotes.places(each.finding.quote, each.finding.file, each.finding.side, on.columns)
        if _may_be_there(each, place, on)
    ]
    found: dict[int, Place] = {}
    for _, index, place in sorted(scored, key=lambda each: ([-part for part in each[0]], each[1], each[2].line)):
        here = (identity.kind(missing[index].finding), spot(place))
        if index not in found and here not in occupied:
            found[index] = place
            occupied.add(here)
    return found


def _may_be_there(each: Remembered, place: Place, on: Ground) -> bool:
    """Whether a finding may be at `place`: not in another known hunk, nor, by a weak quote, among strangers."""
    key = on.keys.get(place.column.key, "")
    if key == each.hunk:
        return True
    if key in on.elsewhere:
        return False
    knows = bool(set(quotes.around(place)) & set(each.around))
    return not identity.is_weak(each.finding.quote) or knows or abs(place.line - each.finding.line) <= identity.NEAR


def _is_answered(finding: Finding, place: Place, on: Ground) -> bool:
    """Whether silence about standing code is an answer: a rule's is, where rules have read it; a model's never is."""
    entry = on.entries.get(place.column.key)
    read = entry is not None and entry.state in {HunkState.REVIEWED, HunkState.CACHED}
    return read and not finding.origin.startswith("model:")


def _unread(shown: Diff, entries: Mapping[HunkKey, Entry]) -> Iterator[str]:
    """Name files that can't be judged: unreadable, binary, or with a hunk that failed or shows no lines."""
    yield from (each.path for each in shown.unreadable)
    for key, entry in entries.items():
        file = shown.files[key.file]
        withheld = key.hunk != bookkeeping.NO_HUNK and not file.hunks[key.hunk].lines
        if entry.state is HunkState.FAILED or withheld or file.is_binary:
            yield file.path


def _seen(finding: Finding, place: Place, on: Ground) -> Sighting:
    return Sighting(
        finding=replace(finding, line=place.line, end_line=place.end_line),
        hunk=on.keys.get(place.column.key, ""),
        row=place.row,
        around=quotes.around(place),
    )


def _recalled(each: Remembered) -> Sighting:
    return Sighting(finding=each.finding, hunk=each.hunk, row=each.row, around=each.around)
