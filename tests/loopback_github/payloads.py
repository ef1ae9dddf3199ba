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
    assert entry.head_sha is not None
    commit = github.state.objects.commits[entry.head_sha]
    who = {"name": commit.author, "email": f"{commit.author}@example.org"}
    group = {
        "head_sha": entry.head_sha,
        "head_ref": f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{entry.base_sha}",
        "base_sha": entry.base_sha,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": {
            "id": commit.sha,
            "tree_id": commit.tree_sha,
            "message": commit.message,
            "timestamp": entry.enqueued_at,
            "author": who,
            "committer": who,
        },
    }
    return {**_common(github, pull.author.login), "action": action, "merge_group": group}


def workflow_run(
    github: LoopbackGitHub, pull: Pull, action: str = "completed", *, name: str = "collect", run_id: int = 42
) -> JSON:
    """Return the payload of the privileged follow-up; for a fork its `pull_requests` is empty."""
    shapes = Shapes(github.url, github.server_url)
    home = pull.head_repo or pull.repo
    url = f"{shapes.repo_url(pull.repo)}/actions/runs/{run_id}"
    commit = github.state.objects.commits[pull.head_sha]
    end = {"id": pull.repo.id, "url": shapes.repo_url(pull.repo), "name": pull.repo.name}
    linked = {
        "id": pull.id,
        "number": pull.number,
        "url": f"{shapes.repo_url(pull.repo)}/pulls/{pull.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": end},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": end},
    }
    workflow_url = f"{shapes.repo_url(pull.repo)}/actions/workflows/7"
    workflow = {
        "id": 7,
        "node_id": "W_7",
        "name": name,
        "path": f".github/workflows/{name}.yml",
        "state": "active",
        "created_at": pull.created_at,
        "updated_at": pull.created_at,
        "url": workflow_url,
        "html_url": f"{shapes.web}/{pull.repo.full_name}/blob/main/.github/workflows/{name}.yml",
        "badge_url": f"{shapes.web}/{pull.repo.full_name}/workflows/{name}/badge.svg",
    }
    run = {
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
        "head_repository": shapes.short_repository(home),
        "repository": shapes.short_repository(pull.repo),
        "pull_requests": [] if pull.is_from_fork else [linked],
        "actor": shapes.user(pull.author),
        "triggering_actor": shapes.user(pull.author),
        "display_title": pull.title,
        "check_suite_id": 9,
        "check_suite_node_id": "CS_9",
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "run_started_at": pull.created_at,
        "url": url,
        "html_url": f"{shapes.web}/{pull.repo.full_name}/actions/runs/{run_id}",
        **{f"{tail}_url": f"{url}/{tail}" for tail in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "check_suite_url": f"{shapes.repo_url(pull.repo)}/check-suites/9",
        "workflow_url": workflow_url,
        "previous_attempt_url": None,
        "referenced_workflows": [],
        "head_commit": {
            "id": commit.sha,
            "tree_id": commit.tree_sha,
            "message": commit.message,
            "timestamp": pull.created_at,
            "author": {"name": commit.author, "email": f"{commit.author}@example.org"},
            "committer": {"name": commit.author, "email": f"{commit.author}@example.org"},
        },
    }
    return {**_common(github, pull.author.login), "action": action, "workflow": workflow, "workflow_run": run}


def _shapes(github: LoopbackGitHub) -> PullShapes:
    return PullShapes(Shapes(github.url, github.server_url), github.state)


def _common(github: LoopbackGitHub, sender: str) -> JSON:
    shapes = Shapes(github.url, github.server_url)
    return {
        "repository": shapes.repository(github.state.repo),
        "sender": shapes.user(github.state.account(sender)),
    }
