"""What selection is told, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from hunkwise.model.material import HunkKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionPolicy:
    """Which files are reviewed (gitignore patterns; no `include` means all), and the caps on what is read."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    max_file_lines: int
    max_line_chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Why a hunk is not reviewed: by policy, or `unread` because it is over a cap, which is not the same."""

    reason: str
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Every hunk of a diff is in exactly one of `chosen` and `left`.

    `scan_only` holds hunks of files that are never shown to anyone and are scanned for secrets all the same.
    """

    chosen: tuple[HunkKey, ...]
    left: Mapping[HunkKey, Left]
    scan_only: frozenset[HunkKey]
