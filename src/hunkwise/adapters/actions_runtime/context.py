"""Where the action runs: the event, the repository, the workspace.

The variables are those of
https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hunkwise.errors import UsageError

MAX_PAYLOAD_BYTES = 32 * 1024 * 1024
"""GitHub caps a payload at 25 MB: https://docs.github.com/en/webhooks/webhook-events-and-payloads"""

HINT = "this command is the container's entry point in a workflow; on your own machine: hunkwise review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Facts of a run; `workspace` is None where there is none."""

    event_name: str
    payload: Mapping[str, object]
    repository: str
    workspace: str | None


def read(environment: Mapping[str, str]) -> Context:
    """Return the run's facts; raises UsageError where a runner's variable is missing or its payload is none."""
    repository = _required(environment, "GITHUB_REPOSITORY")
    if len([part for part in repository.split("/") if part]) != 2:
        raise UsageError(f"GITHUB_REPOSITORY is {repository!r}, not owner/name", hint=HINT)
    return Context(
        event_name=_required(environment, "GITHUB_EVENT_NAME"),
        payload=_payload(Path(_required(environment, "GITHUB_EVENT_PATH"))),
        repository=repository,
        workspace=environment.get("GITHUB_WORKSPACE", "") or None,
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise UsageError(f"{name} is not set", hint=HINT)
    return value


def _payload(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PAYLOAD_BYTES + 1)
    except OSError as error:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} can't be read: {error.strerror}", hint=HINT) from error
    if len(content) > MAX_PAYLOAD_BYTES:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} is larger than {MAX_PAYLOAD_BYTES} bytes")
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} is no JSON", hint=HINT) from error
    if not isinstance(payload, dict):
        raise UsageError(f"GITHUB_EVENT_PATH: {path} holds no JSON object", hint=HINT)
    return payload
