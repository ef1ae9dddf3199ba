"""What one query tells of a pull request, against a loopback GitHub."""

from dataclasses import replace

import pytest

from github_builder import CHECK, Desk
from hunkwise.errors import HostError, NotOnHostError, PermissionDeniedError, UsageError
from hunkwise.model.diff import Side
from hunkwise.model.publication import Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import Pull
from hunkwise.pipeline import publish
from loopback_github import READ_ONLY, LoopbackGitHub, faults


def test_it_tells_the_facts_in_one_request() -> None:
    with LoopbackGitHub() as github:
        base = github.state.commit({"a.py": "one\n", ".hunkwise.yml": "engine: rules\n"})
        github.state.account("ann", role="write")
        pull = github.state.open_pull(
            head={"a.py": "two\n", ".hunkwise.yml": "engine: llm\n"},
            author="ann",
            labels=["later"],
            draft=True,
            title="Two",
            body="It was one.",
        )
        told = Desk(github, pull).host.overview((".hunkwise.yml", ".github/hunkwise.yml"))
        assert told.pull == Pull(
            repo="acme/shop",
            repo_id=github.state.repo.id,
            number=1,
            is_open=True,
            is_draft=True,
            author="ann",
            author_may_write=True,
            labels=("later",),
            base_ref="main",
            base_sha=base,
            head_sha=pull.head_sha,
            changed_files=2,
            changed_lines=4,
            title="Two",
            body="It was one.",
        )
        assert told.files == {".hunkwise.yml": b"engine: rules\n"}
        assert (told.comments, told.threads, told.checks, told.sharing) == ((), (), (), ())
        assert github.lines == ["POST /graphql 200"]


def test_a_fork_s_pull_request_by_a_bot_and_a_fork_that_is_gone() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"}, author="renovate[bot]", fork_of="eve")
        told = Desk(github, pull).host.overview(()).pull
        assert (told.author, told.author_may_write) == ("renovate[bot]", False)
        github.state.delete_fork("eve")
        assert Desk(github, pull).host.overview(()).pull == told


def test_only_what_this_token_s_identity_said_is_told() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        desk = Desk(github, pull)
        github.state.add_comment(pull, github.state.account("github-actions"), "a person with the bot's bare name")
        assert desk.host.create_comment("ours", "ours").value == "done"
        assert desk.host.create_file_comment(pull.head_sha, "a.py", "on the file", "on the file").value == "done"
        told = desk.host.overview(())
        assert [(each.body, each.is_minimized, each.id) for each in told.comments] == [
            ("ours", False, pull.comments[1].id)
        ]
        assert [(each.body, each.path, each.line, each.is_resolved) for each in told.threads] == [
            ("on the file", "a.py", None, False)
        ]
        other = Desk(github, pull, github.token("user", login="ann")).host.overview(())
        assert (other.comments, other.threads) == ((), ())


def test_long_lists_are_read_to_their_end() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({f"f{at}.py": "one\n" for at in range(103)})
        pull = github.state.open_pull(head={f"f{at}.py": "two\n" for at in range(103)})
        bot = github.state.accounts["github-actions[bot]"]
        for at in range(201):
            github.state.add_comment(pull, bot, f"comment {at}")
        desk = Desk(github, pull)
        notes = [
            InlineComment(path=f"f{at}.py", side=Side.RIGHT, start_line=None, line=1, body=f"note {at}", marker=f"{at}")
            for at in range(103)
        ]
        assert desk.host.create_review(pull.head_sha, ReviewEvent.COMMENT, "all", notes, "all") is Written.DONE
        told = desk.host.overview(())
        assert [each.body for each in told.comments] == [f"comment {at}" for at in range(201)]
        assert [each.body for each in told.threads] == [f"note {at}" for at in range(103)]
        assert github.lines[1:] == ["POST /graphql 200"] * 4


def test_checks_of_our_name_and_pull_requests_that_share_the_head() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        github.state.commit({"a.py": "one\n"}, branch="release")
        pull = github.state.open_pull(head={"a.py": "two\n"})
        other = github.state.open_pull(base_branch="release", branch="topic")
        desk, sibling = Desk(github, pull), Desk(github, other)
        mine = desk.host.open_check(CHECK, pull.head_sha, "1", None)
        theirs = sibling.host.open_check(CHECK, pull.head_sha, "2", None)
        desk.host.open_check("another", pull.head_sha, "1", None)
        told = desk.host.overview(())
        assert told.checks == (mine, theirs)
        assert told.sharing == (2,)
        other.state = "closed"
        assert desk.host.overview(()).sharing == ()


def test_a_token_without_checks_still_gets_its_overview() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        token = github.token("actions", {"contents": "read", "pull-requests": "write"})
        assert Desk(github, pull, token).host.overview(()).checks == ()


def test_a_closed_and_a_missing_pull_request() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        pull.state = "closed"
        assert not Desk(github, pull).host.overview(()).pull.is_open
        with pytest.raises(NotOnHostError, match=r"has no pull request acme/shop#7, or hides it from this token"):
            Desk(github, 7).host.overview(())


def test_a_token_that_is_wrong_or_may_not() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        with pytest.raises(PermissionDeniedError, match="refuses the token: Bad credentials") as refused:
            Desk(github, pull, "ghs_wrong").host.overview(())
        assert "ghs_wrong" not in f"{refused.value!r} {refused.value.hint}"


def test_a_denied_part_that_a_review_needs_is_an_error() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        errors = [{"type": "FORBIDDEN", "path": ["repository", "pullRequest", "comments"], "message": "not accessible"}]
        github.faults.add(faults.raw(200, {"data": {"repository": {"pullRequest": {}}}, "errors": errors}))
        with pytest.raises(PermissionDeniedError, match="not accessible") as refused:
            Desk(github, pull).host.overview(())
        assert "pull-requests: read" in refused.value.hint


def test_a_status_that_stood_in_for_a_check_is_told_where_the_token_may_see_it() -> None:
    with LoopbackGitHub(private=True) as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        rights = {"contents": "read", "pull-requests": "write"}
        desk = Desk(github, pull, github.token("actions", {**rights, "statuses": "write"}))
        assert publish.old_status(desk.host.overview(())) is None
        assert desk.host.set_status(CHECK, pull.head_sha, Conclusion.FAILURE, "x") is Written.DONE
        assert publish.old_status(desk.host.overview(())) is False
        assert desk.host.set_status(CHECK, pull.head_sha, Conclusion.SUCCESS, "x") is Written.DONE
        told = desk.host.overview(())
        assert publish.old_status(told) is True
        assert publish.old_status(replace(told, sharing=(2,))) is None
        assert Desk(github, pull, github.token("actions", rights)).host.overview(()).status_passes is None


def test_a_repository_is_named_by_owner_and_name() -> None:
    with LoopbackGitHub() as github, pytest.raises(UsageError, match="is no repository"):
        type(Desk(github, 1).pull)(Desk(github, 1).wire, "shop", 1, check_name=CHECK)


def test_configuration_that_can_t_be_read_is_not_taken_for_none() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n", ".hunkwise.yml": b"\0\0"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        with pytest.raises(HostError, match=r"\.hunkwise\.yml of the base branch can't be read"):
            Desk(github, pull).host.overview((".hunkwise.yml",))


def test_configuration_is_read_byte_for_byte() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n", ".hunkwise.yml": b"# caf\xe9\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        assert Desk(github, pull).host.overview((".hunkwise.yml",)).files == {".hunkwise.yml": b"# caf\xe9\n"}


def test_the_head_is_asked_again() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        desk = Desk(github, pull)
        before = desk.host.head_sha()
        pushed = github.state.push(pull, {"a.py": "three\n"})
        assert (before, desk.host.head_sha()) == (desk.host.overview(()).pull.base_sha and before, pushed)
        assert before != pushed


def test_who_may_write() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        for role in ("admin", "maintain", "write", "triage", "read"):
            github.state.account(role, role=role)
        pull = github.state.open_pull(head={"a.py": "two\n"})
        host = Desk(github, pull).host
        assert [
            name for name in ("admin", "maintain", "write", "triage", "read", "nobody") if host.may_write(name)
        ] == [
            "admin",
            "maintain",
            "write",
        ]


@pytest.mark.parametrize("status", [404, 403, 502])
def test_who_may_write_is_nobody_where_github_does_not_say(status: int) -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        github.state.account("ann", role="admin")
        pull = github.state.open_pull(head={"a.py": "two\n"})
        github.faults.add(faults.raw(status, {"message": "no"}, path=r"/permission$", times=99))
        assert not Desk(github, pull).host.may_write("ann")


def test_a_read_only_token_reads() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"}, fork_of="eve")
        desk = Desk(github, pull, github.token("actions", READ_ONLY))
        assert desk.host.overview(()).pull.author_may_write is False
        assert desk.changes.load(desk.ref).diff.startswith(b"diff --git a/a.py b/a.py")
        assert not desk.host.may_comment(pull.head_sha)
        assert desk.host.open_check(CHECK, pull.head_sha, "1", None) is None
