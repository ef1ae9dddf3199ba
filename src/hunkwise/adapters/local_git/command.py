"""Run git without hooks, filters, external programs, keys or anybody's configuration.

A clone may be hostile: a planted `.git/config` can name programs for fsmonitor, external diff, textconv, filters and
hooks, and a plain `git diff` runs them; `.gitattributes` of a change can call its own files binary. So git gets an
environment of its own, the repository and work tree are named outright, and each configured filter is switched off.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hunkwise.errors import ChangeError

TIMEOUT_S = 600.0
"""Seconds one git command may take."""

CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.untrackedCache=false",
    "core.quotePath=true",
    "core.pager=cat",
    "diff.algorithm=myers",
    "diff.indentHeuristic=true",
    "diff.suppressBlankEmpty=false",
    "diff.renameLimit=10000",
    "protocol.allow=never",
    "submodule.recurse=false",
)
"""Settings (git-config documentation) that keep git from running programs and repositories from changing the output."""

DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ws-error-highlight=none",
    "--submodule=short",
    "--ignore-submodules=dirty",
    "--find-renames",
    "-O/dev/null",
)
"""A comparison that is the same whatever the repository configures."""

PATCH = (*DIFF, "--full-index", "--unified=3", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/")
"""The same as a patch; its options would ask for one beside `--raw` or `--name-only` too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A clone: its git folder and its top folder (None where it is bare); git runs in `work`, or there."""

    folder: Path
    top: Path | None
    work: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    switches: tuple[str, ...] = ()

    def run(self, *arguments: str, given: bytes = b"", fails: bool = False) -> bytes:
        """Return what git prints; raises ChangeError, or with `fails` returns nothing, when it fails."""
        settings = [part for setting in (*CONFIG, *self.switches) for part in ("-c", setting)]
        try:
            done = subprocess.run(  # noqa: S603  # a fixed program, arguments after --end-of-options or --
                ["git", *settings, *arguments],  # noqa: S607  # the user's own git
                cwd=self.work or self.top or self.folder,
                env=self._environment(),
                input=given,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise ChangeError("git is not on the PATH", hint="install git, or review a diff file") from error
        except subprocess.TimeoutExpired as error:
            raise ChangeError(f"git {arguments[0]} took longer than {TIMEOUT_S:.0f} s") from error
        if done.returncode == 0:
            return done.stdout
        if fails:
            return b""
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
        raise ChangeError(f"git {arguments[0]} failed: {reason[-1][:300]}")

    def with_index(self, index: Path) -> "Git":
        """Return the same clone with another index."""
        return replace(self, variables={**self.variables, "GIT_INDEX_FILE": str(index)})

    def writing_to(self, folder: Path) -> "Git":
        """Return the same clone, where new objects go to `folder`."""
        objects = self.path("objects")
        folder.mkdir()
        written = {"GIT_OBJECT_DIRECTORY": str(folder), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
        return replace(self, variables={**self.variables, **written})

    def path(self, name: str) -> Path:
        """Return where the clone keeps its `index` or `objects`."""
        found = Path(self.run("rev-parse", "--git-path", name).decode("utf-8", "surrogateescape").rstrip("\n"))
        return found if found.is_absolute() else (self.top or self.folder) / found

    def working_in(self, folder: Path) -> "Git":
        """Return the same clone with an empty `folder` as its work tree."""
        apart = self.with_index(folder / "index")
        return replace(apart, work=folder, variables={**apart.variables, "GIT_WORK_TREE": str(folder)})

    def _environment(self) -> dict[str, str]:
        tree = {} if self.top is None else {"GIT_WORK_TREE": str(self.top)}
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "LC_ALL": "C",
            "HOME": os.devnull,
            "XDG_CONFIG_HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_DIR": str(self.folder),
            **tree,
            **self.variables,
        }


def opened(folder: str) -> Git:
    """Return the clone that holds `folder`; raises ChangeError where there is none."""
    start = Path(folder)
    if not start.is_dir():
        raise ChangeError(f"there is no folder {folder}", hint="--repo names a folder inside a git clone")
    start = start.resolve()
    for top in (start, *start.parents):
        if (top / ".git").exists():
            return _without_filters(Git(folder=top / ".git", top=top))
        if (top / "objects").is_dir() and (top / "refs").is_dir() and (top / "HEAD").is_file():
            return _without_filters(Git(folder=top, top=None))
    raise ChangeError(
        f"{folder} is not a git repository", hint="stand in a clone, name one with --repo, or give a diff file"
    )


def _without_filters(git: Git) -> Git:
    """Switch off every filter driver the repository configures, so that no content passes through a program."""
    listed = git.run("config", "--list", "--name-only", "-z", fails=True).decode("utf-8", "surrogateescape")
    drivers = sorted({name[7:].rpartition(".")[0] for name in listed.split("\0") if name.startswith("filter.")})
    return replace(
        git,
        switches=tuple(
            f"filter.{driver}.{key}"
            for driver in drivers
            for key in ("clean=", "smudge=", "process=", "required=false")
        ),
    )


def nul_separated(data: bytes) -> list[bytes]:
    """Return the fields of a `-z` output."""
    return data.split(b"\0")[:-1]


def joined(paths: Sequence[bytes]) -> bytes:
    """Return paths as git reads them with `-z`."""
    return b"".join(path + b"\0" for path in paths)
