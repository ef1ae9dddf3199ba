"""The redaction gate: secrets out, everything else as it was.

A hunk is scanned side by side (head, then base), so that a secret over several lines is seen even where
added and deleted lines alternate. Only the value goes; the number of lines stays, so that what is redacted can still be
numbered, quoted and anchored. The gate is idempotent: what it puts in, it never takes out.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hunkwise.model.chat import Redacted
from hunkwise.model.diff import Hunk, LineKind
from hunkwise.model.finding import SecretSpan
from hunkwise.model.material import LiteralPlace

Scan = Callable[[str], Sequence[SecretSpan]]
"""Finds secrets in a text; raises DetectorError instead of answering in part."""

PLACEHOLDER = re.compile(r"<redacted:[a-z0-9-]+:\d+>")
"""What stands for a secret: its type, and its number within the file."""

_TYPE = re.compile(r"[^a-z0-9]+")
_PEM_BEGIN = re.compile(r"-----(BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSecret:
    """A secret on lines `first`..`last` (indices into the hunk's lines).

    `digests` are what a baseline of detect-secrets may know it by: never the value, not even here.
    """

    type: str
    first: int
    last: int
    reportable: bool
    digests: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedHunk:
    """One masked text per line of the hunk, and what was masked."""

    lines: tuple[str, ...]
    secrets: tuple[FoundSecret, ...]


@dataclass(slots=True)
class Placeholders:
    """Numbers the secrets of one file: the same secret has the same placeholder wherever it stands in it."""

    _by_value: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str, value: str) -> str:
        """Return the placeholder for `value`."""
        name = _TYPE.sub("-", kind.lower()).strip("-") or "secret"
        known = self._by_value.get((name, value))
        if known is None:
            number = self._counts[name] = self._counts.get(name, 0) + 1
            known = self._by_value[name, value] = f"<redacted:{name}:{number}>"
        return known


def text(content: str, scan: Scan) -> Redacted:
    """Return `content` without its secrets, with as many lines as before; raises DetectorError."""
    rows = content.split("\n")
    pieces = _pieces(content, _spans(content, scan))
    return Redacted("\n".join(_masked(rows, pieces, Placeholders())))


def rows(
    texts: Sequence[str], scan: Scan, placeholders: Placeholders, literals: Mapping[int, Sequence[LiteralPlace]]
) -> tuple[str, ...]:
    """Return the lines of a whole file without their secrets, and without `literals` (by row); raises DetectorError."""
    pieces = [_of_literal(row, place, texts[row]) for row, places in literals.items() for place in places]
    content = "\n".join(texts)
    pieces.extend(_pieces(content, _spans(content, scan)))
    return tuple(_masked(texts, pieces, placeholders))


def hunk(
    content: Hunk, scan: Scan, placeholders: Placeholders, literals: Sequence[Sequence[LiteralPlace]] = ()
) -> RedactedHunk:
    """Return the lines of a hunk without their secrets, and without `literals` (by row); raises DetectorError."""
    texts = [line.text for line in content.lines]
    pieces = [_of_literal(row, place, texts[row]) for row, places in enumerate(literals) for place in places]
    secrets: dict[tuple[int, int, str], FoundSecret] = {}
    for hidden in _sides(content):
        rows = [row for row, line in enumerate(content.lines) if line.kind is not hidden]
        side = "\n".join(texts[row] for row in rows)
        for piece_group in _grouped(_pieces(side, _spans(side, scan))):
            placed = [_Piece(rows[piece.row], piece.start, piece.end, piece.span, piece.value) for piece in piece_group]
            pieces.extend(placed)
            found = FoundSecret(
                type=placed[0].span.type,
                first=placed[0].row,
                last=placed[-1].row,
                reportable=placed[0].span.reportable,
                digests=_digests(placed[0].value),
            )
            secrets.setdefault((found.first, placed[0].start, found.type), found)
    return RedactedHunk(lines=tuple(_masked(texts, pieces, placeholders)), secrets=tuple(secrets.values()))


def placeholders(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the placeholders of lines in the order in which each comes first."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall("\n".join(texts))))


def renumbered(placeholder: str, numbers: dict[str, str]) -> str:
    """Return a placeholder numbered by its order in a text of its own; `numbers` keeps what was seen of that text."""
    kind = placeholder.rpartition(":")[0]
    return numbers.setdefault(placeholder, f"{kind}:{len(numbers) + 1}>")


def _of_literal(row: int, place: LiteralPlace, text: str) -> "_Piece":
    span = SecretSpan(start=place.start, end=place.end, type=place.kind, reportable=False)
    return _Piece(row, place.start, place.end, span, text[place.start : place.end])


def _digests(value: str) -> frozenset[str]:
    """Return SHA-1 as detect-secrets takes it: of the value, and of a private key's first line without its dashes."""
    begin = _PEM_BEGIN.match(value)
    named = [value, begin[1]] if begin else [value]
    return frozenset(hashlib.sha1(each.encode("utf-8"), usedforsecurity=False).hexdigest() for each in named)


def _sides(content: Hunk) -> tuple[LineKind, ...]:
    """Return which kind to leave out for each side that is scanned; a side with context alone is part of the other."""
    if not content.deleted:
        return (LineKind.DELETED,)
    return (LineKind.DELETED, LineKind.ADDED) if content.added else (LineKind.ADDED,)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part `[start, end)` of a span that lies on one row; `value` is the whole span's text."""

    row: int
    start: int
    end: int
    span: SecretSpan
    value: str


def _spans(content: str, scan: Scan) -> list[SecretSpan]:
    """Return the spans of `content` that touch no placeholder."""
    held = [found.span() for found in PLACEHOLDER.finditer(content)] if "<redacted:" in content else []
    spans = [span for span in scan(content) if span.start < span.end]
    return [part for span in spans for part in _around(span, held)]


def _around(span: SecretSpan, held: Sequence[tuple[int, int]]) -> list[SecretSpan]:
    """Cut placeholders out of a span: they are no secrets, and what stands around them still may be one."""
    inside = [(start, end) for start, end in held if start < span.end and end > span.start]
    if not inside:
        return [span]
    edges = [span.start, *(edge for pair in inside for edge in pair), span.end]
    return [
        SecretSpan(start=start, end=end, type=span.type, reportable=False)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if start < end
    ]


def _pieces(content: str, spans: Sequence[SecretSpan]) -> list[_Piece]:
    """Cut spans at line ends."""
    pieces: list[_Piece] = []
    row, row_start = 0, 0
    for span in sorted(spans, key=lambda each: each.start):
        while True:
            row_end = content.find("\n", row_start)
            if row_end == -1 or span.start <= row_end:
                break
            row, row_start = row + 1, row_end + 1
        pieces.extend(_cut(content, span, row, row_start))
    return pieces


def _cut(content: str, span: SecretSpan, row: int, row_start: int) -> list[_Piece]:
    value = content[span.start : span.end]
    pieces: list[_Piece] = []
    at = span.start
    for part in value.split("\n"):
        if part.strip():
            pieces.append(_Piece(row, at - row_start, at - row_start + len(part.rstrip("\r")), span, value))
        at += len(part) + 1
        row, row_start = row + 1, at
    return pieces


def _grouped(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    groups: dict[SecretSpan, list[_Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.span, []).append(piece)
    return list(groups.values())


def _masked(rows: Sequence[str], pieces: Sequence[_Piece], placeholders: Placeholders) -> list[str]:
    """Return `rows` with the union of all pieces replaced, numbered in reading order."""
    by_row: dict[int, list[_Piece]] = {}
    for piece in pieces:
        by_row.setdefault(piece.row, []).append(piece)
    masked = list(rows)
    for row in sorted(by_row):
        line, at, parts = rows[row], 0, []
        for piece in sorted(by_row[row], key=lambda each: (each.start, -each.end)):
            if piece.start >= at:
                parts.append(line[at : piece.start] + placeholders.of(piece.span.type, piece.value))
            at = max(at, piece.end)
        masked[row] = "".join(parts) + line[at:]
    return masked
