"""A pull request's change by GitHub's API: the whole diff, or file by file where GitHub refuses that.

A pull request may be pushed to between two requests. So the diff is asked of two commits, not of the pull request, and
what is not asked so is proven to be of the head that is reviewed.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from hunkwise.adapters.github import attributes, diffs, disguise, faults, listing
from hunkwise.adapters.github.blobs import REGULAR, Place
from hunkwise.adapters.github.exchange import Answer, Fault, FaultKind, Request
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.core import patch
from hunkwise.errors import ChangeError
from hunkwise.model.change import Change, ChangeRef, Notice, PullRequest
from hunkwise.model.intent import Intent

BY_FILE = Notice(
    code="read_by_file",
    text="GitHub does not show this change as one diff (over 20,000 lines, 1 MB or 300 files): it was read by files.",
)

MAX_DIFF_FILES = 300
MAX_DIFF_LINES = 20_000
"""What GitHub shows as one diff (docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits,
diff limits): more is not asked for, since it would be refused."""

_SECTION = re.compile(rb"^diff --git ", re.MULTILINE)
"""Where a file's section begins: lines of content begin with their sign."""


class GitHubChanges:
    """Implements `ports.ChangeSource` for one pull request, sharing what `pull` knows of it."""

    def __init__(self, pull: GitHubPull) -> None:
        self._pull = pull

    def load(self, ref: ChangeRef) -> Change:
        """Return the change; its base is the merge base where that was asked, else the tip of the base branch."""
        self._check(ref)
        facts = self._pull.known.pull
        diff = self._diff()
        read = listing.read(self._pull) if diff is None else disguise.lift(self._pull, diff)
        return Change(
            source="github",
            repo=facts.repo,
            number=facts.number,
            base=facts.base_sha if isinstance(read, disguise.Lifted) else read.base,
            head=facts.head_sha,
            diff=read.diff,
            generated=self._generated(read.diff),
            notices=(BY_FILE,) if diff is None else (),
            unread=read.unread,
            policies=self._pull.policies,
        )

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path; links, binary files and files over 5 MB are left out."""
        self._check(ref)
        head = change.head or self._pull.known.pull.head_sha
        places = {path: Place(commit=head, path=text) for path in paths if (text := _text(path)) is not None}
        found = self._pull.blobs.read(list(places.values()))
        return {
            path: content.data
            for path, place in places.items()
            if (content := found.get(place)) and content.data is not None and content.mode in REGULAR
        }

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return title, description, branch, subjects and the titles of linked issues; one request."""
        del change
        self._check(ref)
        return self._pull.intent()

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return nothing: a search would cost requests, and what the changed files hold has to do."""
        del ref, change, names, besides
        return {}

    def _check(self, ref: ChangeRef) -> None:
        if not isinstance(ref, PullRequest) or (ref.repo, ref.number) != (self._pull.repo, self._pull.number):
            raise ChangeError(f"this is not {self._pull.about}")

    def _diff(self) -> bytes | None:
        """Return the whole diff, None where GitHub does not show all of it as one; raises HostError."""
        facts = self._pull.known.pull
        if facts.changed_files > MAX_DIFF_FILES or facts.changed_lines > MAX_DIFF_LINES:
            return None
        got = self._pinned() if facts.is_open else self._shown()  # what is merged differs from its base in nothing
        if isinstance(got, Fault) and got.kind is FaultKind.MISSING and facts.is_open:
            got = self._shown()  # the base branch may have been replaced by one without a common commit
            if self._pull.head_sha() != facts.head_sha:
                return None
        if not isinstance(got, Fault):
            diff = bytes(got.data)
            return diff if len(_SECTION.findall(diff)) >= facts.changed_files else None
        if got.kind is FaultKind.TOO_LARGE:
            return None
        raise faults.error(got)

    def _pinned(self) -> Answer | Fault:
        facts = self._pull.known.pull
        return self._pull.wire.send(diffs.request(self._pull.repo, facts.base_sha, facts.head_sha))

    def _shown(self) -> Answer | Fault:
        """Ask for the diff of the pull request as it is now."""
        pull = self._pull
        return pull.wire.send(
            Request(
                verb="GET",
                path=f"/repos/{pull.repo}/pulls/{pull.number}",
                about=f"diff of {pull.about}",
                needs="pull-requests: read",
                repeatable=True,
                raw=True,
            )
        )

    def _generated(self, diff: bytes) -> frozenset[bytes]:
        text = self._pull.attributes
        if attributes.ATTRIBUTE.encode() not in text:
            return frozenset()
        files = patch.parse(diff).files
        return attributes.generated(text, {path for file in files for path in (file.raw_path, file.raw_old_path)})


def _text(path: bytes) -> str | None:
    """Return a path for a query, None where it is no UTF-8: GitHub's API can't name it."""
    try:
        return path.decode()
    except UnicodeDecodeError:
        return None
