"""Check the parser against git's own objects, over the history of any clones given.

    python bench/anchors.py REPO [REPO ...] [--max-commits N]

For every commit against its first parent (a root commit against the empty tree): each RIGHT line N equals line N of the
head blob and each LEFT line that of the base blob, byte for byte; applying all hunks to the base gives the head; counts
equal `git diff --numstat -z`; paths and status equal `git diff --raw -z`. Exits 1 on any error.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hunkwise.core import patch
from hunkwise.errors import ChangeError
from hunkwise.model.diff import FileDiff, FileStatus, Hunk, LineKind

FLAGS = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "-M",
    "-C",
    "--full-index",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
STATUS = {"A": FileStatus.ADDED, "D": FileStatus.DELETED, "R": FileStatus.RENAMED, "C": FileStatus.COPIED}
SHOWN_ERRORS = 20


@dataclass(slots=True)
class Count:
    """What was checked in one repository."""

    commits: int = 0
    files: int = 0
    lines: int = 0
    errors: int = 0
    exceptions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One entry of `git diff --raw -z`."""

    old_id: str
    new_id: str
    status: str
    old: bytes
    new: bytes


class Repository:
    """Reads a clone with git, without its configuration."""

    def __init__(self, folder: Path) -> None:
        self._command = ["git", "-c", f"safe.directory={folder}", "-c", "core.quotePath=true", "-C", str(folder)]
        self._environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "LC_ALL": "C",
        }
        self._blobs = subprocess.Popen(
            [*self._command, "cat-file", "--batch"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> bytes:
        """Return what git prints."""
        done = subprocess.run([*self._command, *arguments], env=self._environment, capture_output=True, check=True)
        return done.stdout

    def pairs(self, limit: int | None) -> Iterator[tuple[str, str]]:
        """Yield parent and commit; a commit whose parent is not here is compared with the empty tree."""
        empty = self.run("hash-object", "-t", "tree", os.devnull).decode().strip()
        chosen = [] if limit is None else [f"--max-count={limit}"]
        for row in self.run("rev-list", "--parents", *chosen, "--all").decode().splitlines():
            commit, *parents = row.split()
            yield (parents[0] if parents else empty), commit

    def diff(self, *arguments: str) -> bytes:
        """Return a patch."""
        return self.run("diff", *FLAGS, *arguments)

    def blob(self, name: str) -> bytes:
        """Return a blob's bytes, none for the null id or a missing one."""
        if self._blobs.stdin is None or self._blobs.stdout is None or not name.strip("0"):
            return b""
        self._blobs.stdin.write(name.encode() + b"\n")
        self._blobs.stdin.flush()
        header = self._blobs.stdout.readline().split()
        if header[1] == b"missing":
            return b""
        content = self._blobs.stdout.read(int(header[2]) + 1)
        return content[:-1]

    def close(self) -> None:
        """End the reader of blobs."""
        if self._blobs.stdin is not None:
            self._blobs.stdin.close()
        self._blobs.wait()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--max-commits", type=int)
    chosen = parser.parse_args()
    print("| repository | commits | file diffs | lines | errors | exceptions |")
    print("|---|---:|---:|---:|---:|---:|")
    total = Count()
    for folder in chosen.repositories:
        count = check(folder, chosen.max_commits)
        full = folder.resolve()
        name = full.parent.name if full.name in {".git", "repo"} else full.name
        print(_row(name, count), flush=True)
        for field in Count.__slots__:
            setattr(total, field, getattr(total, field) + getattr(count, field))
    print(_row("**all**", total))
    return 1 if total.errors or total.exceptions else 0


def _row(name: str, count: Count) -> str:
    cells = [count.commits, count.files, count.lines, count.errors, count.exceptions]
    return f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def check(folder: Path, limit: int | None) -> Count:
    """Check all commits of one clone."""
    repository, count = Repository(folder), Count()
    for base, head in repository.pairs(limit):
        count.commits += 1
        try:
            found = patch.parse(repository.diff(base, head))
        except (ChangeError, ValueError, IndexError, KeyError, AttributeError) as error:
            count.exceptions += 1
            _complain(count, f"{folder.name} {head}: {type(error).__name__}: {error}")
            continue
        raws = list(_raws(repository.run("diff", *FLAGS, "--raw", "-z", base, head)))
        counts = list(_counts(repository.run("diff", *FLAGS, "--numstat", "-z", base, head)))
        for unreadable in found.unreadable:
            _complain(count, f"{folder.name} {head}: unreadable {unreadable.path}: {unreadable.reason}")
        for fault in _compared(found.files, raws, counts):
            _complain(count, f"{folder.name} {head}: {fault}")
        for file, raw in zip(found.files, _expanded(raws), strict=False):
            count.files += 1
            for fault in _file_faults(file, raw, repository, count):
                _complain(count, f"{folder.name} {head} {file.path}: {fault}")
    repository.close()
    return count


def _complain(count: Count, text: str) -> None:
    count.errors += 1
    if count.errors <= SHOWN_ERRORS:
        print(text, file=sys.stderr)


def _raws(data: bytes) -> Iterator[Raw]:
    fields = iter(data.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        _, _, old_id, new_id, status = field.decode().split()
        old = next(fields)
        new = next(fields) if status[0] in "RC" else old
        yield Raw(old_id=old_id, new_id=new_id, status=status[0], old=old, new=new)


def _expanded(raws: list[Raw]) -> Iterator[Raw]:
    """Yield entries one a file diff: a change of type is a deletion and an addition."""
    for raw in raws:
        if raw.status == "T":
            yield Raw(old_id=raw.old_id, new_id="0" * 40, status="D", old=raw.old, new=raw.old)
            yield Raw(old_id="0" * 40, new_id=raw.new_id, status="A", old=raw.new, new=raw.new)
        else:
            yield raw


def _counts(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    fields = iter(data.split(b"\0"))
    for field in fields:
        if not field:
            continue
        added, deleted, path = field.split(b"\t", 2)
        if not path:
            next(fields)
            path = next(fields)
        yield (0 if added == b"-" else int(added)), (0 if deleted == b"-" else int(deleted)), path


def _compared(files: tuple[FileDiff, ...], raws: list[Raw], counts: list[tuple[int, int, bytes]]) -> Iterator[str]:
    wanted = [(raw.old, raw.new, STATUS.get(raw.status, FileStatus.MODIFIED)) for raw in _expanded(raws)]
    found = [(file.raw_old_path, file.raw_path, file.status) for file in files]
    if wanted != found:
        different = [pair for pair in zip(wanted, found, strict=False) if pair[0] != pair[1]]
        yield f"paths or status differ from --raw: {different[:3]}"
    by_path: dict[bytes, tuple[int, int]] = {}
    for file in files:
        before = by_path.get(file.raw_path, (0, 0))
        by_path[file.raw_path] = (before[0] + file.added, before[1] + file.deleted)
    for added, deleted, path in counts:
        if by_path.get(path) != (added, deleted):
            yield f"counts of {path!r} differ from --numstat: {by_path.get(path)} for {(added, deleted)}"


def _file_faults(file: FileDiff, raw: Raw, repository: Repository, count: Count) -> Iterator[str]:
    if file.is_binary or file.is_submodule or not file.hunks:
        return
    base, head = repository.blob(raw.old_id), repository.blob(raw.new_id)
    old, new = base.split(b"\n"), head.split(b"\n")
    for hunk in file.hunks:
        for line in hunk.lines:
            count.lines += 1
            if line.new is not None and not _is_line(new, line.new, line.raw, ends=line.ends):
                yield f"RIGHT line {line.new} is {line.raw!r}"
            if line.old is not None and not _is_line(old, line.old, line.raw, ends=line.ends):
                yield f"LEFT line {line.old} is {line.raw!r}"
            line.text.encode("utf-8")
    if _applied(base, file.hunks) != head:
        yield "applying the hunks to the base does not give the head"


def _is_line(lines: list[bytes], number: int, raw: bytes, *, ends: bool) -> bool:
    is_last = number == len(lines)
    return 0 < number <= len(lines) and lines[number - 1] == raw and ends is not is_last


def _applied(base: bytes, hunks: tuple[Hunk, ...]) -> bytes:
    old = [row + b"\n" for row in base.split(b"\n")]
    old[-1] = old[-1][:-1]
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        result.extend(old[at:start])
        at = start + hunk.old_count
        result.extend(
            line.raw + (b"\n" if line.ends else b"") for line in hunk.lines if line.kind is not LineKind.DELETED
        )
    result.extend(old[at:])
    return b"".join(result)


if __name__ == "__main__":
    sys.exit(main())
