"""What changed between two trees, parsed from git's own output: files, patches, hunks, lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Side = Literal["LEFT", "RIGHT"]
STATUS_BY_LETTER = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
HEADER = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
NULL_SHA = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkLine:
    """A line of a hunk; `position` counts from the file's first hunk header as GitHub's `position` does."""

    text: str
    position: int
    old: int | None
    new: int | None

    def number(self, side: Side) -> int | None:
        """Return the line's number on a side: a context line stands on both."""
        return self.old if side == "LEFT" else self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    header: str
    lines: tuple[HunkLine, ...]

    def find(self, side: Side, number: int) -> HunkLine | None:
        return next((line for line in self.lines if line.number(side) == number), None)

    def until(self, last: HunkLine) -> str:
        """Return the text GitHub keeps as `diff_hunk`: from the header to the commented line."""
        shown = [line.text for line in self.lines if line.position <= last.position]
        return "\n".join([self.header, *shown])


@dataclass(frozen=True, kw_only=True)
class ChangedFile:
    """A file of a comparison; `patch` is None for binary files and where no line changed."""

    path: str
    previous: str | None
    status: str
    sha: str | None
    additions: int
    deletions: int
    patch: str | None

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        return tuple(_hunks(self.patch or ""))

    def find(self, side: Side, number: int) -> tuple[Hunk, HunkLine] | None:
        """Return the hunk and the line with `number` on `side`."""
        for hunk in self.hunks:
            line = hunk.find(side, number)
            if line is not None:
                return hunk, line
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    diff: bytes
    files: tuple[ChangedFile, ...]

    def file(self, path: str) -> ChangedFile | None:
        return next((file for file in self.files if file.path == path), None)


def parse(*, diff: bytes, raw: bytes, numbers: bytes) -> Comparison:
    """Build a comparison from git's patch, `--raw -z` and `--numstat -z`."""
    sections = iter(_sections(diff))
    counts = dict(_counts(numbers))
    files = []
    for letter, old_sha, new_sha, previous, path in _raw(raw):
        patch = next(sections)
        if letter == "T":  # a file that became a link, or the like: git shows it as deleted and new
            patch += b"\n" + next(sections)
        additions, deletions = counts[path]
        files.append(
            ChangedFile(
                path=path,
                previous=previous,
                status=STATUS_BY_LETTER[letter],
                sha=old_sha if new_sha == NULL_SHA else new_sha,
                additions=additions,
                deletions=deletions,
                patch=_hunk_text(patch),
            )
        )
    return Comparison(diff=diff, files=tuple(files))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _sections(diff: bytes) -> list[bytes]:
    return [section.rstrip(b"\n") for section in re.split(rb"^(?=diff --git )", diff, flags=re.MULTILINE) if section]


def _hunk_text(section: bytes) -> str | None:
    start = re.search(rb"^@@ ", section, flags=re.MULTILINE)
    return section[start.start() :].decode("utf-8", "replace") if start else None


def _raw(output: bytes) -> Iterator[tuple[str, str, str, str | None, str]]:
    fields = iter(output.split(b"\0"))
    for head in fields:
        if not head:
            return
        _, _, old_sha, new_sha, letter = head.decode().split()
        first = _text(next(fields))
        if letter[0] in "RC":
            yield letter[0], old_sha, new_sha, first, _text(next(fields))
        else:
            yield letter[0], old_sha, new_sha, None, first


def _counts(output: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    fields = iter(output.split(b"\0"))
    for head in fields:
        if not head:
            return
        added, deleted, path = head.split(b"\t", 2)
        if not path:  # a rename: the old and the new path follow
            next(fields)
            path = next(fields)
        yield _text(path), (0, 0) if added == b"-" else (int(added), int(deleted))


def _hunks(patch: str) -> Iterator[Hunk]:
    header = ""
    lines: list[HunkLine] = []
    old = new = 0
    for position, text in enumerate(patch.split("\n") if patch else ()):
        opening = HEADER.match(text)
        if opening:
            if header:
                yield Hunk(header=header, lines=tuple(lines))
            header, lines = text, []
            old, new = int(opening[1]), int(opening[3])
        elif text[:1] in {" ", "+", "-", ""}:
            kind = text[:1] or " "
            lines.append(
                HunkLine(
                    text=text, position=position, old=old if kind != "+" else None, new=new if kind != "-" else None
                )
            )
            old += kind != "+"
            new += kind != "-"
    if header:
        yield Hunk(header=header, lines=tuple(lines))
