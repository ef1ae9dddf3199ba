"""A parsed diff: files, hunks and lines with their true numbers and exact bytes."""

from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """What a line of a hunk does; the value is its sign in a unified diff."""

    CONTEXT = " "
    ADDED = "+"
    DELETED = "-"


class Side(StrEnum):
    """Which version of the file a line number counts in (GitHub's names)."""

    RIGHT = "RIGHT"
    LEFT = "LEFT"


class FileStatus(StrEnum):
    """What happened to a file as a whole."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line of a hunk.

    `old` and `new` are 1-based numbers in the base and head file, None on the side the line is not on.
    `raw` holds the exact bytes without sign and line feed (a carriage return stays); `text` is the one
    display text: UTF-8, else Latin-1, never with surrogates. `ends` is False where the file ends on this
    line without a line feed.
    """

    kind: LineKind
    old: int | None
    new: int | None
    raw: bytes
    text: str
    ends: bool = True

    @property
    def side(self) -> Side:
        """LEFT for a deleted line, else RIGHT."""
        return Side.LEFT if self.kind is LineKind.DELETED else Side.RIGHT

    @property
    def number(self) -> int:
        """The number on the line's own side."""
        number = self.old if self.kind is LineKind.DELETED else self.new
        return number or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One hunk; starts and counts as its header gives them, `section` the text after the second @@."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[DiffLine, ...]

    @property
    def header(self) -> str:
        """The header with all four numbers, as the ledger names the hunk."""
        return f"@@ -{self.old_start},{self.old_count} +{self.new_start},{self.new_count} @@"

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum(line.kind is LineKind.ADDED for line in self.lines)

    @property
    def deleted(self) -> int:
        """Number of deleted lines."""
        return sum(line.kind is LineKind.DELETED for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file of a diff.

    `path` and `old_path` are display text; `raw_path` and `raw_old_path` the bytes git knows the file by
    (equal unless renamed or copied). Modes are git's octal strings, None where the diff does not say.
    `undecodable` tells that some text is shown as Latin-1. `is_binary` and `is_submodule` files may have no hunks.
    """

    path: str
    raw_path: bytes
    old_path: str
    raw_old_path: bytes
    status: FileStatus
    hunks: tuple[Hunk, ...] = ()
    old_mode: str | None = None
    new_mode: str | None = None
    is_binary: bool = False
    undecodable: bool = False

    @property
    def is_submodule(self) -> bool:
        """Whether either side is a commit of another repository (mode 160000)."""
        return "160000" in (self.old_mode, self.new_mode)

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum(hunk.added for hunk in self.hunks)

    @property
    def deleted(self) -> int:
        """Number of deleted lines."""
        return sum(hunk.deleted for hunk in self.hunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """A file section that could not be parsed; `hunks` estimates how many hunk headers it held."""

    path: str
    reason: str
    hunks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All files of a diff in their order, and those that could not be read."""

    files: tuple[FileDiff, ...]
    unreadable: tuple[UnreadableFile, ...] = ()
