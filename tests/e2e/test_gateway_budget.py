"""A pull request's budget: reserved in its summary before a model is asked, settled after, whatever happens between."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fakes
import loopback_answers as answers
from hunkwise.core import memory, reservations
from hunkwise.core.reservations import Reservation
from hunkwise.core.signature import UNSIGNED
from loopback_answers import Answer
from loopback_github import faults, payloads
from loopback_model import hunk_ids
from pull_stage import BASE, HEAD, Stage, rows, staged

PRICES = "prices: [gpt-5-mini=0.25/0.25/1]\n"
COST_USD = 0.00051
"""What one answer costs here: 1,960 tokens of prompt, 20 of answer."""


def finds_nothing(body: dict[str, Any], index: int) -> Answer:
    del index
    said = fakes.answer(hunk_ids(body))
    return answers.completion(said, model=str(body["model"]), prompt=1960, output=20)


def with_budget(max_cost: float) -> dict[str, Any]:
    config = {".hunkwise.yml": f"max_cost: {max_cost}\n{PRICES}"}
    return {"base": {**BASE, **config}, "head": {**HEAD, **config}}


def summary(stage: Stage) -> str:
    comments = stage.github.snapshot()["pulls"][1]["comments"]
    (body,) = [each["body"] for each in comments if "hunkwise:summary" in each["body"]]
    return str(body)


def reserved(stage: Stage) -> tuple[Reservation, ...]:
    return reservations.read(summary(stage))


def spent_usd(stage: Stage) -> float | None:
    known = memory.decode([summary(stage)], UNSIGNED)
    assert known is not None
    return known.spent_usd


def begun(stage: Stage, script: Callable[[], bool]) -> Any:
    """Start a job, and return its process once `script` says that it is where it should be."""
    process = stage.run.start("pull_request", payloads.pull_request(stage.github, stage.pull))
    deadline = time.monotonic() + 60
    while not script() and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


def killed(stage: Stage, number: signal.Signals) -> int:
    process = begun(stage, lambda: bool(stage.model.requests))
    process.send_signal(number)
    return int(stage.run.finish(process, timeout_s=20).code)


def hangs_once(hung: list[bool]) -> Callable[[dict[str, Any], int], Answer]:
    def script(body: dict[str, Any], index: int) -> Answer:
        if hung:
            hung.clear()
            return answers.HANG
        return finds_nothing(body, index)

    return script


def test_what_a_killed_run_reserved_counts_as_spent(tmp_path: Path) -> None:
    with staged(tmp_path, **with_budget(9.0), script=hangs_once([True])) as stage:
        assert killed(stage, signal.SIGKILL) == -signal.SIGKILL
        (lost,) = reserved(stage)
        assert lost.usd > COST_USD
        assert stage.picture()[0] == "#1 summary: ⏳ hunkwise: a review is under way"
        most = f"{lost.usd * 1.05:.4f}"
        poor = stage.opened(max_cost=most, report="report.json")
        assert (poor.outputs["outcome"], len(stage.model.requests)) == ("incomplete", 1)
        assert poor.report is not None
        reasons = {entry["reason"] for entry in poor.report["ledger"]["entries"]}
        assert reasons == {f"unread: budget (max_cost of ${float(most):g} is used up)"}
        rich = stage.opened()
        assert rich.outputs["outcome"] == "approve"
        assert spent_usd(stage) == pytest.approx(COST_USD)
        assert reserved(stage) == (lost,), "nobody knows what it cost"


def test_a_cancelled_run_settles_what_it_did_cost(tmp_path: Path) -> None:
    with staged(tmp_path, **with_budget(9.0), script=hangs_once([True])) as stage:
        assert killed(stage, signal.SIGINT) != 0
        assert reserved(stage) == ()
        assert stage.picture()[1] == "check on head: neutral, incomplete"
        assert stage.opened().outputs["outcome"] == "approve"
        assert spent_usd(stage) == pytest.approx(COST_USD)


def test_two_runs_at_once_do_not_spend_the_same_money(tmp_path: Path) -> None:
    go_on = threading.Event()

    def first_waits(body: dict[str, Any], index: int) -> Answer:
        if index == 0:
            assert go_on.wait(60)
        return finds_nothing(body, index)

    with staged(tmp_path, **with_budget(9.0), script=first_waits) as stage:
        process = begun(stage, lambda: bool(stage.model.requests))
        (first,) = reserved(stage)
        poor = stage.opened(max_cost=f"{first.usd * 1.05:f}")
        assert (poor.outputs["outcome"], len(stage.model.requests)) == ("incomplete", 1)
        assert stage.opened().outputs["outcome"] == "approve"
        assert reserved(stage) == (first,)
        go_on.set()
        assert stage.run.finish(process).code == 0
        assert reserved(stage) == ()
        assert spent_usd(stage) == pytest.approx(2 * COST_USD)


def test_a_run_whose_pull_request_moves_on_settles_too(tmp_path: Path) -> None:
    budget = with_budget(9.0)

    def pushes(body: dict[str, Any], index: int) -> Answer:
        if index == 0:
            stage.github.state.push(stage.pull, {**budget["head"], "app.py": rows(61)})
        return finds_nothing(body, index)

    with staged(tmp_path, **budget, script=pushes) as stage:
        assert stage.opened().outputs["outcome"] == "incomplete"
        (left,) = reserved(stage)
        assert left.is_settled
        assert left.usd == pytest.approx(COST_USD, abs=1e-6)
        assert stage.opened().outputs["outcome"] == "approve"
        assert reserved(stage) == ()
        assert spent_usd(stage) == pytest.approx(2 * COST_USD, abs=1e-6)


def test_a_rerun_changes_nothing_and_a_budget_costs_three_requests(tmp_path: Path) -> None:
    with staged(tmp_path / "free", script=finds_nothing) as stage:
        stage.opened()
        free = len(stage.github.log)
    with staged(tmp_path / "bound", **with_budget(9.0), script=finds_nothing) as stage:
        stage.opened(state_key="a key that signs")
        assert len(stage.github.log) == free + 3
        before = summary(stage).splitlines()[-1]
        assert "hunkwise:memory" in before
        stage.opened(state_key="a key that signs")
        assert summary(stage).splitlines()[-1] == before
        assert reserved(stage) == ()
        assert len(stage.model.requests) == 1


def test_what_can_not_be_reserved_is_told(tmp_path: Path) -> None:
    with staged(tmp_path, **with_budget(9.0), script=finds_nothing) as stage:
        stage.github.faults.add(faults.denied(path=r"/issues/\d+/comments$"))
        done = stage.opened(report="report.json")
        assert done.report is not None
        codes = [each["code"] for each in done.report["notices"]]
        assert (done.outputs["outcome"], codes.count("budget-unreserved")) == ("approve", 1)
