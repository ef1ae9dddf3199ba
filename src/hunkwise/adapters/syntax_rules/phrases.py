"""Phrases that together tell what a text is up to, found in linear time.

One certain phrase is enough. A hint needs company nearby: two strong ones, a strong and a weak one, or three weak ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import re2
from pydantic import BaseModel, ConfigDict

from hunkwise.core.readings import Folded, Reading

Weight = Literal["certain", "strong", "weak"]

POINTS: Mapping[Weight, int] = {"certain": 3, "strong": 2, "weak": 1}
ENOUGH = 3
"""Points that phrases need, each counted once, within `NEAR` characters."""

NEAR = 300
"""Characters within which hints belong together: two or three sentences."""

MEMORY_BYTES = 64 * 2**20
"""What RE2 may use for all phrases at once; beyond its default of 8 MiB it would search more slowly, not fail."""


class Listed(BaseModel):
    """Expressions by weight, as written; `{name}` stands for a word of the vocabulary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certain: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class PhrasesEntry(BaseModel):
    """The phrases of a rule: over words with single spaces between them, and over text with its punctuation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: dict[str, str] = {}
    words: Listed = Listed()
    marks: Listed = Listed()


@dataclass(frozen=True, slots=True)
class _Side:
    """Expressions over one form of a text: all at once, each alone, and the points of each."""

    together: Any
    each: tuple[Any, ...]
    points: tuple[int, ...]


class Phrases:
    """Compiled phrases; raises re2.error for one that is no expression."""

    def __init__(self, entry: PhrasesEntry) -> None:
        self._words = _side(entry.words, entry.vocabulary)
        self._marks = _side(entry.marks, entry.vocabulary)

    def found(self, reading: Reading) -> list[tuple[int, int]]:
        """Return first and last line (indices) of each place where enough is said; places do not overlap."""
        places = [
            *_matches(self._words, reading.words, 0),
            *_matches(self._marks, reading.marks, len(self._words.each)),
        ]
        return _united(_enough(sorted(places)))


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    at: int
    end: int
    line: int
    last: int
    which: int
    points: int


def _side(listed: Listed, vocabulary: Mapping[str, str]) -> _Side:
    points: list[int] = []
    each = []
    together = re2.Set.SearchSet(_options())
    for weight in POINTS:
        for pattern in getattr(listed, weight):
            text = _spelled(pattern, vocabulary)
            each.append(re2.compile(text))
            together.Add(text)
            points.append(POINTS[weight])
    together.Compile()
    return _Side(together, tuple(each), tuple(points))


def _options() -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.max_mem = MEMORY_BYTES
    return options


def _spelled(pattern: str, vocabulary: Mapping[str, str]) -> str:
    """Put the words of the vocabulary in; they may hold one another, the later the earlier."""
    for name, meaning in reversed(list(vocabulary.items())):
        pattern = pattern.replace(f"{{{name}}}", f"(?:{meaning})")
    return pattern


def _matches(side: _Side, folded: Folded, first: int) -> Iterator[_Match]:
    """Yield all matches; only the expressions that match somewhere are searched for one by one."""
    if not side.each or not folded.text:
        return
    for index in side.together.Match(folded.text) or ():
        for found in side.each[index].finditer(folded.text):
            at, end = found.span()
            lines = folded.line(at), folded.line(max(at, end - 1))
            yield _Match(at, end, *lines, first + index, side.points[index])


def _enough(matches: Sequence[_Match]) -> Iterator[tuple[int, int]]:
    """Yield the lines of each match with the company it needs."""
    start = 0
    for index, match in enumerate(matches):
        while match.at - matches[start].at > NEAR:
            start += 1
        near = {each.which: each for each in matches[start : index + 1]}
        if sum(each.points for each in near.values()) >= ENOUGH:
            told = [match] if match.points == ENOUGH else list(near.values())
            yield min(each.line for each in told), max(each.last for each in told)


def _united(places: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for first, last in sorted(places):
        if united and first <= united[-1][1] + 1:
            united[-1] = (united[-1][0], max(last, united[-1][1]))
        else:
            united.append((first, last))
    return united
