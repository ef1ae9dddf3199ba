"""GraphQL's answers about repositories, commits, files, checks and the merge queue."""

from dataclasses import dataclass
from typing import Any

from loopback_github.accounts import Account, App
from loopback_github.graphql_context import GraphContext, Resolvers, connection, not_found, ordered
from loopback_github.objects import Commit, File
from loopback_github.records import CheckRun, Label, Pull, QueueEntry, Repository, Status, Thread
from loopback_github.shapes import shown, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account that asks; GraphQL calls it a User, and spells a bot's login with `[bot]` here alone."""

    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    repo: Repository
    name: str

    @property
    def node_id(self) -> str:
        return f"REF_{self.repo.id}_{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A path in a commit's tree; `file` is None for a folder, "" is the root."""

    commit: Commit
    path: str
    file: File | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The check runs of one app on one commit."""

    app: App
    sha: str
    runs: tuple[CheckRun, ...]

    @property
    def node_id(self) -> str:
        return f"CS_{self.app.id}_{self.sha}"


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


def _is_binary(file: File) -> bool:
    return b"\0" in file.content[:8_000]


def _blob_text(file: File, context: GraphContext) -> str | None:
    """Return the text, None for a binary file; bytes that are not UTF-8 are replaced."""
    return None if _is_binary(file) else file.content[: context.limits.blob_text].decode("utf-8", "replace")


def _file_of(commit: Commit, _: GraphContext, path: str) -> Entry | None:
    file = commit.files.get(path)
    if file is None and not any(each.startswith(f"{path}/") for each in commit.files):
        return None
    return Entry(commit=commit, path=path, file=file)


def _entries(tree: Entry, _: GraphContext) -> list[Entry]:
    prefix = f"{tree.path}/" if tree.path else ""
    inside = [path.removeprefix(prefix) for path in tree.commit.files if path.startswith(prefix)]
    names = sorted({path.partition("/")[0] for path in inside})
    return [Entry(commit=tree.commit, path=prefix + name, file=tree.commit.files.get(prefix + name)) for name in names]


def _suites(
    commit: Commit,
    context: GraphContext,
    filterBy: dict[str, Any] | None = None,
    **given: Any,  # noqa: N803  # GitHub's name
) -> dict[str, Any]:
    wanted = filterBy or {}
    by_app: dict[int, list[CheckRun]] = {}
    for run in context.state.checks:
        if run.head_sha == commit.sha and wanted.get("appId") in {None, run.app.id}:
            by_app.setdefault(run.app.id, []).append(run)
    suites = [Suite(app=runs[0].app, sha=commit.sha, runs=tuple(runs)) for runs in by_app.values()]
    name = wanted.get("checkName")
    kept = [suite for suite in suites if name is None or any(run.name == name for run in suite.runs)]
    return connection(kept, **given)


def _runs(
    suite: Suite,
    _: GraphContext,
    filterBy: dict[str, Any] | None = None,
    **given: Any,  # noqa: N803  # GitHub's name
) -> dict[str, Any]:
    wanted = filterBy or {}
    runs = [
        run
        for run in suite.runs
        if wanted.get("checkName") in {None, run.name}
        and wanted.get("appId") in {None, run.app.id}
        and wanted.get("status") in {None, run.status.upper()}
    ]
    if wanted.get("checkType", "LATEST") == "LATEST":
        runs = list({run.name: run for run in runs}.values())
    return connection(runs, **given)


def _suite_conclusion(suite: Suite, _: GraphContext) -> str | None:
    if any(run.status != "completed" for run in suite.runs):
        return None
    ends = {run.conclusion for run in suite.runs}
    worst = next((each for each in ("failure", "cancelled", "timed_out", "action_required") if each in ends), None)
    return (worst or ("success" if "success" in ends else "neutral")).upper()


def _pulls_of_commit(commit: Commit, context: GraphContext, **given: Any) -> dict[str, Any]:
    order = given.pop("orderBy", None)
    objects = context.state.objects
    holding = [
        pull
        for pull in context.state.pulls.values()
        if commit.sha in {each.sha for each in objects.between(pull.base_sha, pull.head_sha)}
    ]
    return connection(ordered(holding, order), **given)


def _queue(repo: Repository, context: GraphContext, branch: str | None = None) -> Queue | None:
    name = branch or repo.default_branch
    entries = tuple(entry for entry in context.state.queue if entry.pull.base_ref == name)
    return Queue(branch=name, entries=entries) if entries else None


def _commit_at(sha: str | None, context: GraphContext) -> Commit | None:
    return context.state.objects.commits.get(sha) if sha else None


def _rate(_: None, context: GraphContext, **__: Any) -> dict[str, Any]:
    used, limit = context.budget.used(context.token, "graphql"), context.budget.limit(context.token)
    reset = int(context.budget.headers(context.token, "graphql")["x-ratelimit-reset"])
    left = max(0, limit - used)
    return {"cost": 1, "limit": limit, "nodeCount": 0, "remaining": left, "used": used, "resetAt": time(reset)}


def _account(with_name: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": lambda who, _: who.node_id,
        "databaseId": lambda who, _: who.id,
        "login": lambda who, _: who.bare_login,
        "url": lambda who, context: f"{context.shapes.web}/{who.bare_login}",
        "resourcePath": lambda who, _: f"/{who.bare_login}",
        "avatarUrl": lambda who, context, **_: f"{context.shapes.web}/avatars/{who.id}",
    }
    return made | ({"name": lambda _, __: None} if with_name else {})


def _git_object(sha: Any) -> dict[str, Any]:
    return {
        "id": lambda each, _: f"GO_{sha(each)}",
        "oid": lambda each, _: sha(each),
        "abbreviatedOid": lambda each, _: sha(each)[:7],
        "repository": lambda _, context: context.state.repo,
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
    "User": {name: _of_viewer(name, resolver) for name, resolver in _account(True).items()},
    "Bot": _account(),
    "Mannequin": _account(),
    "Organization": _account(True),
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
        "ref": lambda repo, _, qualifiedName: branch(repo, qualifiedName.removeprefix("refs/heads/")),
        "object": _object,
        "pullRequest": _pull,
        "pullRequests": _pulls,
        "mergeQueue": _queue,
        "viewerPermission": lambda _, context: context.state.role(context.viewer).upper(),
    },
    "Ref": {
        "id": lambda ref, _: ref.node_id,
        "name": lambda ref, _: ref.name,
        "prefix": lambda _, __: "refs/heads/",
        "target": lambda ref, context: _commit_at(ref.repo.branches[ref.name], context),
        "repository": lambda ref, _: ref.repo,
    },
    "Commit": {
        **_git_object(lambda commit: commit.sha),
        "message": lambda commit, _: commit.message,
        "messageHeadline": lambda commit, _: commit.message.partition("\n")[0],
        "committedDate": lambda commit, _: time(commit.at),
        "url": lambda commit, context: f"{context.shapes.web}/{context.state.repo.full_name}/commit/{commit.sha}",
        "file": _file_of,
        "tree": lambda commit, _: Entry(commit=commit, path="", file=None),
        "parents": lambda commit, context, **given: connection(
            [context.state.objects.commits[sha] for sha in commit.parents], **given
        ),
        "checkSuites": _suites,
        "associatedPullRequests": _pulls_of_commit,
        "status": lambda commit, context: _statuses(commit, context),
    },
    "Blob": {
        **_git_object(lambda file: file.sha),
        "byteSize": lambda file, _: len(file.content),
        "isBinary": lambda file, _: _is_binary(file),
        "isTruncated": lambda file, context: not _is_binary(file) and len(file.content) > context.limits.blob_text,
        "text": _blob_text,
    },
    "Tree": {
        **_git_object(lambda tree: tree.commit.tree_sha),
        "entries": _entries,
    },
    "TreeEntry": {
        "name": lambda entry, _: shown(entry.path.rpartition("/")[2]),
        "path": lambda entry, _: shown(entry.path),
        "mode": lambda entry, _: int(entry.file.mode, 8) if entry.file else 0o040000,
        "type": lambda entry, _: _kind(entry),
        "oid": lambda entry, _: entry.file.sha if entry.file else entry.commit.tree_sha,
        "object": lambda entry, _: None if _kind(entry) == "commit" else entry.file or entry,
        "size": lambda entry, _: len(entry.file.content) if entry.file else 0,
    },
    "CheckSuite": {
        "id": lambda suite, _: suite.node_id,
        "databaseId": lambda suite, _: suite.app.id,
        "app": lambda suite, _: suite.app,
        "commit": lambda suite, context: context.state.objects.commits[suite.sha],
        "status": lambda suite, _: "COMPLETED" if all(r.status == "completed" for r in suite.runs) else "IN_PROGRESS",
        "conclusion": _suite_conclusion,
        "checkRuns": _runs,
    },
    "CheckRun": {
        "id": lambda run, _: run.node_id,
        "databaseId": lambda run, _: run.id,
        "name": lambda run, _: run.name,
        "externalId": lambda run, _: run.external_id,
        "status": lambda run, _: run.status.upper(),
        "conclusion": lambda run, _: run.conclusion.upper() if run.conclusion else None,
        "detailsUrl": lambda run, context: context.checks.run(run)["details_url"],
        "url": lambda run, context: context.checks.run(run)["html_url"],
        "startedAt": lambda run, _: run.started_at,
        "completedAt": lambda run, _: run.completed_at,
        "title": lambda run, _: run.output.get("title"),
        "summary": lambda run, _: run.output.get("summary"),
        "text": lambda run, _: run.output.get("text"),
        "checkSuite": lambda run, context: Suite(
            app=run.app,
            sha=run.head_sha,
            runs=tuple(r for r in context.state.checks if (r.app, r.head_sha) == (run.app, run.head_sha)),
        ),
    },
    "App": {
        "id": lambda app, _: f"A_{app.id}",
        "databaseId": lambda app, _: app.id,
        "name": lambda app, _: app.name,
        "slug": lambda app, _: app.slug,
    },
    "StatusContext": {
        "id": lambda status, _: status.node_id,
        "context": lambda status, _: status.context,
        "state": lambda status, _: status.state.upper(),
        "description": lambda status, _: status.description,
        "targetUrl": lambda status, _: status.target_url,
        "createdAt": lambda status, _: status.created_at,
        "creator": lambda status, _: status.creator,
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
        "baseCommit": lambda entry, context: _commit_at(entry.base_sha, context),
        "headCommit": lambda entry, context: _commit_at(entry.head_sha, context),
        "enqueuedAt": lambda entry, _: entry.enqueued_at,
    },
}


def branch(repo: Repository | None, name: str) -> Branch | None:
    return Branch(repo=repo, name=name) if repo and name in repo.branches else None


def _kind(entry: Entry) -> str:
    if entry.file is None:
        return "tree"
    return "commit" if entry.file.mode == "160000" else "blob"


def _statuses(commit: Commit, context: GraphContext) -> dict[str, Any] | None:
    latest = list({each.context: each for each in context.state.statuses if each.sha == commit.sha}.values())
    if not latest:
        return None
    states = {each.state.upper() for each in latest}
    worst = next(state for state in ("ERROR", "FAILURE", "PENDING", "SUCCESS") if state in states)
    return {"id": f"ST_{commit.sha}", "state": worst, "contexts": latest}
