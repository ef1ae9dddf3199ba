"""A client that others wrote agrees with the loopback GitHub: PyGithub, which checks hosts and shapes on its own."""

from collections.abc import Iterator

import pytest
from github import Auth, Github, GithubException
from github.PullRequest import ReviewComment
from github.Repository import Repository

from github_conformance import DESCRIPTION, assert_answers_conform, assert_requests_conform
from loopback_github import LoopbackGitHub

BASE = "".join(f"line {number}\n" for number in range(1, 31))


@pytest.fixture(params=[False, True], ids=["github.com", "enterprise"])
def github(request: pytest.FixtureRequest) -> Iterator[LoopbackGitHub]:
    with LoopbackGitHub("acme/shop", enterprise=request.param) as made:
        made.state.account("ann", role="write")
        made.state.commit({"a.py": BASE, "old.py": BASE * 2})
        head = {"a.py": BASE.replace("line 9\n", "nine\n"), "new.py": BASE * 2 + "end\n"}
        made.state.open_pull(head=head, author="ann", labels=["x"])
        yield made
        if DESCRIPTION.is_file():
            assert_requests_conform(made.log)
            assert_answers_conform(made.log)


@pytest.fixture
def repo(github: LoopbackGitHub) -> Iterator[Repository]:
    client = Github(
        auth=Auth.Token(github.token()),
        base_url=github.url,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    with client:
        yield client.get_repo("acme/shop")


def test_it_reads_a_pull_request(repo: Repository) -> None:
    pull = repo.get_pull(1)
    assert (pull.user.login, pull.changed_files, [label.name for label in pull.labels]) == ("ann", 2, ["x"])
    renamed, changed = sorted(pull.get_files(), key=lambda file: file.status, reverse=True)
    assert (renamed.previous_filename, renamed.status, changed.additions) == ("old.py", "renamed", 1)
    comparison = repo.compare(pull.base.sha, pull.head.sha)
    assert (comparison.merge_base_commit.sha, comparison.total_commits) == (pull.base.sha, 1)
    content = repo.get_contents("a.py", ref=pull.head.sha)
    assert not isinstance(content, list)
    assert content.decoded_content.decode() == BASE.replace("line 9\n", "nine\n")
    assert repo.get_collaborator_permission("ann") == "write"
    assert [each.number for each in repo.get_commit(pull.head.sha).get_pulls()] == [1]
    assert [each.number for each in repo.get_pulls(state="open", head="acme:topic")] == [1]


def test_it_reviews_and_comments(github: LoopbackGitHub, repo: Repository) -> None:
    pull, head = repo.get_pull(1), repo.get_commit(repo.get_pull(1).head.sha)
    comments: list[ReviewComment] = [{"path": "a.py", "line": 9, "start_line": 8, "body": "Two lines."}]
    review = pull.create_review(commit=head, body="Looked.", event="COMMENT", comments=comments)
    assert [comment.body for comment in pull.get_single_review_comments(review.id)] == ["Two lines."]
    pull.create_review_comment("The file.", head, "new.py", subject_type="file")
    comment = pull.create_issue_comment("Summary.")
    comment.edit("Summary, again.")
    with pytest.raises(GithubException, match="422"):
        pull.create_review(commit=head, body="x", event="COMMENT", comments=[{"path": "a.py", "line": 30, "body": "x"}])
    shown = github.snapshot()["pulls"][1]
    assert [(each["path"], each["subject"], each["line"], each["start_line"]) for each in shown["threads"]] == [
        ("a.py", "line", 9, 8),
        ("new.py", "file", None, None),
    ]
    assert [each["body"] for each in shown["comments"]] == ["Summary, again."]


def test_it_writes_checks_and_statuses(github: LoopbackGitHub, repo: Repository) -> None:
    sha = repo.get_pull(1).head.sha
    run = repo.create_check_run("hunkwise", sha, status="in_progress", external_id="1")
    run.edit(status="completed", conclusion="failure", output={"title": "One", "summary": "One finding."})
    repo.get_commit(sha).create_status("failure", description="One finding.", context="hunkwise")
    assert [(each.name, each.conclusion) for each in repo.get_commit(sha).get_check_runs()] == [("hunkwise", "failure")]
    assert repo.get_commit(sha).get_combined_status().state == "failure"
    assert github.snapshot()["checks"][0]["summary"] == "One finding."
    assert github.snapshot()["statuses"][0]["context"] == "hunkwise"


def test_it_follows_the_redirect_of_a_renamed_repository(github: LoopbackGitHub, repo: Repository) -> None:
    github.state.rename("store")
    assert repo.get_pull(1).base.repo.full_name == "acme/store"
    del github.log[-2:]  # a path by number is described nowhere
