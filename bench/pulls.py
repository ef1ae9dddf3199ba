"""GitHub requests and wall time of `hunkwise action` on pull requests of several sizes, against loopback servers.

    scripts/test --collect-only -q && .cache/env-test/bin/python bench/pulls.py

Real HTTP, a process per run. The loopback model takes ANSWER_S a request; `ideal` is what the pool permits: the waves
of requests times ANSWER_S, and the time the same run takes with a model that answers at once.
"""

import math
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import loopback_answers as answers
from action_run import ActionRun
from fakes import answer
from loopback_github import LoopbackGitHub, payloads
from loopback_model import LoopbackModel, hunk_ids

ANSWER_S = 3.0
POOL = 8
SIZES = (1, 10, 50, 60, 110, 160, 320)


def main() -> None:
    """Print the table."""
    print("| files | GitHub requests, first run | again, same head | model requests | wall s | ideal s | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for files in SIZES:
        at_once, _, _, _ = _run(files, 0.0)
        wall, first, again, asked = _run(files, ANSWER_S)
        ideal = at_once + math.ceil(asked / POOL) * ANSWER_S
        print(f"| {files} | {first} | {again} | {asked} | {wall:.1f} | {ideal:.1f} | {wall / ideal:.2f} |", flush=True)


def _run(files: int, answer_s: float) -> tuple[float, int, int, int]:
    def script(body: dict[str, object], index: int) -> answers.Answer:
        del index
        time.sleep(answer_s)
        return answers.completion(answer(hunk_ids(body)), model=str(body["model"]))

    names = [f"src/part{number % 7}/module{number}.py" for number in range(files)]
    with LoopbackGitHub("acme/shop") as github, LoopbackModel(script) as model, tempfile.TemporaryDirectory() as folder:
        github.state.account("dev", role="write")
        github.state.commit({name: _text(name, 60) for name in names})
        pull = github.state.open_pull(head={name: _text(name, 60, changed=True) for name in names})
        run = ActionRun(Path(folder), github, model)
        started = time.monotonic()
        _sound(run("pull_request", payloads.pull_request(github, pull), state_key="bench").code)
        wall, first, asked = time.monotonic() - started, len(github.log), len(model.requests)
        _sound(run("pull_request", payloads.pull_request(github, pull), state_key="bench").code)
        return wall, first, len(github.log) - first, asked


def _text(name: str, lines: int, *, changed: bool = False) -> str:
    return "".join(
        f"value_{line} = compute({line}, {name!r}){'  # other' if changed and line % 3 else ''}\n"
        for line in range(lines)
    )


def _sound(code: int) -> None:
    if code != 0:
        raise SystemExit(f"the run ended with exit code {code}")


main()
