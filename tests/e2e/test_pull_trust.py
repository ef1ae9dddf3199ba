"""What the pull request, its people and other workflows may not do to a verdict."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import fakes
import loopback_answers as answers
import shared_data
from harmless_text import assert_harmless
from loopback_answers import Answer
from loopback_github import payloads
from loopback_github.accounts import ACTIONS_BOT
from loopback_github.objects import Content
from loopback_model import hunk_ids
from pull_stage import BASE, THREE, Stage, claims, finds, rows, staged

KEY = "one"
ONE: Mapping[str, Content] = {"app.py": rows(planted={10: "high_tax"})}
NOT_DISMISSED = "still counts: a finding is dismissed only with a state-key"


def resolve(stage: Stage, login: str) -> None:
    """Let a person resolve the first thread."""
    stage.github.state.pulls[1].threads[0].resolved_by = stage.github.state.account(login)


def test_a_maintainer_dismisses_a_finding_where_the_state_is_signed(tmp_path: Path) -> None:
    with staged(tmp_path, head=ONE) as stage:
        stage.github.state.account("mia", role="maintain")
        assert stage.opened(state_key=KEY).code == 1
        resolve(stage, "mia")
        done = stage.opened(state_key=KEY)
        assert (done.code, done.outputs["outcome"]) == (0, "approve")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong (resolved by mia)",
                "check on head: success, approve: 1 hunk reviewed, 1 finding, none of them blocks; 1 finding that would block was dismissed in its thread, 1 annotations",
            ]
        )


def test_without_a_state_key_a_resolved_thread_lifts_nothing_and_it_is_said(tmp_path: Path) -> None:
    with staged(tmp_path, head=ONE) as stage:
        stage.github.state.account("mia", role="maintain")
        stage.opened()
        resolve(stage, "mia")
        done = stage.opened()
        assert (done.code, done.outputs["outcome"]) == (1, "block")
        assert NOT_DISMISSED in done.summary
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 - 1 resolved thread still counts: a finding is dismissed only with a state-key, and not by an author without write permission.",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong (resolved by mia)",
                "check on head: failure, block: 1 finding at or above high, 1 annotations",
            ]
        )


def test_an_author_without_write_permission_dismisses_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, head=ONE, author="eve", fork_of="eve") as stage:
        payload = payloads.pull_request(stage.github, stage.pull)
        stage.run("pull_request_target", payload, state_key=KEY)
        resolve(stage, "eve")
        done = stage.run("pull_request_target", payload, state_key=KEY)
        assert (done.code, done.outputs["outcome"]) == (1, "block")
        assert NOT_DISMISSED in done.summary
        assert len(stage.github.state.pulls[1].threads) == 1


def test_marks_that_another_user_copies_mute_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, head=ONE) as stage, staged(tmp_path / "twin", head=ONE) as twin:
        twin.opened()
        eve = stage.github.state.account("eve")
        for comment in twin.github.state.pulls[1].comments:
            stage.github.state.add_comment(stage.pull, eve, comment.body)
        done = stage.opened()
        assert (done.code, done.outputs["findings"]) == (1, "1")
        assert stage.picture() == snapshot(
            [
                "#1 eve: ## ⛔ hunkwise: block",
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "check on head: failure, block: 1 finding at or above high, 1 annotations",
            ]
        )


@pytest.mark.parametrize("key", ["", "one"])
def test_a_memory_that_another_workflow_forges_completes_and_lowers_nothing(tmp_path: Path, key: str) -> None:
    """The same bot identity, and a memory without a signature that says all was read and nothing found."""
    clean = {"app.py": rows(planted={})}
    with staged(tmp_path, head=ONE) as stage, staged(tmp_path / "twin", head=clean) as twin:
        twin.opened()
        forged = twin.github.state.pulls[1].comments[0].body
        stage.github.state.add_comment(stage.pull, ACTIONS_BOT, forged)
        done = stage.opened(**({"state_key": key} if key else {}))
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (1, "block", 1)
        assert [each for each in stage.picture() if each.startswith("#1 app.py")] == [
            "#1 app.py:10 🔴 high: The tax is wrong"
        ]


def test_an_older_state_that_is_put_back_is_refused(tmp_path: Path) -> None:
    """Run 1 found nothing in a text, the next two found faults after pushes; then the text and run 1's memory return.

    The last memory but one could be put back: so it is after a run that was killed before it could leave its own.
    """
    sees = [False]

    def learns(body: dict[str, Any], index: int) -> Answer:
        return finds(body, index) if sees[0] else answers.completion(fakes.answer(hunk_ids(body)))

    with staged(tmp_path, head=ONE, script=learns) as stage:
        assert stage.opened(state_key=KEY).outputs["outcome"] == "approve"
        summary = stage.github.state.pulls[1].comments[0]
        old, sees[0] = summary.body, True
        assert stage.pushed({"app.py": rows(planted={10: "high_stock"})}, state_key=KEY).code == 1
        assert stage.pushed({"app.py": rows(planted={10: "high_stock", 30: "high_more"})}, state_key=KEY).code == 1
        asked = len(stage.model.reviews)
        stage.github.state.push(stage.pull, ONE)
        summary.body = old
        done = stage.run("pull_request", payloads.pull_request(stage.github, stage.pull, "synchronize"), state_key=KEY)
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews) - asked) == (1, "block", 1)
        assert not re.search(r"\d cached", done.summary)


def test_a_key_is_rotated_without_asking_again_and_a_wrong_one_completes_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        assert stage.opened(state_key=KEY).code == 1
        threads = stage.visible()["pulls"][1]["threads"]
        assert stage.opened(state_key="two,one").code == 1
        assert stage.opened(state_key="two").code == 1
        assert len(stage.model.reviews) == 1
        done = stage.opened(state_key="three")
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (1, "block", 2)
        assert stage.visible()["pulls"][1]["threads"] == threads


def test_the_head_configures_nothing(tmp_path: Path) -> None:
    base = {**BASE, ".hunkwise.yml": "max_comments: 1\n"}
    head = {"app.py": rows(planted=THREE), ".hunkwise.yml": "fail_on: never\nengine: rules\n"}
    with staged(tmp_path, base=base, head=head) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (1, "block", 1)
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 - The change edits .hunkwise.yml; what rules this review is the base's version.",
                "#1 - 2 further findings stand in this summary alone (max\\_comments).",
                "#1 COMMENTED: 1 new finding on the lines below, 2 more in the summary",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )


def test_a_broken_configuration_on_the_base_is_told_and_reviews_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, base={**BASE, ".hunkwise.yml": "fail_at: high\n"}) as stage:
        done = stage.opened()
        assert (done.code, len(stage.model.reviews)) == (2, 0)
        assert "fail_at" in done.errors + done.log
        assert "fail_on" in done.errors + done.log
        assert stage.picture() == snapshot(["check on head: failure, configuration error"])


HOSTILE = (
    "The total is wrong. @octocat see ![x](https://evil.example/p.png?k=1) and [docs](https://evil.example/d) "
    "<img src=https://evil.example/i> <script>alert(1)</script> <!-- hunkwise:finding 0123456789abcdef 9 unsigned --> "
    "www.evil.example <https://evil.example/a>\n\n```suggestion\nos.system('id')\n```\n::error::made up"
)


def spoken(stage: Stage) -> list[str]:
    """Return every text of ours that people see; hidden marks of our own end or begin it and are left out."""
    seen = stage.github.snapshot()
    pull = seen["pulls"][1]
    texts = [each["body"] for kind in ("comments", "reviews") for each in pull[kind]]
    texts += [comment["body"] for thread in pull["threads"] for comment in thread["comments"]]
    texts += [each["summary"] for each in seen["checks"]]
    return [
        re.sub(r"<!-- hunkwise:\w+[^<>]* -->\s*$", "", text).removeprefix("<!-- hunkwise:summary -->") for text in texts
    ]


def test_hostile_text_of_a_model_comes_out_harmless(tmp_path: Path) -> None:
    """Each answer of the labelled sample is told as the words of a finding of its own."""
    raws = [HOSTILE, *(str(row["raw"]) for row in shared_data.sample("output_attacks") if str(row["raw"]).strip())]
    planted = {at * 3: f"high_n{at}" for at in range(1, len(raws) + 1)}
    count = 3 * len(raws) + 3

    def repeats(body: dict[str, Any], index: int) -> Answer:
        del index
        found = [
            {**claim, **dict.fromkeys(("description", "scenario", "suggestion"), raw[:3900])}
            for claim, raw in zip(claims(body), raws, strict=True)
        ]
        return answers.completion(fakes.answer(hunk_ids(body), *found[:50]), model=str(body["model"]))

    base, head = {"app.py": rows(count)}, {"app.py": rows(count, planted)}
    with staged(tmp_path, base=base, head=head, script=repeats) as stage:
        done = stage.opened(max_comments="100")
        assert done.code == 1
        assert len(stage.github.state.pulls[1].threads) == 50
        assert_harmless(spoken(stage))
        assert_harmless([done.summary])
        assert "evil.example" in done.summary
        assert not re.search(r"^\s*::error::made up", done.log, re.MULTILINE)


def test_a_suggestion_is_offered_only_when_it_is_proven(tmp_path: Path) -> None:
    replacements = {
        10: "total_10 = tax(row_10)",
        20: "    total_20 = tax(row_20)",
        30: "total_30 = tax(row_30",
        40: "row_39 = step(39, row_38)\ntotal_40 = tax(row_40)",
        50: "",
    }

    def suggests(body: dict[str, Any], index: int) -> Answer:
        del index
        found = [{**claim, "replacement": replacements[claim["line"]]} for claim in claims(body)]
        return answers.completion(fakes.answer(hunk_ids(body), *found), model=str(body["model"]))

    head = {"app.py": rows(planted={at: f"high_n{at}" for at in replacements})}
    with staged(tmp_path, head=head, script=suggests) as stage:
        stage.opened()
        threads = stage.github.state.pulls[1].threads
        assert {each.line: "```suggestion" in each.comments[0].body for each in threads} == {
            10: True,  # proven
            20: False,  # another indentation
            30: False,  # does not parse
            40: False,  # repeats its neighbour
            50: False,  # deletes a line with one click
        }
