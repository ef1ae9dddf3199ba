"""A pull request's host."""

from collections.abc import Sequence
from typing import Protocol

from hunkwise.model.publication import CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, Overview, OwnComment, Thread


class CodeHost(Protocol):
    """A code host that shows one pull request and takes what is said on it.

    Reads raise HostError (PermissionDeniedError, NotOnHostError). Writes return what became of them and raise nothing:
    a paid review must survive any of them. A write that creates takes a `marker` that its body holds: after an answer
    that leaves open whether it happened, the host is searched for the marker before anything is sent again.
    """

    def overview(self, files: Sequence[str]) -> Overview:
        """Return the pull request, those of `files` its base branch has, and what was said before."""
        ...

    def head_sha(self) -> str:
        """Return the head commit as it is now."""
        ...

    def comments(self) -> tuple[OwnComment, ...]:
        """Return what our own identity says in the conversation, as it is now."""
        ...

    def may_comment(self, head_sha: str) -> bool:
        """Whether the token may write on the pull request; asked by a comment that can't be valid."""
        ...

    def may_write(self, login: str) -> bool:
        """Whether a person has write permission to the repository; False where the host does not say."""
        ...

    def open_check(self, name: str, head_sha: str, external_id: str, known: CheckRun | None) -> CheckRun | None:
        """Open a check run, or `known` again; None where the token may not."""
        ...

    def conclude_check(self, check: CheckRun, conclusion: Conclusion, output: CheckOutput) -> Written:
        """Conclude a check run, with all annotations."""
        ...

    def set_status(self, name: str, head_sha: str, conclusion: Conclusion, description: str) -> Written:
        """Set a commit status: what is left where checks are denied."""
        ...

    def create_review(
        self, head_sha: str, event: ReviewEvent, body: str, comments: Sequence[InlineComment], marker: str
    ) -> Written:
        """Post one review with all `comments`, or nothing of it."""
        ...

    def create_file_comment(self, head_sha: str, path: str, body: str, marker: str) -> Written:
        """Comment on a whole file."""
        ...

    def create_comment(self, body: str, marker: str) -> Written:
        """Comment in the conversation."""
        ...

    def update_comment(self, comment: OwnComment, body: str) -> Written:
        """Replace the text of a comment."""
        ...

    def resolve(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Resolve threads; DONE only where the host shows them resolved."""
        ...

    def minimize(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Fold the first comments of threads as outdated; DONE only where the host shows them folded."""
        ...
