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

WAITS_S = (0.0, 2.0)
"""Seconds before each look at a page: a push shows in lists a moment later than elsewhere, and may be taken back."""

MOVED = "the pull request moved on while its files were listed"

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
    files = _files(pull, facts.changed_files)
    if files is None:
        lost = UnreadableFile(path=f"({facts.changed_files} files)", reason=MOVED, hunks=facts.changed_files)
        return Listing(diff=b"", base=facts.base_sha, unread=(lost,))
    missing = [file for file in files if _patch(file) is None]
    base = unpatched.base_of(pull, missing)
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


def _files(pull: GitHubPull, count: int) -> list[File] | None:
    """Return the changed files that GitHub lists, None where it lists those of another head than ours."""
    files: list[File] = []
    for page in range(1, min(-(-count // PER_PAGE), MAX_FILES // PER_PAGE) + 1):
        listed = _page(pull, page)
        if listed is None:
            return None
        files += (file for file in listed if file.status != "unchanged")
        if len(listed) < PER_PAGE:  # a page that is not full is the last
            break
    return files


def _page(pull: GitHubPull, page: int) -> list[File] | None:
    """Return a page of the list; GitHub can't be asked for that of a commit, so each file tells whose it is."""
    head = pull.known.pull.head_sha
    about = f"files of {pull.about}"
    for wait_s in WAITS_S:
        pull.wire.clock.sleep(wait_s)
        data = pull.wire.read(
            Request(
                verb="GET",
                path=f"/repos/{pull.repo}/pulls/{pull.number}/files",
                parameters={"per_page": PER_PAGE, "page": page},
                about=about,
                needs=_NEEDS,
                repeatable=True,
            )
        )
        listed = [payloads.read(File, each, about) for each in (data if isinstance(data, list) else [])]
        if all(_is_of(file, head) for file in listed):
            return listed
    return None


def _is_of(file: File, head: str) -> bool:
    """Whether a file is listed as `head` has it; a removed one is none of its files."""
    _, _, commit = file.contents_url.rpartition("?ref=")
    return file.status == "removed" or commit in ("", head)


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
