"""The final state of everything a person sees, without ids and times, for tests to pin."""

from typing import Any

from loopback_github.records import Pull, ReviewComment, Thread
from loopback_github.state import State


def snapshot(state: State) -> dict[str, Any]:
    """Return pull requests by number, and checks and statuses in the order they were made."""
    return {
        "pulls": {number: _pull(pull) for number, pull in sorted(state.pulls.items())},
        "checks": [
            {
                "name": run.name,
                "app": run.app.slug,
                "sha": run.head_sha,
                "external_id": run.external_id,
                "status": run.status,
                "conclusion": run.conclusion,
                **{name: run.output.get(name) for name in ("title", "summary", "text")},
                "annotations": run.annotations,
            }
            for run in state.checks
        ],
        "statuses": [
            {"context": each.context, "sha": each.sha, "state": each.state, "description": each.description}
            for each in state.statuses
        ],
    }


def _pull(pull: Pull) -> dict[str, Any]:
    return {
        "state": pull.state,
        "labels": [label.name for label in pull.labels],
        "comments": [
            {"author": each.author.login, "body": each.body, "minimized": each.minimized} for each in pull.comments
        ],
        "reviews": [
            {"author": each.author.login, "state": each.state, "body": each.body, "commit": each.commit}
            for each in pull.reviews
        ],
        "threads": [_thread(thread) for thread in pull.threads],
    }


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "path": thread.path,
        "subject": thread.subject.lower(),
        "side": thread.side,
        "line": thread.line,
        "start_line": thread.start_line,
        "outdated": thread.outdated,
        "resolved_by": thread.resolved_by.login if thread.resolved_by else None,
        "comments": [_comment(each) for each in thread.comments],
    }


def _comment(comment: ReviewComment) -> dict[str, Any]:
    return {
        "author": comment.author.login,
        "body": comment.body,
        "pending": not comment.is_published,
        "minimized": comment.minimized,
    }
