"""What of a hunk's rows can matter, from both whole files: parsed once a file, and only where somebody asks."""

from collections.abc import Mapping, Sequence

from hunkwise.core import stripping
from hunkwise.core.answer_keys import Plain
from hunkwise.errors import DetectorError
from hunkwise.model.diff import Diff, FileDiff
from hunkwise.model.material import HunkKey
from hunkwise.ports import PlainLines

_Lines = Sequence[str | None]


class PlainRows:
    """Gives the plain rows of hunks of one change. `comments` tells that comments may matter."""

    def __init__(self, diff: Diff, heads: Mapping[bytes, bytes], lines: PlainLines | None, *, comments: bool) -> None:
        self._diff = diff
        self._heads = heads
        self._lines = lines
        self._comments = comments
        self._sides: dict[int, tuple[_Lines, _Lines] | None] = {}

    def of(self, key: HunkKey) -> Plain | None:
        """Return for each row of a hunk its text on both sides, None where the files are not understood."""
        file = self._diff.files[key.file]
        if key.file not in self._sides:
            self._sides[key.file] = self._read(file)
        sides = self._sides[key.file]
        if sides is None:
            return None
        before, after = sides
        return [
            (None if line.old is None else before[line.old - 1], None if line.new is None else after[line.new - 1])
            for line in file.hunks[key.hunk].lines
        ]

    def _read(self, file: FileDiff) -> tuple[_Lines, _Lines] | None:
        head = self._heads.get(file.raw_path)
        if self._lines is None or file.undecodable or _returns(file, head):
            return None
        try:
            old, new = stripping.sides(file, head)
        except DetectorError:
            return None  # the head file can't be had, or is not the one the diff speaks of
        before = self._lines.plain(file.old_path, "\n".join(old), comments=self._comments) if old else ()
        after = self._lines.plain(file.path, "\n".join(new), comments=self._comments) if new else ()
        return None if before is None or after is None else (before, after)


def _returns(file: FileDiff, head: bytes | None) -> bool:
    """Whether a carriage return stands anywhere on either side: to some a line end, to a shell part of a word."""
    shown = (line.raw for hunk in file.hunks for line in hunk.lines)
    return b"\r" in (head or b"") or any(b"\r" in raw for raw in shown)
