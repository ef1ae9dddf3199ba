"""Know a finding of an earlier run again.

A fingerprint by quoted code and order is not enough: a small edit changes the quote, and of two twins the second
becomes the first when the first is fixed. So findings of one file are compared pairwise, and the best pairs win:
equal code before alike words, a known hunk and neighbour lines before nearness.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hunkwise.core import quotes, ranking
from hunkwise.model.finding import Finding

LIKE_WORDS = 0.5
"""Share of common words (Jaccard) from which two titles say the same."""

LIKE_CODE = 0.7
"""Likeness of two quotes (difflib's ratio) that a small edit leaves."""

NEAR = 20
"""Lines within which an edited finding is looked for, unless its neighbours are known."""

WEAK_QUOTE = 20
"""Characters below which a quote (a brace, a bare return) is not known again by itself, far away among strangers."""

MAX_COMPARED = 600
"""Characters of quotes that are compared for likeness: its cost grows with the square."""

MAX_GROUP = 60
"""Findings of one file, kind and quote that are compared with each other; more are paired in their order."""


MAX_SCANNED = 400
"""Earlier findings of one file that are looked through for each new one, wherever they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A finding and where it was or is: its hunk's key and row there ("" where unknown), its neighbours' digests.

    `now` is the line at which the host shows the comment of an earlier one today, None where there is none.
    """

    finding: Finding
    hunk: str
    row: int
    around: tuple[str, ...]
    now: int | None = None


def match(now: Sequence[Sighting], before: Sequence[Sighting]) -> Mapping[int, int]:
    """Return pairs of indices, into `now` and `before`: which finding of today is which of an earlier run."""
    pairs: dict[int, int] = {}
    _pair(_grouped(now), _grouped(before), now, before, pairs)
    left = [index for index in range(len(now)) if index not in pairs]
    taken = set(pairs.values())
    free = [index for index in range(len(before)) if index not in taken]
    _pair_alike(left, free, now, before, pairs)
    return pairs


def nearness(one: Sighting, other: Sighting) -> tuple[int, int, int]:
    """Return how sure two sightings are one place, more is surer: row in the hunk, known neighbours, lines apart."""
    same_row = one.hunk != "" and (one.hunk, one.row) == (other.hunk, other.row)
    shown_there = other.now is not None and other.now == one.finding.end_line
    return (
        2 * same_row + shown_there,
        len(set(one.around) & set(other.around)),
        -abs(one.finding.line - other.finding.line),
    )


def is_weak(quote: str) -> bool:
    """Whether a quote alone does not tell its place."""
    return sum(map(len, quotes.folded(quote))) < WEAK_QUOTE


def kind(finding: Finding) -> str:
    """Return what two findings of one cause share: a model's category, or else the origin."""
    return finding.category if finding.origin.startswith("model:") else finding.origin


_Group = tuple[str, str, str, tuple[str, ...]]


def _grouped(sightings: Sequence[Sighting]) -> Mapping[_Group, list[int]]:
    groups: dict[_Group, list[int]] = {}
    for index, each in enumerate(sightings):
        finding = each.finding
        name = (finding.file, finding.side.value, kind(finding), quotes.folded(finding.quote))
        groups.setdefault(name, []).append(index)
    return groups


def _pair(
    now_by_group: Mapping[_Group, list[int]],
    before_by_group: Mapping[_Group, list[int]],
    now: Sequence[Sighting],
    before: Sequence[Sighting],
    pairs: dict[int, int],
) -> None:
    """Pair findings whose code is equal: the only ones of their kind wherever they are, twins only near each other."""
    for name, mine in now_by_group.items():
        theirs = before_by_group.get(name, [])
        if len(mine) > MAX_GROUP or len(theirs) > MAX_GROUP:
            in_order = zip(_by_line(mine, now), _by_line(theirs, before), strict=False)
            pairs.update(in_order)
            continue
        sole = len(mine) == len(theirs) == 1 and not is_weak(before[theirs[0]].finding.quote)
        scored = [
            (_score(now[one], before[other]), one, other)
            for one in mine
            for other in theirs
            if sole or _is_near(now[one], before[other])
        ]
        _take(scored, pairs)


def _pair_alike(
    left: Sequence[int], free: Sequence[int], now: Sequence[Sighting], before: Sequence[Sighting], pairs: dict[int, int]
) -> None:
    """Pair findings that a small edit, or other words for the same code, set apart."""
    free_by_file: dict[tuple[str, str], list[int]] = {}
    for index in _by_line(free, before):
        free_by_file.setdefault(_file(before[index]), []).append(index)
    scored = [
        (_score(now[one], before[other]), one, other)
        for one in left
        for other in _nearest(now[one], free_by_file.get(_file(now[one]), []), before)
        if _alike(now[one], before[other])
    ]
    _take(scored, pairs)


def _nearest(one: Sighting, candidates: Sequence[int], before: Sequence[Sighting]) -> Sequence[int]:
    """Return which of `candidates` (by line) are compared; of very many only those a few lines away are looked at."""
    if len(candidates) > MAX_SCANNED:
        line = one.finding.line
        first = bisect_left(candidates, line - NEAR, key=lambda index: before[index].finding.line)
        last = bisect_right(candidates, line + NEAR, key=lambda index: before[index].finding.line)
        candidates = candidates[first:last]
    close = [index for index in candidates if _is_near(one, before[index])]
    return sorted(close, key=lambda index: nearness(one, before[index]), reverse=True)[:MAX_GROUP]


def _is_near(one: Sighting, other: Sighting) -> bool:
    row, known, apart = nearness(one, other)
    return row > 0 or known >= 2 or -apart <= NEAR


def _alike(one: Sighting, other: Sighting) -> bool:
    mine, theirs = one.finding, other.finding
    same_words = ranking.likeness(mine.title, theirs.title) >= LIKE_WORDS
    if kind(mine) != kind(theirs):
        models = mine.origin.startswith("model:") and theirs.origin.startswith("model:")
        return models and same_words and quotes.folded(mine.quote) == quotes.folded(theirs.quote)
    return same_words or _like_code(mine.quote, theirs.quote)


def _like_code(one: str, other: str) -> bool:
    compared = SequenceMatcher(None, one[:MAX_COMPARED], other[:MAX_COMPARED], autojunk=False)
    return compared.quick_ratio() >= LIKE_CODE and compared.ratio() >= LIKE_CODE


_Score = tuple[tuple[int, int, int], float]


def _score(one: Sighting, other: Sighting) -> _Score:
    return nearness(one, other), ranking.likeness(one.finding.title, other.finding.title)


def _take(scored: list[tuple[_Score, int, int]], pairs: dict[int, int]) -> None:
    """Take the best pairs first, each finding once."""
    taken = set(pairs.values())
    for _, one, other in sorted(scored, key=lambda each: (*_descending(each[0]), each[1], each[2])):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)


def _descending(score: _Score) -> tuple[float, ...]:
    (row, known, apart), words = score
    return (-row, -known, -words, -apart)


def _by_line(indices: Sequence[int], sightings: Sequence[Sighting]) -> list[int]:
    return sorted(indices, key=lambda index: sightings[index].finding.line)


def _file(sighting: Sighting) -> tuple[str, str]:
    return sighting.finding.file, sighting.finding.side.value
