"""Histories of a job whose writes are disturbed one by one, and the end that all of them must have."""

import json
import signal
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from loopback_github import faults, payloads
from loopback_github.faults import Fault
from pull_stage import Stage, rows, staged

CHANGED = {30: "medium_rounding", 50: "low_naming", 55: "high_stock"}
"""The first of three is fixed, and a new one is there."""

Disturbance = Callable[[Stage, str, int], None]
"""Plays one job of an event (opened, synchronize) whose write number k, from 0, is disturbed."""


def play(folder: Path, history: str, disturb: Disturbance | None, write: int) -> tuple[Any, list[str]]:
    """Return what people see at the end, and the writes of the last job."""
    with staged(folder) as stage:
        if history == "synchronize":
            assert stage.opened().code == 1
            stage.github.state.push(stage.pull, {"app.py": rows(planted=CHANGED)})
        before = len(stage.github.writes)
        if disturb is None:
            assert stage.run("pull_request", payloads.pull_request(stage.github, stage.pull, history)).code == 1
        else:
            disturb(stage, history, write)
        return stage.visible(), [each.line for each in stage.github.writes[before:]]


def is_killed(stage: Stage, history: str, write: int) -> None:
    """Kill the job as its write takes effect, and run it again."""
    running: list[subprocess.Popen[str]] = []
    stage.github.faults.add(faults.at_request(lambda: running.pop().kill(), method="WRITE", skip=write))
    payload = payloads.pull_request(stage.github, stage.pull, history)
    process = stage.run.start("pull_request", payload)
    running.append(process)
    assert stage.run.finish(process).code == -signal.SIGKILL
    stage.github.faults.clear()
    assert stage.run("pull_request", payload).code == 1


def with_fault(fault: Callable[[int], Fault], stage: Stage, history: str, write: int) -> None:
    """Run the job once, with a fault at that write."""
    stage.github.faults.add(fault(write))
    done = stage.run("pull_request", payloads.pull_request(stage.github, stage.pull, history))
    assert (done.code, done.outputs["outcome"]) == (1, "block"), done.errors


LOST = partial(with_fault, lambda write: faults.answer_lost(skip=write))
BROKEN = partial(with_fault, lambda write: faults.error_after_effect(skip=write))


def scenes(folder: Path, history: str, disturb: Disturbance) -> dict[str, Callable[[], list[str]]]:
    """Return a scene for each write of a job, by the write; what is refused (422) is no write."""
    writes = clean(history)[1]
    return {
        f"{at} {line}": partial(_end, folder / f"write{at}", history, disturb, at)
        for at, line in enumerate(writes)
        if not line.endswith(" 422")
    }


@cache
def clean(history: str) -> tuple[list[str], list[str]]:
    """Return what people see after a job that nothing disturbs, and the job's writes."""
    with TemporaryDirectory() as folder:
        seen, writes = play(Path(folder), history, None, 0)
        return _lines(seen), writes


def _end(folder: Path, history: str, disturb: Disturbance, write: int) -> list[str]:
    return _lines(play(folder, history, disturb, write)[0])


def _lines(seen: Any) -> list[str]:
    """Return a snapshot as lines, for a readable difference."""
    return [part for line in json.dumps(seen, indent=1).splitlines() for part in line.split("\\n")]
