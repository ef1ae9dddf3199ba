"""Where review comments may stand, and where their threads go when the head moves."""

from dataclasses import dataclass
from typing import Any, Literal

from loopback_github.comparison import ChangedFile, Comparison, Hunk, HunkLine, Side
from loopback_github.records import Pull, Thread

LINE_OUTSIDE = "line must be part of the diff"
NO_HUNK = "diff_hunk"
START_OUTSIDE = "start_line must be part of the same hunk as the line."
START_AFTER = "start_line must precede the end line."
UNKNOWN_PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that was proven: a line of a hunk, or a file."""

    path: str
    subject: Literal["LINE", "FILE"]
    side: Side
    line: int | None
    start_line: int | None
    start_side: Side | None
    position: int | None
    diff_hunk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """Why a comment can't stand where it was put; each fault is one of the constants above."""

    faults: tuple[str, ...]


def place(
    wanted: dict[str, Any], comparison: Comparison, hidden: frozenset[tuple[str, int]] = frozenset()
) -> Place | Misplaced:
    """Return where a comment stands, by `line` and `side` or by the older `position`; `hidden` lines are refused."""
    file = comparison.file(str(wanted["path"]))
    if file is None:
        return Misplaced(faults=(UNKNOWN_PATH,))
    if wanted.get("subject_type") == "file":
        return _whole_file(file)
    if (file.path, wanted.get("line")) in hidden:
        return Misplaced(faults=(LINE_OUTSIDE, NO_HUNK))
    if wanted.get("line") is None and wanted.get("position") is not None:
        return _by_position(file, int(wanted["position"]))
    side = _side(wanted.get("side"), "RIGHT")
    found = file.find(side, int(wanted["line"])) if wanted.get("line") is not None else None
    start = wanted.get("start_line")
    faults = [] if found else [LINE_OUTSIDE]
    if start is not None:
        faults += _start_faults(wanted, side, found[0] if found else None)
    if not found:
        faults.append(NO_HUNK)
    if not found or faults:
        return Misplaced(faults=tuple(faults))
    hunk, line = found
    return Place(
        path=file.path,
        subject="LINE",
        side=side,
        line=line.number(side),
        start_line=start,
        start_side=_side(wanted.get("start_side"), side) if start is not None else None,
        position=line.position,
        diff_hunk=hunk.until(line),
    )


def _side(given: Any, fallback: Side) -> Side:
    return "LEFT" if given == "LEFT" else "RIGHT" if given == "RIGHT" else fallback


def _start_faults(wanted: dict[str, Any], side: Side, hunk: Hunk | None) -> list[str]:
    start_side = _side(wanted.get("start_side"), side)
    start = hunk.find(start_side, int(wanted["start_line"])) if hunk else None
    if start_side == side and wanted.get("line") is not None and int(wanted["start_line"]) >= int(wanted["line"]):
        return [START_AFTER]
    return [] if start else [START_OUTSIDE]


def _whole_file(file: ChangedFile) -> Place:
    hunk = file.hunks[0].until(file.hunks[0].lines[-1]) if file.hunks else ""
    return Place(
        path=file.path,
        subject="FILE",
        side="RIGHT",
        line=None,
        start_line=None,
        start_side=None,
        position=None,
        diff_hunk=hunk,
    )


def _by_position(file: ChangedFile, position: int) -> Place | Misplaced:
    for hunk in file.hunks:
        for line in hunk.lines:
            if line.position == position:
                side: Side = "LEFT" if line.new is None else "RIGHT"
                return Place(
                    path=file.path,
                    subject="LINE",
                    side=side,
                    line=line.number(side),
                    start_line=None,
                    start_side=None,
                    position=position,
                    diff_hunk=hunk.until(line),
                )
    return Misplaced(faults=(LINE_OUTSIDE, NO_HUNK))


def follow_push(pull: Pull, pushed: Comparison, now: Comparison) -> None:
    """Move threads with their code: from the old head to the new one; what is gone makes its thread outdated."""
    for thread in pull.threads:
        if thread.outdated:
            continue
        moved = _new_path(thread, pushed)
        file = now.file(moved)
        if thread.subject == "FILE":
            thread.outdated = file is None
            continue
        line = _new_line(thread, thread.line, pushed)
        found = file.find(thread.side, line) if file and line is not None else None
        if found is None:
            thread.line = thread.start_line = thread.position = None
            thread.outdated = True
        else:
            start = _new_line(thread, thread.start_line, pushed)
            thread.path, thread.line, thread.start_line, thread.position = moved, line, start, found[1].position


def _new_path(thread: Thread, pushed: Comparison) -> str:
    renamed = next((file.path for file in pushed.files if file.previous == thread.path), None)
    return renamed or thread.path


def _new_line(thread: Thread, line: int | None, pushed: Comparison) -> int | None:
    """Return where a line of the old head lies in the new one; None when it was touched. The base does not move."""
    file = next((each for each in pushed.files if thread.path in {each.path, each.previous}), None)
    if line is None or file is None or thread.side == "LEFT":
        return line
    if file.patch is None:
        return None if file.status == "removed" or (file.additions, file.deletions) != (0, 0) else line
    shift = 0
    for hunk in file.hunks:
        for each in hunk.lines:
            if each.old is not None and each.old >= line:
                return _meeting(each, line, shift)
            shift += (each.old is None) - (each.new is None)
    return line + shift


def _meeting(met: HunkLine, line: int, shift: int) -> int | None:
    """Return the new number of a line once a hunk's line at or after it is met."""
    if met.old == line:
        return met.new
    return line + shift
