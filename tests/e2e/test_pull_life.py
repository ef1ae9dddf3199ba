"""A pull request's life: first run, rerun, pushes, force-pushes, and a head that moves amid a run."""

from pathlib import Path
from typing import Any

from inline_snapshot import snapshot

import fakes
import github_conformance
import loopback_answers as answers
from loopback_answers import Answer
from loopback_github import faults, payloads
from loopback_model import hunk_ids
from pull_stage import BASE, THREE, Stage, claims, finds, rows, staged

TWO = {at: name for at, name in THREE.items() if at != 10}


def test_a_first_run_says_each_finding_once_and_a_rerun_changes_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (1, "block", "3")
        assert (done.outputs["high"], done.outputs["medium"], done.outputs["low"]) == ("1", "1", "1")
        assert done.summary.startswith("## ⛔ hunkwise: block")
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
        before, asked = stage.visible(), len(stage.github.log)
        again = stage.opened()
        assert (again.code, again.outputs) == (done.code, done.outputs)
        assert stage.visible() == before
        assert len(stage.github.log) - asked <= 10


def test_all_requests_are_as_github_describes_them(tmp_path: Path) -> None:
    """Every scene is held to this at its end; here it is skipped visibly where the description is missing."""
    with staged(tmp_path) as stage:
        stage.opened()
        github_conformance.assert_requests_conform(stage.github.log)


def test_a_push_that_fixes_one_of_three_closes_that_one_and_says_nothing_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.opened()
        done = stage.pushed({"app.py": rows(planted=TWO)})
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (0, "approve", "2")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 - 1 earlier finding is fixed, and closed in the thread.",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:outdated 🔴 high: The tax is wrong (folded as outdated)",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: success, approve: 2 hunks reviewed, 2 findings, none of them blocks, 2 annotations",
            ]
        )


def test_a_fixed_finding_is_resolved_where_the_token_may(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.run.token = stage.github.token(
            "actions", {"contents": "write", "pull-requests": "write", "checks": "write"}
        )
        stage.opened()
        stage.pushed({"app.py": rows(planted=TWO)})
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 - 1 earlier finding is fixed, and closed in the thread.",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:outdated 🔴 high: The tax is wrong (resolved by github-actions[bot])",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: success, approve: 2 hunks reviewed, 2 findings, none of them blocks, 2 annotations",
            ]
        )


def test_a_fault_that_comes_back_is_said_again_and_not_called_fixed(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.opened(state_key="one")
        stage.pushed({"app.py": rows(planted=TWO)}, state_key="one")
        done = stage.pushed({"app.py": rows(planted=THREE)}, state_key="one")
        assert (done.code, done.outputs["findings"]) == (1, "3")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:outdated 🔴 high: The tax is wrong (folded as outdated)",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on an earlier commit: success, approve: 2 hunks reviewed, 2 findings, none of them blocks, 2 annotations",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
            ]
        )


def test_a_rebase_onto_a_newer_base_repeats_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.opened()
        stage.github.state.commit({**BASE, "base.py": rows(10)})
        moved = {at + 2: name for at, name in THREE.items()}
        shifted = "import os\nimport sys\n" + rows(planted=THREE)
        done = stage.pushed({"app.py": shifted, "base.py": rows(10)}, force=True)
        assert (done.code, done.outputs["findings"]) == (1, "3")
        threads = stage.github.state.pulls[1].threads
        assert len(threads) == len(moved)
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:12 🔴 high: The tax is wrong",
                "#1 app.py:32 🟠 medium: The rounding is wrong",
                "#1 app.py:52 🔵 low: The naming is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: failure, block: 1 finding at or above high, open since an earlier run, 3 annotations",
            ]
        )


def test_a_head_that_moves_and_is_put_back_while_it_is_read_is_read_as_it_was(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        ours = stage.pull.head_sha
        other = stage.github.state.push(stage.pull, {"app.py": rows(planted={9: "high_evil"})})

        def moves_to(sha: str) -> None:
            stage.pull.head_sha = sha

        moves_to(ours)
        stage.github.faults.add(faults.at_request(lambda: moves_to(other), method="GET"))
        stage.github.faults.add(faults.at_request(lambda: moves_to(ours), path="/graphql", skip=1))
        done = stage.opened()
        assert (done.code, done.outputs["findings"]) == (1, "3")
        assert "evil" not in str(stage.model.requests)
        assert "evil" not in str(stage.github.snapshot())


def test_a_head_that_moves_during_the_run_gets_nothing_stale(tmp_path: Path) -> None:
    scene: list[Stage] = []

    def pushes(body: dict[str, Any], index: int) -> Answer:
        if index == 0:
            scene[0].github.state.push(scene[0].pull, {"app.py": rows(planted=TWO)})
        return finds(body, index)

    with staged(tmp_path, script=pushes) as stage:
        scene.append(stage)
        done = stage.opened()
        assert (done.code, done.outputs["outcome"]) == (0, "incomplete")
        assert "moved on" in done.summary
        assert stage.picture() == snapshot(["check on an earlier commit: neutral, incomplete"])
        late = stage.run("pull_request", payloads.pull_request(stage.github, stage.pull, "synchronize"))
        assert (late.code, late.outputs["outcome"]) == (0, "approve")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ✅ hunkwise: approve",
                "#1 COMMENTED: 2 new findings on the lines below",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on an earlier commit: neutral, incomplete",
                "check on head: success, approve: 2 hunks reviewed, 2 findings, none of them blocks, 2 annotations",
            ]
        )


def test_the_run_of_an_event_that_a_later_push_overtook_leaves_it_to_that_one(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        payload = payloads.pull_request(stage.github, stage.pull)
        stage.github.state.push(stage.pull, {"app.py": rows(planted=TWO)})
        done = stage.run("pull_request", payload)
        assert (done.code, len(stage.model.reviews), stage.github.writes) == (0, 0, [])
        assert "has moved on to" in done.log


def test_two_pull_requests_on_one_head_share_no_better_check_than_the_worse_of_them(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.github.state.commit({"app.py": rows(planted={at: THREE[at] for at in (10, 30)})}, branch="release")
        second = stage.github.state.open_pull(head=None, base_branch="release")
        stage.opened()
        done = stage.run("pull_request", payloads.pull_request(stage.github, second))
        assert (done.outputs["outcome"], done.outputs["findings"]) == ("approve", "1")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "#2 summary: ✅ hunkwise: approve",
                "#2 - Pull request 1 has the same head commit and is blocked.",
                "#2 COMMENTED: 1 new finding on the lines below",
                "#2 app.py:50 🔵 low: The naming is wrong",
                "check on head: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: failure, Pull request 1 has the same head commit and is blocked., 1 annotations",
            ]
        )


def test_an_unchanged_diff_with_signed_state_asks_no_model_and_keeps_its_verdict(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        first = stage.opened(state_key="one")
        assert len(stage.model.reviews) == 1
        stage.github.state.commit({**BASE, "base.py": rows(10)})
        done = stage.pushed({"app.py": rows(planted=THREE), "base.py": rows(10)}, force=True, state_key="one")
        assert (done.code, done.outputs["outcome"]) == (first.code, first.outputs["outcome"]) == (1, "block")
        assert len(stage.model.reviews) == 1
        assert "3 cached" in done.summary
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 3 new findings on the lines below",
                "#1 app.py:10 🔴 high: The tax is wrong",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "#1 app.py:50 🔵 low: The naming is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 3 annotations",
                "check on head: failure, block: 1 finding at or above high, open since an earlier run, 3 annotations",
            ]
        )


def test_of_two_equal_hunks_the_one_that_stays_keeps_what_was_found_in_the_other(tmp_path: Path) -> None:
    """Nobody can tell which of the two went: what was found may stand in the one that is left."""

    def sees_the_last_one(body: dict[str, Any], index: int) -> Answer:
        found = claims(body)[1:] if index == 0 else []
        return answers.completion(fakes.answer(hunk_ids(body), *found))

    block = "".join(f"setting_{at}: {at}\n" for at in range(12))
    faulty = block.replace("setting_6: 6", "image: planted_high_image()")
    with staged(tmp_path, base={"app.yml": block * 2}, head={"app.yml": faulty * 2}, script=sees_the_last_one) as stage:
        first = stage.opened(state_key="one")
        assert (first.code, first.outputs["outcome"], first.outputs["findings"]) == (1, "block", "1")
        done = stage.pushed({"app.yml": block + faulty}, state_key="one")
        assert len(stage.model.reviews) == 2, "the hunk that is left is asked again"
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (1, "block", "1")
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⛔ hunkwise: block",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.yml:19 🔴 high: The image is wrong",
                "check on an earlier commit: failure, block: 1 finding at or above high, 1 annotations",
                "check on head: failure, block: 1 finding at or above high, open since an earlier run, 1 annotations",
            ]
        )


def test_a_model_that_forgets_a_finding_has_not_fixed_it(tmp_path: Path) -> None:
    def forgets(body: dict[str, Any], index: int) -> Answer:
        return finds(body, index) if index == 0 else answers.completion(fakes.answer(hunk_ids(body)))

    with staged(tmp_path, script=forgets) as stage:
        stage.opened()
        before = stage.visible()["pulls"][1]["threads"]
        done = stage.opened()
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (1, "block", "3")
        assert stage.visible()["pulls"][1]["threads"] == before
