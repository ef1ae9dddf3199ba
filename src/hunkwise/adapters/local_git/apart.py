"""A git folder of our own over a clone's objects, where nothing of the clone's configuration is read.

It holds an own index and an own configuration; objects are read where the clone keeps them, and none is written. Its
`info/attributes`, which outranks every `.gitattributes`, takes `diff` and `filter` from every path: so no filter can
be named, and no file can declare itself binary to go unread.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hunkwise.adapters.local_git import command
from hunkwise.adapters.local_git.command import Git

ATTRIBUTES = "* !diff !filter\n"
"""Contents of `info/attributes` (gitattributes documentation): both unspecified, whatever else is said."""

BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})

CARRIED: Mapping[str, frozenset[str]] = {
    "core.filemode": BOOLEANS,
    "core.ignorecase": BOOLEANS,
    "core.precomposeunicode": BOOLEANS,
    "core.sparseCheckout": BOOLEANS,
    "core.symlinks": BOOLEANS,
    "core.trustctime": BOOLEANS,
    "core.autocrlf": BOOLEANS | {"input"},
    "core.eol": frozenset({"lf", "crlf", "native"}),
}
"""Settings of the clone that say how its files lie on this disk, and the values they may have."""

MAX_EXCLUDE_BYTES = 1_000_000
"""A longer list of ignored files is not a list of ignored files."""


@contextmanager
def nowhere(git: Git) -> Iterator[Git]:
    """Give a git folder with an empty work tree and index, to compare trees: no path has attributes of the change."""
    with _folder(git) as own, tempfile.TemporaryDirectory(prefix="hunkwise-") as empty:
        yield replace(own, work=Path(empty)).with_variables(GIT_WORK_TREE=empty)


@contextmanager
def over_work_tree(git: Git) -> Iterator[Git]:
    """Give a git folder over the clone's work tree, with a copy of its index."""
    with _folder(git) as own:
        index = git.path("index")
        if index.is_file():
            # With its time: git reads files changed in the second the index was written, and trusts it on the others.
            shutil.copy2(index, own.folder / "index")
            for part in index.parent.glob("sharedindex.*"):
                shutil.copy2(part, own.folder / part.name)
        exclude = git.path("info/exclude")
        if exclude.is_file() and exclude.stat().st_size <= MAX_EXCLUDE_BYTES:
            shutil.copyfile(exclude, own.folder / "info" / "exclude")
        yield replace(own, switches=(*_carried(git), *_ignored_everywhere()))


@contextmanager
def _folder(git: Git) -> Iterator[Git]:
    kind = git.run("rev-parse", "--show-object-format").decode().strip()
    with tempfile.TemporaryDirectory(prefix="hunkwise-") as name:
        folder = Path(name)
        (folder / "refs").mkdir()
        (folder / "info").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        (folder / "info" / "attributes").write_text(ATTRIBUTES)
        version, format_ = (0, "") if kind == "sha1" else (1, f"[extensions]\nobjectFormat = {kind}\n")
        (folder / "config").write_text(f"[core]\nrepositoryFormatVersion = {version}\nbare = false\n{format_}")
        own = replace(git, folder=folder)
        yield own.with_variables(GIT_OBJECT_DIRECTORY=str(git.path("objects")), GIT_INDEX_FILE=str(folder / "index"))


def _carried(git: Git) -> Iterator[str]:
    values: dict[str, str] = {}
    for entry in command.nul_separated(git.run("config", "--list", "-z")):
        name, _, value = entry.decode("utf-8", "replace").partition("\n")
        values[name] = value.lower()
    for name, allowed in CARRIED.items():
        value = values.get(name.lower(), "")
        if value in allowed:
            yield f"{name}={value}"


def _ignored_everywhere() -> Iterator[str]:
    """Yield the user's own list of files to ignore in every clone: what it names must not go to a model either."""
    home = os.environ.get("HOME", "")
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path(home) / ".config")
    path = _configured_excludes() or folder / "git" / "ignore"
    if path.is_absolute() and path.is_file() and path.stat().st_size <= MAX_EXCLUDE_BYTES:
        yield f"core.excludesFile={path}"


def _configured_excludes() -> Path | None:
    """Return `core.excludesFile` of the user's own configuration, which is read and not obeyed."""
    kept = ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    done = subprocess.run(  # noqa: S603  # fixed arguments
        [command.program(), "config", "--global", "--type=path", "-z", "--get", "core.excludesFile"],
        env={**environment, "GIT_DIR": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"},
        cwd=os.path.sep,
        capture_output=True,
        check=False,
        timeout=command.TIMEOUT_S,
    )
    found = done.stdout.rstrip(b"\0")
    return Path(os.fsdecode(found)) if done.returncode == 0 and found else None
