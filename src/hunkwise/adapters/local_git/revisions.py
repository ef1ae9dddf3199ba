"""What a range names: base and head, or why not."""

import re
from dataclasses import dataclass

from hunkwise.adapters.local_git import command
from hunkwise.adapters.local_git.command import Git
from hunkwise.core import lifetimes
from hunkwise.errors import ChangeError
from hunkwise.model.change import Notice

OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""An object id in either hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two trees of a change, as object ids; `base` is a commit unless `is_whole`, then the empty tree."""

    base: str
    head: str
    is_whole: bool = False
    notices: tuple[Notice, ...] = ()


def pair(git: Git, spec: str) -> Pair:
    """Return base and head of `A..B`, `A...B` or a single revision; raises ChangeError that names what is missing."""
    if spec.startswith("-") or "\0" in spec:
        raise ChangeError(f"{spec!r} is not a range", hint="give A..B, A...B, or one revision")
    if "..." in spec:
        left, _, right = spec.partition("...")
        base, head = commit(git, left), commit(git, right)
        return Pair(base=_merge_base(git, base, head, spec), head=head)
    if ".." in spec:
        left, _, right = spec.partition("..")
        return Pair(base=commit(git, left), head=commit(git, right))
    return _against_parent(git, commit(git, spec))


def commit(git: Git, name: str) -> str:
    """Return the id of the commit `name` means; HEAD where it is empty."""
    wanted = name or "HEAD"
    found = _id(git, f"{wanted}^{{commit}}")
    if found is None:
        raise ChangeError(f"there is no commit {command.printable(wanted)} in {git.place}", hint=_hint(git, wanted))
    return found


def recent_commits(git: Git, head: str) -> int | None:
    """Return how many commits of the last days lead to `head`, None where the clone does not hold them all."""
    if git.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        return None
    since, most = f"--since={lifetimes.RECENT_DAYS}.days", f"--max-count={lifetimes.ACTIVE_COMMITS}"
    return int(git.run("rev-list", "--count", since, most, head, "--").strip() or 0)


def empty_tree(git: Git) -> str:
    """Return the id of the empty tree in the clone's own hash."""
    return git.run("hash-object", "-t", "tree", "--stdin").decode().strip()


def head_or_empty(git: Git) -> Pair:
    """Return HEAD as the base of a working tree; the empty tree where there is no commit yet."""
    found = _id(git, "HEAD^{commit}")
    if found is not None:
        return Pair(base=found, head="")
    notice = Notice(code="no-commit", text="There is no commit yet: the working tree is compared with nothing.")
    return Pair(base=empty_tree(git), head="", is_whole=True, notices=(notice,))


def _against_parent(git: Git, head: str) -> Pair:
    parent = _id(git, f"{head}^1")
    if parent is not None:
        return Pair(base=parent, head=head)
    has_parent = any(line.startswith(b"parent ") for line in _header(git, head))
    code = "shallow-commit" if has_parent else "root-commit"
    text = (
        "The commit's parent is not in this shallow clone: the whole tree is reviewed (git fetch --deepen 1 brings it)."
        if has_parent
        else "This is a root commit: the whole tree is reviewed."
    )
    return Pair(base=empty_tree(git), head=head, is_whole=True, notices=(Notice(code=code, text=text),))


def _id(git: Git, expression: str) -> str | None:
    """Return the one id `expression` means; `^X` means more than an id, and is none."""
    found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", expression, fails=True)
    text = found.decode("ascii", "replace").strip()
    return text if OBJECT_ID.fullmatch(text) else None


def _hint(git: Git, wanted: str) -> str:
    if wanted == "HEAD":
        return "this clone has no commit yet"
    if _id(git, f"refs/remotes/origin/{wanted}^{{commit}}") is not None:
        return f"there is origin/{wanted}: name that"
    return "check the name, or fetch it first: git fetch"


def _header(git: Git, name: str) -> list[bytes]:
    return git.run("cat-file", "commit", name).partition(b"\n\n")[0].split(b"\n")


def _merge_base(git: Git, base: str, head: str, spec: str) -> str:
    found = git.run("merge-base", base, head, fails=True).decode().split()
    if not found:
        raise ChangeError(
            f"{command.printable(spec)} has no merge base",
            hint="the histories are unrelated, or the clone is too shallow: git fetch --unshallow",
        )
    return found[0]
