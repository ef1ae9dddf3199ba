"""Files whose patch GitHub leaves out, computed from their two blobs.

GitHub shows no patch where a file is large, and none where the change's `.gitattributes` or its own judgement calls the
file binary; so no file can declare itself unreadable.
"""

from collections.abc import Mapping, Sequence

from hunkwise.adapters.github import blobs, comparing, sections
from hunkwise.adapters.github.blobs import Content, Place
from hunkwise.adapters.github.exchange import Request
from hunkwise.adapters.github.payloads import File
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.core import patch_paths
from hunkwise.errors import HostError
from hunkwise.model.diff import UnreadableFile

BATCH = blobs.BATCH
"""Files computed at a time: one query for one of their sides, and no more of them in memory."""

MAX_DIFF_BYTES = 50_000_000
"""Bytes of computed sections; GitHub's own diffs end at 1 MB."""

_WITHOUT_OLD = frozenset({"added"})
_WITHOUT_NEW = frozenset({"removed"})


def sections_of(pull: GitHubPull, files: Sequence[File], base: str) -> list[bytes | UnreadableFile]:
    """Return for each of `files` its section of a diff from the commit `base`, or why it can't be read."""
    head = pull.known.pull.head_sha
    read: list[bytes | UnreadableFile] = []
    left = MAX_DIFF_BYTES
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        if left <= 0:
            read += [
                unread(file, "the change is too large to compute what GitHub does not show of it") for file in batch
            ]
            continue
        contents = _contents(pull, batch, base)
        read += [_computed(file, base, head, contents) for file in batch]
        left -= sum(len(each) for each in read[-len(batch) :] if isinstance(each, bytes))
    return read


def base_of(pull: GitHubPull, files: Sequence[File]) -> str:
    """Return the commit that `files` are compared with: the merge base where one of them was there before.

    Else the tip of the base branch, which costs no request; raises HostError.
    """
    is_needed = any(file.status not in _WITHOUT_OLD for file in files)
    return _merge_base(pull) if is_needed else pull.known.pull.base_sha


def _merge_base(pull: GitHubPull) -> str:
    """Return the commit that the change is made from; raises HostError.

    The second page, since the first holds all files (docs.github.com/en/rest/commits/commits, compare two commits).
    """
    base, head = pull.known.pull.base_sha, pull.known.pull.head_sha
    data = pull.wire.read(
        Request(
            verb="GET",
            path=f"/repos/{pull.repo}/compare/{base}...{head}",
            parameters={"per_page": 1, "page": 2},
            about=f"comparison of {base[:12]} and {head[:12]} in {pull.repo}",
            needs="contents: read",
            repeatable=True,
        )
    )
    found = (data.get("merge_base_commit") or {}).get("sha") if isinstance(data, dict) else None
    if not isinstance(found, str):
        raise HostError(f"{pull.wire.host} names no merge base of {pull.about}")
    return found


def _contents(pull: GitHubPull, files: Sequence[File], base: str) -> Mapping[Place, Content]:
    """Return both sides of `files`, by one query where that is enough.

    Else the heads come first: of what is binary there, as pictures are, the old version is not needed.
    """
    places = [_places(file, base, pull.known.pull.head_sha) for file in files]
    both = [place for pair in places for place in pair if place]
    if len(both) <= blobs.BATCH:
        return pull.blobs.read(both)
    heads = pull.blobs.read([new for _, new in places if new])
    texts = [old for old, new in places if old and not (new and new in heads and heads[new].is_binary)]
    return {**heads, **pull.blobs.read(texts)}


def _places(file: File, base: str, head: str) -> tuple[Place | None, Place | None]:
    old = None if file.status in _WITHOUT_OLD else Place(commit=base, path=file.previous_filename or file.filename)
    new = None if file.status in _WITHOUT_NEW else Place(commit=head, path=file.filename)
    return old, new


def _computed(file: File, base: str, head: str, contents: Mapping[Place, Content]) -> bytes | UnreadableFile:
    """Return the section of a file from its two blobs, or why it can't be read."""
    sides = [contents.get(place) if place else None for place in _places(file, base, head)]
    if sides[0] is None and sides[1] is not None and sides[1].is_binary:
        return sections.binary(file)
    wanted = [place is not None for place in _places(file, base, head)]
    if any(side is None for side, wants in zip(sides, wanted, strict=True) if wants):
        return unread(file, "GitHub shows neither its patch nor its content")
    if sides[0] and sides[1] and sides[0].oid == sides[1].oid:
        return sections.section(file, b"")
    present = [side for side in sides if side]
    if any(side.is_binary or (side.data is not None and comparing.is_binary(side.data)) for side in present):
        return sections.binary(file)
    if any(side.data is None for side in present):
        return unread(file, "GitHub shows no patch, and its content is over 5 MB or could not be had")
    return _compared(file, sides)


def _compared(file: File, sides: Sequence[Content | None]) -> bytes | UnreadableFile:
    old, new = ((side.data if side else None) or b"" for side in sides)
    try:
        return sections.section(file, comparing.hunks(old, new))
    except HostError as error:
        return unread(file, f"GitHub shows no patch, and {error.message}")


def unread(file: File, reason: str) -> UnreadableFile:
    """Return the entry of a file that can't be read; it has at least one hunk."""
    return UnreadableFile(path=patch_paths.shown(sections.paths(file)[1]), reason=reason, hunks=1)
