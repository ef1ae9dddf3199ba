"""Two versions of a file compared by git, outside any repository: nothing there can configure it.

Python's difflib takes quadratic time, and the files that come here are those too large for GitHub to compare.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from hunkwise.errors import HostError

TIMEOUT_S = 60.0
"""Seconds one comparison may take; 5 MB of changed lines take under 2."""

BINARY_BYTES = 8000
"""A NUL within these makes a file binary (git's xdiff-interface.c, FIRST_FEW_BYTES)."""

_DIFF = (
    "diff",
    "--no-index",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--text",
    "--unified=3",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--inter-hunk-context=0",
    "--ws-error-highlight=none",
    "--",
    "old",
    "new",
)


def is_binary(content: bytes) -> bool:
    """Whether git calls `content` binary."""
    return b"\0" in content[:BINARY_BYTES]


def hunks(old: bytes, new: bytes) -> bytes:
    """Return the hunks between two texts, as a unified diff has them; raises HostError."""
    git = shutil.which("git")
    if git is None:
        raise HostError("git is not installed", hint="install git to compare files that GitHub does not compare")
    with tempfile.TemporaryDirectory(prefix="hunkwise-") as folder:
        (Path(folder) / "old").write_bytes(old)
        (Path(folder) / "new").write_bytes(new)
        try:
            done = subprocess.run(  # noqa: S603  # fixed arguments
                [git, *_DIFF], cwd=folder, env=_environment(folder), capture_output=True, check=False, timeout=TIMEOUT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HostError(f"git did not compare two versions ({type(error).__name__})") from error
    if done.returncode > 1:
        raise HostError(f"git did not compare two versions (exit code {done.returncode})")
    at = done.stdout.find(b"\n@@ ")
    return done.stdout[at + 1 :] if at >= 0 else b""


def _environment(folder: str) -> dict[str, str]:
    """Return an environment without configuration, keys and repositories."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(Path(folder).resolve().parent),
    }
