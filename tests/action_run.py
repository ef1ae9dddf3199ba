"""Run `hunkwise action` as a process, as GitHub runs a container: inputs, context and payload come from outside.

run = ActionRun(tmp_path, github, model)
done = run("pull_request", payloads.pull_request(github, pull))
assert done.code == 0 and done.outputs["outcome"] == "approve"
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopback_github import LoopbackGitHub
from loopback_model import LoopbackModel

KEY = "sk-test-loopback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a job leaves: exit code, log, outputs, step summary, and the report file where one was asked for."""

    code: int
    log: str
    errors: str
    outputs: Mapping[str, str]
    summary: str
    report: dict[str, Any] | None


class ActionRun:
    """Starts jobs on one loopback GitHub; `model` is None for a job without a key."""

    def __init__(self, folder: Path, github: LoopbackGitHub, model: LoopbackModel | None = None) -> None:
        self._folder = folder
        self._github = github
        self._model = model
        self._jobs = 0
        self.token = github.token("actions")
        self.step: dict[str, str] = {}
        """What the step's own environment holds besides."""

    def start(
        self, event: str, payload: Mapping[str, Any], *, token: str | None = None, **inputs: str
    ) -> "subprocess.Popen[str]":
        """Start a job and return its process; inputs are named with underscores."""
        self._jobs += 1
        folder = self._folder / f"job{self._jobs}"
        workspace = folder / "workspace"
        workspace.mkdir(parents=True)
        (folder / "event.json").write_text(json.dumps(payload), "utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT"}},
            "HOME": str(folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_REPOSITORY": self._github.repo,
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_API_URL": self._github.url,
            "GITHUB_GRAPHQL_URL": self._github.graphql_url,
            "GITHUB_SERVER_URL": self._github.server_url,
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_RUN_ID": "42",
            "INPUT_GITHUB-TOKEN": self.token if token is None else token,
            **self.step,
            **{f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()},
        }
        if self._model is not None:
            environment |= {"INPUT_OPENAI-API-KEY": KEY, "INPUT_OPENAI-BASE-URL": self._model.base_url}
        return subprocess.Popen(
            [sys.executable, "-m", "hunkwise", "action"],
            cwd=workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: "subprocess.Popen[str]", *, timeout_s: float = 120) -> Done:
        """Wait for a job and return what it left."""
        log, errors = process.communicate(timeout=timeout_s)
        folder = self._folder / f"job{self._jobs}"
        report = folder / "workspace" / "report.json"
        return Done(
            code=process.returncode,
            log=log,
            errors=errors,
            outputs=_outputs(folder / "output"),
            summary=_text(folder / "summary.md"),
            report=json.loads(report.read_text("utf-8")) if report.is_file() else None,
        )

    def __call__(self, event: str, payload: Mapping[str, Any], *, token: str | None = None, **inputs: str) -> Done:
        """Run a job to its end."""
        return self.finish(self.start(event, payload, token=token, **inputs))


def _outputs(path: Path) -> dict[str, str]:
    found = re.findall(r"^([\w-]+)<<(\S+)\n(.*?)\n?\2$", _text(path), re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
