"""The event files GitHub gives a workflow (GITHUB_EVENT_PATH). Hand-made and minimal: only what a reader may rely on.

tests/contract/test_github_payloads.py holds them against npm `@octokit/webhooks-schemas`, key by key.
"""

from typing import Any

from loopback_github.records import Comment, Pull
from loopback_github.server import LoopbackGitHub
from loopback_github.shapes import Shapes
from loopback_github.shapes_pulls import PullShapes

JSON = dict[str, Any]


def pull_request(github: LoopbackGitHub, pull: Pull, action: str = "opened", *, sender: str | None = None) -> JSON:
    """Return the payload of `pull_request` and `pull_request_target`, which are alike."""
    made = {**_common(github, sender or pull.author.login), "action": action, "number": pull.number}
    if action == "synchronize":
        made |= {"before": github.state.objects.commits[pull.head_sha].parents[0], "after": pull.head_sha}
    return {**made, "pull_request": _shapes(github).whole(pull)}


def workflow_dispatch(github: LoopbackGitHub, inputs: dict[str, str], *, sender: str = "dev") -> JSON:
    return {
        **_common(github, sender),
        "inputs": inputs,
        "ref": f"refs/heads/{github.state.repo.default_branch}",
        "workflow": ".github/workflows/review.yml",
    }


def issue_comment(github: LoopbackGitHub, comment: Comment, action: str = "created") -> JSON:
    shapes = _shapes(github)
    return {
        **_common(github, comment.author.login),
        "action": action,
        "issue": shapes.issue(comment.pull),
        "comment": shapes.comment(comment),
    }


def merge_group(github: LoopbackGitHub, pull: Pull, action: str = "checks_requested") -> JSON:
    """Return the payload for the merge group whose last pull request is `pull`, which was enqueued before."""
    entry = next(entry for entry in github.state.queue if entry.pull is pull)
    group = {
        "head_sha": entry.head_sha,
        "head_ref": f"refs/heads/{entry.branch}",
        "base_sha": entry.base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": _head_commit(github, entry.head_sha, entry.enqueued_at),
    }
    return {**_common(github, pull.author.login), "action": action, "merge_group": group}


def workflow_run(
    github: LoopbackGitHub, pull: Pull, action: str = "completed", *, name: str = "collect", run_id: int = 42
) -> JSON:
    """Return the payload of the privileged follow-up; for a fork its `pull_requests` is empty."""
    shapes = Shapes(github.url, github.server_url)
    return {
        **_common(github, pull.author.login),
        "action": action,
        "workflow": _workflow(shapes, pull, name),
        "workflow_run": {
            **_run(shapes, pull, name, run_id),
            "head_commit": _head_commit(github, pull.head_sha, pull.created_at),
        },
    }


def _workflow(shapes: Shapes, pull: Pull, name: str) -> JSON:
    path = f".github/workflows/{name}.yml"
    page = f"{shapes.web}/{pull.repo.full_name}"
    return {
        "id": 7,
        "node_id": "W_7",
        "name": name,
        "path": path,
        "state": "active",
        "created_at": pull.created_at,
        "updated_at": pull.created_at,
        "url": f"{shapes.repo_url(pull.repo)}/actions/workflows/7",
        "html_url": f"{page}/blob/{pull.repo.default_branch}/{path}",
        "badge_url": f"{page}/workflows/{name}/badge.svg",
    }


def _run(shapes: Shapes, pull: Pull, name: str, run_id: int) -> JSON:
    url = f"{shapes.repo_url(pull.repo)}/actions/runs/{run_id}"
    return {
        "id": run_id,
        "node_id": f"WFR_{run_id}",
        "name": name,
        "path": f".github/workflows/{name}.yml",
        "event": "pull_request",
        "status": "completed",
        "conclusion": "success",
        "workflow_id": 7,
        "run_number": 1,
        "run_attempt": 1,
        "head_branch": pull.head_ref,
        "head_sha": pull.head_sha,
        "head_repository": shapes.short_repository(pull.head_repo or pull.repo),
        "repository": shapes.short_repository(pull.repo),
        "pull_requests": [] if pull.is_from_fork else [_linked(shapes, pull)],
        **dict.fromkeys(("actor", "triggering_actor"), shapes.user(pull.author)),
        "display_title": pull.title,
        "check_suite_id": 9,
        "check_suite_node_id": "CS_9",
        **dict.fromkeys(("created_at", "run_started_at"), pull.created_at),
        "updated_at": pull.updated_at,
        "url": url,
        "html_url": f"{shapes.web}/{pull.repo.full_name}/actions/runs/{run_id}",
        **{f"{tail}_url": f"{url}/{tail}" for tail in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "check_suite_url": f"{shapes.repo_url(pull.repo)}/check-suites/9",
        "workflow_url": f"{shapes.repo_url(pull.repo)}/actions/workflows/7",
        "previous_attempt_url": None,
        "referenced_workflows": [],
    }


def _linked(shapes: Shapes, pull: Pull) -> JSON:
    """Return a pull request as a workflow run names it."""
    end = {"id": pull.repo.id, "url": shapes.repo_url(pull.repo), "name": pull.repo.name}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{shapes.repo_url(pull.repo)}/pulls/{pull.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": end},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": end},
    }


def _head_commit(github: LoopbackGitHub, sha: str, at: str) -> JSON:
    commit = github.state.objects.commits[sha]
    who = {"name": commit.author, "email": f"{commit.author}@example.org"}
    return {
        "id": commit.sha,
        "tree_id": commit.tree_sha,
        "message": commit.message,
        "timestamp": at,
        "author": who,
        "committer": who,
    }


def _shapes(github: LoopbackGitHub) -> PullShapes:
    return PullShapes(Shapes(github.url, github.server_url), github.state)


def _common(github: LoopbackGitHub, sender: str) -> JSON:
    shapes = Shapes(github.url, github.server_url)
    return {
        "repository": shapes.repository(github.state.repo),
        "sender": shapes.user(github.state.account(sender)),
    }
