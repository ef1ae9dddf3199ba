"""What is written on a pull request, against a loopback GitHub: what people see afterwards, and what was reported."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fakes import DrivenClock
from github_builder import CHECK, Desk
from hunkwise.adapters.github import GitHubHost, GitHubPull, Wire
from hunkwise.model.diff import Side
from hunkwise.model.publication import Annotation, CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, Thread
from loopback_github import EVERYTHING, READ_ONLY, LoopbackGitHub, Pull, faults

MARK = "<!-- hunkwise:1 -->"
OUTPUT = CheckOutput(title="2 findings", summary="Two.")


class RealSecondClock(DrivenClock):
    """A driven clock that lets the loopback's own time go on too."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(1)


def opened(github: LoopbackGitHub) -> Pull:
    github.state.commit({"a.py": "one\n", "b.py": "one\n"})
    return github.state.open_pull(head={"a.py": "two\nthree\n", "b.py": "two\n"})


def note(line: int = 1, *, path: str = "a.py", start: int | None = None, side: Side = Side.RIGHT) -> InlineComment:
    return InlineComment(path=path, side=side, start_line=start, line=line, body=f"on {line} {MARK}", marker=MARK)


def review(desk: Desk, pull: Pull, *notes: InlineComment) -> Written:
    return desk.host.create_review(pull.head_sha, ReviewEvent.COMMENT, f"Body {MARK}", notes, MARK)


def check(desk: Desk, pull: Pull) -> CheckRun:
    opened_check = desk.host.open_check(CHECK, pull.head_sha, "1", None)
    assert opened_check is not None
    return opened_check


def annotation(at: int) -> Annotation:
    return Annotation(path="a.py", start_line=1, end_line=1, level="warning", title=f"t{at}", message=f"m{at}")


def test_a_review_is_one_request_with_all_its_comments() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        assert review(Desk(github, pull), pull, note(2, start=1), note(1, side=Side.LEFT)) is Written.DONE
        shown = github.snapshot()["pulls"][1]
        assert [(each["state"], each["body"]) for each in shown["reviews"]] == [("COMMENTED", f"Body {MARK}")]
        places = [(each["start_line"], each["line"], each["side"]) for each in shown["threads"]]
        assert places == [(1, 2, "RIGHT"), (None, 1, "LEFT")]
        assert len(github.lines) == 1


def test_a_review_with_a_bad_line_is_rejected_whole() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        assert review(Desk(github, pull), pull, note(1), note(99)) is Written.REJECTED
        assert github.snapshot()["pulls"][1]["reviews"] == []


@pytest.mark.parametrize(
    "fault", [faults.answer_lost(), faults.error_after_effect(502), faults.error_after_effect(500)]
)
def test_an_answer_that_is_lost_doubles_nothing(fault: faults.Fault) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(fault)
        desk = Desk(github, pull)
        assert review(desk, pull, note(1)) is Written.DONE
        assert desk.host.create_comment(f"Sum {MARK}", MARK) is Written.DONE
        shown = github.snapshot()["pulls"][1]
        assert (len(shown["reviews"]), len(shown["threads"]), len(shown["comments"])) == (1, 1, 1)


@pytest.mark.parametrize("write", ["review", "comment", "file"])
@pytest.mark.parametrize("lost", [True, False])
def test_each_kind_of_writing_survives_a_broken_connection(write: str, lost: bool) -> None:  # noqa: FBT001
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        github.faults.add(faults.answer_lost() if lost else faults.cut(method="POST", path="/repos/"))
        writing: dict[str, Callable[[], Written]] = {
            "review": lambda: review(desk, pull, note(1)),
            "comment": lambda: desk.host.create_comment(f"Sum {MARK}", MARK),
            "file": lambda: desk.host.create_file_comment(pull.head_sha, "a.py", f"All {MARK}", MARK),
        }
        assert writing[write]() is Written.DONE
        shown = github.snapshot()["pulls"][1]
        said = len(shown["comments"]) if write == "comment" else len(shown["reviews"])
        assert said == 1


def test_a_timeout_doubles_nothing() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(faults.slow(1.5, path="/reviews", times=1))
        desk = Desk(github, pull, timeout_s=1, clock=RealSecondClock())
        assert review(desk, pull, note(1)) is Written.DONE
        assert len(github.snapshot()["pulls"][1]["reviews"]) == 1


def test_the_last_try_is_looked_for_too() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(faults.cut(path="/reviews$", times=2), faults.answer_lost(path="/reviews$", skip=2))
        assert review(Desk(github, pull), pull, note(1)) is Written.DONE
        assert len(github.snapshot()["pulls"][1]["reviews"]) == 1


def test_somebody_else_s_marker_counts_for_nothing() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.state.add_comment(pull, github.state.account("eve"), f"mine now {MARK}")
        github.faults.add(faults.storm(502, method="POST", path="/comments$", times=1))
        assert Desk(github, pull).host.create_comment(f"Sum {MARK}", MARK) is Written.DONE
        assert [each["author"] for each in github.snapshot()["pulls"][1]["comments"]] == ["eve", "github-actions[bot]"]


def test_a_marker_of_another_kind_of_writing_counts_for_nothing() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        assert desk.host.create_comment(f"Sum {MARK}", MARK) is Written.DONE
        github.faults.add(faults.cut(path="/reviews$"))
        assert review(desk, pull, note(1)) is Written.DONE
        assert len(github.snapshot()["pulls"][1]["reviews"]) == 1


def test_a_storm_ends_in_lost_and_not_in_an_error() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(faults.storm(502, times=999))
        desk = Desk(github, pull)
        assert review(desk, pull, note(1)) is Written.LOST
        assert desk.host.create_comment(MARK, MARK) is Written.LOST
        assert desk.host.set_status(CHECK, pull.head_sha, Conclusion.FAILURE, "no") is Written.LOST
        assert desk.host.open_check(CHECK, pull.head_sha, "1", None) is None
        assert desk.host.may_comment(pull.head_sha) is True  # an outage is no denial


def test_who_can_t_look_does_not_send_again() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(faults.answer_lost(), faults.storm(502, path="/graphql", times=999))
        assert review(Desk(github, pull), pull, note(1)) is Written.LOST
        assert len(github.snapshot()["pulls"][1]["reviews"]) == 1


def test_what_the_token_may_not() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        mine = Desk(github, pull)
        assert review(mine, pull, note(1)) is Written.DONE
        assert mine.host.create_comment(MARK, MARK) is Written.DONE
        told = mine.host.overview(())
        desk = Desk(github, pull, github.token("actions", READ_ONLY))
        assert review(desk, pull, note(1)) is Written.DENIED
        assert desk.host.create_comment(MARK, MARK) is Written.DENIED
        assert desk.host.create_file_comment(pull.head_sha, "a.py", MARK, MARK) is Written.DENIED
        assert desk.host.update_comment(told.comments[0], "x") is Written.DENIED
        assert desk.host.set_status(CHECK, pull.head_sha, Conclusion.FAILURE, "no") is Written.DENIED
        assert desk.host.resolve(told.threads) == (Written.DENIED,)
        assert desk.host.minimize(told.threads) == (Written.DENIED,)
        assert not desk.host.may_comment(pull.head_sha)
        assert len(github.snapshot()["pulls"][1]["comments"]) == 1


def test_the_probe_leaves_nothing_behind() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        before = github.snapshot()
        assert Desk(github, pull).host.may_comment(pull.head_sha)
        assert github.snapshot() == before
        assert github.lines == ["POST /repos/acme/shop/pulls/1/comments 422"]


def test_a_comment_is_replaced() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        desk.host.create_comment(f"before {MARK}", MARK)
        github.faults.add(faults.error_after_effect(502, method="PATCH"))
        assert desk.host.update_comment(desk.host.overview(()).comments[0], "after") is Written.DONE
        assert [each["body"] for each in github.snapshot()["pulls"][1]["comments"]] == ["after"]


def test_a_body_over_the_limit_is_rejected() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        assert Desk(github, pull).host.create_comment("x" * 65_537, MARK) is Written.REJECTED


def test_a_check_is_opened_taken_up_and_concluded() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        first = check(desk, pull)
        assert first == CheckRun(id=first.id, external_id="1", is_completed=False, conclusion=None)
        assert desk.host.conclude_check(first, Conclusion.NEUTRAL, OUTPUT) is Written.DONE
        known = desk.host.overview(()).checks[0]
        assert (known.is_completed, known.conclusion) == (True, "neutral")
        again = desk.host.open_check(CHECK, pull.head_sha, "1", known)
        assert again is not None
        assert (again.id, again.is_completed) == (first.id, True)  # GitHub opens none again
        assert desk.host.conclude_check(again, Conclusion.FAILURE, OUTPUT) is Written.DONE
        checks = github.snapshot()["checks"]
        assert [(each["status"], each["conclusion"], each["summary"]) for each in checks] == [
            ("completed", "failure", "Two.")
        ]


def test_a_check_of_another_app_is_not_taken_up_but_replaced() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        theirs = check(Desk(github, pull, github.token("app", login="other")), pull)
        ours = Desk(github, pull).host.open_check(CHECK, pull.head_sha, "1", theirs)
        assert ours is not None
        assert ours.id != theirs.id


def test_an_opened_check_whose_answer_is_lost_is_found() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk, other = Desk(github, pull), Desk(github, pull)
        sibling = other.host.open_check(CHECK, pull.head_sha, "2", None)
        github.faults.add(faults.answer_lost())
        found = check(desk, pull)
        assert sibling is not None
        assert (found.external_id, found.id != sibling.id) == ("1", True)
        assert len(github.snapshot()["checks"]) == 2


def test_a_token_without_checks_opens_none_and_may_set_a_status() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull, github.token("actions", {"contents": "read", "statuses": "write"}))
        assert desk.host.open_check(CHECK, pull.head_sha, "1", None) is None
        assert desk.host.set_status(CHECK, pull.head_sha, Conclusion.NEUTRAL, "x" * 200) is Written.DONE
        assert github.snapshot()["statuses"] == [
            {"context": CHECK, "sha": pull.head_sha, "state": "success", "description": "x" * 140}
        ]


@pytest.mark.parametrize("count", [0, 50, 51, 120])
def test_all_annotations_arrive_once(count: int) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        opened_check = check(desk, pull)
        output = CheckOutput(title="t", summary="s", annotations=tuple(annotation(at) for at in range(count)))
        assert desk.host.conclude_check(opened_check, Conclusion.FAILURE, output) is Written.DONE
        shown = github.snapshot()["checks"][0]
        assert [each["title"] for each in shown["annotations"]] == [f"t{at}" for at in range(count)]
        assert shown["conclusion"] == "failure"


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("lost", [True, False])
def test_no_batch_of_annotations_is_lost_or_doubled(at: int, lost: bool) -> None:  # noqa: FBT001
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        opened_check = check(desk, pull)
        fault = faults.answer_lost if lost else faults.cut
        github.faults.add(fault(method="PATCH", skip=at))
        output = CheckOutput(title="t", summary="s", annotations=tuple(annotation(at) for at in range(120)))
        assert desk.host.conclude_check(opened_check, Conclusion.FAILURE, output) is Written.DONE
        assert len(github.snapshot()["checks"][0]["annotations"]) == 120


@pytest.mark.parametrize("arrived", [0, 50, 100, 120])
def test_a_run_after_one_that_was_killed_adds_the_annotations_that_are_missing(arrived: int) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        notes = tuple(annotation(at % 110) for at in range(120))
        output = CheckOutput(title="t", summary="s", annotations=notes[:arrived])
        assert desk.host.conclude_check(check(desk, pull), Conclusion.FAILURE, output) is Written.DONE
        again = Desk(github, pull)
        known = again.host.overview(()).checks[0]
        taken_up = again.host.open_check(CHECK, pull.head_sha, "1", known)
        assert taken_up is not None
        github.faults.add(faults.answer_lost(method="PATCH"))
        whole = CheckOutput(title="t", summary="s", annotations=notes)
        assert again.host.conclude_check(taken_up, Conclusion.FAILURE, whole) is Written.DONE
        shown = github.snapshot()["checks"]
        assert [len(each["annotations"]) for each in shown] == [120]
        assert [each["title"] for each in shown[0]["annotations"]] == [each.title for each in notes]


def test_texts_of_a_check_are_cut_at_github_s_limit() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        long = CheckOutput(title="t" * 300, summary="\u00e9" * 70_000, annotations=(annotation(0),))
        assert desk.host.conclude_check(check(desk, pull), Conclusion.FAILURE, long) is Written.DONE
        shown = github.snapshot()["checks"][0]
        assert len(shown["summary"].encode()) <= 65_535
        assert shown["summary"].endswith("(cut here: GitHub takes no more)")


def _two_threads(github: LoopbackGitHub, pull: Pull, count: int = 2) -> tuple[Thread, ...]:
    desk = Desk(github, pull)
    for at in range(count):
        assert review(desk, pull, note(1, path=("a.py", "b.py")[at % 2])) is Written.DONE
    return desk.host.overview(()).threads


def test_threads_are_resolved_and_folded_in_one_request_each() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        threads = _two_threads(github, pull)
        desk = Desk(github, pull, github.token("actions", EVERYTHING))
        before = len(github.lines)
        assert desk.host.resolve(threads) == (Written.DONE, Written.DONE)
        assert desk.host.minimize(threads) == (Written.DONE, Written.DONE)
        assert len(github.lines) == before + 2
        shown = github.snapshot()["pulls"][1]["threads"]
        assert [each["resolved_by"] for each in shown] == ["github-actions[bot]"] * 2
        assert all(each["comments"][0]["minimized"] for each in shown)
        told = desk.host.overview(()).threads
        assert [(each.is_resolved, each.is_minimized) for each in told] == [(True, True)] * 2
        assert told[0].resolved_by is not None


def test_a_thread_that_is_gone_does_not_keep_another_open() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        threads = _two_threads(github, pull)
        desk = Desk(github, pull, github.token("actions", EVERYTHING))
        pull.threads.pop(0)
        assert desk.host.resolve(threads) == (Written.DENIED, Written.DONE)


def test_without_contents_write_folding_is_what_is_left() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        threads = _two_threads(github, pull)
        desk = Desk(github, pull)
        assert desk.host.resolve(threads) == (Written.DENIED, Written.DENIED)
        assert desk.host.minimize(threads) == (Written.DONE, Written.DONE)


def test_many_threads_take_a_request_for_50() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        thread = _two_threads(github, pull, 1)[0]
        desk = Desk(github, pull)
        before = len(github.lines)
        assert set(desk.host.minimize([thread] * 101)) == {Written.DONE}
        assert len(github.lines) - before == 3


def test_closing_in_a_hurry_takes_seconds_and_one_try() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull, timeout_s=30)
        opened_check = check(desk, pull)
        github.faults.add(faults.slow(60, method="PATCH", times=1))
        desk.host.hurry()
        started = time.monotonic()
        assert desk.host.conclude_check(opened_check, Conclusion.NEUTRAL, OUTPUT) is Written.LOST
        assert time.monotonic() - started < 4.5
        assert desk.clock.slept == []
        assert desk.host.conclude_check(opened_check, Conclusion.NEUTRAL, OUTPUT) is Written.DONE


def test_closing_in_a_hurry_does_not_wait_for_an_answer_that_drips() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server,), daemon=True).start()
        wire = Wire(token="x", clock=DrivenClock(), api_url=f"http://127.0.0.1:{server.getsockname()[1]}")
        host = GitHubHost(GitHubPull(wire, "acme/shop", 1, check_name=CHECK))
        host.hurry()
        started = time.monotonic()
        run = CheckRun(id=1, external_id="1", is_completed=False, conclusion=None)
        assert host.conclude_check(run, Conclusion.NEUTRAL, OUTPUT) is Written.LOST
        assert time.monotonic() - started < 4.9


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.5)


def test_hurry_does_not_wait_for_a_request_that_is_under_way() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull, timeout_s=30)
        opened_check = check(desk, pull)
        github.faults.add(faults.Fault(path="/issues/", delay_s=60))
        other = threading.Thread(target=lambda: desk.host.create_comment("x", "x"), daemon=True)
        other.start()
        time.sleep(0.2)
        desk.host.hurry()
        started = time.monotonic()
        assert desk.host.conclude_check(opened_check, Conclusion.NEUTRAL, OUTPUT) is Written.DONE
        assert time.monotonic() - started < 2
    other.join(5)
    assert not other.is_alive()


def test_threads_share_a_connection_one_request_at_a_time() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        names = [f"user{at}" for at in range(6)]
        for name in names:
            github.state.account(name, role="write" if int(name[4:]) % 3 else "read")
        github.faults.add(faults.slow(0.1))
        host = Desk(github, pull).host
        started = time.monotonic()
        with ThreadPoolExecutor(6) as pool:
            told = list(pool.map(host.may_write, names))
        assert told == [bool(int(name[4:]) % 3) for name in names]
        assert time.monotonic() - started >= 0.6


def test_in_a_hurry_the_conclusion_goes_before_further_annotations() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        opened_check = check(desk, pull)
        desk.host.hurry()
        output = CheckOutput(title="t", summary="s", annotations=tuple(annotation(at) for at in range(60)))
        assert desk.host.conclude_check(opened_check, Conclusion.FAILURE, output) is Written.DONE
        shown = github.snapshot()["checks"][0]
        assert (shown["conclusion"], len(shown["annotations"])) == ("failure", 50)


def test_the_token_is_in_no_representation() -> None:
    with LoopbackGitHub() as github:
        token = github.token()
        desk = Desk(github, opened(github), token)
        shown = [repr(each) + str(vars(each)) for each in (desk.wire, desk.pull, desk.host, desk.changes)]
        assert token not in json.dumps(shown)
