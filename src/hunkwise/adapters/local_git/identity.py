"""Tell a clone from every other one: names of folders are no identity, many are called `api`."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from hunkwise.adapters.local_git import command
from hunkwise.adapters.local_git.command import Git
from hunkwise.errors import ChangeError


def of(git: Git) -> str:
    """Return the digest of where the clone lies and where it came from; its worktrees are the same repository.

    The place alone would not do: containers see every repository at one. The origin alone would not either, for a
    clone names it itself, and neither would the first commit, which a hostile fork has too.
    """
    folder = os.fsdecode(git.run("rev-parse", "--git-common-dir").removesuffix(b"\n"))
    place = os.path.realpath(Path(git.place) / folder)
    origin = git.run("config", "--local", "--no-includes", "--get", "remote.origin.url", fails=True)
    named = f"{place}\0{_bare(os.fsdecode(origin).strip())}"
    return hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()


def of_folder(folder: str) -> str:
    """Return that of the clone that holds `folder`, empty where there is none."""
    try:
        return of(command.open_clone(folder))
    except ChangeError:
        return ""


def _bare(url: str) -> str:
    """Return an address without who asks: a token in it changes, the repository does not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
