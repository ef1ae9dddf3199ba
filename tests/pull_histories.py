"""Histories of a job whose writes are disturbed one by one, and the end that all of them must have."""

import json
import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from action_run import Done
from loopback_github import faults, payloads
from loopback_github.faults import Fault
from pull_stage import Stage, rows, staged

CHANGED = {30: "medium_rounding", 50: "low_naming", 55: "high_stock"}
"""The first of three is fixed, and a new one is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The event of the job that is disturbed (on a push another one ran before), and what the jobs are given."""

    event: str
    inputs: tuple[tuple[str, str], ...] = ()

    def start(self, stage: Stage) -> "subprocess.Popen[str]":
        """Start the job."""
        payload = payloads.pull_request(stage.github, stage.pull, self.event)
        return stage.run.start("pull_request", payload, **dict(self.inputs))

    def run(self, stage: Stage) -> Done:
        """Run the job to its end."""
        return stage.run.finish(self.start(stage))


OPENED = History(event="opened")
PUSHED = History(event="synchronize")
SIGNED = (("state_key", "a key that signs what is remembered"),)
OPENED_SIGNED = History(event="opened", inputs=SIGNED)
PUSHED_SIGNED = History(event="synchronize", inputs=SIGNED)

Disturbance = Callable[[Stage, History, int], None]
"""Plays one job whose write number k, from 0, is disturbed."""


SAVED = re.compile(r"; \d+ hunks? not asked again: \d+ \w+")
READ = re.compile(r"\b\d+ (?:hunks? )?reviewed(, \d+ cached)?|\b\d+ cached")
ASKED = re.compile(r"<sub>hunkwise .*?</sub>")
"""How a summary counts what was read in this run and in one before, and tells what was asked of models for it."""


def play(folder: Path, history: History, disturb: Disturbance | None, write: int) -> tuple[Any, list[str]]:
    """Return what people see at the end, and the writes of the last job."""
    with staged(folder) as stage:
        if history.event == "synchronize":
            assert stage.opened(**dict(history.inputs)).code == 1
            stage.github.state.push(stage.pull, {"app.py": rows(planted=CHANGED)})
        before = len(stage.github.writes)
        if disturb is None:
            assert history.run(stage).code == 1
        else:
            disturb(stage, history, write)
        return stage.visible(), [each.line for each in stage.github.writes[before:]]


def is_killed(stage: Stage, history: History, write: int) -> None:
    """Kill the job as its write takes effect, and run it again."""
    running: list[subprocess.Popen[str]] = []
    stage.github.faults.add(faults.at_request(lambda: running.pop().kill(), method="WRITE", skip=write))
    process = history.start(stage)
    running.append(process)
    assert stage.run.finish(process).code == -signal.SIGKILL
    stage.github.faults.clear()
    assert history.run(stage).code == 1


def with_fault(fault: Callable[[int], Fault], stage: Stage, history: History, write: int) -> None:
    """Run the job once, with a fault at that write."""
    stage.github.faults.add(fault(write))
    done = history.run(stage)
    assert (done.code, done.outputs["outcome"]) == (1, "block"), done.errors


LOST = partial(with_fault, lambda write: faults.answer_lost(skip=write))
BROKEN = partial(with_fault, lambda write: faults.error_after_effect(skip=write))


def scenes(folder: Path, history: History, disturb: Disturbance) -> dict[str, Callable[[], list[str]]]:
    """Return a scene for each write of a job, by the write; what is refused (422) is no write."""
    writes = clean(history)[1]
    return {
        f"{at} {line}": partial(_end, folder / f"write{at}", history, disturb, at)
        for at, line in enumerate(writes)
        if not line.endswith(" 422")
    }


@cache
def clean(history: History) -> tuple[list[str], list[str]]:
    """Return what people see after a job that nothing disturbs, and the job's writes."""
    with TemporaryDirectory() as folder:
        seen, writes = play(Path(folder), history, None, 0)
        return _lines(seen, history), writes


def _end(folder: Path, history: History, disturb: Disturbance, write: int) -> list[str]:
    return _lines(play(folder, history, disturb, write)[0], history)


def _lines(seen: Any, history: History) -> list[str]:
    """Return a snapshot as lines, for a readable difference.

    What a killed run has read and signed is not read again: then it is the same whether it was read now or before.
    """
    shown = json.dumps(seen, indent=1)
    if history.inputs:
        shown = SAVED.sub("", ASKED.sub("", READ.sub(_summed, shown)))
    return [part for line in shown.splitlines() for part in line.split("\\n")]


def _summed(found: re.Match[str]) -> str:
    return f"{sum(int(number) for number in re.findall(r'[0-9]+', found[0]))} read"
