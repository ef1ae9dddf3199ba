"""Run an image as GitHub's runner runs a Docker action: its variables, its mounts, its inputs and their defaults.

https://github.com/actions/runner/blob/main/src/Runner.Worker/Handlers/ContainerActionHandler.cs and
https://github.com/actions/runner/blob/main/src/Runner.Worker/Container/DockerCommandManager.cs (DockerRun)
"""

import itertools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine import IMAGE, ROOT, Docker

MOUNTS = ("home", "workflow", "file_commands", "workspace")
"""Folders of the job that a runner mounts under /github."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a step left: exit code, log (both streams), outputs and summary as the runner reads them."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def step(
    docker: Docker,
    folder: Path,
    *,
    event: str,
    payload: Mapping[str, Any],
    token: str,
    inputs: Mapping[str, str],
    variables: Mapping[str, str],
    name: str | None = None,
) -> Ran:
    """Run one step with `inputs` in `folder`, whose `workspace` the test may have filled; `name` is the container's."""
    command_files = folder / "file_commands"
    for mount in MOUNTS:
        (folder / mount).mkdir(exist_ok=True)
    (folder / "workflow" / "event.json").write_text(json.dumps(payload))
    unique = uuid.uuid4()
    output, summary = command_files / f"set_output_{unique}", command_files / f"step_summary_{unique}"
    output.touch()
    summary.touch()
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    defaults = {key: each["default"].replace("${{ github.token }}", token) for key, each in action["inputs"].items()}
    environment = {
        "HOME": "/github/home",
        "GITHUB_WORKSPACE": "/github/workspace",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": "/github/workflow/event.json",
        "GITHUB_OUTPUT": f"/github/file_commands/{output.name}",
        "GITHUB_STEP_SUMMARY": f"/github/file_commands/{summary.name}",
        "GITHUB_RUN_ID": "1",
        **{f"INPUT_{key.upper().replace(' ', '_')}": value for key, value in {**defaults, **inputs}.items()},
        **variables,
    }
    done = docker.run(
        "run", "--name", name or f"hunkwise-{unique.hex}", "--label", "abc123",
        "--workdir", "/github/workspace", "--rm",
        *(each for variable in environment for each in ("-e", variable)),
        "-e", "GITHUB_ACTIONS=true", "-e", "CI=true",
        "--network", "host",  # the loopback servers'; a runner gives a bridge
        *(each for mount in MOUNTS for each in ("-v", f"{folder / mount}:/github/{mount}")),
        IMAGE, *action["runs"]["args"],
        fails=True, variables=environment,
    )  # fmt: skip
    return Ran(
        code=done.returncode,
        log=done.stdout + done.stderr,
        outputs=_outputs(output.read_text("utf-8")),
        summary=summary.read_text("utf-8"),
    )


def _outputs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, _, delimiter = line.partition("<<")
        if delimiter:
            found[name] = "\n".join(itertools.takewhile(delimiter.__ne__, lines))
    return found
