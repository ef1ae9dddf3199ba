"""A change that GitHub does not show as one diff, read file by file.

GitHub lists 3,000 files, and leaves out the patch of a file that is large or, by its own judgement or the change's
`.gitattributes`, binary. What it leaves out is computed from the two blobs, so that no file declares itself unreadable.
What can't be read is named, never lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hunkwise.adapters.github import comparing, payloads, sections
from hunkwise.adapters.github.blobs import Content, Place
from hunkwise.adapters.github.exchange import Request
from hunkwise.adapters.github.line import PER_PAGE
from hunkwise.adapters.github.payloads import File
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.core import patch_paths
from hunkwise.errors import HostError
from hunkwise.model.diff import UnreadableFile

MAX_FILES = 3000
"""Files GitHub lists (docs.github.com/en/rest/pulls/pulls, list pull requests files)."""

_NEEDS = "pull-requests: read"
_WITHOUT_OLD = frozenset({"added"})
_WITHOUT_NEW = frozenset({"removed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The change as sections of a diff, and what could not be read; `base` is the merge base."""

    diff: bytes
    base: str
    unread: tuple[UnreadableFile, ...]


def read(pull: GitHubPull) -> Listing:
    """Return the change of `pull`; raises HostError."""
    facts = pull.known.pull
    base = merge_base(pull, facts.base_sha, facts.head_sha)
    files = list(_files(pull, facts.changed_files))
    unpatched = [file for file in files if _patch(file) is None]
    contents = pull.blobs.read([place for file in unpatched for place in _places(file, base, facts.head_sha) if place])
    written: list[bytes] = []
    unread: list[UnreadableFile] = []
    for file in files:
        patch = _patch(file)
        got = sections.section(file, patch) if patch is not None else _computed(file, base, facts.head_sha, contents)
        if isinstance(got, bytes):
            written.append(got)
        else:
            unread.append(got)
    return Listing(diff=b"".join(written), base=base, unread=(*unread, *_beyond(facts.changed_files - len(files))))


def merge_base(pull: GitHubPull, base: str, head: str) -> str:
    """Return the commit that the change is made from; raises HostError.

    The second page, since the first holds all files (docs.github.com/en/rest/commits/commits, compare two commits).
    """
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


def _files(pull: GitHubPull, count: int) -> Iterator[File]:
    """Yield the changed files that GitHub lists; a page that is not full is the last."""
    for page in range(1, min(-(-count // PER_PAGE), MAX_FILES // PER_PAGE) + 1):
        data = pull.wire.read(
            Request(
                verb="GET",
                path=f"/repos/{pull.repo}/pulls/{pull.number}/files",
                parameters={"per_page": PER_PAGE, "page": page},
                about=f"files of {pull.about}",
                needs=_NEEDS,
                repeatable=True,
            )
        )
        listed = data if isinstance(data, list) else []
        for each in listed:
            file = payloads.read(File, each, f"files of {pull.about}")
            if file.status != "unchanged":
                yield file
        if len(listed) < PER_PAGE:
            return


def _patch(file: File) -> bytes | None:
    """Return GitHub's patch, None where it has none, or changed bytes that it could not decode."""
    if not file.patch or "\ufffd" in file.patch:
        return None
    return file.patch.encode("utf-8", "surrogatepass")


def _places(file: File, base: str, head: str) -> tuple[Place | None, Place | None]:
    old = None if file.status in _WITHOUT_OLD else Place(commit=base, path=file.previous_filename or file.filename)
    new = None if file.status in _WITHOUT_NEW else Place(commit=head, path=file.filename)
    return old, new


def _computed(file: File, base: str, head: str, contents: Mapping[Place, Content]) -> bytes | UnreadableFile:
    """Return the section of a file from its two blobs, or why it can't be read."""
    sides = [contents.get(place) if place else None for place in _places(file, base, head)]
    wanted = [place is not None for place in _places(file, base, head)]
    if any(side is None for side, wants in zip(sides, wanted, strict=True) if wants):
        return _unread(file, "GitHub shows neither its patch nor its content")
    if sides[0] and sides[1] and sides[0].oid == sides[1].oid:
        return sections.section(file, b"")
    present = [side for side in sides if side]
    if any(side.is_binary or (side.data is not None and comparing.is_binary(side.data)) for side in present):
        return sections.binary(file)
    if any(side.data is None for side in present):
        return _unread(file, "GitHub shows no patch, and its content is over 5 MB or could not be had")
    return _compared(file, sides)


def _compared(file: File, sides: Sequence[Content | None]) -> bytes | UnreadableFile:
    old, new = ((side.data if side else None) or b"" for side in sides)
    try:
        return sections.section(file, comparing.hunks(old, new))
    except HostError as error:
        return _unread(file, f"GitHub shows no patch, and {error.message}")


def _unread(file: File, reason: str) -> UnreadableFile:
    return UnreadableFile(path=patch_paths.shown(sections.paths(file)[1]), reason=reason, hunks=1)


def _beyond(count: int) -> Iterator[UnreadableFile]:
    """Yield one entry for all files that GitHub does not list; each is at least a hunk."""
    if count > 0:
        name = f"({count} further file{'s' if count > 1 else ''})"
        yield UnreadableFile(path=name, reason=f"GitHub lists at most {MAX_FILES:,} files", hunks=count)
