"""GraphQL's nodes by id, and what may be changed: threads resolved, comments folded."""

from typing import Any

from loopback_github.graphql_context import GraphContext, Resolvers, forbidden, not_found
from loopback_github.graphql_pulls import may_minimize, may_resolve
from loopback_github.records import Comment, Review, ReviewComment, Thread


def _nodes(context: GraphContext) -> dict[str, Any]:
    """Return everything that has an id, by it."""
    state = context.state
    made: dict[str, Any] = {repo.node_id: repo for repo in state.repositories}
    made |= {account.node_id: account for account in state.accounts.values()}
    made |= {run.node_id: run for run in state.checks}
    for pull in state.pulls.values():
        threads = {thread.node_id: thread for thread in pull.threads}
        said = {each.node_id: each for each in pull.comments}
        reviews = {each.node_id: each for each in pull.reviews}
        inline = {each.node_id: each for thread in pull.threads for each in thread.comments}
        made |= {pull.node_id: pull, **threads, **said, **reviews, **inline}
    return made


def node(_: None, context: GraphContext, id: str) -> Any:  # noqa: A002  # GitHub's name
    found = _nodes(context).get(id)
    if found is None:
        raise not_found(f"Could not resolve to a node with the global id of '{id}'")
    return found


def _thread(context: GraphContext, given: dict[str, Any]) -> Thread:
    found = node(None, context, given["threadId"])
    if not isinstance(found, Thread):
        kind = "PullRequestReviewThread"
        raise not_found(f"Could not resolve to {kind} node with the global id of '{given['threadId']}'.")
    if not may_resolve(context, found):
        raise forbidden(context.token)
    return found


def _resolve(_: None, context: GraphContext, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002  # GitHub's name
    thread = _thread(context, input)
    thread.resolved_by = thread.resolved_by or context.viewer
    return {"clientMutationId": input.get("clientMutationId"), "thread": thread}


def _unresolve(_: None, context: GraphContext, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002  # the same
    thread = _thread(context, input)
    thread.resolved_by = None
    return {"clientMutationId": input.get("clientMutationId"), "thread": thread}


def _said(context: GraphContext, given: dict[str, Any]) -> Comment | ReviewComment | Review:
    found = node(None, context, given["subjectId"])
    if not isinstance(found, Comment | ReviewComment | Review):
        raise not_found(f"Could not resolve to Minimizable node with the global id of '{given['subjectId']}'.")
    if not may_minimize(context, found):
        raise forbidden(context.token)
    return found


def _minimize(_: None, context: GraphContext, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002  # the same
    said = _said(context, input)
    said.minimized = input["classifier"].lower().replace("_", "-")
    return {"clientMutationId": input.get("clientMutationId"), "minimizedComment": said}


def _unminimize(_: None, context: GraphContext, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002  # the same
    said = _said(context, input)
    said.minimized = None
    return {"clientMutationId": input.get("clientMutationId"), "unminimizedComment": said}


RESOLVERS: Resolvers = {
    "Mutation": {
        "resolveReviewThread": _resolve,
        "unresolveReviewThread": _unresolve,
        "minimizeComment": _minimize,
        "unminimizeComment": _unminimize,
    },
}


def nodes(_: None, context: GraphContext, ids: list[str]) -> list[Any]:
    return [node(None, context, each) for each in ids]
