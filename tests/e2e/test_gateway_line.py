"""What a person at the command line gets from the gateway: budgets, fallback models, candidates, Ctrl+C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import fakes
import gateway_stage as stage
import loopback_answers as answers
from hunkwise.core import resilience
from loopback_answers import Answer
from loopback_model import LoopbackModel, Script, hunk_ids

PRICE = "loopback-1=1/10"


def environment(server: LoopbackModel, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HUNKWISE_CACHE_DIR") if name in os.environ}
    chosen = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "sk-test-1", "HUNKWISE_MODEL": "loopback-1"}
    return {**kept, **chosen, **more}


def line(path: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "hunkwise", "review", str(path), "--format", "json", *options]


def review(
    script: Script, tmp_path: Path, *options: str, files: int = 4, **more: str
) -> tuple[int, dict[str, Any], LoopbackModel, str]:
    path = tmp_path / "change.diff"
    path.write_bytes(stage.diff(files))
    with LoopbackModel(script) as server:
        done = subprocess.run(
            line(path, *options), cwd=tmp_path, env=environment(server, HUNKWISE_CHUNK_TOKENS="200", **more),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, server, done.stderr


def clean(body: dict[str, Any], index: int) -> Answer:
    del index
    return answers.completion(fakes.answer(hunk_ids(body)), model=str(body["model"]))


def test_a_review_that_only_its_budget_leaves_incomplete_exits_5(tmp_path: Path) -> None:
    code, report, server, _ = review(clean, tmp_path, HUNKWISE_MAX_REQUESTS="1")
    assert (code, report["verdict"]["outcome"], len(server.requests)) == (5, "incomplete", 1)
    reasons = {entry["reason"] for entry in report["ledger"]["entries"] if entry["state"] == "failed"}
    assert reasons == {"unread: budget (max_requests of 1 is used up)"}
    assert [notice["code"] for notice in report["notices"]] == ["budget"]


def test_a_finding_that_blocks_wins_over_the_budget(tmp_path: Path) -> None:
    code, report, _, _ = review(lambda body, _: stage.finds_one(body), tmp_path, HUNKWISE_MAX_REQUESTS="1")
    assert (code, report["verdict"]["outcome"]) == (1, "block")


def test_another_reason_beside_the_budget_exits_4(tmp_path: Path) -> None:
    def refuses(body: dict[str, Any], index: int) -> Answer:
        return answers.completion(None, refusal="no") if index == 0 else clean(body, index)

    code, _, _, _ = review(refuses, tmp_path, HUNKWISE_MAX_REQUESTS="2", HUNKWISE_MAX_PARALLEL="1")
    assert code == 4


def test_money_is_counted_told_and_bounded(tmp_path: Path) -> None:
    code, report, server, said = review(clean, tmp_path, "--max-cost", "1", HUNKWISE_PRICES=PRICE)
    assert code == 0
    assert report["usage"]["cost_usd"] == pytest.approx(len(server.requests) * (100 * 1 + 10 * 10) / 1e6)
    assert report["usage"]["by_model"]["loopback-1"]["cost_usd"] == report["usage"]["cost_usd"]
    assert ", at most $" in said
    code, report, server, _ = review(clean, tmp_path, "--max-cost", "0.00001", HUNKWISE_PRICES=PRICE)
    assert (code, server.requests) == (5, [])


def test_a_budget_in_money_without_a_price_is_a_configuration_error(tmp_path: Path) -> None:
    code, _, server, said = review(clean, tmp_path, "--max-cost", "1")
    assert (code, server.requests) == (2, [])
    assert "the price of loopback-1 is not known" in said


def test_the_most_valuable_files_are_read_first(tmp_path: Path) -> None:
    path = tmp_path / "change.diff"
    one = stage.diff(1).decode()
    path.write_text("".join(one.replace("part_0.py", name) for name in ("docs/a.md", "tests/test_b.py", "auth.py")))
    with LoopbackModel(clean) as server:
        subprocess.run(
            line(path), cwd=tmp_path, capture_output=True, check=False,
            env=environment(server, HUNKWISE_MAX_REQUESTS="1", HUNKWISE_CHUNK_TOKENS="200"),
        )  # fmt: skip
    (body,) = server.bodies
    assert "auth.py" in str(body["messages"][1]["content"])


def test_a_fallback_model_answers_and_is_named(tmp_path: Path) -> None:
    def script(body: dict[str, Any], index: int) -> Answer:
        return clean(body, index) if body["model"] == "second" else answers.out_of_quota()

    code, report, _, _ = review(script, tmp_path, HUNKWISE_FALLBACK_MODELS="second")
    assert code == 0
    assert {entry["by"] for entry in report["ledger"]["entries"]} == {"model:second"}
    assert [notice["code"] for notice in report["notices"]] == ["fallback-model"]
    assert "second answered" in report["notices"][0]["text"]


def test_several_keys_are_one_ring(tmp_path: Path) -> None:
    path = tmp_path / "change.diff"
    path.write_bytes(stage.diff(4))
    with LoopbackModel(clean, keys={"sk-good-2": "good"}) as server:
        more = {"OPENAI_API_KEY": "", "OPENAI_API_KEYS": "sk-bad-1,sk-good-2", "HUNKWISE_CHUNK_TOKENS": "200"}
        variables = environment(server, **more)
        done = subprocess.run(line(path), cwd=tmp_path, env=variables, capture_output=True, check=False)
    report = json.loads(done.stdout)
    assert (done.returncode, report["ledger"]["failed"]) == (0, 0)
    assert [notice["code"] for notice in report["notices"]] == ["key-set-aside"]
    assert "sk-" not in done.stdout.decode()


def test_health_is_known_to_the_next_run(tmp_path: Path) -> None:
    def script(body: dict[str, Any], index: int) -> Answer:
        return clean(body, index) if body["model"] == "second" else answers.broken_server(503)

    more = {
        "HUNKWISE_FALLBACK_MODELS": "second", "HUNKWISE_MAX_TRIES": "1", "HUNKWISE_CACHE_DIR": str(tmp_path / "cache"),
        "HUNKWISE_MAX_PARALLEL": "1",
    }  # fmt: skip
    path = tmp_path / "change.diff"
    path.write_bytes(stage.diff(18))  # six requests of three files each
    asked, begun = [], time.monotonic()
    with LoopbackModel(script) as server:
        for _ in range(2):
            before = len(server.requests)
            done = subprocess.run(
                line(path), cwd=tmp_path, env=environment(server, HUNKWISE_CHUNK_TOKENS="200", **more),
                capture_output=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            asked.append([body["model"] for body in server.bodies[before:]].count("loopback-1"))
    assert asked[0] == 5
    is_over = time.monotonic() - begun > resilience.FIRST_COOLDOWN_S  # then one probe may have been sent, and no more
    assert asked[1] in ({0, 1} if is_over else {0})


def test_candidates_are_told_while_answers_come(tmp_path: Path) -> None:
    _, report, _, said = review(lambda body, _: stage.finds_one(body), tmp_path)
    told = [each for each in said.splitlines() if "candidate: " in each]
    assert len(told) == len(report["findings"]) == 4
    assert "hunkwise: candidate: part_0.py:2: high: Part 0 starts at the wrong number" in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_within_five_seconds_and_keeps_what_is_done(number: signal.Signals, tmp_path: Path) -> None:
    def script(body: dict[str, Any], index: int) -> Answer:
        return stage.finds_one(body) if index < 2 else answers.HANG

    path = tmp_path / "change.diff"
    path.write_bytes(stage.diff(18))  # six requests, of which two are answered
    with LoopbackModel(script) as server:
        running = subprocess.Popen(
            line(path), cwd=tmp_path, env=environment(server, HUNKWISE_CHUNK_TOKENS="200", HUNKWISE_MAX_PARALLEL="4"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        until = time.monotonic() + 30
        while len(server.requests) < 6 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        started = time.monotonic()
        running.send_signal(number)
        out, said = running.communicate(timeout=20)
        took = time.monotonic() - started
    assert took < 5
    assert "Traceback" not in said
    report = json.loads(out)
    assert (running.returncode, len(report["findings"])) == (130, 6)
    reasons = {entry["reason"] for entry in report["ledger"]["entries"] if entry["state"] == "failed"}
    assert reasons == {"cancelled: the run was stopped"}
    assert report["ledger"]["reviewed"] == 6
    assert report["notices"][0]["code"] == "stopped"
