"""Definitions in a clone: bounded, in its objects alone, whatever its files are called and hold."""

from pathlib import Path

import pytest

from clone import Clone
from hunkwise.adapters.local_git import LocalGit, search
from hunkwise.model.change import CommitRange, WorkingTree


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.commit(lib__gate="def check(key):\n    return key\n", lib__uses="check(1)\nx = check\n", app="one\n")
    return made


def found(clone: Clone, *names: str, besides: tuple[bytes, ...] = (), spec: str = "HEAD") -> dict[bytes, bytes]:
    ref = CommitRange(repo=str(clone.folder), spec=spec)
    return dict(LocalGit().defining(ref, clone.load(spec), names, besides))


def test_files_that_define_a_name_are_given_and_those_that_use_it_are_not(clone: Clone) -> None:
    assert found(clone, "check") == {b"lib/gate": b"def check(key):\n    return key\n"}
    assert found(clone, "chec") == {}
    assert found(clone) == {}


def test_what_is_known_already_is_left_out(clone: Clone) -> None:
    assert found(clone, "check", besides=(b"lib/gate",)) == {}


def test_a_range_is_searched_at_its_head_and_not_on_disk(clone: Clone) -> None:
    clone.write("lib/other", "def check(a): pass\n")
    assert set(found(clone, "check")) == {b"lib/gate"}
    clone.commit()
    assert set(found(clone, "check")) == {b"lib/gate", b"lib/other"}
    assert set(found(clone, "check", spec="HEAD~1")) == {b"lib/gate"}


def test_a_working_tree_is_searched_in_what_it_is_compared_with(clone: Clone) -> None:
    clone.write("lib/other", "def check(a): pass\n")
    clone.write("secret.log", "def check(b): pass\n")
    ref = WorkingTree(repo=str(clone.folder))
    assert set(LocalGit().defining(ref, clone.load(), ["check"], ())) == {b"lib/gate"}


def test_a_working_tree_without_a_commit_has_nothing_to_search(tmp_path: Path) -> None:
    made = Clone(tmp_path / "new")
    made.write("a", "def check(a): pass\n")
    assert LocalGit().defining(WorkingTree(repo=str(made.folder)), made.load(), ["check"], ()) == {}


@pytest.mark.parametrize(
    "path",
    [
        b"new\nline",
        b"HEAD:x",
        b"tab\there",
        b"-e",
        b":(top)x",
        b"*?[",
        b"latin\xe9",
        b'quo"te',
        "bidi\u202e".encode(),
        b"a b",
    ],
)
def test_a_path_may_hold_any_byte(clone: Clone, path: bytes) -> None:
    name = path.decode("utf-8", "surrogateescape")
    clone.commit(**{name: "def door(a):\n    pass\n"})
    assert found(clone, "door") == {path: b"def door(a):\n    pass\n"}


@pytest.mark.parametrize("name", ["-e", "--open-files-in-pager=id", ".*", "a b", "", "a\nb", "$(id)", "é", "check\0"])
def test_what_is_no_plain_name_is_not_looked_for(clone: Clone, name: str) -> None:
    assert found(clone, name) == {}
    assert set(found(clone, name, "check")) == {b"lib/gate"}


def test_links_and_binary_files_are_left_out(clone: Clone) -> None:
    (clone.folder / "link").symlink_to("lib/gate")
    clone.commit(binary="def check(a):\0\n")
    assert set(found(clone, "check")) == {b"lib/gate"}


def test_a_file_can_t_declare_itself_binary(clone: Clone) -> None:
    clone.commit(_dot_gitattributes="lib/gate binary\n")
    clone.write(".git/info/attributes", "lib/gate -diff\n")
    assert set(found(clone, "check")) == {b"lib/gate"}


def test_files_that_define_the_most_names_come_first_and_the_number_is_bounded(clone: Clone) -> None:
    for number in range(search.MAX_FILES + 3):
        clone.write(f"d{number:02}", "def check(a): pass\n")
    clone.commit(z="def check(a): pass\ndef other(a): pass\n")
    given = found(clone, "check", "other")
    assert len(given) == search.MAX_FILES
    assert b"z" in given


def test_a_search_that_takes_too_long_finds_nothing(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "TIMEOUT_S", 0.0)
    for number in range(300):
        clone.write(f"many/{number}", "def check(a): pass\n" * 200)
    clone.commit()
    assert found(clone, "check") == {}


def test_output_is_read_up_to_a_limit(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.commit(**{f"x{number}": "def check(a): pass\n" * 50 for number in range(20)})
    monkeypatch.setattr(search, "MAX_OUTPUT_BYTES", 5_000)
    given = found(clone, "check")
    assert b"lib/gate" in given
    assert 1 < len(given) < 20


def test_what_can_t_be_searched_is_no_fault_of_the_review(clone: Clone) -> None:
    change = clone.load("HEAD")
    (clone.folder / ".git").rename(clone.folder / "gone")
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    assert LocalGit().defining(ref, change, ["check"], ()) == {}
