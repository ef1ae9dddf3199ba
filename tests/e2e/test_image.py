"""The image, built from the unchanged Dockerfile and run as GitHub runs it, and as a person does.

Building takes a minute, so it waits for HUNKWISE_IMAGE=1; `.ci/run` and CI set it.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import engine
import fakes
import loopback_answers as answers
import runner
from clone import Clone
from engine import IMAGE, Docker
from loopback_github import LoopbackGitHub, Pull, payloads
from loopback_model import LoopbackModel, hunk_ids

pytestmark = [pytest.mark.slow, pytest.mark.alone]

LIMIT_BYTES = 170_000_000
"""What the action's image may weigh above its base."""

CANCEL_S = 5
"""Seconds a cancelled run may take: GitHub sends SIGINT, after 7.5 s SIGTERM, and after 2.5 s more it kills.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
"""

KEY = "sk-planted-key"
UNSAFE = "import yaml\n\n\ndef read(text):\n    return yaml.load(text, Loader=yaml.UnsafeLoader)\n"
MARK = "from pathlib import Path\nPath('/github/workspace/ran').write_text('code of the change ran')\n"
SHADOWS = ("yaml.py", "json.py", "click.py", "sitecustomize.py", "usercustomize.py", "hunkwise/__init__.py")


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    if os.environ.get("HUNKWISE_IMAGE") != "1":
        pytest.skip("the image is built and run with HUNKWISE_IMAGE=1 only: it takes a minute")
    with engine.engine() as found:
        yield found


@pytest.fixture(scope="session")
def base(docker: Docker) -> str:
    return engine.build(docker)


def by_hand(docker: Docker, folder: Path, *arguments: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Run the image as docs/github.md says, without a network."""
    place = ("-v", f"{folder}:/github/workspace", "-w", "/github/workspace", "--network", "none")
    done = docker.run("run", "--rm", *place, *options, IMAGE, *arguments, fails=True)
    return done.returncode, done.stdout, done.stderr


def clone_of_another(folder: Path) -> Clone:
    """Return a clone of two commits that belongs to nobody the image knows."""
    clone = Clone(folder)
    clone.commit(app_dot_py="import yaml\n")
    clone.commit(app_dot_py=UNSAFE)
    subprocess.run(["chown", "-R", "1001:1001", str(folder)], check=os.geteuid() == 0, capture_output=True)
    return clone


def test_the_image_is_light_and_says_what_it_is(docker: Docker, base: str) -> None:
    above = docker.size(IMAGE) - docker.size(base)
    print(f"above its base: {above / 1e6:.1f} MB")
    assert above < LIMIT_BYTES
    config = json.loads(docker.run("image", "inspect", IMAGE).stdout)[0]["Config"]
    assert config["Labels"]["org.opencontainers.image.version"] == "1.2.3"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert (config["User"], config["WorkingDir"]) == ("", "")
    assert config["Entrypoint"][0].startswith("/")


def test_nothing_of_the_build_is_in_the_image(docker: Docker, base: str) -> None:
    held = docker.run(
        "run", "--rm", "--entrypoint", "/bin/sh", IMAGE, "-c", "ls -d /source /uv /wheel /root/.cache", fails=True
    )
    assert held.stdout == ""
    there = docker.run("run", "--rm", "--entrypoint", "/bin/sh", IMAGE, "-c", "command -v git gcc make uv", fails=True)
    assert there.stdout.split() == ["/usr/bin/git"]
    assert "build-host" not in docker.run("history", "--no-trunc", IMAGE).stdout
    assert base


@pytest.mark.usefixtures("base")
def test_a_dry_run_by_hand_reads_a_clone_of_another_owner(docker: Docker, tmp_path: Path) -> None:
    clone_of_another(tmp_path)
    code, out, error = by_hand(
        docker, tmp_path, "review", "HEAD~1..HEAD", "--format", "json", options=("-w", "/github/workspace")
    )
    report = json.loads(out)
    assert (code, report["verdict"]["outcome"]) == (1, "block"), error
    assert [finding["origin"] for finding in report["findings"]] == ["rule:py-yaml-unsafe-load"]


@pytest.mark.usefixtures("base")
def test_a_dry_run_needs_no_root_no_rights_and_no_network(docker: Docker, tmp_path: Path) -> None:
    clone_of_another(tmp_path)
    bare = ("--user", "1001:1001", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all")
    more = ("--security-opt", "no-new-privileges", "--memory", "512m")
    code, out, error = by_hand(docker, tmp_path, "review", "HEAD", "--quiet", options=(*bare, *more))
    assert code == 1, error
    assert out.startswith("block: ")


@pytest.mark.usefixtures("base")
def test_no_code_of_the_workspace_runs(docker: Docker, tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    clone.commit(app_dot_py="a = 1\n")
    for name in SHADOWS:
        clone.write(name, MARK)
    clone.write("git", "#!/bin/sh\ntouch /github/workspace/ran\n")
    (tmp_path / "git").chmod(0o755)
    clone.git("config", "core.fsmonitor", "touch /github/workspace/ran; false")
    options = ("-e", "PYTHONPATH=/github/workspace", "-e", "PYTHONSTARTUP=yaml.py")
    code, _, error = by_hand(docker, tmp_path, "review", "--quiet", options=options)
    assert code in {0, 1}, error
    assert not (tmp_path / "ran").exists()


def finds_one(body: dict[str, Any], index: int) -> answers.Answer:
    """Answer a review request: the loader is dangerous."""
    del index
    finding = {
        "severity": "high", "file": "app.py", "line": 5, "quote": "yaml.load(text, Loader=yaml.UnsafeLoader)",
        "category": "security", "confidence": 0.9, "scenario": "A document names os.system, and it runs.",
        "description": "The loader builds any object.", "suggestion": "Use yaml.safe_load.",
    }  # fmt: skip
    return answers.completion(fakes.answer(hunk_ids(body), finding), model=str(body["model"]))


def model_inputs(model: LoopbackModel) -> dict[str, str]:
    return {"openai-api-key": KEY, "openai-base-url": model.base_url}


@pytest.fixture
def action(docker: Docker, base: str) -> Docker:
    assert base
    if " action " not in docker.run("run", "--rm", IMAGE, "--help").stdout:
        pytest.skip("this version has no command action yet")
    return docker


def addresses(github: LoopbackGitHub) -> dict[str, str]:
    """Return what a runner tells of its host."""
    return {
        "GITHUB_REPOSITORY": github.repo,
        "GITHUB_API_URL": github.url,
        "GITHUB_GRAPHQL_URL": github.graphql_url,
        "GITHUB_SERVER_URL": github.server_url,
    }


def opened(github: LoopbackGitHub) -> Pull:
    """Return a pull request with a dangerous line."""
    github.state.account("ann", role="write")
    github.state.commit({"app.py": "import yaml\n"})
    return github.state.open_pull(head={"app.py": UNSAFE}, author="ann")


def test_the_action_reviews_a_pull_request_and_lets_no_code_of_it_run(action: Docker, tmp_path: Path) -> None:
    for name in SHADOWS:
        place = tmp_path / "workspace" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(MARK)
    with LoopbackGitHub("acme/shop") as github, LoopbackModel(finds_one, keys={KEY: "k"}) as model:
        pull = opened(github)
        token = github.token("actions")
        ran = runner.step(
            action,
            tmp_path,
            event="pull_request",
            payload=payloads.pull_request(github, pull),
            token=token,
            inputs={**model_inputs(model), "report": "hunkwise.json", "sarif": "hunkwise.sarif"},
            variables=addresses(github),
        )
        seen = github.snapshot()
    assert ran.code == 1, ran.log
    lines = ran.log.splitlines()
    assert {f"::add-mask::{token}", f"::add-mask::{KEY}"} <= set(lines)
    unmasked = "\n".join(line for line in lines if not line.startswith("::add-mask::"))
    assert token not in unmasked
    assert KEY not in unmasked
    assert (ran.outputs["outcome"], ran.outputs["high"]) == ("block", "1")
    assert (ran.outputs["report"], ran.outputs["sarif"]) == ("hunkwise.json", "hunkwise.sarif")
    assert json.loads((tmp_path / "workspace" / "hunkwise.json").read_text())["verdict"]["outcome"] == "block"
    assert json.loads((tmp_path / "workspace" / "hunkwise.sarif").read_text())["version"] == "2.1.0"
    assert "app.py" in ran.summary
    assert [(check["status"], check["conclusion"]) for check in seen["checks"]] == [("completed", "failure")]
    assert [(thread["path"], thread["line"]) for thread in seen["pulls"][pull.number]["threads"]] == [("app.py", 5)]
    assert not (tmp_path / "workspace" / "ran").exists()


@pytest.mark.parametrize("signal", ["INT", "TERM"])
def test_a_cancelled_run_concludes_its_check_in_time(action: Docker, tmp_path: Path, signal: str) -> None:
    """A container's first process ignores signals that it does not ask for, so this is not the same as without one."""
    asked, over = threading.Event(), threading.Event()

    def never(body: dict[str, Any], index: int) -> answers.Answer:
        asked.set()
        over.wait(60)
        return finds_one(body, index)

    with LoopbackGitHub("acme/shop") as github, LoopbackModel(never) as model, ThreadPoolExecutor(1) as pool:
        pull = opened(github)
        running = pool.submit(
            runner.step,
            action,
            tmp_path,
            event="pull_request",
            payload=payloads.pull_request(github, pull),
            token=github.token("actions"),
            inputs=model_inputs(model),
            variables=addresses(github),
            name=f"hunkwise-cancelled-{signal.lower()}",
        )
        assert asked.wait(60)
        action.run("kill", "--signal", signal, f"hunkwise-cancelled-{signal.lower()}")
        before = time.monotonic()
        ran = running.result(30)
        spent = time.monotonic() - before
        over.set()
        checks = github.snapshot()["checks"]
    assert spent < CANCEL_S, ran.log
    assert [(check["status"], check["conclusion"]) for check in checks] == [("completed", "neutral")], ran.log
    assert ran.code != 0


def test_the_action_says_why_it_has_nothing_to_do(action: Docker, tmp_path: Path) -> None:
    ran = runner.step(
        action,
        tmp_path,
        event="push",
        payload={},
        token="t",
        inputs={},
        variables={"GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": "http://127.0.0.1:1"},
    )
    assert ran.code == 0, ran.log
    assert "nothing to do on the event push" in ran.log
