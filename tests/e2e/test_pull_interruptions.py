"""Runs that are killed, cancelled or cut off: the next one ends where one clean run would have."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import loopback_answers as answers
import pull_histories as histories
from loopback_answers import Answer
from loopback_github import payloads
from pull_histories import History
from pull_stage import THREE, finds, side_by_side, staged


def assert_all_end_alike(folder: Path, history: History) -> None:
    """Kill a job at each write in turn; after a rerun nothing may be twice, nothing missing."""
    played = histories.scenes(folder, history, histories.is_killed)
    ends = side_by_side(list(played.values()), at_once=3)
    for write, end in zip(played, ends, strict=True):
        assert end == histories.clean(history)[0], f"another end after {write}"


def test_a_first_run_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, histories.OPENED)


def test_a_run_on_a_push_that_is_killed_at_any_write_is_completed_by_the_next(tmp_path: Path) -> None:
    assert_all_end_alike(tmp_path, histories.PUSHED)


@pytest.mark.parametrize("history", [histories.OPENED_SIGNED, histories.PUSHED_SIGNED], ids=["opened", "pushed"])
def test_what_a_killed_run_has_signed_is_completed_by_the_next(tmp_path: Path, history: History) -> None:
    assert_all_end_alike(tmp_path, history)


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
