"""The payloads that tests put into GITHUB_EVENT_PATH against the webhooks GitHub publishes.

Ours are hand-made and minimal: each value they hold must be as the schema says; keys they lack are GitHub's to add,
except those the schema of the event itself requires. GitHub's own examples are read too: hunkwise must take them.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

import npm_packages
from github_client import Client
from loopback_github import LoopbackGitHub, Pull, payloads

SCHEMAS = npm_packages.folder("@octokit/webhooks-schemas")

if SCHEMAS is None:
    pytest.skip(npm_packages.missing("@octokit/webhooks-schemas"), allow_module_level=True)

SCHEMA: dict[str, Any] = json.loads((SCHEMAS / "schema.json").read_text("utf-8"))
BUILDERS: dict[str, Callable[[LoopbackGitHub, Pull], dict[str, Any]]] = {
    "pull_request$opened": payloads.pull_request,
    "pull_request$synchronize": lambda github, pull: payloads.pull_request(github, pull, "synchronize"),
    "pull_request$reopened": lambda github, pull: payloads.pull_request(github, pull, "reopened"),
    "pull_request$ready_for_review": lambda github, pull: payloads.pull_request(github, pull, "ready_for_review"),
    "workflow_dispatch$event": lambda github, _: payloads.workflow_dispatch(github, {"pull-request": "1"}),
    "issue_comment$created": lambda github, pull: payloads.issue_comment(
        github, github.state.add_comment(pull, github.state.account("ann"), "/hunkwise review")
    ),
    "merge_group$checks_requested": payloads.merge_group,
    "workflow_run$completed": payloads.workflow_run,
}


@cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": SCHEMA["definitions"]})


def leaves(errors: Iterator[Any]) -> Iterator[Any]:
    """Yield the errors that say most: those inside of `oneOf` and `anyOf` instead of these."""
    for error in errors:
        if error.context:
            yield from leaves(iter(error.context))
        else:
            yield error


@pytest.mark.parametrize("fork", [None, "eve"])
@pytest.mark.parametrize("name", BUILDERS)
def test_a_payload_is_as_published(name: str, fork: str | None) -> None:
    with LoopbackGitHub("acme/shop") as github:
        github.state.account("ann", role="write")
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"}, author=fork or "ann", fork_of=fork, labels=["x"])
        github.state.enqueue(pull)
        payload = BUILDERS[name](github, pull)
    problems = {
        f"{'/'.join(str(each) for each in error.absolute_path)}: {error.message[:120]}"
        for error in leaves(validator(name).iter_errors(payload))
    }
    assert problems == set()


def test_the_schema_is_really_asked() -> None:
    assert not validator("pull_request$opened").is_valid({"action": "opened"})


def test_a_fork_s_workflow_run_names_no_pull_request() -> None:
    with LoopbackGitHub("acme/shop") as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"}, fork_of="eve")
        run = payloads.workflow_run(github, pull)["workflow_run"]
        found = Client(github, github.token()).get("/pulls", head=f"eve:{run['head_branch']}").json
    assert run["pull_requests"] == []
    assert run["head_repository"]["full_name"] == "eve/shop"
    assert [each["head"]["sha"] for each in found] == [run["head_sha"]]
