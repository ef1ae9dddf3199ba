"""Runs that are killed, cancelled or cut off: the next one ends where one clean run would have."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inline_snapshot import snapshot

import loopback_answers as answers
from loopback_answers import Answer
from loopback_github import faults, payloads
from loopback_github.faults import Fault
from pull_stage import THREE, Stage, finds, rows, side_by_side, staged

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


@cache
def played_clean(history: str) -> tuple[Any, list[str]]:
    with TemporaryDirectory() as folder:
        return play(Path(folder), history, None, 0)


def assert_all_end_alike(folder: Path, history: str, disturb: Disturbance, at_once: int) -> None:
    """Disturb each write of a job in turn; nothing may be twice, nothing missing. What is refused (422) is no write."""
    clean, writes = played_clean(history)
    effective = [at for at, line in enumerate(writes) if not line.endswith(" 422")]
    ends = side_by_side(
        [partial(play, folder / f"write{at}", history, disturb, at) for at in effective], at_once=at_once
    )
    for at, (end, _) in zip(effective, ends, strict=True):
        assert _lines(end) == _lines(clean), f"another end after {writes[at]}"


def _lines(seen: Any) -> list[str]:
    """Return a snapshot as lines, for a readable difference."""
    return [part for line in json.dumps(seen, indent=1).splitlines() for part in line.split("\\n")]


def test_a_first_run_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "opened", is_killed, at_once=3)


def test_a_run_on_a_push_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "synchronize", is_killed, at_once=3)


def test_an_answer_that_is_lost_after_any_write_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "opened", LOST, at_once=16)


def test_an_answer_that_is_lost_after_any_write_of_a_push_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "synchronize", LOST, at_once=16)


def test_an_error_after_any_write_took_effect_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "opened", BROKEN, at_once=16)


def hangs(body: dict[str, Any], index: int) -> Answer:
    del body, index
    return answers.HANG


def test_a_cancelled_job_concludes_its_check_in_time_and_posts_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, script=hangs) as stage:
        process = stage.run.start("pull_request", payloads.pull_request(stage.github, stage.pull))
        deadline = time.monotonic() + 60
        while not stage.model.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        time.sleep(0.2)
        if process.poll() is None:
            process.terminate()
        done = stage.run.finish(process, timeout_s=20)
        assert time.monotonic() - begun < 5
        assert done.code != 0
        assert "Traceback" not in done.errors
        assert stage.picture() == snapshot(["check on head: neutral, incomplete"])
        assert "stopped before it was complete" in stage.github.snapshot()["checks"][0]["summary"]


def test_a_cancelled_job_is_no_more_than_cancelled_for_the_next(tmp_path: Path) -> None:
    stops = [True]

    def hangs_once(body: dict[str, Any], index: int) -> Answer:
        if stops:
            stops.clear()
            return answers.HANG
        return finds(body, index)

    with staged(tmp_path, script=hangs_once) as stage:
        process = stage.run.start("pull_request", payloads.pull_request(stage.github, stage.pull))
        while stops:
            time.sleep(0.02)
        process.terminate()
        stage.run.finish(process, timeout_s=20)
        assert stage.opened().code == 1
        assert len(stage.github.state.pulls[1].threads) == len(THREE)
        assert stage.picture()[-1] == snapshot(
            "check on head: failure, block: 1 finding at or above high, 3 annotations"
        )
