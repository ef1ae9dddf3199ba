"""A change that GitHub does not show as one diff, read file by file.

GitHub lists 3,000 files, 100 a page, each with its patch or without. What can't be read is named, never lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hunkwise.adapters.github import payloads, sections, unpatched
from hunkwise.adapters.github.exchange import Request
from hunkwise.adapters.github.line import PER_PAGE
from hunkwise.adapters.github.payloads import File
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.model.diff import UnreadableFile

MAX_FILES = 3000
"""Files GitHub lists (docs.github.com/en/rest/pulls/pulls, list pull requests files)."""

_NEEDS = "pull-requests: read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The change as sections of a diff, and what could not be read; `base` is the merge base."""

    diff: bytes
    base: str
    unread: tuple[UnreadableFile, ...]


def read(pull: GitHubPull) -> Listing:
    """Return the change of `pull`; raises HostError."""
    facts = pull.known.pull
    base = unpatched.merge_base(pull)
    files = list(_files(pull, facts.changed_files))
    missing = [file for file in files if _patch(file) is None]
    computed = dict(zip(missing, unpatched.sections_of(pull, missing, base), strict=True))
    read = [computed[file] if file in computed else sections.section(file, _patch(file) or b"") for file in files]
    return Listing(
        diff=b"".join(each for each in read if isinstance(each, bytes)),
        base=base,
        unread=(
            *(each for each in read if isinstance(each, UnreadableFile)),
            *_beyond(facts.changed_files - len(files)),
        ),
    )


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


def _beyond(count: int) -> Iterator[UnreadableFile]:
    """Yield one entry for all files that GitHub does not list; each is at least a hunk."""
    if count > 0:
        name = f"({count} further file{'s' if count > 1 else ''})"
        yield UnreadableFile(path=name, reason=f"GitHub lists at most {MAX_FILES:,} files", hunks=count)
