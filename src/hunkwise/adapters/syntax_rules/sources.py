"""What there is of a changed file to judge: its whole text, or each hunk's head side by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hunkwise.model.diff import DiffLine, FileDiff, FileStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Text to judge; line i of it (0-based) is line `numbers[i]` of the head file."""

    lines: tuple[str, ...]
    numbers: range
    is_whole: bool

    @property
    def text(self) -> str:
        """The lines, joined."""
        return "\n".join(self.lines)


def of(file: FileDiff, head: bytes | None) -> Iterator[Source]:
    """Yield what is known of the file: one whole source from `head` or a diff that adds all of it, else fragments."""
    if head is None:
        is_whole = file.status is FileStatus.ADDED and len(file.hunks) == 1
        for hunk in file.hunks:
            lines = [line for line in hunk.lines if line.new is not None]
            yield _of_lines(lines, margin=0 if is_whole else _margin(lines), is_whole=is_whole)
    elif b"\0" not in head:
        texts = tuple(_decoded(head).split("\n"))
        yield Source(lines=texts, numbers=range(1, len(texts) + 1), is_whole=True)


def _decoded(head: bytes) -> str:
    """As the parser of diffs does: UTF-8, else Latin-1."""
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _margin(lines: Sequence[DiffLine]) -> int:
    """Return how far all lines are indented: a grammar in which that matters takes a fragment for a file."""
    return min((len(line.text) - len(line.text.lstrip(" \t")) for line in lines if line.text.strip()), default=0)


def _of_lines(lines: Sequence[DiffLine], *, margin: int, is_whole: bool) -> Source:
    first = (lines[0].new or 1) if lines else 1
    return Source(
        lines=tuple(line.text[margin:] for line in lines),
        numbers=range(first, first + len(lines)),
        is_whole=is_whole,
    )
