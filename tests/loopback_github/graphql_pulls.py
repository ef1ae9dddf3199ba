"""GraphQL's answers about pull requests, their conversation, reviews and threads."""

from typing import Any

from loopback_github.graphql_context import GraphContext, Resolvers, connection, ordered
from loopback_github.graphql_objects import branch
from loopback_github.graphql_repository import state_name
from loopback_github.records import Comment, Pull, Review, ReviewComment, Thread
from loopback_github.shapes import shown

CHANGE_BY_STATUS = {
    "added": "ADDED",
    "removed": "DELETED",
    "modified": "MODIFIED",
    "renamed": "RENAMED",
    "copied": "COPIED",
    "changed": "CHANGED",
}


def _common(shape: str) -> dict[str, Any]:
    """Return what comments, review comments and reviews share."""
    return {
        "id": lambda said, _: said.node_id,
        "databaseId": lambda said, _: said.id,
        "fullDatabaseId": lambda said, _: str(said.id),
        "body": lambda said, _: said.body,
        "author": lambda said, _: said.author,
        "url": lambda said, context: getattr(context.pulls, shape)(said)["html_url"],
        "authorAssociation": lambda said, context: getattr(context.pulls, shape)(said)["author_association"],
        "viewerDidAuthor": lambda said, context: said.author is context.viewer,
        "isMinimized": lambda said, _: said.minimized is not None,
        "minimizedReason": lambda said, _: said.minimized,
        "viewerCanMinimize": lambda said, context: may_minimize(context, said),
    }


def may_minimize(context: GraphContext, said: Comment | ReviewComment | Review) -> bool:
    """Whether the token may fold a comment: `pull-requests: write` (or `issues: write` in the conversation)."""
    own = context.token.permissions is None and said.author is context.viewer
    names = ("pull-requests", "issues") if isinstance(said, Comment) else ("pull-requests",)
    return own or any(context.may_write(name) for name in names)


def may_resolve(context: GraphContext, thread: Thread) -> bool:
    """Whether the token may resolve a thread: `contents: write`, the right to push, or being the change's author."""
    own = context.token.permissions is None and thread.pull.author is context.viewer
    return own or context.may_write("contents")


def _threads(pull: Pull, context: GraphContext, **given: Any) -> dict[str, Any]:
    """Return the threads the viewer sees: those of pending reviews are their author's alone."""
    seen = [thread for thread in pull.threads if _comments_of(thread, context)]
    return connection(seen, **given)


def _comments_of(thread: Thread, context: GraphContext) -> list[ReviewComment]:
    return [each for each in thread.comments if each.is_published or each.author is context.viewer]


def _reviews(
    pull: Pull, context: GraphContext, author: str | None = None, states: list[str] | None = None, **given: Any
) -> dict[str, Any]:
    seen = [
        review
        for review in context.state.reviews(pull, context.viewer)
        if author in {None, review.author.bare_login, review.author.login}
        and (states is None or review.state in states)
    ]
    return connection(seen, **given)


def _decision(pull: Pull, _: GraphContext) -> str | None:
    states = {review.state for review in pull.reviews}
    if "CHANGES_REQUESTED" in states:
        return "CHANGES_REQUESTED"
    return "APPROVED" if "APPROVED" in states else None


def _files(pull: Pull, context: GraphContext, **given: Any) -> dict[str, Any]:
    return connection(context.state.comparison(pull).files, **given)


def _commits(pull: Pull, context: GraphContext, **given: Any) -> dict[str, Any]:
    page = connection(context.state.objects.between(pull.base_sha, pull.head_sha), **given)
    nodes = [{"id": f"PRC_{commit.sha}", "commit": commit} for commit in page["nodes"]]
    return {**page, "nodes": nodes}


def _sum(name: str) -> Any:
    return lambda pull, context: sum(getattr(file, name) for file in context.state.comparison(pull).files)


def _queue_entry(pull: Pull, context: GraphContext) -> Any:
    return next((entry for entry in context.state.queue if entry.pull is pull), None)


RESOLVERS: Resolvers = {
    "PullRequest": {
        "id": lambda pull, _: pull.node_id,
        "databaseId": lambda pull, _: pull.id,
        "fullDatabaseId": lambda pull, _: str(pull.id),
        "number": lambda pull, _: pull.number,
        "title": lambda pull, _: pull.title,
        "body": lambda pull, _: pull.body or "",
        "state": lambda pull, _: state_name(pull),
        "closed": lambda pull, _: pull.state == "closed",
        "merged": lambda pull, _: pull.merged_at is not None,
        "mergedAt": lambda pull, _: pull.merged_at,
        "mergeable": lambda _, __: "UNKNOWN",
        "isDraft": lambda pull, _: pull.draft,
        "url": lambda pull, context: context.pulls.page(pull),
        "createdAt": lambda pull, _: pull.created_at,
        "updatedAt": lambda pull, _: pull.updated_at,
        "author": lambda pull, _: pull.author,
        "authorAssociation": lambda pull, _: pull.association,
        "viewerDidAuthor": lambda pull, context: pull.author is context.viewer,
        "baseRef": lambda pull, _: branch(pull.repo, pull.base_ref),
        "baseRefName": lambda pull, _: pull.base_ref,
        "baseRefOid": lambda pull, _: pull.base_sha,
        "baseRepository": lambda pull, _: pull.repo,
        "headRef": lambda pull, _: branch(pull.head_repo, pull.head_ref),
        "headRefName": lambda pull, _: pull.head_ref,
        "headRefOid": lambda pull, _: pull.head_sha,
        "headRepository": lambda pull, _: pull.head_repo,
        "headRepositoryOwner": lambda pull, _: pull.head_repo.owner if pull.head_repo else None,
        "isCrossRepository": lambda pull, _: pull.is_from_fork,
        "changedFiles": lambda pull, context: len(context.state.comparison(pull).files),
        "additions": _sum("additions"),
        "deletions": _sum("deletions"),
        "reviewDecision": _decision,
        "labels": lambda pull, _, orderBy=None, **given: connection(pull.labels, **given),  # noqa: N803, ARG005  # GitHub's name
        "comments": lambda pull, _, orderBy=None, **given: connection(ordered(pull.comments, orderBy), **given),  # noqa: N803  # the same
        "reviewThreads": _threads,
        "reviews": _reviews,
        "files": _files,
        "closingIssuesReferences": lambda pull, _, **given: connection(pull.closes, **given),
        "commits": _commits,
        "isInMergeQueue": lambda pull, context: _queue_entry(pull, context) is not None,
        "mergeQueueEntry": _queue_entry,
    },
    "Issue": {
        "id": lambda issue, _: issue.node_id,
        "title": lambda issue, _: issue.title,
    },
    "PullRequestChangedFile": {
        "path": lambda file, _: shown(file.path),
        "additions": lambda file, _: file.additions,
        "deletions": lambda file, _: file.deletions,
        "changeType": lambda file, _: CHANGE_BY_STATUS[file.status],
    },
    "Label": {
        "id": lambda label, _: label.node_id,
        "name": lambda label, _: label.name,
        "color": lambda _, __: "ededed",
    },
    "IssueComment": {
        **_common("comment"),
        "createdAt": lambda comment, _: comment.created_at,
        "updatedAt": lambda comment, _: comment.updated_at,
        "pullRequest": lambda comment, _: comment.pull,
    },
    "PullRequestReview": {
        **_common("review"),
        "state": lambda review, _: review.state,
        "submittedAt": lambda review, _: review.submitted_at,
        "createdAt": lambda review, _: review.submitted_at or review.pull.updated_at,
        "updatedAt": lambda review, _: review.submitted_at or review.pull.updated_at,
        "commit": lambda review, context: context.state.objects.commits.get(review.commit),
        "pullRequest": lambda review, _: review.pull,
        "comments": lambda review, context, **given: connection(
            [each for each in context.state.review_comments(review.pull, context.viewer) if each.review is review],
            **given,
        ),
    },
    "PullRequestReviewThread": {
        "id": lambda thread, _: thread.node_id,
        "path": lambda thread, _: shown(thread.path),
        "line": lambda thread, _: thread.line,
        "startLine": lambda thread, _: thread.start_line,
        "originalLine": lambda thread, _: thread.original_line,
        "originalStartLine": lambda thread, _: thread.original_start_line,
        "diffSide": lambda thread, _: thread.side,
        "startDiffSide": lambda thread, _: thread.start_side,
        "subjectType": lambda thread, _: thread.subject,
        "isResolved": lambda thread, _: thread.resolved_by is not None,
        "isOutdated": lambda thread, _: thread.outdated,
        "isCollapsed": lambda thread, _: thread.resolved_by is not None or thread.outdated,
        "resolvedBy": lambda thread, _: thread.resolved_by,
        "viewerCanResolve": lambda thread, context: thread.resolved_by is None and may_resolve(context, thread),
        "viewerCanUnresolve": lambda thread, context: thread.resolved_by is not None and may_resolve(context, thread),
        "pullRequest": lambda thread, _: thread.pull,
        "repository": lambda thread, _: thread.pull.repo,
        "comments": lambda thread, context, skip=0, **given: connection(_comments_of(thread, context)[skip:], **given),
    },
    "PullRequestReviewComment": {
        **_common("review_comment"),
        "path": lambda comment, _: shown(comment.thread.path),
        "line": lambda comment, _: comment.thread.line,
        "startLine": lambda comment, _: comment.thread.start_line,
        "originalLine": lambda comment, _: comment.thread.original_line,
        "originalStartLine": lambda comment, _: comment.thread.original_start_line,
        "diffHunk": lambda comment, _: comment.thread.diff_hunk,
        "outdated": lambda comment, _: comment.thread.outdated,
        "subjectType": lambda comment, _: comment.thread.subject,
        "state": lambda comment, _: "SUBMITTED" if comment.is_published else "PENDING",
        "createdAt": lambda comment, _: comment.created_at,
        "updatedAt": lambda comment, _: comment.updated_at,
        "pullRequestReview": lambda comment, _: comment.review,
        "pullRequest": lambda comment, _: comment.thread.pull,
        "replyTo": lambda comment, _: None if comment is comment.thread.comments[0] else comment.thread.comments[0],
        "commit": lambda comment, context: context.state.objects.commits.get(comment.thread.pull.head_sha),
        "originalCommit": lambda comment, context: context.state.objects.commits.get(comment.thread.original_commit),
    },
}
