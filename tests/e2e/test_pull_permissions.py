"""What a run says where its token may not say everything: each step down has an effect that people see."""

from collections.abc import Mapping
from pathlib import Path

from inline_snapshot import snapshot

from loopback_github import READ_ONLY, payloads
from loopback_github.objects import Content
from pull_stage import THREE, rows, staged

RULED: Mapping[str, Content] = {"app.py": rows(planted=THREE), "load.py": "import yaml\n\nconfig = yaml.load(text)\n"}
"""Three faults that a model finds, and one that the embedded rules find."""

ALL = {"contents": "read", "pull-requests": "write", "checks": "write", "statuses": "write"}


def without(*names: str) -> dict[str, str]:
    return {name: access for name, access in ALL.items() if name not in names}


def test_a_fork_with_a_read_only_token_asks_no_model_and_writes_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, author="eve", fork_of="eve") as stage:
        token = stage.github.token("actions", READ_ONLY)
        done = stage.opened(token=token)
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (0, "incomplete", "0")
        assert (len(stage.model.reviews), stage.github.writes, stage.picture()) == (0, [], [])
        assert "the token of this event is read-only, so a model's words could not be posted" in done.summary
        strict = stage.opened(token=token, on_incomplete="failure")
        assert (strict.code, len(stage.model.reviews), stage.github.writes) == (4, 0, [])


def test_what_rules_find_in_a_fork_stands_in_annotations_and_the_step_summary(tmp_path: Path) -> None:
    with staged(tmp_path, head=RULED, author="eve", fork_of="eve") as stage:
        done = stage.opened(token=stage.github.token("actions", READ_ONLY))
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (1, "block", "1")
        assert (len(stage.model.reviews), stage.github.writes, stage.picture()) == (0, [], [])
        assert "::error file=load.py,line=3," in done.log
        assert "`load.py:3`" in done.summary


def test_a_read_only_token_elsewhere_ends_the_run_before_it_costs_anything(tmp_path: Path) -> None:
    with staged(tmp_path, head=RULED) as stage:
        token = stage.github.token("actions", READ_ONLY)
        done = stage.opened(token=token)
        assert (done.code, len(stage.model.reviews), stage.picture()) == (3, 0, [])
        assert "pull-requests: write and checks: write" in done.errors + done.log


def test_a_read_only_token_is_enough_where_a_report_file_is_asked_for(tmp_path: Path) -> None:
    with staged(tmp_path, head=RULED) as stage:
        token = stage.github.token("actions", READ_ONLY)
        done = stage.opened(token=token, report="report.json")
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (1, "block", "4")
        assert done.report
        assert [each["file"] for each in done.report["findings"]].count("app.py") == 3
        assert stage.picture() == []
        assert (
            done.log.count("::error file=") + done.log.count("::warning file=") + done.log.count("::notice file=") == 4
        )


def test_without_checks_a_commit_status_gates(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.run.token = stage.github.token("actions", without("checks"))
        done = stage.opened()
        assert done.code == 1
        assert (
            "The check could not be concluded (does the token have checks: write?): see the commit status." in done.log
        )
        assert "::error file=app.py,line=10," in done.log
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "status on head: failure, block: 1 finding at or above high",
            ]
        )


def test_a_status_that_stood_in_for_a_check_follows_the_check_of_a_later_run(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        barred = stage.github.token("actions", without("checks"))
        whole = stage.github.token("actions", ALL)
        assert stage.opened(token=barred).code == 1
        assert stage.opened(token=whole).code == 1
        before = len(stage.github.log)
        assert stage.opened(token=whole, fail_on="never").code == 0
        assert stage.picture()[-1] == snapshot(
            "status on head: success, approve: 3 hunks reviewed, 3 findings, nothing blocks by configuration"
        )
        assert sum("/statuses/" in line for line in stage.github.lines[before:]) == 1
        before = len(stage.github.log)
        assert stage.opened(token=whole, fail_on="never").code == 0
        assert not any("/statuses/" in line for line in stage.github.lines[before:])


def test_without_checks_and_statuses_the_job_alone_gates_and_says_so(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.run.token = stage.github.token("actions", without("checks", "statuses"))
        done = stage.opened()
        assert done.code == 1
        assert "only this job's own result gates the pull request" in done.log
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
            ]
        )


def test_without_comments_the_check_holds_all_findings(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.run.token = stage.github.token("actions", without("pull-requests"))
        done = stage.opened()
        assert done.code == 1
        assert stage.picture() == snapshot(["check on head: failure, block: 1 finding at or above high, 3 annotations"])
        check = stage.github.snapshot()["checks"][0]
        assert [each["start_line"] for each in check["annotations"]] == [10, 30, 50]
        assert all(f"app.py:{line}" in check["summary"] for line in (10, 30, 50))
        assert "The token may not comment" in check["summary"]


def test_a_dry_run_says_nothing_on_the_pull_request(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        done = stage.opened(dry_run="true")
        assert (done.code, done.outputs["outcome"]) == (1, "block")
        assert (stage.github.writes, stage.picture()) == ([], [])
        assert "::error file=app.py,line=10," in done.log


def test_an_approval_that_is_allowed_is_given_once(tmp_path: Path) -> None:
    clean = {"app.py": rows(planted={50: "low_naming"})}
    with staged(tmp_path, head=clean) as stage:
        stage.github.state.actions_may_approve = True
        done = stage.opened(review_event="approve")
        assert (done.code, done.outputs["outcome"]) == (0, "approve")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 APPROVED: 1 new finding on the lines below",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: success, approve: 1 hunk reviewed, 1 finding, none of them blocks, 1 annotations",
            ]
        )
        before = stage.visible()
        stage.opened(review_event="approve")
        assert stage.visible() == before


def test_changes_are_requested_where_the_review_may_decide(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.github.state.actions_may_approve = True
        assert stage.opened(review_event="approve").code == 1
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 CHANGES_REQUESTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )


def test_an_approval_that_is_refused_becomes_a_comment_and_says_so(tmp_path: Path) -> None:
    clean = {"app.py": rows(planted={50: "low_naming"})}
    with staged(tmp_path, head=clean) as stage:
        done = stage.opened(review_event="approve")
        assert (done.code, done.outputs["outcome"]) == (0, "approve")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 - GitHub refused the review's decision (review\\_event: approve): it is a comment, and the check decides.",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: success, approve: 1 hunk reviewed, 1 finding, none of them blocks, 1 annotations",
            ]
        )


def test_an_own_pull_request_can_be_neither_approved_nor_refused(tmp_path: Path) -> None:
    with staged(tmp_path, author="github-actions[bot]") as stage:
        stage.github.state.actions_may_approve = True
        done = stage.opened(review_event="approve")
        assert (done.code, done.outputs["outcome"]) == (1, "block")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 - GitHub refused the review's decision (review\\_event: approve): it is a comment, and the check decides.",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )


def test_a_fork_is_reviewed_with_rights_where_the_event_has_them(tmp_path: Path) -> None:
    with staged(tmp_path, author="eve", fork_of="eve") as stage:
        payload = payloads.pull_request(stage.github, stage.pull)
        done = stage.run("pull_request_target", payload)
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
