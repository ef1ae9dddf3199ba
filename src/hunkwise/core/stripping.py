"""Places of comments and strings on the lines of a diff, found in whole files: the head, and the base made from it.

A hunk alone does not tell whether it begins inside a string. So both sides of a file are needed whole: the base is the
head with the hunks undone, which also proves that head and diff belong together. Where that fails nothing is sent.
"""

from collections.abc import Callable, Mapping, Sequence

from hunkwise.errors import DetectorError
from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind, Side
from hunkwise.model.material import LiteralPlace

Find = Callable[[str, str], Sequence[LiteralPlace] | None]
"""Finds comments and strings in a whole file of a name; None where it can't be parsed."""

Places = Mapping[tuple[int, int], Sequence[LiteralPlace]]
"""Places by index of the hunk and row in it."""

Stripped = Places | DetectorError | str
"""Places, or what keeps the file from being sent, or why it is left out."""


def places(file: FileDiff, head: bytes | None, find: Find) -> Places:
    """Return the comments and strings on the lines of `file`; raises DetectorError when they can't be told."""
    before, after = sides(file, head)
    by_side = {Side.RIGHT: _by_line(file.path, after, find), Side.LEFT: {}}
    if any(hunk.deleted for hunk in file.hunks):
        by_side[Side.LEFT] = _by_line(file.old_path, before, find)
    return {
        (number, row): by_side[line.side].get(line.number, ())
        for number, hunk in enumerate(file.hunks)
        for row, line in enumerate(hunk.lines)
    }


def sides(file: FileDiff, head: bytes | None) -> tuple[list[str], list[str]]:
    """Return the lines of the whole base and of the whole head file; raises DetectorError when they can't be told."""
    after = _head(file, head)
    return _base(file, after), after


def _head(file: FileDiff, head: bytes | None) -> list[str]:
    if file.status is FileStatus.DELETED:
        return []
    if file.status is FileStatus.ADDED and len(file.hunks) == 1:
        return [_plain(line) for line in file.hunks[0].lines]
    if head is None:
        raise DetectorError("privacy strict needs the whole file, which can't be had")
    try:
        return [row.rstrip("\r") for row in head.decode("utf-8").split("\n")]
    except UnicodeDecodeError as error:
        raise DetectorError("privacy strict needs text in UTF-8") from error


def _base(file: FileDiff, after: Sequence[str]) -> list[str]:
    """Undo the hunks; raises DetectorError when they do not fit."""
    before = list(after)
    for hunk in reversed(file.hunks):
        start = hunk.new_start - 1 if hunk.new_count else hunk.new_start
        new = _side(hunk, LineKind.DELETED)
        if before[start : start + len(new)] != new:
            raise DetectorError("privacy strict: the file is not the one that the diff speaks of")
        before[start : start + len(new)] = _side(hunk, LineKind.ADDED)
    return before


def _side(hunk: Hunk, hidden: LineKind) -> list[str]:
    return [_plain(line) for line in hunk.lines if line.kind is not hidden]


def _plain(line: DiffLine) -> str:
    return line.text.rstrip("\r")


def _by_line(path: str, rows: Sequence[str], find: Find) -> dict[int, list[LiteralPlace]]:
    found = find(path, "\n".join(rows))
    if found is None:
        raise DetectorError("privacy strict: the file can't be parsed")
    by_line: dict[int, list[LiteralPlace]] = {}
    for place in found:
        by_line.setdefault(place.line, []).append(place)
    return by_line
