"""A whole run against a loopback GitHub: how many requests it takes, and that each is as GitHub describes it."""

import pytest

import github_conformance
from github_builder import CHECK, Desk
from hunkwise.adapters import github as adapter
from hunkwise.model.diff import Side
from hunkwise.model.publication import Annotation, CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from loopback_github import EVERYTHING, Limits, LoopbackGitHub, Pull, faults

MARK = "<!-- hunkwise -->"


def first_run(github: LoopbackGitHub, pull: Pull) -> None:
    """Do what a first run of ADR 0004 does: read, and say everything there is to say."""
    desk = Desk(github, pull)
    host = desk.host
    facts = host.overview((".hunkwise.yml", ".github/hunkwise.yml")).pull
    check = host.open_check(CHECK, facts.head_sha, "1", None)
    assert check is not None
    assert host.may_comment(facts.head_sha)
    change = desk.changes.load(desk.ref)
    paths = [path.encode() for path in github.state.objects.commits[facts.head_sha].files]
    assert len(desk.changes.head_files(desk.ref, change, paths)) == len(paths)
    assert host.head_sha() == facts.head_sha
    notes = [
        InlineComment(path="f1.py", side=Side.RIGHT, start_line=None, line=1, body=f"{at} {MARK}", marker=MARK)
        for at in range(3)
    ]
    assert host.create_review(facts.head_sha, ReviewEvent.COMMENT, f"3 {MARK}", notes, MARK) is Written.DONE
    assert host.create_comment(f"Summary {MARK}", MARK) is Written.DONE
    note = Annotation(path="f1.py", start_line=1, end_line=1, level="failure", title="t", message="m")
    output = CheckOutput(title="t", summary="s", annotations=(note,))
    assert host.conclude_check(check, Conclusion.FAILURE, output) is Written.DONE


@pytest.mark.parametrize(("files", "requests"), [(60, 9), (160, 10), (301, 14), (1000, 26)])
def test_a_first_run_takes_at_most_ten_requests_and_one_more_for_50_files(files: int, requests: int) -> None:
    with LoopbackGitHub() as github:
        github.state.commit({".hunkwise.yml": "engine: rules\n", "old.py": "x\n"})
        pull = github.state.open_pull(head={f"f{at}.py": f"new {at}\n" for at in range(files)})
        first_run(github, pull)
        assert len(github.lines) == requests <= 10 + (files - 60) // 50
        github_conformance.assert_requests_conform(github.log)


def test_every_other_request_is_as_described_too() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=1, patch_lines=0)) as github:
        base = github.state.commit({"f1.py": "x\n", "latin.py": b"\xe9\n"})
        pull = github.state.open_pull(head={"f1.py": "y\n", "latin.py": b"\xe8\n", "image.png": b"\0"})
        bot = github.state.accounts["github-actions[bot]"]
        for at in range(101):
            github.state.add_comment(pull, bot, f"{at}")
        desk = Desk(github, pull, github.token("actions", EVERYTHING))
        host, told = desk.host, desk.host.overview(())
        assert not desk.changes.load(desk.ref).unread
        assert host.update_comment(told.comments[0], "new") is Written.DONE
        github.faults.add(faults.answer_lost(path="/reviews$"), faults.answer_lost(path="/check-runs$"))
        note = InlineComment(path="f1.py", side=Side.RIGHT, start_line=None, line=1, body=MARK, marker=MARK)
        assert host.create_file_comment(pull.head_sha, "f1.py", MARK, MARK) is Written.DONE
        assert host.create_review(pull.head_sha, ReviewEvent.COMMENT, MARK, [note], MARK) is Written.DONE
        assert host.set_status(CHECK, pull.head_sha, Conclusion.FAILURE, "no") is Written.DONE
        check = host.open_check(CHECK, pull.head_sha, "1", None)
        assert check is not None
        assert host.open_check(CHECK, pull.head_sha, "1", check) is not None
        github.faults.add(faults.answer_lost(method="PATCH"))
        annotation = Annotation(path="f1.py", start_line=1, end_line=1, level="notice", title="t", message="m")
        output = CheckOutput(title="t", summary="s", annotations=(annotation,) * 51)
        assert host.conclude_check(check, Conclusion.NEUTRAL, output) is Written.DONE
        threads = host.overview(()).threads
        assert host.resolve(threads) == host.minimize(threads) == (Written.DONE,) * 2
        host.may_write("an[bot]")
        entry = github.state.enqueue(pull)
        queue = {"base_ref": "main", "base_sha": base, "head_sha": entry.head_sha or ""}
        assert adapter.pulls_of_group(desk.wire, github.repo, **queue)
        head = {"head_repo": github.repo, "head_branch": "topic", "head_sha": pull.head_sha}
        assert adapter.pulls_with_head(desk.wire, github.repo, **head) == (1,)
        github_conformance.assert_requests_conform(github.log)
