"""Make a copied index name every file of the work tree, so that one comparison with HEAD shows them all."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hunkwise.adapters.local_git import command
from hunkwise.adapters.local_git.command import Git
from hunkwise.model.change import Notice
from hunkwise.model.diff import UnreadableFile

LISTED = 5
"""Paths that a notice names; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the reader should know of the work tree, and changed files that could not be read."""

    notices: tuple[Notice, ...] = ()
    unread: tuple[UnreadableFile, ...] = ()


def announce(own: Git, top: Path) -> Found:
    """Put untracked and unmerged files into the index of `own`, and take out of the comparison what can't be read.

    An entry needs an id, not content: git compares HEAD with the disk wherever an entry's time differs, and these
    entries have none. So nothing is hashed, filtered or written here.
    """
    unmerged = _unmerged(own)
    listed = command.nul_separated(own.run("ls-files", "--others", "--exclude-standard", "-z"))
    ours = _within(top, own.folder)
    others = [path for path in listed if ours is None or not path.startswith(ours)]
    nested = [path for path in others if path.endswith(b"/")]
    closed = {path for path in others if not path.endswith(b"/") and not _is_readable(top, path)}
    fresh = [path for path in others if path not in closed and not path.endswith(b"/")]
    blob = own.run("hash-object", "-t", "blob", "--stdin").strip()
    rows = [b"%s %s 0\t%s" % (mode, name, path) for path, (mode, name) in unmerged.items()]
    rows += [b"100644 %s 0\t%s" % (blob, path) for path in fresh]
    if rows:
        own.run("update-index", "-z", "--index-info", given=command.joined(rows))
    dirty = command.nul_separated(own.run("diff-files", "--name-only", "-z"))
    stuck = [path for path in dirty if not _is_readable(top, path)]
    if stuck:
        own.run("update-index", "--skip-worktree", "-z", "--stdin", given=command.joined(stuck))
    unread = sorted({*closed, *stuck})
    return Found(
        notices=tuple(_notices(sorted(unmerged), nested, unread)),
        unread=tuple(UnreadableFile(path=_shown(path), reason="not readable on disk", hunks=0) for path in unread),
    )


def _unmerged(own: Git) -> dict[bytes, tuple[bytes, bytes]]:
    """Return mode and id by path of files in conflict: ours where there is one."""
    entries: dict[bytes, dict[bytes, tuple[bytes, bytes]]] = {}
    for row in command.nul_separated(own.run("ls-files", "--unmerged", "-z")):
        fields, _, path = row.partition(b"\t")
        mode, name, stage = fields.split(b" ")
        entries.setdefault(path, {})[stage] = (mode, name)
    return {path: stages.get(b"2") or stages.get(b"3") or stages[b"1"] for path, stages in entries.items()}


def _within(top: Path, folder: Path) -> bytes | None:
    """Return the path of `folder` as git names it where it lies in the work tree: temporary folders may."""
    real = os.path.realpath(folder)
    return os.fsencode(os.path.relpath(real, top)) + b"/" if Path(real).is_relative_to(top) else None


def _is_readable(top: Path, path: bytes) -> bool:
    """Tell whether git can compare `path`: a file it may open, a link, a folder, or nothing there at all."""
    full = os.path.join(os.fsencode(top), path)  # noqa: PTH118  # bytes, as git knows the path
    try:
        mode = os.lstat(full).st_mode
    except OSError:
        return True
    if stat.S_ISREG(mode):
        return os.access(full, os.R_OK)
    return stat.S_ISLNK(mode) or stat.S_ISDIR(mode)


def _notices(unmerged: Sequence[bytes], nested: Sequence[bytes], unread: Sequence[bytes]) -> Iterator[Notice]:
    if unmerged:
        yield Notice(
            code="unmerged", text=f"Reviewed as they lie on disk, with a merge unfinished: {_listed(unmerged)}."
        )
    if nested:
        yield Notice(code="nested-repository", text=f"Clones within this one are not reviewed: {_listed(nested)}.")
    if unread:
        yield Notice(code="not-read", text=f"Changed, and not readable as files: {_listed(unread)}.")


def _listed(paths: Sequence[bytes]) -> str:
    shown = ", ".join(_shown(path) for path in paths[:LISTED])
    return shown + (f" and {len(paths) - LISTED} more" if len(paths) > LISTED else "")


def _shown(path: bytes) -> str:
    return command.printable(path.decode("utf-8", "backslashreplace"))
