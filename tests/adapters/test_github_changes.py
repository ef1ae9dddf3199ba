"""A pull request's change by GitHub's API, against a loopback GitHub and what git itself says."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from github_builder import Desk
from hunkwise.adapters.github import blobs, unpatched
from hunkwise.core import patch
from hunkwise.errors import ChangeError, HostError, NotOnHostError
from hunkwise.model.change import Change, WorkingTree
from hunkwise.model.diff import FileDiff
from loopback_github import Limits, LoopbackGitHub, Pull, faults
from loopback_github.refusals import RefusalError

Content = str | bytes | tuple[str, bytes]
BASE: dict[str, Content] = {
    "a.py": "".join(f"line {at}\n" for at in range(40)),
    "latin.py": b"# caf\xe9\nx = 1\n",
    "gone.py": "x\n",
    "moved.py": "".join(f"moved {at}\n" for at in range(9)),
    "same.py": "y\n",
    "image.png": b"\x89PNG\0\1",
    "run.sh": "echo\n",
    "b c/d e.py": "x\n",
}
HEAD: dict[str, Content] = {
    "a.py": "".join(f"line {at}\n" for at in range(40)).replace("line 3\n", "LINE 3\n").replace("line 30\n", ""),
    "latin.py": b"# caf\xe9\nx = '\xe8'\n",
    "renamed.py": "".join(f"moved {at}\n" for at in range(9)) + "more",
    "same.py": "y\n",
    "image.png": b"\x89PNG\0\2",
    "run.sh": ("100755", b"echo\n"),
    "b c/d e.py": "x\r\n",
    'new "file".py': "z\n",
    "empty.py": "",
    "link": ("120000", b"a.py"),
}


def opened(github: LoopbackGitHub, base: Mapping[str, Content] = BASE, head: Mapping[str, Content] = HEAD) -> Pull:
    github.state.commit(base)
    return github.state.open_pull(head=head)


def loaded(github: LoopbackGitHub, pull: Pull) -> Change:
    desk = Desk(github, pull)
    return desk.changes.load(desk.ref)


def shapes(diff: bytes) -> dict[bytes, tuple[object, ...]]:
    """Return what counts of a diff, without modes: GitHub's list of files does not tell them."""
    parsed = patch.parse(diff)
    assert not parsed.unreadable
    return {file.raw_path: _shape(file) for file in parsed.files}


def _shape(file: FileDiff) -> tuple[object, ...]:
    lines = [(line.kind, line.old, line.new, line.raw, line.ends) for hunk in file.hunks for line in hunk.lines]
    return file.raw_old_path, file.status, file.is_binary, lines


def test_the_diff_is_git_s_byte_for_byte() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        change = loaded(github, pull)
        assert change.diff == github.state.comparison(pull).diff
        assert b"\xe8" in change.diff
        assert (change.source, change.repo, change.number) == ("github", "acme/shop", 1)
        assert (change.base, change.head) == (pull.base_sha, pull.head_sha)
        assert (change.notices, change.unread) == ((), ())


@pytest.mark.parametrize("limits", [Limits(diff_files=2), Limits(diff_lines=5), Limits(diff_bytes=100)])
def test_a_change_too_large_for_one_diff_is_read_by_files(limits: Limits) -> None:
    with LoopbackGitHub(limits=limits) as github:
        pull = opened(github)
        change = loaded(github, pull)
        assert shapes(change.diff) == shapes(github.state.comparison(pull).diff)
        assert [notice.code for notice in change.notices] == ["read_by_file"]
        assert change.unread == ()


def test_patches_that_github_leaves_out_are_computed() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=2, patch_lines=0)) as github:
        pull = opened(github)
        change = loaded(github, pull)
        assert shapes(change.diff) == shapes(github.state.comparison(pull).diff)
        assert change.unread == ()


def test_patches_are_computed_from_the_merge_base_of_a_base_branch_that_moved_on() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0, patch_lines=0)) as github:
        pull = opened(github)
        since = pull.base_sha
        tip = github.state.commit({**BASE, "a.py": "another\n", "unrelated.py": "1\n"})
        change = loaded(github, pull)
        assert (change.base, pull.base_sha) == (since, tip)
        assert shapes(change.diff) == shapes(github.state.comparison(pull).diff)


def test_commits_are_compared_only_where_an_old_version_is_needed() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        pull = opened(github, {"a.py": "1\n", "gone.py": "1\n"}, {"a.py": "2\n", "new.png": b"\0", "empty": ""})
        desk = Desk(github, pull)
        change = desk.changes.load(desk.ref)
        assert change.base == pull.base_sha
        assert shapes(change.diff) == shapes(github.state.comparison(pull).diff)
        assert [line.rpartition(" ")[0].partition("...")[0] for line in github.lines] == [
            "POST /graphql",
            f"GET /repos/acme/shop/compare/{pull.base_sha}",
            "GET /repos/acme/shop/pulls/1/files",
            "POST /graphql",
        ]


def test_a_diff_that_would_be_refused_is_not_asked_for() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "1\n"}, {"a": "1\n" * 20_002})
        change = loaded(github, pull)
        assert [notice.code for notice in change.notices] == ["read_by_file"]
        assert [line for line in github.lines if line.endswith("406")] == []


def test_every_page_of_files_is_read() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "gone\n"}, {f"f{at}.py": f"{at}\n" for at in range(301)})
        change = loaded(github, pull)
        assert len(shapes(change.diff)) == 302
        assert change.unread == ()
        assert [line.partition(" /repos")[0] for line in github.lines] == ["POST /graphql 200", *["GET"] * 4]


def test_files_beyond_github_s_list_are_counted_unread() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=100, files=200)) as github:
        pull = opened(github, {"a": "1\n"}, {"a": "1\n", **{f"f{at:03}.py": f"{at}\n" for at in range(207)}})
        change = loaded(github, pull)
        assert len(shapes(change.diff)) == 200
        assert [(each.path, each.hunks) for each in change.unread] == [("(7 further files)", 7)]
        assert "GitHub lists at most" in change.unread[0].reason


def test_a_large_file_without_a_patch_is_unread_with_its_reason() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        pull = opened(github, {"a.txt": "x\n"}, {"a.txt": "y\n" * 2_600_000})
        change = loaded(github, pull)
        assert [(each.path, each.hunks) for each in change.unread] == [("a.txt", 1)]
        assert "over 5 MB" in change.unread[0].reason


def test_files_that_github_does_not_answer_for_are_unread() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0, patch_lines=0)) as github:
        pull = opened(github, {"a.py": "x\n", "b.py": "x\n"}, {"a.py": "y\n", "b.py": "y\n"})
        desk = Desk(github, pull)
        desk.host.overview(())
        github.faults.add(faults.storm(502, path="/graphql", times=999))
        change = desk.changes.load(desk.ref)
        assert [each.path for each in change.unread] == ["a.py", "b.py"]
        assert {each.reason for each in change.unread} == {"GitHub shows neither its patch nor its content"}


def _disguised(diff: bytes, *names: bytes) -> bytes:
    """Return `diff` as GitHub shows it where attributes call files binary."""
    for name in names:
        section = re.compile(rb"(?<=\n)--- \S+\n\+\+\+ b/" + re.escape(name) + rb"\n(?:[-+ @\\].*\n)+")
        diff = section.sub(b"Binary files a/" + name + b" and b/" + name + b" differ\n", diff)
    return diff


def test_text_that_attributes_call_binary_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackGitHub() as github:
        base: dict[str, Content] = {"old.py": "x = 1\n" * 9, "image.png": b"\0", "other.txt": "1\n", "gone.py": "1\n"}
        head: dict[str, Content] = {
            "bad.py": "import os\n",
            "moved.py": "x = 1\n" * 9 + "x = 2\n",
            "image.png": b"\0\0",
            "other.txt": "2\n",
            ".gitattributes": "*.py -diff\n",
        }
        pull = opened(github, base, head)
        true = github.state.comparison(pull)
        shown = _disguised(true.diff, b"bad.py", b"moved.py")
        assert shown.count(b"Binary files") == 3
        monkeypatch.setattr(github.state.objects, "compare", lambda *_: replace(true, diff=shown))
        change = loaded(github, pull)
        assert shapes(change.diff) == shapes(true.diff)
        assert [file.path for file in patch.parse(change.diff).files] == [file.path for file in true.files]


def test_binary_files_cost_one_query_and_stay_binary() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a.png": b"\0"}, {"a.png": b"\0\0", "b.png": b"\0"})
        assert loaded(github, pull).diff == github.state.comparison(pull).diff
        assert len(github.lines) == 3


def test_text_called_binary_that_can_t_be_shown_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "1\n"}, {"a": "1\n", "big.py": "x = 1\n" * 900_000})
        true = github.state.comparison(pull)
        shown = b"diff --git a/big.py b/big.py\nnew file mode 100644\nBinary files /dev/null and b/big.py differ\n"
        monkeypatch.setattr(github.state.objects, "compare", lambda *_: replace(true, diff=shown))
        change = loaded(github, pull)
        assert [(each.path, "5 MB" in each.reason) for each in change.unread] == [("big.py", True)]


def test_pictures_cost_one_place_each_however_many_they_are() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        base: dict[str, Content] = {f"p{at:03}.png": b"\0%d" % at for at in range(70)}
        head: dict[str, Content] = {f"p{at:03}.png": b"\0\0%d" % at for at in range(70)}
        base["z.txt"], head["z.txt"] = "1\n", "2\n" * 20_001
        pull = opened(github, base, head)
        change = loaded(github, pull)
        assert shapes(change.diff) == shapes(github.state.comparison(pull).diff)
        asked = [len(each.body["variables"]) - 3 for each in github.requests if each.is_graphql]
        assert asked[1:] == [71, 1]


def test_a_push_between_two_requests_changes_nothing_that_is_read() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a.py": "1\n"}, {"a.py": "2\n"})
        true, head = github.state.comparison(pull).diff, pull.head_sha
        github.faults.add(faults.at_request(lambda: github.state.push(pull, {"a.py": "evil\n"}), method="GET"))
        change = loaded(github, pull)
        assert (change.diff, change.head) == (true, head)


def moves(github: LoopbackGitHub, pull: Pull, *, back_after: int | None) -> None:
    """Let the pull request move on before its files are listed, and back before another such request."""
    ours, other = pull.head_sha, github.state.push(pull, {"a.py": "evil\n"})
    pull.head_sha = ours
    github.faults.add(faults.at_request(lambda: setattr(pull, "head_sha", other), path="/files$"))
    if back_after is not None:
        github.faults.add(faults.at_request(lambda: setattr(pull, "head_sha", ours), path="/files$", skip=back_after))


def test_files_listed_of_another_head_are_listed_again() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        pull = opened(github)
        true = shapes(github.state.comparison(pull).diff)
        moves(github, pull, back_after=1)
        change = loaded(github, pull)
        assert (shapes(change.diff), change.unread) == (true, ())


def test_files_of_a_pull_request_that_moved_on_are_unread() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        pull = opened(github)
        count = len(github.state.comparison(pull).files)
        moves(github, pull, back_after=None)
        change = loaded(github, pull)
        assert change.diff == b""
        assert [(each.path, each.hunks) for each in change.unread] == [(f"({count} files)", count)]
        assert "moved on" in change.unread[0].reason


@pytest.mark.parametrize("moved", [False, True])
def test_without_a_common_commit_the_diff_is_the_pull_request_s(moved: bool) -> None:  # noqa: FBT001  # a table
    with LoopbackGitHub() as github:
        pull = opened(github, {"a.py": "1\n"}, {"a.py": "2\n"})
        github.faults.add(faults.raw(404, {"message": "No common ancestor between the two commits."}, path="/compare/"))
        if moved:
            push = faults.at_request(lambda: github.state.push(pull, {"a.py": "evil\n"}), path=r"/pulls/1$")
            github.faults.add(push)
        change = loaded(github, pull)
        assert b"evil" not in change.diff
        assert (b"+2" in change.diff, bool(change.unread)) == (not moved, moved)


def test_a_merged_pull_request_shows_what_it_changed() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a.py": "1\n"}, {"a.py": "2\n"})
        true = github.state.comparison(pull).diff
        github.state.close(pull, merge=True)
        assert loaded(github, pull).diff == true


def test_a_diff_that_lacks_files_is_not_taken_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        true = github.state.comparison(pull)
        half = true.diff[: true.diff.rindex(b"diff --git ")]
        monkeypatch.setattr(github.state.objects, "compare", lambda *_: replace(true, diff=half))
        change = loaded(github, pull)
        assert shapes(change.diff) == shapes(true.diff)


def test_generated_files_are_those_the_base_s_attributes_mark() -> None:
    with LoopbackGitHub() as github:
        base = {"a.py": "1\n", "old.pb.go": "1\n", ".gitattributes": "*.pb.go linguist-generated\n"}
        head = {"a.py": "2\n", "new.pb.go": "1\n", ".gitattributes": "*.py linguist-generated\n"}
        assert loaded(github, opened(github, base, head)).generated == {b"old.pb.go", b"new.pb.go"}


def test_head_files_come_byte_for_byte_125_a_query() -> None:
    with LoopbackGitHub() as github:
        head: dict[str, Content] = {
            **{f"f{at}.py": f"{at}\n" for at in range(250)},
            "latin.py": b"\xe9\n",
            "same_size.py": b"\xf0\x9f\x98\n",
            "long.py": "x" * 600_000,
            "huge.py": "x" * 5_000_001,
            "bin": b"\0\1",
            "link": ("120000", b"f1.py"),
        }
        pull = opened(github, {"a": "1\n"}, head)
        desk = Desk(github, pull)
        change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
        wanted = [path.encode() for path in head] + [b"missing", b"\xff"]
        got = desk.changes.head_files(desk.ref, change, wanted)
        left_out = {"huge.py", "bin", "link"}
        assert got == {
            path.encode(): content.encode() if isinstance(content, str) else content
            for path, content in head.items()
            if path not in left_out
        }
        assert [line.partition("/git/")[0] for line in github.lines].count("POST /graphql 200") == 3
        assert len(github.lines) == 6


def asked(github: LoopbackGitHub) -> list[int]:
    """Return how many files each query asked for, after the overview."""
    return [sum(name[0] == "p" for name in each.body["variables"]) for each in github.requests[1:] if each.is_graphql]


def head_files(desk: Desk, pull: Pull, paths: Iterable[str]) -> Mapping[bytes, bytes]:
    change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
    return desk.changes.head_files(desk.ref, change, [path.encode() for path in paths])


def test_what_github_leaves_out_of_a_large_answer_is_asked_for_again() -> None:
    with LoopbackGitHub(limits=Limits(query_files=70)) as github:
        head = {f"f{at:03}.py": f"{at}\n" for at in range(300)}
        pull = opened(github, {"a": "1\n"}, head)
        desk = Desk(github, pull)
        desk.host.overview(())
        found = head_files(desk, pull, [*head, "missing.py"])
        assert found == {path.encode(): text.encode() for path, text in head.items()}
        assert asked(github) == [125, 62, 62, 62, 45]
        assert head_files(desk, pull, list(head)[:70])
        assert asked(github)[5:] == [62, 8]


def test_however_little_github_answers_at_once_all_files_come() -> None:
    with LoopbackGitHub(limits=Limits(query_files=4)) as github:
        head = {f"f{at:03}.py": f"{at}\n" for at in range(200)}
        pull = opened(github, {"a": "1\n"}, head)
        assert len(head_files(Desk(github, pull), pull, head)) == 200


def test_one_file_that_github_can_t_show_takes_no_other_with_it() -> None:
    with LoopbackGitHub(limits=Limits(slow_files=frozenset({"f000.py"}))) as github:
        head = {f"f{at:03}.py": f"{at}\n" for at in range(300)}
        pull = opened(github, {"a": "1\n"}, head)
        desk = Desk(github, pull)
        desk.host.overview(())
        assert len(head_files(desk, pull, head)) == 299
        assert max(asked(github)[-3:]) == 125
        assert len(asked(github)) <= 25


def test_an_outage_costs_a_bounded_number_of_requests() -> None:
    with LoopbackGitHub() as github:
        head = {f"f{at:03}.py": f"{at}\n" for at in range(300)}
        pull = opened(github, {"a": "1\n"}, head)
        desk = Desk(github, pull)
        desk.host.overview(())
        github.faults.add(faults.storm(502, path="/graphql", times=faults.ALWAYS))
        assert head_files(desk, pull, head) == {}
        assert len(asked(github)) <= 3 * blobs.MAX_FAILED


def test_a_query_that_is_too_much_is_asked_in_halves() -> None:
    with LoopbackGitHub() as github:
        head = {f"f{at}.py": f"{at}\n" for at in range(8)}
        pull = opened(github, {"a": "1\n"}, head)
        desk = Desk(github, pull)
        desk.host.overview(())
        github.faults.add(faults.storm(502, path="/graphql", times=2))
        change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
        assert len(desk.changes.head_files(desk.ref, change, [path.encode() for path in head])) == 8


def test_another_change_is_none_of_this_source() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        desk = Desk(github, pull)
        with pytest.raises(ChangeError, match="this is not pull request acme/shop#1"):
            desk.changes.load(WorkingTree(repo="."))


def test_a_diff_that_is_refused_otherwise_is_an_error() -> None:
    with LoopbackGitHub() as github:
        pull = opened(github)
        github.faults.add(faults.raw(404, {"message": "Not Found"}, path=r"/pulls/1$"))
        github.faults.add(faults.raw(404, {"message": "Not Found"}, path="/compare/"))
        with pytest.raises(NotOnHostError, match=r"diff of pull request acme/shop#1"):
            loaded(github, pull)


def test_a_comparison_without_a_merge_base_is_an_error() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0, patch_lines=0)) as github:
        pull = opened(github)
        github.faults.add(faults.Fault(path="/compare/", skip=1, answer=RefusalError(200, "{}")))
        with pytest.raises(HostError, match="names no merge base"):
            loaded(github, pull)


def test_computing_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpatched, "MAX_DIFF_BYTES", 1)
    monkeypatch.setattr(unpatched, "BATCH", 1)
    with LoopbackGitHub(limits=Limits(diff_files=0, patch_lines=0)) as github:
        pull = opened(github, {"a.py": "x\n", "b.py": "x\n"}, {"a.py": "y\n", "b.py": "y\n"})
        change = loaded(github, pull)
        assert list(shapes(change.diff)) == [b"a.py"]
        assert [(each.path, "too large to compute" in each.reason) for each in change.unread] == [("b.py", True)]


def test_contents_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MAX_TOTAL_BYTES", 50)
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "1\n"}, {f"f{at:03}.py": "x\n" for at in range(150)})
        desk = Desk(github, pull)
        change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
        got = desk.changes.head_files(desk.ref, change, [b"f%03d.py" % at for at in range(150)])
        assert len(got) == 125


def test_files_asked_for_one_by_one_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MAX_SINGLE", 2)
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "1\n"}, {f"f{at}.py": b"\xe9 %d" % at for at in range(4)})
        desk = Desk(github, pull)
        change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
        assert len(desk.changes.head_files(desk.ref, change, [b"f%d.py" % at for at in range(4)])) == 2


@pytest.mark.parametrize("payload", [{}, {"encoding": "utf-8", "content": "x"}, {"encoding": "base64", "content": "x"}])
def test_a_blob_that_does_not_come_is_left_out(payload: dict[str, str]) -> None:
    with LoopbackGitHub() as github:
        pull = opened(github, {"a": "1\n"}, {"a": b"\xe9"})
        desk = Desk(github, pull)
        github.faults.add(faults.raw(200, payload, path="/git/blobs/"))
        change = Change(source="github", repo=None, base=None, head=pull.head_sha, diff=b"")
        assert desk.changes.head_files(desk.ref, change, [b"a"]) == {}


def test_without_git_what_github_does_not_compare_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0, patch_lines=0)) as github:
        pull = opened(github, {"a.py": "x\n"}, {"a.py": "y\n"})
        github.state.comparison(pull)
        monkeypatch.setattr("shutil.which", lambda _: None)
        change = loaded(github, pull)
        assert [each.reason for each in change.unread] == ["GitHub shows no patch, and git is not installed"]


def test_a_submodule_s_patch_is_one() -> None:
    with LoopbackGitHub(limits=Limits(diff_files=0)) as github:
        pull = opened(github, {"a.py": "x\n"}, {"a.py": "y\n"})
        listed = {
            "filename": "lib",
            "status": "modified",
            "changes": 2,
            "sha": "b" * 40,
            "patch": f"@@ -1 +1 @@\n-Subproject commit {'a' * 40}\n+Subproject commit {'b' * 40}",
        }
        github.faults.add(faults.Fault(path="/files$", answer=RefusalError(200, json.dumps([listed]))))
        (file,) = patch.parse(loaded(github, pull).diff).files
        assert file.is_submodule
