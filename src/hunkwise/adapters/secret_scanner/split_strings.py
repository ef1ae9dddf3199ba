"""Put string literals together that a source splits, by a sign (`"AKIA" + "..."`) or by nothing but blanks.

A secret in pieces is as good as whole. The lines of such chains are read once more with the joints cut out; what is
found there is masked piece by piece, so that quotes and signs stay.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from hunkwise.model.finding import SecretSpan

_JOINT = re.compile(
    r"(?<=[^\s,(\[{])(?P<a>[\"'`])[ \t]{0,20}+(?:\\?\r?\n[ \t]{0,80}+)?+"
    r"(?:(?:\+|\.{1,2}|&|\|\||<<)[ \t]{0,20}+(?:\\?\r?\n[ \t]{0,80}+)?+)?+(?:[rbfuL]{0,2})"
    r"(?P<b>[\"'`])(?=[^\s,)\]}])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """`text` holds the lines with joints, joints cut out; piece i begins at `starts[i]`, and did at `origins[i]`."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def original(self, span: SecretSpan) -> Iterator[SecretSpan]:
        """Yield the parts of `span` where they stand in the original text."""
        at = span.start
        piece = bisect_right(self.starts, at) - 1
        while at < span.end:
            limit = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
            end = min(span.end, limit)
            origin = self.origins[piece] + at - self.starts[piece]
            if end > at:
                yield SecretSpan(start=origin, end=origin + end - at, type=span.type, reportable=span.reportable)
            at, piece = end, piece + 1


def joined(text: str) -> Joined | None:
    """Return the lines of `text` with strings in pieces, or None where there are none."""
    joints = [found.span() for found in _JOINT.finditer(text)]
    if not joints:
        return None
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    size = at = 0

    def keep(start: int, end: int) -> None:
        nonlocal size
        starts.append(size)
        origins.append(start)
        parts.append(text[start:end])
        size += end - start

    for start, end in joints:
        line = max(text.rfind("\n", at, start) + 1, at)
        gap = text.find("\n", at, line) if at else line
        if at and gap != -1 and gap < line:
            keep(at, gap + 1)
            at = line
        keep(max(at, line) if not at or at <= line else at, start)
        at = end
    stop = text.find("\n", at)
    keep(at, len(text) if stop == -1 else stop)
    return Joined(text="".join(parts), starts=tuple(starts), origins=tuple(origins))
