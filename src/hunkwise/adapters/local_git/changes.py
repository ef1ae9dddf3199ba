"""Load changes from a local clone: the working tree, or a range of commits."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hunkwise.adapters.local_git import command, revisions
from hunkwise.adapters.local_git.command import DIFF, PATCH, Git
from hunkwise.errors import ChangeError
from hunkwise.model.change import Change, ChangeRef, CommitRange, DiffText, Notice, WorkingTree

MAX_HEAD_BYTES = 5_000_000
"""A larger file's content is left out of `head_files`."""


class LocalGit:
    """Implements `ports.ChangeSource` for working trees and ranges."""

    def load(self, ref: ChangeRef) -> Change:
        """Return the change; raises ChangeError that says what is wrong and what to do."""
        git = command.opened(_folder(ref))
        if isinstance(ref, CommitRange):
            return _range(git, ref)
        return _working_tree(git)

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path; links, and files over 5 MB, are left out."""
        git = command.opened(_folder(ref))
        if change.head is None:
            return dict(_from_disk(git, paths))
        return _from_objects(git, change, frozenset(paths))

    def config_text(self, ref: ChangeRef, names: Sequence[str]) -> tuple[str, bytes] | None:
        """Return name and content of the first of `names` there is: at the base of a range, else on disk."""
        git = command.opened(_folder(ref))
        if isinstance(ref, WorkingTree):
            found = ((name, (git.top or git.folder) / name) for name in names)
            return next(((name, path.read_bytes()) for name, path in found if path.is_file()), None)
        base = revisions.pair(git, _spec(ref)).base
        for name in names:
            content = git.run("cat-file", "blob", f"{base}:{name}", fails=True)
            if content:
                return f"{name} at {base[:12]}", content
        return None


def _folder(ref: ChangeRef) -> str:
    if isinstance(ref, DiffText):
        raise ChangeError(f"{ref.name} is no git repository")
    return ref.repo


def _spec(ref: ChangeRef) -> str:
    return ref.spec if isinstance(ref, CommitRange) else ""


def _range(git: Git, ref: CommitRange) -> Change:
    pair = revisions.pair(git, ref.spec)
    with _elsewhere(git) as apart:
        diff = apart.run(*PATCH, pair.base, pair.head, "--")
        names = command.nul_separated(apart.run(*DIFF, "--name-only", "-z", pair.base, pair.head, "--"))
    return Change(
        source="git",
        repo=(git.top or git.folder).name,
        base=pair.base,
        head=pair.head,
        diff=diff,
        generated=_generated(git, pair, names),
        notices=pair.notices,
    )


def _working_tree(git: Git) -> Change:
    if git.top is None:
        raise ChangeError(f"{git.folder} is a bare repository: it has no working tree", hint="review a range: A..B")
    pair = revisions.head_or_empty(git)
    with _own_index(git) as (apart, notices):
        diff = apart.run(*PATCH, pair.base, "--")
        names = command.nul_separated(apart.run(*DIFF, "--name-only", "-z", pair.base, "--"))
    return Change(
        source="git",
        repo=git.top.name,
        base=None if pair.is_whole else pair.base,
        head=None,
        diff=diff,
        generated=_generated(git, pair, names),
        notices=(*pair.notices, *notices),
    )


@contextmanager
def _elsewhere(git: Git) -> Iterator[Git]:
    """Give an empty work tree and index, so that no `.gitattributes` of the change decides what is binary."""
    with tempfile.TemporaryDirectory(prefix="hunkwise-") as folder:
        yield git.working_in(Path(folder))


@contextmanager
def _own_index(git: Git) -> Iterator[tuple[Git, tuple[Notice, ...]]]:
    """Give a copy of the index in which untracked and unmerged files are announced; the user's own stays untouched."""
    with tempfile.TemporaryDirectory(prefix="hunkwise-") as folder:
        index = Path(folder) / "index"
        own = git.path("index")
        if own.is_file():
            shutil.copyfile(own, index)
        apart = git.with_index(index).writing_to(Path(folder) / "objects")
        unmerged = sorted({row.partition(b"\t")[2] for row in command.nul_separated(apart.run("ls-files", "-u", "-z"))})
        if unmerged:
            apart.run("update-index", "--force-remove", "-z", "--stdin", given=command.joined(unmerged))
        others = command.nul_separated(apart.run("ls-files", "--others", "--exclude-standard", "-z"))
        readable = [path for path in {*others, *unmerged} if _is_readable(git, path)]
        if readable:
            apart.run(
                "add",
                "--intent-to-add",
                "--pathspec-from-file=-",
                "--pathspec-file-nul",
                given=command.joined(readable),
            )
        yield apart, tuple(_notices(unmerged, sorted(set(others) - set(readable))))


def _notices(unmerged: Sequence[bytes], left: Sequence[bytes]) -> Iterator[Notice]:
    if unmerged:
        yield Notice(
            code="unmerged", text=f"Reviewed as they lie on disk, with a merge unfinished: {_listed(unmerged)}."
        )
    if left:
        yield Notice(code="not-read", text=f"Untracked, and not readable as files: {_listed(left)}.")


def _listed(paths: Sequence[bytes]) -> str:
    shown = ", ".join(path.decode("utf-8", "backslashreplace") for path in paths[:5])
    return shown + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")


def _is_readable(git: Git, path: bytes) -> bool:
    full = (git.top or git.folder) / os.fsdecode(path)
    return not path.endswith(b"/") and (full.is_symlink() or os.access(full, os.R_OK))


def _generated(git: Git, pair: revisions.Pair, names: Sequence[bytes]) -> frozenset[bytes]:
    """Return those of `names` that `.gitattributes` of the base marks: the change can't mark itself."""
    if pair.is_whole or not names:
        return frozenset()
    with _elsewhere(git) as apart:
        apart.run("read-tree", pair.base)
        answer = apart.run("check-attr", "--cached", "-z", "--stdin", "linguist-generated", given=command.joined(names))
    fields = command.nul_separated(answer)
    rows = zip(fields[::3], fields[2::3], strict=True)
    return frozenset(path for path, value in rows if value in (b"set", b"true"))


def _from_disk(git: Git, paths: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Read regular files inside the work tree; no link is followed, on no part of the path."""
    top = os.path.realpath(os.fsencode(git.top or git.folder))
    for path in paths:
        full = top + b"/" + path
        if os.path.realpath(full) != full or not os.path.lexists(full):
            continue
        found = os.lstat(full)
        if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_HEAD_BYTES and os.access(full, os.R_OK):
            yield path, Path(os.fsdecode(full)).read_bytes()


def _from_objects(git: Git, change: Change, paths: frozenset[bytes]) -> dict[bytes, bytes]:
    with _elsewhere(git) as apart:
        fields = iter(
            command.nul_separated(
                apart.run(*DIFF, "--raw", "--no-abbrev", "-z", change.base or "", change.head or "", "--")
            )
        )
    ids: dict[bytes, bytes] = {}
    for field in fields:
        _, mode, _, new_id, status = field.split(b" ")
        path = next(fields)
        if status[:1] in (b"R", b"C"):
            path = next(fields)
        if path in paths and mode.startswith(b"100"):
            ids[path] = new_id
    contents = _blobs(git, sorted(set(ids.values())))
    return {path: contents[name] for path, name in ids.items() if name in contents}


def _blobs(git: Git, names: Sequence[bytes]) -> dict[bytes, bytes]:
    listed = git.run("cat-file", "--batch-check", given=b"".join(name + b"\n" for name in names)).splitlines()
    small = [
        row.split()[0] for row in listed if row.split()[1:2] == [b"blob"] and int(row.split()[2]) <= MAX_HEAD_BYTES
    ]
    data = git.run("cat-file", "--batch", given=b"".join(name + b"\n" for name in small))
    contents: dict[bytes, bytes] = {}
    at = 0
    for name in small:
        end = data.index(b"\n", at)
        size = int(data[at:end].split()[2])
        contents[name] = data[end + 1 : end + 1 + size]
        at = end + size + 2
    return contents
