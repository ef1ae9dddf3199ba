"""Read the hunks of one file with unidiff, from exact bytes to exact bytes.

unidiff works on text and splits nothing itself here: each line is handed over alone, decoded with surrogate escapes, so
that form feeds and other separators inside a line stay inside it and every byte comes back.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from unidiff import PatchSet
from unidiff.errors import UnidiffParseError

from hunkwise.model.diff import DiffLine, Hunk, LineKind

HEADER = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
"""A hunk header; a count that is left out is 1."""

_NO_NEWLINE = "\\ No newline at end of file\n"


class HunkError(Exception):
    """A hunk that is not what its header says; the message is for the ledger."""


def end_of(lines: Sequence[bytes], start: int) -> int:
    """Return the index after the hunk whose header is `lines[start]`; raises HunkError where its counts do not hold."""
    old, new = _counts(lines[start])
    at = start + 1
    if at < len(lines) and lines[at].startswith(b"\\"):
        raise HunkError(f"a hunk starts with a note about the end of no line (line {at + 1} of the diff)")
    while old or new:
        if at == len(lines):
            raise HunkError("the diff ends inside a hunk")
        sign = lines[at][:1]
        if sign not in b"+- \\\r":
            raise HunkError(f"a hunk is shorter than its header says (line {at + 1} of the diff)")
        old -= sign in b"- \r"
        new -= sign in b"+ \r"
        if old < 0 or new < 0:
            raise HunkError(f"a hunk does not have the lines its header says (line {at + 1} of the diff)")
        at += 1
    while at < len(lines) and lines[at].startswith(b"\\"):
        at += 1
    return at


def parsed(lines: Sequence[bytes], *, carriage_returns: bool) -> tuple[Hunk, ...]:
    """Return the hunks in `lines` (headers and bodies, nothing else); raises HunkError.

    `carriage_returns` tells that the whole diff was written with CRLF, so that one at each end is not content.
    """
    if not lines:
        return ()
    rows = ["--- a\n", "+++ b\n", *(_row(line, carriage_returns=carriage_returns) for line in lines)]
    try:
        (file,) = PatchSet(rows)
    except (UnidiffParseError, ValueError) as error:
        raise HunkError(" ".join(str(error).split())[:120]) from error
    return tuple(_hunk(hunk) for hunk in file)


def _counts(header: bytes) -> tuple[int, int]:
    found = HEADER.match(header)
    if found is None:
        raise HunkError("a hunk header is malformed")
    old, new = (1 if count is None else int(count) for count in (found.group(2), found.group(4)))
    if old == new == 0:
        raise HunkError("a hunk header counts no lines")
    return old, new


def _row(line: bytes, *, carriage_returns: bool) -> str:
    if line.startswith(b"\\"):
        return _NO_NEWLINE
    if carriage_returns:
        line = line.removesuffix(b"\r")
    if line[:1] in (b"", b"\r"):
        line = b" " + line  # an empty context line whose blank was trimmed
    return line.decode("utf-8", "surrogateescape") + "\n"


def _hunk(hunk: Any) -> Hunk:  # noqa: ANN401  # unidiff ships no types
    lines: list[DiffLine] = []
    for line in hunk:
        if line.line_type == "\\":
            lines[-1] = replace(lines[-1], ends=False)
        else:
            lines.append(_line(line))
    return Hunk(
        old_start=hunk.source_start,
        old_count=hunk.source_length,
        new_start=hunk.target_start,
        new_count=hunk.target_length,
        section=_decoded(hunk.section_header)[1],
        lines=tuple(lines),
    )


def _line(line: Any) -> DiffLine:  # noqa: ANN401  # unidiff ships no types
    raw, text = _decoded(line.value.removesuffix("\n"))
    return DiffLine(kind=LineKind(line.line_type), old=line.source_line_no, new=line.target_line_no, raw=raw, text=text)


def _decoded(value: str) -> tuple[bytes, str]:
    """Return the exact bytes behind `value`, and the one text shown for them: UTF-8, else Latin-1."""
    try:
        return value.encode("utf-8"), value
    except UnicodeEncodeError:
        raw = value.encode("utf-8", "surrogateescape")
        return raw, raw.decode("latin-1")
