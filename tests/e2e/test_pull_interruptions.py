"""Runs that are killed, cancelled or cut off: the next one ends where one clean run would have."""

import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from inline_snapshot import snapshot

import loopback_answers as answers
from loopback_answers import Answer
from loopback_github import faults, payloads
from loopback_github.faults import Fault
from pull_stage import HEAD, THREE, Stage, rows, side_by_side, staged

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
    stage.github.faults.add(faults.at_request(lambda: running[0].kill(), method="WRITE", skip=write))
    payload = payloads.pull_request(stage.github, stage.pull, history)
    running.append(stage.run.start("pull_request", payload))
    assert stage.run.finish(running[0]).code == -signal.SIGKILL
    stage.github.faults.clear()
    assert stage.run("pull_request", payload).code == 1


def with_fault(fault: Callable[[int], Fault], stage: Stage, history: str, write: int) -> None:
    """Run the job once, with a fault at that write."""
    stage.github.faults.add(fault(write))
    done = stage.run("pull_request", payloads.pull_request(stage.github, stage.pull, history))
    assert (done.code, done.outputs["outcome"]) == (1, "block"), done.errors


LOST = partial(with_fault, lambda write: faults.answer_lost(skip=write))
BROKEN = partial(with_fault, lambda write: faults.error_after_effect(skip=write))


def assert_all_end_alike(folder: Path, history: str, disturb: Disturbance, at_once: int) -> None:
    """Disturb each write of a job in turn; nothing may be twice, nothing missing."""
    clean, writes = play(folder / "clean", history, None, 0)
    ends = side_by_side(
        [partial(play, folder / f"write{at}", history, disturb, at) for at in range(len(writes))], at_once=at_once
    )
    for line, (end, _) in zip(writes, ends, strict=True):
        assert end == clean, f"another end after {line}"


def test_a_first_run_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "opened", is_killed, at_once=3)


def test_a_run_on_a_push_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "synchronize", is_killed, at_once=3)


def test_an_answer_that_is_lost_after_any_write_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "opened", LOST, at_once=16)


def test_an_answer_that_is_lost_after_any_write_of_a_push_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "synchronize", LOST, at_once=16)


def test_an_error_after_any_write_took_effect_doubles_nothing(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, "synchronize", BROKEN, at_once=16)


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
        assert stage.picture() == snapshot()
        assert "stopped before it was complete" in stage.github.snapshot()["checks"][0]["summary"]


def test_a_cancelled_job_is_no_more_than_cancelled_for_the_next(tmp_path: Path) -> None:
    stops = [True]

    def hangs_once(body: dict[str, Any], index: int) -> Answer:
        if stops:
            stops.clear()
            return answers.HANG
        return finds_all(body, index)

    from pull_stage import finds as finds_all  # noqa: PLC0415

    with staged(tmp_path, head=HEAD, script=hangs_once) as stage:
        process = stage.run.start("pull_request", payloads.pull_request(stage.github, stage.pull))
        while stops:
            time.sleep(0.02)
        process.terminate()
        stage.run.finish(process, timeout_s=20)
        assert stage.opened().code == 1
        assert len(stage.github.state.pulls[1].threads) == len(THREE)
        assert stage.picture()[-1] == snapshot()
