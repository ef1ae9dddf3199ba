"""Parse a unified diff into files, hunks and lines with true numbers and exact bytes.

The diff is split into one section a file on its bytes; each section's paths and status are read here and its hunks are
given to unidiff alone, so that one bad file never costs another. Where a hunk ends is known from its header's counts,
never guessed from what a line looks like: content may look like a header.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hunkwise.core import patch_hunks, patch_paths
from hunkwise.core.patch_hunks import HunkError
from hunkwise.errors import ChangeError
from hunkwise.model.diff import Diff, FileDiff, FileStatus, Hunk, UnreadableFile

_GIT = b"diff --git "
_COMBINED = (b"diff --cc ", b"diff --combined ")
_COLOUR = b"\x1b["
"""What begins a colour of a terminal; no line of a plain diff does, for its sign comes first."""

_NORMAL = re.compile(rb"\d+(?:,\d+)?[acd](?:\d+(?:,\d+)?)?\r?$")
_BINARY = re.compile(rb"Binary files? (.+?)(?: and (.+))? (?:differ|has changed)\r?$")
_EPOCH = re.compile(rb"\t(?:1970-01-01|1969-12-31|Thu Jan  1|Wed Dec 31)")
"""The time GNU diff gives a file that does not exist."""

_MODE_LINES = {
    b"old mode ": "old_mode",
    b"new mode ": "new_mode",
    b"deleted file mode ": "old_mode",
    b"new file mode ": "new_mode",
}
_NAME_LINES = (b"rename from ", b"rename to ", b"copy from ", b"copy to ")
_OTHER_LINES = (b"similarity index ", b"dissimilarity index ", b"index ")
_INDEX_MODE = re.compile(rb"index [0-9a-f]+\.\.[0-9a-f]+ (\d{6})$")


@dataclass(slots=True)
class _Section:
    """What the header lines of one file say."""

    names: bytes = b""
    old: bytes | None = None
    new: bytes | None = None
    moved: dict[bytes, bytes] = field(default_factory=dict)
    old_mode: str | None = None
    new_mode: str | None = None
    created: bool = False
    removed: bool = False
    binary: bool = False
    carriage_returns: bool = False


def parse(diff: bytes) -> Diff:
    """Return the files of `diff` in its order; raises ChangeError where it is not a unified diff at all."""
    lines = diff.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    files: list[FileDiff] = []
    unreadable: list[UnreadableFile] = []
    at = 0
    while at < len(lines):
        read = _next(lines, at)
        if read is None:
            at += 1
            continue
        found, at = read
        if isinstance(found, FileDiff):
            files.append(found)
        else:
            unreadable.append(found)
    if not files and not unreadable and diff.strip():
        raise _not_unified(lines)
    return Diff(files=tuple(files), unreadable=tuple(unreadable))


def _next(lines: Sequence[bytes], at: int) -> tuple[FileDiff | UnreadableFile, int] | None:
    """Return what begins at `lines[at]` and the index after it, or None where nothing does."""
    line = lines[at]
    if line.startswith(_GIT):
        return _git_file(lines, at)
    if line.startswith(_COMBINED):
        name = patch_paths.shown(patch_paths.unquoted(line.partition(b" --")[2].partition(b" ")[2].rstrip(b"\r")))
        return _refused(lines, at, name, "a combined diff of a merge; review the merge against one parent")
    if line.startswith(b"*** ") and _starts(lines, at + 1, b"--- ") and _starts(lines, at + 2, b"***************"):
        name = patch_paths.shown(line[4:].partition(b"\t")[0].rstrip(b"\r"))
        return _refused(lines, at, name, "a context diff; give a unified one (diff -u)")
    if line.startswith(b"--- ") and _starts(lines, at + 1, b"+++ ") and _starts(lines, at + 2, b"@@ -"):
        section = _Section()
        return _with_hunks(lines, _titles(lines, at, section), section)
    binary = _BINARY.match(line)
    return (_binary(binary), at + 1) if binary else None


def _git_file(lines: Sequence[bytes], at: int) -> tuple[FileDiff | UnreadableFile, int]:
    section = _Section(names=lines[at][len(_GIT) :].rstrip(b"\r"), carriage_returns=lines[at].endswith(b"\r"))
    at += 1
    while at < len(lines) and _take(lines[at].rstrip(b"\r"), section):
        at += 1
    if _starts(lines, at, b"--- ") and _starts(lines, at + 1, b"+++ "):
        at = _titles(lines, at, section)
    elif at < len(lines) and (_BINARY.match(lines[at]) or lines[at].rstrip(b"\r") == b"GIT binary patch"):
        section.binary = True
        at += 1
    return _with_hunks(lines, at, section)


def _take(line: bytes, section: _Section) -> bool:
    """Note what an extended header line says; False where it is none."""
    for start, name in _MODE_LINES.items():
        if line.startswith(start):
            setattr(section, name, line[len(start) :].decode("ascii", "replace"))
            section.created |= start == b"new file mode "
            section.removed |= start == b"deleted file mode "
            return True
    for start in _NAME_LINES:
        if line.startswith(start):
            section.moved[start.strip()] = patch_paths.unquoted(line[len(start) :])
            return True
    mode = _INDEX_MODE.match(line)
    if mode:
        section.old_mode = section.new_mode = mode.group(1).decode()
    return line.startswith(_OTHER_LINES)


def _titles(lines: Sequence[bytes], at: int, section: _Section) -> int:
    """Read the `---` and `+++` lines."""
    old, new = lines[at], lines[at + 1]
    section.carriage_returns = old.endswith(b"\r") and new.endswith(b"\r")
    section.old = patch_paths.unquoted(old[4:].rstrip(b"\r"))
    section.new = patch_paths.unquoted(new[4:].rstrip(b"\r"))
    section.created |= section.old == patch_paths.NULL or bool(_EPOCH.search(old))
    section.removed |= section.new == patch_paths.NULL or bool(_EPOCH.search(new))
    return at + 2


def _with_hunks(lines: Sequence[bytes], start: int, section: _Section) -> tuple[FileDiff | UnreadableFile, int]:
    old, new = _paths(section)
    at = start
    try:
        while _starts(lines, at, b"@@ -"):
            at = patch_hunks.end_of(lines, at)
        _nothing_left_over(lines, at, start)
        hunks = patch_hunks.parsed(lines[start:at], carriage_returns=section.carriage_returns)
        return _file(section, old, new, hunks), at
    except HunkError as error:
        end = _next_section(lines, max(at, start))
        count = sum(line.startswith(b"@@ -") for line in lines[start:end])
        path = patch_paths.shown(new if new != patch_paths.NULL else old)
        return UnreadableFile(path=path, reason=str(error), hunks=count), end


def _nothing_left_over(lines: Sequence[bytes], at: int, start: int) -> None:
    """Refuse lines of a hunk beyond what its header counts: they would go unread in silence."""
    if _starts(lines, at, _COLOUR):
        raise HunkError(f"the diff holds colours of a terminal (line {at + 1}); give it without: git diff --no-color")
    if at == start or at == len(lines):
        return
    line = lines[at].rstrip(b"\r")
    is_next = line.startswith(b"--- ") and _starts(lines, at + 1, b"+++ ")
    is_signature = line in (b"--", b"-- ", b"---")
    if line[:1] in (b"+", b"-") and not is_next and not is_signature:
        raise HunkError(f"a hunk is longer than its header says (line {at + 1} of the diff)")
    if line.startswith(b"@@"):
        raise HunkError(f"a hunk header is malformed (line {at + 1} of the diff)")


def _paths(section: _Section) -> tuple[bytes, bytes]:
    """Return the old and the new path; each is /dev/null where the file does not exist."""
    moved = section.moved
    pair = patch_paths.git_pair(section.names) if section.names else None
    if moved:
        old = moved.get(b"rename from", moved.get(b"copy from"))
        new = moved.get(b"rename to", moved.get(b"copy to"))
        if old is not None and new is not None:
            return old, new
    if section.old is not None and section.new is not None:
        has_no_prefix = pair is not None and pair[0] == pair[1]
        return (section.old, section.new) if has_no_prefix else patch_paths.stripped(section.old, section.new)
    if pair is not None:
        return patch_paths.stripped(*pair)
    return section.names, section.names


def _file(section: _Section, old: bytes, new: bytes, hunks: tuple[Hunk, ...]) -> FileDiff:
    path = new if new != patch_paths.NULL else old
    before = old if old != patch_paths.NULL else new
    status = _status(section)
    if status in (FileStatus.ADDED, FileStatus.DELETED):
        before = path
    return FileDiff(
        path=patch_paths.shown(path),
        raw_path=path,
        old_path=patch_paths.shown(before),
        raw_old_path=before,
        status=status,
        hunks=hunks,
        old_mode=None if section.created else section.old_mode,
        new_mode=None if section.removed else section.new_mode,
        is_binary=section.binary,
        undecodable=not _is_utf8(path) or any(not _is_utf8(line.raw) for hunk in hunks for line in hunk.lines),
    )


def _status(section: _Section) -> FileStatus:
    if section.created:
        return FileStatus.ADDED
    if section.removed:
        return FileStatus.DELETED
    if b"copy to" in section.moved:
        return FileStatus.COPIED
    return FileStatus.RENAMED if b"rename to" in section.moved else FileStatus.MODIFIED


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _binary(found: re.Match[bytes]) -> FileDiff:
    old, new = patch_paths.stripped(found.group(1), found.group(2) or found.group(1))
    section = _Section(binary=True, created=old == patch_paths.NULL, removed=new == patch_paths.NULL)
    return _file(section, old, new, ())


def _refused(lines: Sequence[bytes], at: int, path: str, reason: str) -> tuple[UnreadableFile, int]:
    end = _next_section(lines, at + 1)
    hunks = sum(line.startswith((b"@@@", b"***************")) for line in lines[at:end])
    return UnreadableFile(path=path, reason=reason, hunks=hunks), end


def _next_section(lines: Sequence[bytes], at: int) -> int:
    """Return the index of the next line that surely begins a file, looking from `at`."""
    while at < len(lines):
        line = lines[at]
        if line.startswith((_GIT, *_COMBINED, b"Index: ", b"=== ")):
            return at
        if line.startswith(b"--- ") and _starts(lines, at + 1, b"+++ ") and _starts(lines, at + 2, b"@@ -"):
            return at
        at += 1
    return at


def _starts(lines: Sequence[bytes], at: int, start: bytes) -> bool:
    return at < len(lines) and lines[at].startswith(start)


def _not_unified(lines: Sequence[bytes]) -> ChangeError:
    if any(line.startswith(_COLOUR) for line in lines):
        return ChangeError("this diff holds colours of a terminal", hint="give it without: git diff --no-color")
    hint = "give the output of `git diff` or `diff -u`"
    if any(_NORMAL.match(line) for line in lines):
        return ChangeError("this is a normal or ed diff, not a unified one", hint=hint)
    return ChangeError("this is not a unified diff: no file begins in it", hint=hint)
