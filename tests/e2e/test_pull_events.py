"""What each event leads to: dispatch, comments, follow-up runs, merge groups, and what configuration skips."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from loopback_github import payloads
from loopback_github.objects import Content
from pull_stage import BASE, HEAD, Stage, rows, staged

CLEAN: Mapping[str, Content] = {"app.py": rows(planted={50: "low_naming"})}
KEY = {"state_key": "one"}


def test_a_dispatch_names_its_pull_request(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        done = stage.run("workflow_dispatch", payloads.workflow_dispatch(stage.github, {"pull-request": "1"}))
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (1, "block", 1)
        by_input = stage.run("workflow_dispatch", payloads.workflow_dispatch(stage.github, {}), pull_request="1")
        assert by_input.outputs == done.outputs
        asked = len(stage.github.log)
        none = stage.run("workflow_dispatch", payloads.workflow_dispatch(stage.github, {"pull-request": "x"}))
        assert (none.code, stage.requested(asked)) == (2, [])
        assert "'x' is no number" in none.errors + none.log


def test_a_comment_asks_for_a_review_only_when_its_author_may(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        eve = stage.github.state.account("eve")
        asked = stage.github.state.add_comment(stage.pull, eve, "/hunkwise review")
        done = stage.run("issue_comment", payloads.issue_comment(stage.github, asked))
        assert (done.code, len(stage.model.reviews), stage.github.log) == (0, 0, [])
        assert "may not ask for a review" in done.log
        talk = stage.github.state.add_comment(stage.pull, stage.github.state.account("dev"), "looks good")
        done = stage.run("issue_comment", payloads.issue_comment(stage.github, talk))
        assert (done.code, stage.github.log) == (0, [])
        asked = stage.github.state.add_comment(stage.pull, stage.github.state.account("dev"), "/hunkwise review")
        done = stage.run("issue_comment", payloads.issue_comment(stage.github, asked))
        assert (done.code, len(stage.model.reviews)) == (1, 1)
        assert stage.picture() == snapshot(
            [
                "#1 eve: /hunkwise review",
                "#1 dev: looks good",
                "#1 dev: /hunkwise review",
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )


def test_a_follow_up_run_reviews_the_fork_that_the_host_names(tmp_path: Path) -> None:
    with staged(tmp_path, author="eve", fork_of="eve") as stage:
        payload = payloads.workflow_run(stage.github, stage.pull)
        done = stage.run("workflow_run", payload)
        assert (done.code, len(stage.model.reviews)) == (1, 1)
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )
        stage.github.state.push(stage.pull, CLEAN)
        late = stage.run("workflow_run", payload)
        assert (late.code, len(stage.model.reviews)) == (0, 1)
        assert "no open pull request has the head" in late.log


def skipped(stage: Stage, why: str) -> list[str]:
    done = stage.opened()
    assert (done.code, len(stage.model.reviews)) == (0, 0)
    assert why in done.log
    return stage.picture()


def test_drafts_wait_without_a_check(tmp_path: Path) -> None:
    with staged(tmp_path, draft=True) as stage:
        assert skipped(stage, "it is a draft (skip_drafts)") == []


def test_labels_and_authors_are_skipped_with_a_check_that_says_so(tmp_path: Path) -> None:
    base = {**BASE, ".hunkwise.yml": "skip_labels: [no-review]\nskip_authors: ['robo*']\n"}
    head = {**HEAD, ".hunkwise.yml": base[".hunkwise.yml"]}
    with staged(tmp_path / "label", base=base, head=head, labels=["no-review"]) as stage:
        assert skipped(stage, "(skip_labels)") == ["check on head: neutral, not reviewed"]
    with staged(tmp_path / "author", base=base, head=head, author="robo[bot]") as stage:
        assert skipped(stage, "(skip_authors)") == ["check on head: neutral, not reviewed"]
        payload = payloads.pull_request(stage.github, stage.pull, "synchronize", sender="dev")
        assert stage.run("pull_request", payload).code == 1, "another's push to a bot's branch is reviewed"


@pytest.mark.parametrize("event", ["push", "schedule", "pull_request"])
def test_anything_else_is_a_notice(tmp_path: Path, event: str) -> None:
    with staged(tmp_path) as stage:
        done = stage.run(event, payloads.pull_request(stage.github, stage.pull, "closed"))
        assert (done.code, stage.github.log) == (0, [])
        assert "::notice" in done.log
        assert "nothing to" in done.log


def test_a_merge_group_repeats_what_its_pull_requests_said(tmp_path: Path) -> None:
    with staged(tmp_path, head=CLEAN) as stage:
        stage.opened(**KEY)
        stage.github.state.enqueue(stage.pull)
        asked = len(stage.model.reviews)
        done = stage.run("merge_group", payloads.merge_group(stage.github, stage.pull), **KEY)
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (0, "approve", asked)
        assert stage.picture()[-1] == snapshot(
            "check on the merge group: success, approve: 1 approved in the group, every hunk is known"
        )


def test_a_merge_group_with_a_hunk_that_nobody_read_is_incomplete(tmp_path: Path) -> None:
    """Without a key the memory completes nothing; so no hunk of the group is known."""
    with staged(tmp_path, head=CLEAN) as stage:
        stage.opened()
        stage.github.state.enqueue(stage.pull)
        done = stage.run("merge_group", payloads.merge_group(stage.github, stage.pull), on_incomplete="failure")
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (4, "incomplete", 1)
        assert stage.picture()[-1] == snapshot(
            "check on the merge group: failure, incomplete: 1 hunk of the group stood in none of its reviews"
        )


def test_a_merge_group_is_blocked_by_each_of_its_members(tmp_path: Path) -> None:
    base = {**BASE, "other.py": rows(word="item")}
    with staged(tmp_path, base=base, head={**base, **CLEAN}) as stage:
        other = {**base, "other.py": rows(planted={20: "high_tax"}, word="item")}
        second = stage.github.state.open_pull(head=other, branch="second")
        stage.opened(**KEY)
        stage.run("pull_request", payloads.pull_request(stage.github, second), **KEY)
        first = stage.github.state.enqueue(second)
        stage.github.state.enqueue(stage.pull)
        payload = payloads.merge_group(stage.github, stage.pull)
        payload["merge_group"]["base_sha"] = first.base_sha  # a group of two
        done = stage.run("merge_group", payload, **KEY)
        assert (done.code, done.outputs["outcome"], len(stage.model.reviews)) == (1, "block", 2)
        assert stage.picture()[-1] == snapshot(
            "check on the merge group: failure, block: blocked in the group: #\u20602"
        )


def test_a_merge_group_under_a_broken_configuration_fails_its_check(tmp_path: Path) -> None:
    with staged(tmp_path, base={**BASE, ".hunkwise.yml": "fail_at: high\n"}) as stage:
        stage.github.state.enqueue(stage.pull)
        done = stage.run("merge_group", payloads.merge_group(stage.github, stage.pull))
        assert (done.code, len(stage.model.reviews)) == (2, 0)
        (check,) = stage.github.snapshot()["checks"]
        assert (check["conclusion"], check["title"]) == ("failure", "incomplete")
        assert "fail_at" in check["summary"]


def test_a_configuration_of_almost_the_right_name_is_told(tmp_path: Path) -> None:
    with staged(tmp_path, base={**BASE, ".hunkwise.yaml": "fail_on: never\n"}) as stage:
        done = stage.opened(fallback_models="none", max_cost="none")
        assert done.code == 1
        assert "hunkwise: .hunkwise.yaml is not read: its name has to be .hunkwise.yml\n" in done.log


def test_an_enterprise_server_is_asked_at_its_own_paths(tmp_path: Path) -> None:
    with staged(tmp_path, enterprise=True) as stage:
        assert stage.opened().code == 1
        done = stage.pushed(CLEAN)
        assert (done.code, done.outputs["outcome"]) == (0, "approve")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 - 2 earlier findings are fixed, and closed in the thread.",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:outdated 🔴 high: The tax is wrong (folded as outdated)",
                "#1 app.py:outdated 🟠 medium: The rounding is wrong (folded as outdated)",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: success, approve: 1 hunk reviewed, 1 finding, none of them blocks, 1 annotations",
            ]
        )
