"""Payloads as GitHub publishes them (npm `@octokit/webhooks-examples`, MIT), read where they lie, never copied in."""

import copy
import json
from functools import cache
from typing import Any

import pytest

import npm_packages


def example(event: str, action: str | None = None) -> dict[str, Any]:
    """Return a published payload of an event; the caller's test skips, visibly, where the package is missing.

    The published comments are on issues: one on a pull request has `issue.pull_request` besides, which is added.
    """
    for payload in _examples().get(event, ()):
        if action in {None, payload.get("action")}:
            made = copy.deepcopy(payload)
            if event == "issue_comment":
                made["issue"]["pull_request"] = {"url": made["issue"]["url"].replace("/issues/", "/pulls/")}
            return made
    pytest.fail(f"no example of {event} {action or ''}")


@cache
def _examples() -> dict[str, list[dict[str, Any]]]:
    folder = npm_packages.folder("@octokit/webhooks-examples")
    if folder is None:
        pytest.skip(npm_packages.missing("@octokit/webhooks-examples"))
    listed = json.loads((folder / "api.github.com" / "index.json").read_text("utf-8"))
    return {each["name"]: each["examples"] for each in listed}
