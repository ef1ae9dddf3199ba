"""What is said on a pull request, and asked of it, by GitHub's API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from hunkwise.adapters.github import payloads, queries, writing
from hunkwise.adapters.github.checks import Checks
from hunkwise.adapters.github.exchange import Fault, FaultKind, Request
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.model.diff import Side
from hunkwise.model.publication import CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, Overview, OwnComment, Thread

BATCH = 50
"""Mutations of one request: GitHub ends a request after 10 s."""

PROBE = {"body": "", "path": "/", "line": 1, "side": Side.RIGHT.value}
"""A comment that can't be valid: it says nothing, and no file can be called so."""

WRITING = frozenset({"admin", "write"})
"""What GitHub calls permissions that include writing (docs.github.com/en/rest/collaborators/collaborators)."""

_SPEAKING = "pull-requests: write"


class GitHubHost:
    """Implements `ports.CodeHost` for one pull request."""

    def __init__(self, pull: GitHubPull) -> None:
        self._pull = pull
        self._checks = Checks(pull)

    def hurry(self) -> None:
        """End all patience: what is still written gets one try of at most 4 s."""
        self._pull.wire.hurry()

    def overview(self, files: Sequence[str]) -> Overview:
        """Return the pull request, those of `files` its base branch has, and what was said before."""
        return self._pull.overview(files)

    def head_sha(self) -> str:
        """Return the head commit as it is now."""
        return self._pull.head_sha()

    def comments(self) -> tuple[OwnComment, ...]:
        """Return what our own identity says in the conversation, as it is now."""
        return self._pull.comments()

    def may_comment(self, head_sha: str) -> bool:
        """Whether the token may comment: a comment that can't be valid is denied, or called invalid.

        An outage is no denial: what is said later has tries of its own.
        """
        got = self._pull.wire.send(self._post("pulls", "comments", {**PROBE, "commit_id": head_sha}, repeatable=True))
        return not isinstance(got, Fault) or got.kind not in {FaultKind.DENIED, FaultKind.MISSING}

    def may_write(self, login: str) -> bool:
        """Whether a person has write permission to the repository; False where GitHub does not say."""
        got = self._pull.wire.send(
            Request(
                verb="GET",
                path=f"/repos/{self._pull.repo}/collaborators/{quote(login, safe='')}/permission",
                about=f"permission of {login}",
                needs="metadata: read",
                repeatable=True,
            )
        )
        return not isinstance(got, Fault) and isinstance(got.data, dict) and got.data.get("permission") in WRITING

    def open_check(self, name: str, head_sha: str, external_id: str, known: CheckRun | None) -> CheckRun | None:
        """Open a check run, or `known` again; None where the token may not."""
        return self._checks.open(name, head_sha, external_id, known)

    def conclude_check(self, check: CheckRun, conclusion: Conclusion, output: CheckOutput) -> Written:
        """Conclude a check run, with all annotations."""
        return self._checks.conclude(check, conclusion, output)

    def set_status(self, name: str, head_sha: str, conclusion: Conclusion, description: str) -> Written:
        """Set a commit status: what is left where checks are denied."""
        return self._checks.set_status(name, head_sha, conclusion, description)

    def create_review(
        self, head_sha: str, event: ReviewEvent, body: str, comments: Sequence[InlineComment], marker: str
    ) -> Written:
        """Post one review with all `comments`, or nothing of it."""
        sent = {
            "commit_id": head_sha,
            "event": event.value,
            "body": body,
            "comments": [_inline(comment) for comment in comments],
        }
        return writing.create_marked(self._pull, self._post("pulls", "reviews", sent), marker, "review")

    def create_file_comment(self, head_sha: str, path: str, body: str, marker: str) -> Written:
        """Comment on a whole file."""
        sent = {"commit_id": head_sha, "path": path, "body": body, "subject_type": "file"}
        return writing.create_marked(self._pull, self._post("pulls", "comments", sent), marker, "thread")

    def create_comment(self, body: str, marker: str) -> Written:
        """Comment in the conversation."""
        return writing.create_marked(self._pull, self._post("issues", "comments", {"body": body}), marker, "comment")

    def update_comment(self, comment: OwnComment, body: str) -> Written:
        """Replace the text of a comment."""
        request = Request(
            verb="PATCH",
            path=f"/repos/{self._pull.repo}/issues/comments/{comment.id}",
            about=f"a comment on {self._pull.about}",
            needs=_SPEAKING,
            body={"body": body},
            repeatable=True,
        )
        return writing.outcome(self._pull.wire.send(request))

    def resolve(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Resolve threads; DONE only where GitHub shows them resolved."""
        return self._mutate(
            queries.resolve, [thread.node_id for thread in threads], ("thread", "isResolved"), "contents: write"
        )

    def minimize(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Fold the first comments of threads as outdated; DONE only where GitHub shows them folded."""
        ids = [thread.comment_node_id for thread in threads]
        return self._mutate(queries.minimize, ids, ("minimizedComment", "isMinimized"), _SPEAKING)

    def _mutate(
        self, query: Callable[[int], str], ids: Sequence[str], shown: tuple[str, str], needs: str
    ) -> tuple[Written, ...]:
        """Send one mutation for each id, 50 a request, and read from the answer what became of each."""
        done: list[Written] = []
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            variables = {f"t{at}": each for at, each in enumerate(batch)}
            got = self._pull.wire.graphql(
                query(len(batch)), variables, about=f"threads of {self._pull.about}", needs=needs
            )
            if isinstance(got, Fault):
                done += [writing.outcome(got)] * len(batch)
                continue
            refused = {str(path[0]): each for each in got.errors if (path := each.get("path"))}
            done += [_seen(got.data.get(f"m{at}"), refused.get(f"m{at}"), shown) for at in range(len(batch))]
        return tuple(done)

    def _post(self, kind: str, what: str, body: Mapping[str, Any], *, repeatable: bool = False) -> Request:
        return Request(
            verb="POST",
            path=f"/repos/{self._pull.repo}/{kind}/{self._pull.number}/{what}",
            about=f"{what} on {self._pull.about}",
            needs=_SPEAKING,
            body=body,
            repeatable=repeatable,
        )


def _inline(comment: InlineComment) -> dict[str, Any]:
    sent = {"path": comment.path, "body": comment.body, "line": comment.line, "side": comment.side.value}
    if comment.start_line is not None:
        sent |= {"start_line": comment.start_line, "start_side": comment.side.value}
    return sent


def _seen(data: object, error: Mapping[str, Any] | None, shown: tuple[str, str]) -> Written:
    """Return what a mutation's own answer shows."""
    if payloads.part(data, *shown) is True:
        return Written.DONE
    return writing.of_graphql(error) if error else Written.LOST
