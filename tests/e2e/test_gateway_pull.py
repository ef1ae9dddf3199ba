"""What the gateway does on a pull request: a budget for its whole life, and experiments."""

from pathlib import Path
from typing import Any

import fakes
import loopback_answers as answers
from loopback_answers import Answer
from loopback_model import hunk_ids
from pull_stage import BASE, HEAD, rows, staged


def is_dear(body: dict[str, Any], index: int) -> Answer:
    del index
    return answers.completion(fakes.answer(hunk_ids(body)), model=str(body["model"]), prompt=100_000)


def test_max_cost_holds_for_all_runs_of_a_pull_request_together(tmp_path: Path) -> None:
    config = {".hunkwise.yml": "max_cost: 0.03\nprices: [gpt-5-mini=0.25/0.25/1]\n"}
    with staged(tmp_path, base={**BASE, **config}, head={**HEAD, **config}, script=is_dear) as stage:
        first = stage.opened(report="report.json", on_incomplete="failure")
        assert (first.code, first.outputs["outcome"], first.outputs["cost-usd"]) == (0, "approve", "0.0250")
        asked = len(stage.model.requests)
        second = stage.pushed(
            {"app.py": rows(61, planted={61: "high_more"}), **config}, report="report.json", on_incomplete="failure"
        )
        assert (second.code, second.outputs["outcome"], second.outputs["cost-usd"]) == (5, "incomplete", "0.0000")
        assert len(stage.model.requests) == asked
        assert second.report is not None
        reasons = {entry["reason"] for entry in second.report["ledger"]["entries"] if entry["state"] == "failed"}
        assert reasons == {"unread: budget (max_cost of $0.03 is used up)"}


def test_the_input_max_cost_wins_over_the_file(tmp_path: Path) -> None:
    with staged(tmp_path, script=is_dear) as stage:
        done = stage.opened(max_cost="0.00001", fallback_models="gpt-5-nano, gpt-4.1-mini")
        assert (done.outputs["outcome"], stage.model.requests) == ("incomplete", [])


def test_an_experiment_is_chosen_by_the_number_and_told(tmp_path: Path) -> None:
    config = {".hunkwise.yml": "experiments:\n  - {model: another-model, share: 1.0}\n"}
    with staged(tmp_path, base={**BASE, **config}, head={**HEAD, **config}) as stage:
        done = stage.opened(report="report.json")
        assert {body["model"] for body in stage.model.bodies} == {"another-model"}
        assert done.report is not None
        (notice,) = [each for each in done.report["notices"] if each["code"] == "experiment"]
        assert notice["text"] == "This pull request is among the 100% on which the model another-model is tried."
        assert done.report["tool"]["experiment"] == "model=another-model"
        assert notice["text"] in done.summary
        before = len(stage.model.requests)
        asked = stage.opened(model="gpt-5-mini", report="report.json")
        assert {body["model"] for body in stage.model.bodies[before:]} == {"gpt-5-mini"}
        assert asked.report is not None
        assert [each for each in asked.report["notices"] if each["code"] == "experiment"] == []
        assert asked.report["tool"]["experiment"] is None, "a person chose"


def test_who_is_in_no_experiment_is_told_apart_from_who_knows_none(tmp_path: Path) -> None:
    config = {".hunkwise.yml": "experiments:\n  - {model: another-model, share: 0.000001}\n"}
    with staged(tmp_path, base={**BASE, **config}, head={**HEAD, **config}) as stage:
        report = stage.opened(report="report.json").report
        assert report is not None
        assert (report["tool"]["experiment"], report["tool"]["models"]) == ("control", ["gpt-5-mini"])
