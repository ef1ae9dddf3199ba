"""Text that a diff calls binary.

GitHub obeys the `.gitattributes` of the change: `*.py -diff` turns code into "Binary files differ", which nobody would
read. So what is called binary is looked at, and shown where it is text.
"""

import re
from dataclasses import dataclass

from hunkwise.adapters.github import unpatched
from hunkwise.adapters.github.blobs import Place
from hunkwise.adapters.github.payloads import File
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.core import patch
from hunkwise.model.diff import FileDiff, FileStatus, UnreadableFile

_SECTION = re.compile(rb"^(?=diff --git )", re.MULTILINE)
"""Where a file's section begins: lines of content begin with their sign."""

_STATUSES = {FileStatus.ADDED: "added", FileStatus.RENAMED: "renamed", FileStatus.COPIED: "copied"}
"""What GitHub's list of files calls them; any other is modified."""

_REASON = "attributes call it binary, but it is text"
_UNSEEN = "it is called binary, and could not be looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """A diff whose binary files are binary, and those of which that could not be made sure."""

    diff: bytes
    unread: tuple[UnreadableFile, ...] = ()


def lift(pull: GitHubPull, diff: bytes) -> Lifted:
    """Return `diff` with the text of files that only attributes call binary; raises HostError.

    Deleted files stay as they are: what is gone harms nobody. One query where a change has binary files at all.
    """
    parsed = patch.parse(diff)
    called = {at: file for at, file in enumerate(parsed.files) if file.is_binary and file.status != FileStatus.DELETED}
    if not called:
        return Lifted(diff=diff)
    texts, unseen = _looked_at(pull, called)
    lost = tuple(unpatched.unread(_listed(called[at]), _UNSEEN) for at in unseen)
    if not texts:
        return Lifted(diff=diff, unread=lost)
    files = {at: _listed(called[at]) for at in texts}
    listed = list(files.values())
    read = dict(zip(files, unpatched.sections_of(pull, listed, unpatched.base_of(pull, listed)), strict=True))
    parts = [part for part in _SECTION.split(diff) if part]
    if len(parts) != len(parsed.files) or parsed.unreadable:
        return Lifted(diff=diff, unread=(*lost, *(unpatched.unread(file, _REASON) for file in files.values())))
    found = [read.get(at, part) for at, part in enumerate(parts)]
    return Lifted(
        diff=b"".join(each for each in found if isinstance(each, bytes)),
        unread=(*lost, *(each for each in found if isinstance(each, UnreadableFile))),
    )


def _looked_at(pull: GitHubPull, files: dict[int, FileDiff]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which of `files` are text at the head, and which could not be looked at: nobody may pass those over."""
    head = pull.known.pull.head_sha
    places = {at: Place(commit=head, path=file.raw_path.decode("utf-8", "replace")) for at, file in files.items()}
    contents = pull.blobs.read(list(places.values()))
    texts = tuple(at for at, place in places.items() if (content := contents.get(place)) and not content.is_binary)
    return texts, tuple(at for at, place in places.items() if place not in contents)


def _listed(file: FileDiff) -> File:
    old, new = (path.decode("utf-8", "replace") for path in (file.raw_old_path, file.raw_path))
    return File(filename=new, status=_STATUSES.get(file.status, "modified"), changes=0, previous_filename=old)
