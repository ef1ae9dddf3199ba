"""Run git without hooks, filters, external programs, keys or anybody's configuration.

A clone may be hostile: a planted `.git/config` can name programs for fsmonitor, external diff, textconv, filters,
hooks and fetching what a partial clone lacks, and a plain `git diff` runs them. So the clone's own git folder is asked
only for what it alone knows, names and objects (`open_clone` gives that); whatever compares or looks at files runs in
a git folder of ours (`apart`). Either way git gets an environment of its own, without the caller's keys.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hunkwise.errors import ChangeError

TIMEOUT_S = 600.0
"""Seconds one git command may take."""

REASON_CHARS = 300
"""Characters of git's own words that an error repeats."""

CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.untrackedCache=false",
    "core.quotePath=true",
    "core.pager=cat",
    "core.protectNTFS=false",
    "core.protectHFS=false",
    "diff.algorithm=myers",
    "diff.indentHeuristic=true",
    "diff.suppressBlankEmpty=false",
    "diff.renameLimit=1000",
    "protocol.allow=never",
    "submodule.recurse=false",
)
"""Settings (git-config documentation) that hold whatever else is configured.

Nothing is checked out, so names that only a checkout could be hurt by are no reason to fail. The rename limit is git's
own: work grows with its square (1,000 x 1,000 files take 2 s, 3,000 x 3,000 16 s), and a change must not stall us.
"""

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

NAMES = (*DIFF, "--no-renames", "--name-only", "-z")
"""The same as paths, both of a rename."""

RAW = (*DIFF, "--no-renames", "--raw", "--no-abbrev", "-z")
"""The same as modes and object ids by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A clone: its git folder and its top folder (None where it is bare); git runs in `work`, or there."""

    folder: Path
    top: Path | None
    work: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    switches: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        """Where the clone lies, as messages call it."""
        return self.top or self.folder

    def first_bytes(self, *arguments: str, limit: int, timeout_s: float) -> bytes:
        """Return at most `limit` bytes of what git prints, nothing when it takes longer than `timeout_s` or fails."""
        with subprocess.Popen(  # noqa: S603  # a fixed program, arguments after --
            self._command(arguments),
            cwd=self.work or self.place,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            late = threading.Event()

            def end() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(timeout_s, end)
            timer.start()
            try:
                output = process.stdout.read(limit) if process.stdout else b""
            finally:
                timer.cancel()
                process.kill()
        return b"" if late.is_set() else output

    def run(self, *arguments: str, given: bytes = b"", fails: bool = False) -> bytes:
        """Return what git prints; raises ChangeError, or with `fails` returns nothing, when it fails."""
        try:
            done = subprocess.run(  # noqa: S603  # a fixed program, arguments after --end-of-options or --
                self._command(arguments),
                cwd=self.work or self.place,
                env=self._environment(),
                input=given,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ChangeError(
                f"git {arguments[0]} took longer than {TIMEOUT_S:.0f} s", hint="review a smaller range"
            ) from error
        except OSError as error:
            raise ChangeError(f"git can't be run in {self.place}: {error.strerror}") from error
        if done.returncode == 0:
            return done.stdout
        if fails:
            return b""
        reason = _reason(done.stderr)
        raise ChangeError(f"git {arguments[0]} failed: {reason}", hint=_hint(reason))

    def with_variables(self, **variables: str) -> "Git":
        """Return the same clone with more in git's environment."""
        return replace(self, variables={**self.variables, **variables})

    def path(self, name: str) -> Path:
        """Return where the clone keeps its `index` or `objects`."""
        found = Path(os.fsdecode(self.run("rev-parse", "--git-path", name).removesuffix(b"\n")))
        return found if found.is_absolute() else self.place / found

    def _command(self, arguments: Sequence[str]) -> list[str]:
        settings = [part for setting in (*CONFIG, *self.switches) for part in ("-c", setting)]
        return [program(), *settings, *arguments]

    def _environment(self) -> dict[str, str]:
        tree = {} if self.top is None else {"GIT_WORK_TREE": str(self.top)}
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "PATH": _search_path(),
            "LC_ALL": "C",
            "HOME": os.devnull,
            "XDG_CONFIG_HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_DIR": str(self.folder),
            **tree,
            **self.variables,
        }


def open_clone(folder: str) -> Git:
    """Return the clone that holds `folder`; raises ChangeError where there is none that git can open."""
    start = Path(folder)
    if not start.is_dir():
        raise ChangeError(f"there is no folder {folder}", hint="--repo names a folder inside a git clone")
    git = _found(start.resolve())
    if git is None:
        raise ChangeError(
            f"{folder} is not a git repository", hint="stand in a clone, name one with --repo, or give a diff file"
        )
    try:
        git.run("rev-parse", "--git-path", "objects")
    except ChangeError as error:
        if error.hint:
            raise
        raise ChangeError(
            f"the git repository at {git.place} can't be opened: {error.message}",
            hint="git status there says more; a newer git may be needed",
        ) from error
    return git


def program() -> str:
    """Return the absolute path of git; raises ChangeError where there is none."""
    found = shutil.which("git", path=_search_path())
    if found is None:
        raise ChangeError("git is not on the PATH", hint="install git, or review a diff file")
    return found


def nul_separated(data: bytes) -> list[bytes]:
    """Return the fields of a `-z` output."""
    return data.split(b"\0")[:-1]


def joined(paths: Sequence[bytes]) -> bytes:
    """Return paths as git reads them with `-z`."""
    return b"".join(path + b"\0" for path in paths)


def printable(text: str) -> str:
    """Return `text` on one line, with nothing in it that a terminal would obey."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _found(start: Path) -> Git | None:
    for top in (start, *start.parents):
        if os.path.lexists(top / ".git"):
            return Git(folder=top / ".git", top=top)
        if all(os.path.exists(top / name) for name in ("objects", "refs", "HEAD")):  # noqa: PTH110  # never raises
            return Git(folder=top, top=None)
    return None


def _search_path() -> str:
    """Return PATH without relative folders: git runs in the clone, which could hold a `git` of its own."""
    return os.pathsep.join(part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part).is_absolute())


def _reason(stderr: bytes) -> str:
    """Return git's gravest line."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    grave = [line for line in lines if line.startswith(("fatal:", "error:"))]
    last = (grave or lines or ["it gave no reason"])[-1]
    return printable(last[:REASON_CHARS])


def _hint(reason: str) -> str:
    if any(
        words in reason
        for words in ("unable to read", "bad object", "bad tree", "missing blob", "could not get object")
    ):
        return "objects are missing: in a partial clone git fetch --refetch brings them; git fsck tells of damage"
    return ""
