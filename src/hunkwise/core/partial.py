"""Findings of an answer that is still coming.

They are candidates: the whole answer is judged by `parsing` once it is there, and nothing is posted before. A finding
is given out when the brace that closes it has come and it reads as strict JSON, so that nothing of it can change any
more; the partial mode of a parser (pydantic-core's) guesses about the last item, and takes a key that stands twice.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from hunkwise.core import parsing

MAX_READINGS = 32
"""How often at most a text is read, on the whole: what is read grows with the text, however small its pieces."""

_DECODER = json.JSONDecoder(object_pairs_hook=parsing.unique_keys, parse_constant=parsing.no_constant)
_START = re.compile(r"[\ufeff \t\r\n]*(?:```(?:json)?\n)?[ \t\r\n]*")
_BLANK = re.compile(r"[ \t\r\n]*")


def findings_so_far(text: str) -> tuple[dict[str, Any], ...]:
    """Return the findings that stand complete in the beginning of an answer, in their order, not yet judged."""
    found: list[dict[str, Any]] = []
    if len(text) > parsing.MAX_ANSWER_CHARS:
        return ()
    with contextlib.suppress(ValueError, RecursionError):  # here the text ends for now, or is no JSON
        for each in _findings(text):
            found.append(each)  # noqa: PERF402  # keeps what came before the error
    return tuple(found)


class Reading:
    """Reads one answer as it grows, in time that grows with its length alone."""

    def __init__(self) -> None:
        self._seen_chars = 0
        self._read_chars = 0
        self._may_hold_more = False
        self._given = 0

    def more(self, text: str) -> tuple[dict[str, Any], ...]:
        """Return the findings that have become complete since the last call; `text` is all that has come."""
        self._may_hold_more |= text.find("}", self._seen_chars) >= 0
        self._seen_chars = len(text)
        if not self._may_hold_more or self._read_chars + len(text) > MAX_READINGS * len(text):
            return ()
        self._may_hold_more = False
        self._read_chars += len(text)
        new = findings_so_far(text)[self._given :]
        self._given += len(new)
        return new


def _findings(text: str) -> Iterator[dict[str, Any]]:
    """Yield the items of the first `findings`; raises ValueError where the text does not go on."""
    start = _START.match(text)
    place = _after("{", text, start.end() if start else 0)
    while True:
        key, place = _DECODER.raw_decode(text, place)
        if not isinstance(key, str):
            raise ValueError("a key is no string")  # noqa: TRY004  # of the text, not of a caller
        place = _after(":", text, place)
        if key == "findings":
            break
        _, place = _DECODER.raw_decode(text, place)
        place = _after(",", text, place)
    yield from _objects(text, _after("[", text, place))


def _objects(text: str, place: int) -> Iterator[dict[str, Any]]:
    while True:
        item, place = _DECODER.raw_decode(text, place)
        if isinstance(item, dict):
            yield item
        place = _after(",", text, place)


def _after(mark: str, text: str, place: int) -> int:
    """Return the place behind `mark`, blanks around it skipped."""
    place = _skipped(text, place)
    if text[place : place + 1] != mark:
        raise ValueError(f"no {mark} at {place}")
    return _skipped(text, place + 1)


def _skipped(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place
