"""Judge findings that this run did not report: their code still stands, or is gone, or nobody can say."""

from bisect import bisect_left
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
"""A hunk, a side and a first line."""

Occupied = Mapping[tuple[str, Spot], Collection[tuple[str, int] | None]]
"""Places of findings by kind, each with the hunks and rows where an earlier run saw them, None for new ones."""


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


def judge(missing: Sequence[Remembered], occupied: Occupied, on: Ground) -> Judged:
    """Return what became of `missing`, given the places this run's findings have."""
    place_by_index = _placed(missing, occupied, on)
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


def _placed(missing: Sequence[Remembered], occupied: Occupied, on: Ground) -> Mapping[int, Place]:
    """Give each finding the surest place of its quote, the surest pair first.

    A place that another finding of its kind has is free only for one that stood in one place with it before.
    """
    scored: list[tuple[tuple[int, int, int], int, Place]] = []
    everywhere: dict[_Quote, _Standings] = {}
    for index, each in enumerate(missing):
        recalled = _recalled(each)
        candidates = _candidates(each, everywhere, on)
        scored += [(identity.nearness(found.sighting, recalled), index, found.place) for found in candidates]
    held = {here: set(origins) for here, origins in occupied.items()}
    taken: dict[int, Place] = {}
    for _, index, place in sorted(scored, key=lambda each: ([-part for part in each[0]], each[1], each[2].line)):
        here = (identity.kind(missing[index].finding), spot(place))
        origin = (missing[index].hunk, missing[index].row)
        if index not in taken and (here not in held or origin in held[here]):
            taken[index] = place
            held.setdefault(here, set()).add(origin)
    return taken


_Quote = tuple[str, Side, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A place of a quote, as a finding would be seen there."""

    place: Place
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class _Standings:
    """All places of a quote in a file, by line, and by hunk and row."""

    by_line: Sequence[_Standing]
    by_row: Mapping[tuple[str, int], _Standing]


def _candidates(each: Remembered, everywhere: dict[_Quote, _Standings], on: Ground) -> Sequence[_Standing]:
    """Return where a finding may be: in its row of its hunk, else at its quote's places, of very many the nearest."""
    finding = each.finding
    name = (finding.file, finding.side, quotes.folded(finding.quote))
    known = everywhere.get(name) or everywhere.setdefault(name, _standings(finding, on))
    if (each.hunk, each.row) in known.by_row:
        return (known.by_row[each.hunk, each.row],)
    at = bisect_left(known.by_line, finding.line, key=lambda found: found.place.line)
    near = known.by_line[max(0, at - identity.MAX_GROUP) : at + identity.MAX_GROUP]
    return [found for found in near if _may_be_there(each, found, on)]


def _standings(finding: Finding, on: Ground) -> _Standings:
    found = [
        _Standing(place, _seen(finding, place, on))
        for place in quotes.places(finding.quote, finding.file, finding.side, on.columns)
    ]
    return _Standings(
        by_line=sorted(found, key=lambda each: each.place.line),
        by_row={(each.sighting.hunk, each.sighting.row): each for each in found if each.sighting.hunk},
    )


def _may_be_there(each: Remembered, found: _Standing, on: Ground) -> bool:
    """Whether a finding may be at a place: not in another known hunk, nor, by a weak quote, among strangers."""
    sighting = found.sighting
    if sighting.hunk == each.hunk:
        return True
    if sighting.hunk in on.elsewhere:
        return False
    knows = bool(set(sighting.around) & set(each.around))
    near = abs(found.place.line - each.finding.line) <= identity.NEAR
    return not identity.is_weak(each.finding.quote) or knows or near


def _is_answered(finding: Finding, place: Place, on: Ground) -> bool:
    """Whether silence about standing code is an answer: a rule's is, where rules have read it; a model's never is."""
    entry = on.entries.get(place.column.key)
    read = entry is not None and entry.state in {HunkState.REVIEWED, HunkState.CACHED} and not entry.is_unanswered
    return read and not finding.origin.startswith("model:")


def _unread(shown: Diff, entries: Mapping[HunkKey, Entry]) -> Iterator[str]:
    """Name files that can't be judged: unreadable, binary, or with a hunk that failed or shows no lines."""
    yield from (each.path for each in shown.unreadable)
    for key, entry in entries.items():
        file = shown.files[key.file]
        withheld = key.hunk != bookkeeping.NO_HUNK and not file.hunks[key.hunk].lines
        if entry.is_unanswered or withheld or file.is_binary:
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
