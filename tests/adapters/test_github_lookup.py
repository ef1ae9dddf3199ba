"""Which pull requests an event is about, against a loopback GitHub."""

import pytest

from fakes import DrivenClock
from hunkwise.adapters import github as adapter
from hunkwise.adapters.github import Queued, Wire
from hunkwise.errors import HostError
from loopback_github import Limits, LoopbackGitHub, Pull, faults


def wire(github: LoopbackGitHub) -> Wire:
    return Wire(token=github.token(), clock=DrivenClock(), api_url=github.url, graphql_url=github.graphql_url)


def found(github: LoopbackGitHub, pull: Pull, **other: str) -> tuple[int, ...]:
    asked = {"head_repo": "eve/shop", "head_branch": pull.head_ref, "head_sha": pull.head_sha, **other}
    return adapter.pulls_with_head(wire(github), github.repo, **asked)


def test_a_fork_s_pull_request_is_found_by_its_head() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        github.state.commit({"a.py": "one\n"}, branch="release")
        pull = github.state.open_pull(head={"a.py": "two\n"}, fork_of="eve", branch="fix")
        github.state.open_pull(head={"a.py": "two\n"}, fork_of="bob", branch="fix")
        twin = github.state.open_pull(base_branch="release", fork_of="eve", branch="fix")
        assert found(github, pull) == (1, 3)
        assert found(github, pull, head_repo="eve/Shop") == (1, 3)
        assert found(github, pull, head_sha="0" * 40) == ()
        assert found(github, pull, head_repo="bob/shop") == ()
        assert found(github, pull, head_branch="other") == ()
        twin.state = "closed"
        assert found(github, pull) == (1,)


def test_a_merge_group_s_pull_requests_and_diff() -> None:
    with LoopbackGitHub() as github:
        base = github.state.commit({"a.py": "one\n", "b.py": "one\n", "c.py": "one\n"})
        files = {"a.py": "one\n", "b.py": "one\n", "c.py": "one\n"}
        pulls = [
            github.state.open_pull(head={**files, name: "two\n"}, branch=name) for name in ("a.py", "b.py", "c.py")
        ]
        entries = [github.state.enqueue(pull) for pull in pulls]
        heads = [entry.head_sha or "" for entry in entries]

        def group(base_sha: str, head_sha: str) -> tuple[Queued, ...]:
            return adapter.pulls_of_group(
                wire(github), github.repo, base_ref="main", base_sha=base_sha, head_sha=head_sha
            )

        queued = tuple(Queued(number=pull.number, head_sha=pull.head_sha) for pull in pulls)
        assert group(base, heads[0]) == queued[:1]
        assert group(base, heads[2]) == queued
        assert group(heads[0], heads[2]) == queued[1:]
        assert group(base, "0" * 40) == ()
        diff = adapter.diff(wire(github), github.repo, base, heads[1])
        assert (diff.count(b"diff --git"), b"b/b.py" in diff) == (2, True)


def test_a_branch_without_a_queue_has_no_group() -> None:
    with LoopbackGitHub() as github:
        github.state.commit({"a.py": "one\n"})
        told = adapter.pulls_of_group(wire(github), github.repo, base_ref="main", base_sha="0" * 40, head_sha="1" * 40)
        assert told == ()


def test_a_group_s_diff_that_is_too_large_and_a_queue_that_is_denied_are_errors() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        base = github.state.commit({"a.py": "one\n"})
        pull = github.state.open_pull(head={"a.py": "two\n"})
        with pytest.raises(HostError, match="answers 406 on diff of"):
            adapter.diff(wire(github), github.repo, base, pull.head_sha)
        errors = [{"type": "FORBIDDEN", "path": ["repository", "mergeQueue"], "message": "Resource not accessible"}]
        github.faults.add(faults.raw(200, {"data": {"repository": {"mergeQueue": None}}, "errors": errors}))
        with pytest.raises(HostError, match="not accessible"):
            adapter.pulls_of_group(wire(github), github.repo, base_ref="main", base_sha=base, head_sha=base)
