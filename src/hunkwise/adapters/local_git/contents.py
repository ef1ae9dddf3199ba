"""Read whole files of a change: from the work tree, following no link, or from the clone's objects."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from hunkwise.adapters.local_git import apart, command
from hunkwise.adapters.local_git.command import RAW, Git
from hunkwise.errors import ChangeError
from hunkwise.model.change import Change

KINDS = {b"blob": "file", b"tree": "folder", b"commit": "submodule"}
"""What git calls an object of a tree, and what people do."""

MAX_HEAD_BYTES = 5_000_000
"""A larger file's content is left out of the head files."""


def from_disk(git: Git, paths: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield regular files inside the work tree; no link is followed, on no part of the path."""
    top = os.path.realpath(os.fsencode(git.place))
    for path in paths:
        full = top + b"/" + path
        content = _content(full) if os.path.realpath(full) == full else None
        if content is not None:
            yield path, content


def from_objects(git: Git, change: Change, paths: frozenset[bytes]) -> dict[bytes, bytes]:
    """Return files of the change's head; links and submodules are left out."""
    with apart.nowhere(git) as own:
        fields = command.nul_separated(own.run(*RAW, change.base or "", change.head or "", "--"))
    ids: dict[bytes, bytes] = {}
    for entry, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, name, _ = entry.split(b" ")
        if path in paths and mode.startswith(b"100"):
            ids[path] = name
    blobs = _blobs(git, sorted(set(ids.values())))
    return {path: blobs[name] for path, name in ids.items() if name in blobs}


def first_at(git: Git, base: str, names: Sequence[str]) -> tuple[str, bytes] | None:
    """Return name and content of the first of `names` that the tree of `base` holds."""
    for name in names:
        if git.run("cat-file", "-t", f"{base}:{name}", fails=True) == b"blob\n":
            return f"{name} at {base[:12]}", git.run("cat-file", "blob", f"{base}:{name}")
    return None


def all_at(git: Git, base: str, names: Sequence[str]) -> dict[str, bytes]:
    """Return the content of those of `names` that the tree of `base` holds, by name."""
    found = blobs_at(git, base, [name.encode() for name in names])
    return {path.decode(): content for path, content in found.items()}


def blobs_at(git: Git, tree: str, paths: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return the content of those of `paths` that are regular files of `tree`, by path."""
    if not paths:
        return {}
    listed = git.run("ls-tree", "-z", "--full-tree", tree, "--", *map(os.fsdecode, paths))
    rows = [entry.partition(b"\t") for entry in command.nul_separated(listed)]
    ids = {path: about.split()[2] for about, _, path in rows if about.startswith(b"100")}
    blobs = _blobs(git, sorted(set(ids.values())))
    return {path: blobs[id_] for path, id_ in ids.items() if id_ in blobs}


def first_on_disk(git: Git, names: Sequence[str]) -> tuple[str, bytes] | None:
    """Return name and content of the first of `names` that lies in the top folder; raises ChangeError."""
    for name in names:
        path = git.place / name
        if not path.is_file():
            continue
        try:
            return name, path.read_bytes()
        except OSError as error:
            raise ChangeError(f"{path} can't be read: {error.strerror}", hint="make it readable") from error
    return None


def kinds_at(git: Git, tree: str, names: Sequence[str]) -> dict[str, str]:
    """Return the kind of those of `names` that a tree holds: `file`, `folder`, or `submodule`."""
    listed = git.run("ls-tree", "-z", "--full-tree", tree, "--", *names)
    rows = [entry.partition(b"\t") for entry in command.nul_separated(listed)]
    return {os.fsdecode(path): KINDS[about.split()[1]] for about, _, path in rows}


def kinds_on_disk(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the kind of those of `names` that lie in a folder: `file`, `folder`, or `special file`."""
    places = {name: folder / name for name in names}
    return {
        name: "file" if path.is_file() else "folder" if path.is_dir() else "special file"
        for name, path in places.items()
        if os.path.lexists(path)
    }


def _content(path: bytes) -> bytes | None:
    """Return the content of a regular file of at most 5 MB, None of anything else."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        content = file.read(MAX_HEAD_BYTES + 1)
    return content if len(content) <= MAX_HEAD_BYTES else None


def _blobs(git: Git, names: Sequence[bytes]) -> dict[bytes, bytes]:
    listed = git.run("cat-file", "--batch-check", given=_lines(names)).splitlines()
    rows = [row.split() for row in listed]
    small = [row[0] for row in rows if row[1:2] == [b"blob"] and int(row[2]) <= MAX_HEAD_BYTES]
    data = git.run("cat-file", "--batch", given=_lines(small))
    found: dict[bytes, bytes] = {}
    at = 0
    for name in small:
        end = data.index(b"\n", at)
        size = int(data[at:end].split()[2])
        found[name] = data[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def _lines(names: Sequence[bytes]) -> bytes:
    return b"".join(name + b"\n" for name in names)
