"""Lines, hunks, files and diffs by hand, for tests that must not depend on the parser.

`line("+x")` and `hunk("+x", " y")` take rows as a unified diff writes them: the sign, then the text.
"""

from typing import Any

from hunkwise.model.diff import Diff, DiffLine, FileDiff, FileStatus, Hunk, LineKind, UnreadableFile


def line(row: str, *, old: int = 1, new: int = 1) -> DiffLine:
    """Return one line from its row; a number counts only on a side the line is on."""
    kind, text = LineKind(row[:1] or " "), row[1:]
    return DiffLine(
        kind=kind,
        old=None if kind is LineKind.ADDED else old,
        new=None if kind is LineKind.DELETED else new,
        raw=text.encode(),
        text=text,
    )


def hunk(*rows: str, old: int = 1, new: int = 1, section: str = "") -> Hunk:
    """Return a hunk of `rows` whose first line is line `old` of the base and line `new` of the head."""
    lines: list[DiffLine] = []
    at_old, at_new = old, new
    for row in rows:
        made = line(row, old=at_old, new=at_new)
        lines.append(made)
        at_old += made.old is not None
        at_new += made.new is not None
    counts = at_old - old, at_new - new
    return Hunk(
        old_start=old if counts[0] else max(old - 1, 0),
        old_count=counts[0],
        new_start=new if counts[1] else max(new - 1, 0),
        new_count=counts[1],
        section=section,
        lines=tuple(lines),
    )


def file_diff(path: str, *hunks: Hunk, status: str = "modified", old_path: str | None = None, **more: Any) -> FileDiff:
    """Return a file of a diff; `old_path` is `path` unless given, `more` any further field of FileDiff."""
    before = path if old_path is None else old_path
    return FileDiff(
        path=path,
        raw_path=path.encode(),
        old_path=before,
        raw_old_path=before.encode(),
        status=FileStatus(status),
        hunks=hunks,
        **more,
    )


def diff(*files: FileDiff | UnreadableFile) -> Diff:
    """Return a diff of `files`, readable and not."""
    return Diff(
        files=tuple(each for each in files if isinstance(each, FileDiff)),
        unreadable=tuple(each for each in files if isinstance(each, UnreadableFile)),
    )
