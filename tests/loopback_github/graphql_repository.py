"""GraphQL's answers about repositories, commits, files, checks and the merge queue."""

from dataclasses import dataclass
from typing import Any

from loopback_github.accounts import Account, App
from loopback_github.graphql_checks import Suite
from loopback_github.graphql_context import GraphContext, Resolvers, connection, not_found, ordered
from loopback_github.graphql_objects import Branch, Entry, branch, commit_at
from loopback_github.objects import Commit, File
from loopback_github.records import CheckRun, Label, Pull, QueueEntry, Repository, Status, Thread
from loopback_github.shapes import time


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account that asks; GraphQL calls it a User, and spells a bot's login with `[bot]` here alone."""

    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    branch: str
    entries: tuple[QueueEntry, ...]


TYPE_BY_CLASS: dict[type, str] = {
    Repository: "Repository",
    Pull: "PullRequest",
    Thread: "PullRequestReviewThread",
    Label: "Label",
    CheckRun: "CheckRun",
    Status: "StatusContext",
    Commit: "Commit",
    File: "Blob",
    Entry: "Tree",
    Branch: "Ref",
    App: "App",
    Suite: "CheckSuite",
    QueueEntry: "MergeQueueEntry",
    Queue: "MergeQueue",
}


def _repository(_: None, context: GraphContext, owner: str, name: str, **__: Any) -> Repository:
    found = context.state.repository(f"{owner}/{name}")
    is_blind = context.token.kind == "user" and context.state.role(context.viewer) == "none"
    if found is None or is_blind:
        raise not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _pull(repo: Repository, context: GraphContext, number: int) -> Pull:
    context.need_read(repo, "pull-requests")
    found = context.state.pulls.get(number)
    if found is None or found.repo is not repo:
        raise not_found(f"Could not resolve to a PullRequest with the number of {number}.")
    return found


def _pulls(
    repo: Repository,
    context: GraphContext,
    states: list[str] | None = None,
    **given: Any,
) -> dict[str, Any]:
    context.need_read(repo, "pull-requests")
    base, head = given.pop("baseRefName", None), given.pop("headRefName", None)
    order = given.pop("orderBy", None)
    listed = [
        pull
        for pull in context.state.pulls.values()
        if pull.repo is repo
        and (states is None or state_name(pull) in states)
        and base in {None, pull.base_ref}
        and head in {None, pull.head_ref}
    ]
    return connection(ordered(listed, order), **given)


def state_name(pull: Pull) -> str:
    return "MERGED" if pull.merged_at else pull.state.upper()


def _object(
    repo: Repository, context: GraphContext, oid: str | None = None, expression: str | None = None
) -> Commit | Entry | File | None:
    """Return what `<reference>:<path>` or an id names: a commit, a tree, a blob, or nothing."""
    context.need_read(repo, "contents")
    reference, colon, path = (expression or oid or "").partition(":")
    reference = repo.default_branch if reference == "HEAD" else reference.removeprefix("refs/heads/")
    commit = context.state.objects.commits.get(repo.branches.get(reference, reference))
    if commit is None:
        blob = context.state.objects.blob(reference)
        return File("100644", blob) if blob is not None else None
    if not colon:
        return commit
    file = commit.files.get(path)
    if file is not None:
        return file if file.mode != "160000" else None
    is_folder = not path or any(each.startswith(f"{path}/") for each in commit.files)
    return Entry(commit=commit, path=path, file=None) if is_folder else None


def _ref(repo: Repository, _: GraphContext, qualifiedName: str) -> Branch | None:  # noqa: N803  # GitHub's name
    return branch(repo, qualifiedName.removeprefix("refs/heads/"))


def _queue(repo: Repository, context: GraphContext, branch: str | None = None) -> Queue | None:
    name = branch or repo.default_branch
    entries = tuple(entry for entry in context.state.queue if entry.pull.base_ref == name)
    return Queue(branch=name, entries=entries) if entries else None


def _rate(_: None, context: GraphContext, **__: Any) -> dict[str, Any]:
    used, limit = context.budget.used(context.token, "graphql"), context.budget.limit(context.token)
    reset = int(context.budget.headers(context.token, "graphql")["x-ratelimit-reset"])
    left = max(0, limit - used)
    return {"cost": 1, "limit": limit, "nodeCount": 0, "remaining": left, "used": used, "resetAt": time(reset)}


def _account(*more: str) -> dict[str, Any]:
    return {
        "id": lambda who, _: who.node_id,
        "databaseId": lambda who, _: who.id,
        "login": lambda who, _: who.bare_login,
        "url": lambda who, context: f"{context.shapes.web}/{who.bare_login}",
        "resourcePath": lambda who, _: f"/{who.bare_login}",
        "avatarUrl": lambda who, context, **_: f"{context.shapes.web}/avatars/{who.id}",
        **{name: lambda _, __: None for name in more},
    }


def _of_viewer(name: str, resolver: Any) -> Any:
    """Let User's resolvers take the viewer too."""

    def resolve(who: Account | Viewer, context: GraphContext, **given: Any) -> Any:
        if isinstance(who, Viewer):
            return who.account.login if name == "login" else resolver(who.account, context, **given)
        return resolver(who, context, **given)

    return resolve


RESOLVERS: Resolvers = {
    "Query": {
        "id": lambda _, __: "Q_0",
        "viewer": lambda _, context: Viewer(account=context.viewer),
        "repository": _repository,
        "rateLimit": _rate,
    },
    "User": {name: _of_viewer(name, resolver) for name, resolver in _account("name").items()},
    "Bot": _account(),
    "Mannequin": _account(),
    "Organization": _account("name"),
    "Repository": {
        "id": lambda repo, _: repo.node_id,
        "databaseId": lambda repo, _: repo.id,
        "name": lambda repo, _: repo.name,
        "nameWithOwner": lambda repo, _: repo.full_name,
        "owner": lambda repo, _: repo.owner,
        "url": lambda repo, context: f"{context.shapes.web}/{repo.full_name}",
        "isFork": lambda repo, _: repo.parent is not None,
        "isPrivate": lambda repo, _: repo.private,
        "isArchived": lambda _, __: False,
        "parent": lambda repo, _: repo.parent,
        "defaultBranchRef": lambda repo, _: Branch(repo=repo, name=repo.default_branch),
        "ref": _ref,
        "object": _object,
        "pullRequest": _pull,
        "pullRequests": _pulls,
        "mergeQueue": _queue,
        "viewerPermission": lambda _, context: context.state.role(context.viewer).upper(),
    },
    "MergeQueue": {
        "id": lambda queue, _: f"MQ_{queue.branch}",
        "url": lambda queue, context: f"{context.shapes.web}/{context.state.repo.full_name}/queue/{queue.branch}",
        "entries": lambda queue, _, **given: connection(queue.entries, **given),
    },
    "MergeQueueEntry": {
        "id": lambda entry, _: entry.node_id,
        "pullRequest": lambda entry, _: entry.pull,
        "position": lambda entry, _: entry.position,
        "state": lambda entry, _: entry.state,
        "baseCommit": lambda entry, context: commit_at(entry.base_sha, context),
        "headCommit": lambda entry, context: commit_at(entry.head_sha, context),
        "enqueuedAt": lambda entry, _: entry.enqueued_at,
    },
}
