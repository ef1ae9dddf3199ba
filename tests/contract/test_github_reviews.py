"""The loopback GitHub's rules for reviews: what GitHub takes and refuses, and in which words."""

from typing import Any

import pytest

from github_client import Client, line
from loopback_github import READ_ONLY, Limits, LoopbackGitHub

LINES = [f"line {number}\n" for number in range(1, 61)]
BASE = "".join(LINES)
HEAD = "".join(LINES).replace("line 20\n", "line twenty\nand more\n").replace("line 50\n", "")
"""Two hunks: new lines 17..24 (20 and 21 added; old 20 deleted), and 48..53 (old line 50 deleted)."""


@pytest.fixture
def github() -> Any:
    with LoopbackGitHub("acme/shop", limits=Limits(body=100)) as made:
        made.state.account("ann", role="write")
        made.state.commit({"a.py": BASE, "moved.py": BASE, "bin": b"\0\1"})
        made.state.open_pull(head={"a.py": HEAD, "to.py": BASE + "end\n", "bin": b"\0\2"}, author="ann")
        yield made


@pytest.fixture
def app(github: LoopbackGitHub) -> Client:
    return Client(github, github.token())


@pytest.mark.parametrize(
    "comment",
    [
        line("a.py", 17),
        line("a.py", 20),
        line("a.py", 24),
        line("a.py", 20, side="LEFT"),
        line("a.py", 50, side="LEFT"),
        line("a.py", 21, start_line=20),
        line("a.py", 22, start_line=20, start_side="LEFT"),
        line("to.py", 61),
        {"path": "a.py", "position": 4, "body": "Old style."},
    ],
)
def test_a_line_of_a_hunk_takes_a_comment(app: Client, comment: dict[str, Any]) -> None:
    answer = app.review(comment)
    assert answer.status == 200
    (thread,) = app.github.snapshot()["pulls"][1]["threads"]
    assert thread["comments"][0]["body"] == comment["body"]


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        (line("a.py", 16), "line must be part of the diff and Pull request review thread diff hunk can't be blank"),
        (line("a.py", 25), "line must be part of the diff"),
        (line("a.py", 61), "line must be part of the diff"),
        (line("a.py", 16, side="LEFT"), "line must be part of the diff"),
        (line("a.py", 20, start_line=20), "start line must precede the end line."),
        (line("a.py", 21, start_line=22), "start line must precede the end line."),
        (line("a.py", 50, start_line=20), "start line must be part of the same hunk as the line."),
        (line("a.py", 30, start_line=20), "start line must be part of the same hunk as the line., and"),
        (line("moved.py", 61), "Path could not be resolved"),
        (line("bin", 1), "line must be part of the diff"),
        (line("a.py", 20, "x" * 101), "too long"),
        (line("a.py", 20, ""), "blank"),
        ({"path": "a.py", "body": "no place"}, "oneOf"),
        (line("a.py", 20, subject_type="file"), "not a permitted key"),
    ],
)
def test_a_bad_entry_refuses_the_whole_review(app: Client, comment: dict[str, Any], error: str) -> None:
    answer = app.review(line("a.py", 20), comment)
    assert answer.status == 422
    assert error in answer.message
    assert app.github.snapshot()["pulls"][1] == {
        "state": "open",
        "labels": [],
        "comments": [],
        "reviews": [],
        "threads": [],
    }


@pytest.mark.parametrize("event", ["COMMENT", "REQUEST_CHANGES"])
def test_a_review_needs_a_body(app: Client, event: str) -> None:
    assert app.review(line("a.py", 20), event=event, body="").status == 422
    assert app.review(event=event, body="x" * 101).status == 422


def test_without_an_event_a_review_is_pending_and_in_the_way(app: Client) -> None:
    assert app.ask("POST", "/pulls/1/reviews", {"comments": [line("a.py", 20)]}).json["state"] == "PENDING"
    assert "one pending review" in app.review().message
    sha = app.github.state.pulls[1].head_sha
    refused = app.post("/pulls/1/comments", path="a.py", line=20, body="x", commit_id=sha)
    assert "one pending review" in refused.message
    ann = Client(app.github, app.github.token("user", login="ann"))
    assert ann.get("/pulls/1/reviews").json == []
    assert [each["state"] for each in app.get("/pulls/1/reviews").json] == ["PENDING"]
    assert ann.get("/pulls/1/comments").json == []


def test_the_actions_token_may_not_approve_unless_the_repository_says_so(app: Client) -> None:
    assert "not permitted to approve" in app.review(event="APPROVE").message
    app.github.state.actions_may_approve = True
    assert app.review(event="APPROVE").json["state"] == "APPROVED"


def test_nobody_approves_or_blocks_what_is_their_own(github: LoopbackGitHub) -> None:
    ann = Client(github, github.token("user", login="ann"))
    assert "Can not approve your own" in ann.review(event="APPROVE").message
    assert "Can not request changes on your own" in ann.review(event="REQUEST_CHANGES").message
    assert ann.review().status == 200


def test_a_comment_outside_a_review_says_which_field(app: Client) -> None:
    sha = app.github.state.pulls[1].head_sha
    refused = app.post("/pulls/1/comments", path="a.py", line=16, body="x", commit_id=sha)
    assert refused.json["message"] == "Validation Failed"
    assert [each["field"] for each in refused.json["errors"]] == [
        "pull_request_review_thread.line",
        "pull_request_review_thread.diff_hunk",
    ]
    assert app.post("/pulls/1/comments", path="a.py", line=20, body="x" * 101, commit_id=sha).status == 422
    stray = app.post("/pulls/1/comments", path="a.py", line=20, body="x", commit_id="0" * 40)
    assert "commit_id is not part of the pull request" in stray.message


@pytest.mark.parametrize("path", ["a.py", "to.py", "bin"])
def test_a_file_comment_needs_no_line(app: Client, path: str) -> None:
    sha = app.github.state.pulls[1].head_sha
    made = app.post("/pulls/1/comments", path=path, body="All of it.", commit_id=sha, subject_type="file")
    assert (made.status, made.json["subject_type"], "line" in made.json) == (201, "file", False)


def test_the_probe_tells_a_writer_from_a_reader(app: Client) -> None:
    reader = Client(app.github, app.github.token("actions", READ_ONLY))
    wrong = {"path": "a.py", "line": 1, "body": "probe", "commit_id": app.github.state.pulls[1].head_sha}
    assert reader.post("/pulls/1/comments", **wrong).status == 403
    assert app.post("/pulls/1/comments", **wrong).status == 422


def test_a_review_of_an_older_commit_is_outdated(app: Client) -> None:
    pull = app.github.state.pulls[1]
    old = pull.head_sha
    app.github.state.push(pull, {"a.py": HEAD + "line 61\n"})
    assert app.review(line("a.py", 20), commit_id=old).status == 200
    assert app.get("/pulls/1/comments").json[0]["line"] is None
    assert app.get("/pulls/1/comments").json[0]["original_line"] == 20
