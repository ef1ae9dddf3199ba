"""Large and odd changes: nothing is lost, what is unread is told, and requests stay few."""

import math
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import fakes
import loopback_answers as answers
from loopback_answers import Answer
from loopback_github import Limits
from loopback_github.objects import Content
from loopback_model import hunk_ids
from pull_stage import claims, finds, rows, staged


def files(count: int, planted: Mapping[int, str] | None = None, lines: int = 12) -> dict[str, Content]:
    return {f"pkg/module_{at:04}.py": rows(lines, planted, word=f"m{at}") for at in range(count)}


def test_one_line_that_github_refuses_among_fifty_loses_none_of_the_others(tmp_path: Path) -> None:
    planted = {at * 3: f"medium_n{at}" for at in range(1, 51)}
    base, head = {"app.py": rows(153)}, {"app.py": rows(153, planted)}
    limits = Limits(hidden_lines=frozenset({("app.py", 60)}))
    with staged(tmp_path, base=base, head=head, limits=limits) as stage:
        done = stage.opened(max_comments="50")
        assert (done.code, done.outputs["findings"]) == (0, "50")
        threads = stage.github.snapshot()["pulls"][1]["threads"]
        assert sorted(each["line"] for each in threads if each["subject"] == "line") == sorted(set(planted) - {60})
        (on_file,) = [each for each in threads if each["subject"] == "file"]
        assert on_file["path"] == "app.py"
        assert "n20 is wrong" in on_file["comments"][0]["body"]
        assert stage.picture()[:2] == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 - GitHub refused the line of 1 comment: they stand on their file instead.",
            ]
        )
        before = stage.visible()["pulls"][1]["threads"]
        stage.opened(max_comments="50")
        assert stage.visible()["pulls"][1]["threads"] == before, "a comment on a file is known again"


def test_a_hundred_and_twenty_findings_are_all_told(tmp_path: Path) -> None:
    planted = {at: f"high_n{at}" for at in range(2, 12)}

    def at_length(body: dict[str, Any], index: int) -> Answer:
        del index
        found = [{**each, "scenario": f"{each['file']}: " + "so it goes wrong, " * 200} for each in claims(body)]
        return answers.completion(fakes.answer(hunk_ids(body), *found), model=str(body["model"]))

    base = {**files(12), ".hunkwise.yml": "chunk_tokens: 400\n"}
    head = {**files(12, planted), ".hunkwise.yml": base[".hunkwise.yml"]}
    with staged(tmp_path, base=base, head=head, script=at_length) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["findings"]) == (1, "120")
        seen = stage.github.snapshot()
        summary = seen["pulls"][1]["comments"][0]["body"]
        assert len(seen["pulls"][1]["threads"]) == 10
        assert summary.count("| 🔴 high |") == 120
        assert "110 further findings stand in this summary alone" in summary
        (check,) = seen["checks"]
        assert len(check["annotations"]) == len({(each["path"], each["start_line"]) for each in check["annotations"]})
        assert len(check["annotations"]) == 120
        assert check["conclusion"] == "failure"


@pytest.mark.parametrize(
    "limits",
    [Limits(diff_files=3), Limits(diff_lines=60, patch_lines=20)],
    ids=["406", "406 and no patch"],
)
def test_a_diff_that_is_too_large_for_github_is_read_file_by_file(tmp_path: Path, limits: Limits) -> None:
    planted = {5: "high_tax"}
    with staged(tmp_path, base=files(9, lines=40), head=files(9, planted, lines=40), limits=limits) as stage:
        done = stage.opened()
        assert any("/compare/" in line and line.endswith(" 406") for line in stage.github.lines)
        assert (done.code, done.outputs["findings"]) == (1, "9")
        assert "**9 hunks**: 9 reviewed" in done.summary
        assert len(stage.github.state.pulls[1].threads) == 9


def test_files_beyond_what_github_lists_are_unread_and_stand_in_the_way(tmp_path: Path) -> None:
    limits = Limits(files=30, diff_files=5)
    with staged(tmp_path, base={"README": "shop\n"}, head={"README": "shop\n", **files(40)}, limits=limits) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"]) == (0, "incomplete")
        assert "`(10 further files)`" in done.summary
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⚠️ hunkwise: incomplete",
                "#1 - GitHub does not show this change as one diff (over 20,000 lines, 1 MB or 300 files): it was read by files.",
                "check on head: neutral, incomplete: 1 of 31 hunks could not be reviewed",
            ]
        )


@pytest.mark.slow
def test_a_pull_request_of_four_thousand_files_is_read_as_far_as_github_lists_it(tmp_path: Path) -> None:
    head = {f"pkg{at % 40}/m{at}.py": f"value_{at} = step({at})\n" for at in range(4000)}
    with staged(tmp_path, base={"README": "shop\n"}, head={"README": "shop\n", **head}) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"]) == (0, "incomplete")
        assert "**3,001 hunks**: 3000 reviewed, 1 failed" in done.summary
        assert "`(1000 further files)`" in done.summary
        assert len(stage.github.log) <= 10 + (3000 - 60) // 50
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⚠️ hunkwise: incomplete",
                "#1 - GitHub does not show this change as one diff (over 20,000 lines, 1 MB or 300 files): it was read by files.",
                "check on head: neutral, incomplete: 1 of 3001 hunks could not be reviewed",
            ]
        )


@pytest.mark.parametrize(("count", "most"), [(60, 10), (160, 12), (320, 15)])
def test_few_requests_are_made_for_many_files(tmp_path: Path, count: int, most: int) -> None:
    head = {**files(count, {6: "step"}), **files(12, {6: "medium_tax"})}
    with staged(tmp_path, base=files(count), head=head) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["findings"]) == (0, "12")
        assert f"**{count} hunks**: {count} reviewed" in done.summary
        assert len(stage.github.log) <= most, stage.github.lines


def test_slow_answers_are_waited_for_side_by_side(tmp_path: Path) -> None:
    """60 files in 24 to 64 requests of 0.5 s each, 8 at once: within 1.3 times the longest chain."""
    seconds, at_once = 0.5, 8
    lock, asked = threading.Lock(), list[float]()

    def slow(body: dict[str, Any], index: int) -> Answer:
        with lock:
            asked.append(time.monotonic())
        return finds(body, index).late(seconds)

    base = {**files(60, lines=40), ".hunkwise.yml": "chunk_tokens: 1600\n"}
    head = {**files(60, dict.fromkeys(range(5, 36, 10), "step"), lines=40), ".hunkwise.yml": "chunk_tokens: 1600\n"}
    with staged(tmp_path, base=base, head=head, script=slow) as stage:
        assert stage.opened().code == 0
        assert 24 <= len(asked) <= 64
        chain = math.ceil(len(asked) / at_once) * seconds
        assert max(asked) - min(asked) + seconds <= 1.3 * chain
        assert len(stage.github.log) <= 10
