"""What the TARGET of `hunkwise review` means."""

import re
import sys
from pathlib import Path

from hunkwise.errors import UsageError
from hunkwise.model.change import ChangeRef, CommitRange, DiffText, PullRequest, WorkingTree

MAX_DIFF_BYTES = 512 * 1024 * 1024
"""A diff file larger than this is refused instead of filling the memory."""

_PULL_REQUEST = re.compile(r"([\w.-]+/[\w.-]+)#(\d{1,18})")
_PULL_REQUEST_URL = re.compile(r"(https?://[\w.:-]+)/([\w.-]+/[\w.-]+)/pull/(\d{1,18})(?:[/?#].*)?")
_DIFF_NAMES = (".diff", ".patch")


def reference(target: str | None, repo: str) -> ChangeRef:
    """Return the change `target` names: nothing, a range or revision, a diff file, `-`, or a pull request."""
    if target is None:
        return WorkingTree(repo=repo)
    if target == "-":
        return DiffText(name="standard input", content=_standard_input())
    pull = _pull_request(target)
    if pull is not None:
        return pull
    _refuse_what_names_nothing(target)
    path = Path(target)
    if path.is_file():
        return DiffText(name=target, content=_read(path))
    if target.endswith(_DIFF_NAMES) and ".." not in target:
        raise UsageError(f"there is no file {target}", hint="give a diff file that exists, or - for standard input")
    if path.is_dir() and ".." not in target:
        where = "" if target == "." else f" --repo {target}"
        raise UsageError(f"{target} is a folder", hint=f"to review its working tree: hunkwise review{where}")
    return CommitRange(repo=repo, spec=target)


def _refuse_what_names_nothing(target: str) -> None:
    """Refuse what would be read as something else: an empty variable in `$A..$B` is HEAD..HEAD, which is empty."""
    if target != "." and not target.strip(". \t"):
        raise UsageError(f"TARGET {target!r} names no commit", hint="is a variable empty? give A..B, or leave it out")
    if "://" in target or "#" in target:
        raise UsageError(
            f"{target} is no pull request", hint="give owner/repo#N, or https://github.com/owner/repo/pull/N"
        )


def _pull_request(target: str) -> PullRequest | None:
    short = _PULL_REQUEST.fullmatch(target)
    if short is not None:
        return PullRequest(repo=short[1], number=int(short[2]))
    address = _PULL_REQUEST_URL.fullmatch(target)
    return None if address is None else PullRequest(server=address[1], repo=address[2], number=int(address[3]))


def _standard_input() -> bytes:
    if sys.stdin is None:  # as Python has it where the stream is closed
        raise UsageError("standard input is closed", hint="give a diff on it: git diff | hunkwise review -")
    try:
        return _bounded(sys.stdin.buffer.read(MAX_DIFF_BYTES + 1), "standard input")
    except OSError as error:
        raise UsageError(f"standard input can't be read: {error.strerror}") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(MAX_DIFF_BYTES + 1), str(path))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error


def _bounded(content: bytes, name: str) -> bytes:
    if len(content) > MAX_DIFF_BYTES:
        raise UsageError(f"{name} is larger than {MAX_DIFF_BYTES} bytes", hint="review it in parts")
    return content
