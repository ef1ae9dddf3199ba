import os
import subprocess
from pathlib import Path

import pytest

from clone import Clone
from hunkwise.adapters.local_git import LocalGit
from hunkwise.core import patch
from hunkwise.errors import ChangeError
from hunkwise.model.change import CommitRange, WorkingTree
from hunkwise.model.diff import FileStatus

NAMES = (".hunkwise.yml", ".github/hunkwise.yml")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.commit(a="one\ntwo\n", gone="bye\n", _dot_gitignore="*.log\n")
    return made


def test_the_working_tree_holds_staged_unstaged_and_untracked_files(clone: Clone) -> None:
    clone.write("staged", "s\n")
    clone.git("add", "staged")
    clone.write("a", "one\nchanged\n")
    clone.write("deep/new", "n\n")
    clone.write("noise.log", "ignored\n")
    (clone.folder / "gone").unlink()
    assert clone.statuses() == {"a": "modified", "deep/new": "added", "gone": "deleted", "staged": "added"}


def test_the_user_s_index_and_objects_stay_untouched(clone: Clone) -> None:
    clone.write("new", "n\n")
    clone.write("a", "x\n")
    before = clone.git("status", "--porcelain"), clone.git("count-objects", "-v")
    index = (clone.folder / ".git/index").read_bytes()
    clone.load()
    assert (clone.folder / ".git/index").read_bytes() == index
    assert (clone.git("status", "--porcelain"), clone.git("count-objects", "-v")) == before


def test_a_clean_tree_is_an_empty_change(clone: Clone) -> None:
    assert clone.load().diff == b""


def test_a_clone_without_a_commit_is_compared_with_nothing(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "empty")
    assert clone.load().diff == b""
    clone.write("first", "1\n")
    assert clone.statuses() == {"first": "added"}
    assert [notice.code for notice in clone.load().notices] == ["no-commit"]


def test_a_merge_with_conflicts_is_read_as_it_lies_on_disk(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "other")
    clone.commit(a="theirs\n")
    clone.git("checkout", "-q", "main")
    clone.commit(a="ours\n")
    clone.git("merge", "other", fails=True)
    change = clone.load()
    assert b"+<<<<<<< " in change.diff
    assert [notice.code for notice in change.notices] == ["unmerged"]


def test_odd_names_links_and_nested_repositories_in_the_working_tree(clone: Clone) -> None:
    clone.write("new\nline", "1\n")
    clone.write(":(glob)*", "2\n")
    clone.write("-dash", "3\n")
    (clone.folder / "link").symlink_to("/etc/hostname")
    Clone(clone.folder / "nested").commit(x="1\n")
    found = {file.raw_path: file for file in patch.parse(clone.load().diff).files}
    assert set(found) == {b"new\nline", b":(glob)*", b"-dash", b"link"}
    assert found[b"link"].hunks[0].lines[0].text == "/etc/hostname"
    assert [notice.code for notice in clone.load().notices] == ["nested-repository"]
    ref = WorkingTree(repo=str(clone.folder))
    heads = LocalGit().head_files(ref, clone.load(), [b"link", b"-dash", b"new\nline", b"../clone/a", b"missing"])
    assert heads == {b"-dash": b"3\n", b"new\nline": b"1\n"}


def test_what_can_not_be_read_is_told_and_costs_no_other_file(clone: Clone) -> None:
    (clone.folder / "a").unlink()
    os.mkfifo(clone.folder / "a")
    clone.write("new", "n\n")
    change = clone.load()
    assert {file.path for file in patch.parse(change.diff).files} == {"new"}
    assert [(file.path, file.reason) for file in change.unread] == [("a", "not readable on disk")]
    assert [notice.code for notice in change.notices] == ["not-read"]
    assert LocalGit().head_files(WorkingTree(repo=str(clone.folder)), change, [b"a", b"new"]) == {b"new": b"n\n"}


def test_a_folder_that_became_a_link_is_not_followed(clone: Clone) -> None:
    clone.commit(d__f="1\n")
    (clone.folder / "d/f").unlink()
    (clone.folder / "d").rmdir()
    (clone.folder / "d").symlink_to("/etc")
    assert clone.statuses() == {"d": "added", "d/f": "deleted"}
    ref = WorkingTree(repo=str(clone.folder))
    assert LocalGit().head_files(ref, clone.load(), [b"d", b"d/passwd", b"/etc/passwd", b"../../etc/passwd"]) == {}


def test_a_file_deleted_here_and_changed_there_is_a_deletion(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "other")
    clone.commit(a="theirs\n")
    clone.git("checkout", "-q", "main")
    clone.git("rm", "-q", "a")
    clone.git("commit", "-q", "-m", "gone")
    clone.git("merge", "other", fails=True)
    assert clone.statuses() == {"a": "added"}
    (clone.folder / "a").unlink()
    assert clone.statuses() == {}


def test_new_files_keep_their_modes_and_moved_ones_their_history(clone: Clone) -> None:
    clone.commit(long="".join(f"line {number}\n" for number in range(30)))
    (clone.folder / "long").rename(clone.folder / "moved")
    clone.write("empty", "")
    clone.write("run", "#!/bin/sh\n")
    (clone.folder / "run").chmod(0o755)
    clone.write("git~1", "odd for Windows\n")
    clone.write("b.bin", b"\0\1")
    files = {file.path: file for file in patch.parse(clone.load().diff).files}
    assert set(files) == {"empty", "moved", "run", "git~1", "b.bin"}
    assert (files["moved"].status, files["moved"].old_path) == (FileStatus.RENAMED, "long")
    assert (files["run"].new_mode, files["empty"].new_mode) == ("100755", "100644")
    assert files["b.bin"].is_binary


def test_a_change_made_in_the_second_the_index_was_written_is_seen(clone: Clone) -> None:
    clone.write("a", "aaaa\n")
    clone.git("add", "a")
    was = (clone.folder / "a").stat()
    clone.write("a", "bbbb\n")
    os.utime(clone.folder / "a", ns=(was.st_atime_ns, was.st_mtime_ns))
    os.utime(clone.folder / ".git/index", ns=(was.st_atime_ns, was.st_mtime_ns))
    clone.git("config", "core.trustctime", "false")
    assert b"+bbbb" in clone.load().diff


def test_what_the_user_ignores_everywhere_is_not_read(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.write(".envrc", "secret\n")
    clone.write("notes", "mine\n")
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text(".envrc\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    assert clone.statuses() == {"notes": "added"}
    (home / "mine").write_text("notes\n")
    (home / ".gitconfig").write_text("[core]\nexcludesFile = ~/mine\n")
    assert clone.statuses() == {".envrc": "added"}


def test_a_sparse_and_a_split_index(clone: Clone) -> None:
    clone.commit(in__x="1\n", out__x="1\n")
    clone.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert clone.statuses() == {}
    clone.write("out/new", "n\n")
    clone.write("out/x", "2\n")
    assert clone.statuses() == {"out/new": "added", "out/x": "modified"}
    clone.git("sparse-checkout", "disable")
    clone.git("update-index", "--split-index")
    clone.write("a", "changed\n")
    assert clone.statuses() == {"a": "modified", "out/new": "added", "out/x": "modified"}


def test_a_temporary_folder_inside_the_clone_is_not_part_of_the_change(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.write("tmp/own", "mine\n")
    monkeypatch.setattr("tempfile.tempdir", str(clone.folder / "tmp"))
    assert clone.statuses() == {"tmp/own": "added"}


def test_clones_with_odd_names_and_of_other_owners(tmp_path: Path) -> None:
    for name in ("co:lon", 'quo"te', "new\nline", "end\n", "-dash", "caf\u00e9 \u2028"):
        clone = Clone(tmp_path / name)
        clone.commit(a="1\n")
        clone.write("a", "2\n")
        if os.geteuid() == 0:
            for path in (clone.folder, *clone.folder.rglob("*")):
                os.chown(path, 1234, 1234)
        assert (clone.statuses(), clone.statuses("HEAD")) == ({"a": "modified"}, {"a": "added"})


def test_line_ends_of_the_clone_s_own_setting_are_no_change(clone: Clone) -> None:
    clone.git("config", "core.autocrlf", "true")
    clone.write("a", b"one\r\nTWO\r\n")
    assert clone.load().diff.endswith(b"@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n")


def test_ranges(clone: Clone) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    clone.git("checkout", "-q", "-b", "topic")
    head = clone.commit(b="b\n")
    clone.git("checkout", "-q", "main")
    main = clone.commit(c="c\n")
    assert clone.statuses("main..topic") == {"b": "added", "c": "deleted"}
    change = clone.load("main...topic")
    assert (change.base, change.head) == (base, head)
    assert clone.statuses("main...topic") == {"b": "added"}
    assert clone.statuses("topic~1..") == {"c": "added"}
    assert clone.statuses("main") == {"c": "added"}
    assert clone.load("..topic").base == main


def test_a_root_and_a_shallow_commit_are_compared_with_nothing_and_say_so(clone: Clone, tmp_path: Path) -> None:
    assert [notice.code for notice in clone.load("HEAD").notices] == ["root-commit"]
    clone.commit(b="b\n")
    shallow = Clone(tmp_path / "x")
    shallow.git("clone", "-q", "--depth", "1", f"file://{clone.folder}", "shallow")
    shallow.folder = tmp_path / "x" / "shallow"
    change = shallow.load("HEAD")
    assert [notice.code for notice in change.notices] == ["shallow-commit"]
    assert set(shallow.statuses("HEAD")) == {".gitignore", "a", "b", "gone"}


def test_a_sha256_clone_a_worktree_a_submodule_and_a_bare_clone(clone: Clone, tmp_path: Path) -> None:
    other = tmp_path / "sha256"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(other)], check=True)
    modern = Clone(other)
    modern.commit(x="1\n")
    assert modern.statuses("HEAD") == {"x": "added"}
    clone.git("worktree", "add", "-q", str(tmp_path / "tree"))
    tree = Clone.at(tmp_path / "tree")
    tree.write("a", "changed\n")
    assert tree.statuses() == {"a": "modified"}
    clone.git("submodule", "--quiet", "add", str(clone.folder), "sub")
    assert clone.statuses()["sub"] == "added"
    sub = Clone.at(clone.folder / "sub")
    sub.write("a", "changed in it\n")
    assert sub.statuses() == {"a": "modified"}
    clone.git("clone", "-q", "--bare", str(clone.folder), str(tmp_path / "bare"))
    bare = Clone.at(tmp_path / "bare")
    assert bare.statuses("HEAD")["a"] == "added"
    with pytest.raises(ChangeError, match="bare repository"):
        bare.load()


def test_a_folder_below_the_top_means_the_whole_clone(clone: Clone) -> None:
    clone.write("deep/x", "1\n")
    clone.write("a", "changed\n")
    change = LocalGit().load(WorkingTree(repo=str(clone.folder / "deep")))
    assert {file.path for file in patch.parse(change.diff).files} == {"a", "deep/x"}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nowhere..HEAD", "there is no commit nowhere"),
        ("HEAD..nowhere", "there is no commit nowhere"),
        ("--output=/tmp/x..HEAD", "is not a range"),
        ("-x", "is not a range"),
        ("HEAD:a", "there is no commit HEAD:a"),
        ("^HEAD", r"there is no commit \^HEAD"),
        ("HEAD\nHEAD", r"there is no commit HEAD\\nHEAD"),
        ("\x1b[31m..HEAD", r"there is no commit \\x1b\[31m"),
        ("\0", "is not a range"),
        ("main...lonely", "has no merge base"),
    ],
)
def test_a_bad_range_is_named(clone: Clone, spec: str, said: str) -> None:
    clone.git("checkout", "-q", "--orphan", "lonely")
    clone.commit(z="z\n")
    with pytest.raises(ChangeError, match=said) as caught:
        clone.load(spec)
    assert caught.value.hint


def test_a_branch_that_only_the_remote_has_is_hinted_at(clone: Clone) -> None:
    clone.git("update-ref", "refs/remotes/origin/topic", "HEAD")
    with pytest.raises(ChangeError) as caught:
        clone.load("topic...HEAD")
    assert "origin/topic" in caught.value.hint


@pytest.mark.parametrize("spec", [None, "HEAD"])
@pytest.mark.parametrize(
    "damage", ["[core\n", "[extensions]\nwhatever = 1\n[core]\nrepositoryFormatVersion = 1\n", None]
)
def test_a_clone_that_git_can_not_open(clone: Clone, spec: str | None, damage: str | None) -> None:
    if damage is None:
        (clone.folder / ".git/HEAD").unlink()
    else:
        (clone.folder / ".git/config").write_text(damage)
    with pytest.raises(ChangeError, match="can't be opened") as caught:
        clone.load(spec)
    assert caught.value.hint


def test_places_that_are_no_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clone: Clone) -> None:
    with pytest.raises(ChangeError, match="is not a git repository"):
        LocalGit().load(WorkingTree(repo=str(tmp_path)))
    with pytest.raises(ChangeError, match="there is no folder"):
        LocalGit().load(WorkingTree(repo=str(tmp_path / "none")))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChangeError, match="git is not on the PATH"):
        clone.load("HEAD")


def test_the_configuration_of_a_range_is_its_base_s_and_of_the_working_tree_the_user_s_own(clone: Clone) -> None:
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    base = clone.commit(_dot_hunkwise_dot_yml="fail_on: low\n")
    clone.commit(_dot_hunkwise_dot_yml="fail_on: never\n")
    assert LocalGit().config_text(ref, NAMES) == (f".hunkwise.yml at {base[:12]}", b"fail_on: low\n")
    clone.write(".hunkwise.yml", "fail_on: medium\n")
    assert LocalGit().config_text(WorkingTree(repo=str(clone.folder)), NAMES) == (".hunkwise.yml", b"fail_on: medium\n")


def test_head_files_of_a_range_come_from_its_head(clone: Clone) -> None:
    big = b"x" * 5_000_001
    clone.git("mv", "gone", "renamed")
    clone.commit(a="one\n2\n", big=big, latin=b"caf\xe9\n")
    (clone.folder / "a").write_text("dirty\n")
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    change = LocalGit().load(ref)
    files = {file.raw_path: file.status for file in patch.parse(change.diff).files}
    assert files[b"renamed"] is FileStatus.RENAMED
    heads = LocalGit().head_files(ref, change, [b"a", b"renamed", b"big", b"latin", b"none"])
    assert heads == {b"a": b"one\n2\n", b"renamed": b"bye\n", b"latin": b"caf\xe9\n"}


def test_policies_are_the_base_s_for_a_range_and_the_working_tree(clone: Clone) -> None:
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    clone.write("docs/CODEOWNERS", "* @ada\n")
    (clone.folder / "CODEOWNERS").symlink_to("/etc/passwd")
    clone.commit(_dot_secrets_dot_baseline="{}")
    clone.commit(_dot_secrets_dot_baseline='{"results": {}}')
    base = {".secrets.baseline": b"{}", "docs/CODEOWNERS": b"* @ada\n"}
    assert LocalGit().load(ref).policies == base
    clone.write(".secrets.baseline", "of the disk")
    tree = LocalGit().load(WorkingTree(repo=str(clone.folder))).policies
    assert tree == {**base, ".secrets.baseline": b'{"results": {}}'}


def test_clones_of_one_name_are_told_apart_and_worktrees_are_one(tmp_path: Path) -> None:
    first, second = Clone(tmp_path / "a" / "api"), Clone(tmp_path / "b" / "api")
    for clone in (first, second):
        clone.commit(app__py="x = 1\n")
    first.git("worktree", "add", "-q", "../beside")
    beside = Clone.at(tmp_path / "a" / "beside")
    identity = first.load().identity
    assert len(identity) == 64
    assert identity == beside.load().identity == first.load("HEAD").identity
    assert second.load().identity not in {"", identity}
    second.git("clone", "-q", str(second.folder), str(tmp_path / "c"))
    cloned = Clone.at(tmp_path / "c")
    cloned.git("remote", "set-url", "origin", "https://token@host.example/api.git")
    before = cloned.load().identity
    cloned.git("remote", "set-url", "origin", "https://other@host.example/api.git")
    assert cloned.load().identity == before
    cloned.git("remote", "set-url", "origin", "https://host.example/fork/api.git")
    assert cloned.load().identity != before
