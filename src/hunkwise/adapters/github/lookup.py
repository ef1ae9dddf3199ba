"""Which pull requests an event is about, where its payload does not say or can't be trusted to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hunkwise.adapters.github import faults, payloads, queries
from hunkwise.adapters.github.exchange import Fault, Request
from hunkwise.adapters.github.line import PER_PAGE
from hunkwise.adapters.github.payloads import Oid, Page, Payload, RestPayload
from hunkwise.adapters.github.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A pull request in a merge queue, with its own head commit."""

    number: int
    head_sha: str


class _QueuedPull(Payload):
    """A pull request in a merge queue."""

    number: int
    head_ref_oid: str


class _QueueEntry(Payload):
    """A place in a merge queue; `head_commit` merges this entry and all before it."""

    position: int
    head_commit: Oid | None
    pull_request: _QueuedPull | None


class _Queue(Payload):
    """A merge queue."""

    entries: Page[_QueueEntry] | None


class _QueueRepository(Payload):
    """A repository with the merge queue of a branch."""

    merge_queue: _Queue | None


class _HeadRepository(RestPayload):
    """The repository a pull request comes from."""

    full_name: str


class _Head(RestPayload):
    """The head of a listed pull request; its repository may be gone."""

    sha: str
    repo: _HeadRepository | None

    def is_at(self, repo: str, sha: str) -> bool:
        """Whether it is this commit of this repository; GitHub's names know no case."""
        return self.sha == sha and self.repo is not None and self.repo.full_name.lower() == repo.lower()


class _ListedPull(RestPayload):
    """A pull request as REST lists it."""

    number: int
    head: _Head


def pulls_with_head(wire: Wire, repo: str, *, head_repo: str, head_branch: str, head_sha: str) -> tuple[int, ...]:
    """Return the open pull requests of `repo` whose head is this commit of this branch; raises HostError.

    A `workflow_run` event names no pull request of a fork, and an artifact's word for one is the fork's.
    """
    owner = head_repo.partition("/")[0]
    numbers: list[int] = []
    for page in range(1, 11):
        data = wire.read(
            Request(
                verb="GET",
                path=f"/repos/{repo}/pulls",
                parameters={"head": f"{owner}:{head_branch}", "state": "open", "per_page": PER_PAGE, "page": page},
                about=f"pull requests of {repo}",
                needs="pull-requests: read",
                repeatable=True,
            )
        )
        listed = data if isinstance(data, list) else []
        pulls = [payloads.read(_ListedPull, each, f"pull requests of {repo}") for each in listed]
        numbers += [pull.number for pull in pulls if pull.head.is_at(head_repo, head_sha)]
        if len(listed) < PER_PAGE:
            break
    return tuple(sorted(numbers))


def pulls_of_group(wire: Wire, repo: str, *, base_ref: str, base_sha: str, head_sha: str) -> tuple[Queued, ...]:
    """Return the pull requests of the merge group from `base_sha` to `head_sha`, in their order; raises HostError.

    Each entry of the queue has a commit that merges it and all before it: ours ends with `head_sha`, and begins after
    the entry that ends with `base_sha`. Empty where the queue does not hold the group any more.
    """
    entries = sorted(_entries(wire, repo, base_ref), key=lambda entry: entry.position)
    heads = [entry.head_commit.oid if entry.head_commit else "" for entry in entries]
    if head_sha not in heads:
        return ()
    first = heads.index(base_sha) + 1 if base_sha in heads else 0
    group = entries[first : heads.index(head_sha) + 1]
    return tuple(
        Queued(number=entry.pull_request.number, head_sha=entry.pull_request.head_ref_oid)
        for entry in group
        if entry.pull_request
    )


def _entries(wire: Wire, repo: str, branch: str) -> Iterator[_QueueEntry]:
    owner, name = repo.split("/")
    about, needs = f"merge queue of {branch} in {repo}", "contents: read and pull-requests: read"
    variables: dict[str, Any] = {"owner": owner, "name": name, "branch": branch, "after": None}
    while True:
        got = wire.graphql(queries.QUEUE, variables, about=about, needs=needs)
        if isinstance(got, Fault):
            raise faults.error(got)
        if got.errors:
            raise wire.refusal(got.errors, about=about, needs=needs)
        queue = payloads.read(_QueueRepository, got.data.get("repository"), about).merge_queue
        if queue is None or queue.entries is None:
            return
        yield from queue.entries.shown
        if not queue.entries.page_info.has_next_page:
            return
        variables["after"] = queue.entries.page_info.end_cursor
