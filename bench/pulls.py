"""GitHub requests and wall time of `hunkwise action` on pull requests of several sizes, against loopback servers.

    scripts/test --collect-only -q && .cache/env-test/bin/python bench/pulls.py

Real HTTP, a process per run. The loopback model takes ANSWER_S a request; `ideal` is what the pool permits: the waves
of requests times ANSWER_S, and the time the same run takes with a model that answers at once.
"""

import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import loopback_answers as answers
import pull_stage
from action_run import ActionRun
from loopback_github import LoopbackGitHub, Pull, payloads
from loopback_model import LoopbackModel

ANSWER_S = 3.0
POOL = 8
TIMED = (1, 10, 50, 60, 110, 160, 320)
"""Sizes whose wall time is measured too: larger ones take minutes and tell nothing more."""

COUNTED = (60, 160, 301, 320, 1000, 3000, 4000)
"""Sizes whose requests are counted, with findings too."""

LARGE = 500
"""Files above which each has few lines: what is counted there is requests."""


def main() -> None:
    """Print both tables."""
    print("| files | GitHub requests, first run | again, same head | model requests | wall s | ideal s | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for files in TIMED:
        at_once = _run(files, 0, 0.0)
        timed = _run(files, 0, ANSWER_S)
        ideal = at_once.wall_s + math.ceil(timed.asked / POOL) * ANSWER_S
        told = f"{timed.first} | {timed.again} | {timed.asked} | {timed.wall_s:.1f} | {ideal:.1f}"
        print(f"| {files} | {told} | {timed.wall_s / ideal:.2f} |", flush=True)
    print("\n| files | allowed | nothing found | 12 findings | as many findings as files |\n|---:|---:|---:|---:|---:|")
    for files in COUNTED:
        first = [_run(files, found, 0.0).first for found in (0, 12, files)]
        allowed = 10 + max(0, files - 60) // 50
        print(f"| {files} | {allowed} | {first[0]} | {first[1]} | {first[2]} |", flush=True)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A first run, its requests to GitHub (`first`) and the model (`asked`), and those of a rerun, if it was timed."""

    wall_s: float
    first: int
    again: int
    asked: int


def _run(files: int, findings: int, answer_s: float) -> Ran:
    def script(body: dict[str, object], index: int) -> answers.Answer:
        time.sleep(answer_s)
        return pull_stage.finds(body, index)

    lines = 60 if files <= LARGE else 3
    names = [f"src/part{number % 7}/module{number}.py" for number in range(files)]
    planted = frozenset(names[:findings])
    with LoopbackGitHub("acme/shop") as github, LoopbackModel(script) as model, tempfile.TemporaryDirectory() as folder:
        github.state.account("dev", role="write")
        github.state.commit({name: _text(name, lines) for name in names})
        head = {name: _text(name, lines, changed=True, planted=name in planted) for name in names}
        pull = github.state.open_pull(head=head)
        run = ActionRun(Path(folder), github, model)
        started = time.monotonic()
        _sound(_job(run, github, pull))
        wall, first, asked = time.monotonic() - started, len(github.log), len(model.requests)
        if not answer_s:
            return Ran(wall_s=wall, first=first, again=0, asked=asked)
        _sound(_job(run, github, pull))
        return Ran(wall_s=wall, first=first, again=len(github.log) - first, asked=asked)


def _job(run: ActionRun, github: LoopbackGitHub, pull: Pull) -> int:
    given = payloads.pull_request(github, pull)
    return run.finish(run.start("pull_request", given, state_key="bench", max_comments="50"), timeout_s=1800).code


def _text(name: str, lines: int, *, changed: bool = False, planted: bool = False) -> str:
    marked = {0: "planted_medium_tax" if planted else "compute"}
    return "".join(
        f"value_{line} = {marked.get(line, 'compute')}({line}, {name!r}){'  # other' if changed and line % 3 else ''}\n"
        for line in range(lines)
    )


def _sound(code: int) -> None:
    if code != 0:
        raise SystemExit(f"the run ended with exit code {code}")


main()
