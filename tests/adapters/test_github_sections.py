"""Sections written from GitHub's list of files are read back as what they were."""

import subprocess
from pathlib import Path

import pytest

from hunkwise.adapters.github import comparing, sections
from hunkwise.adapters.github.payloads import File
from hunkwise.core import patch
from hunkwise.model.diff import FileDiff, FileStatus

HUNK = b"@@ -1 +1 @@\n-old\n+new"
ODD = [
    "a.py",
    "with space.py",
    "caf\u00e9.py",
    'quo"te',
    "back\\slash",
    "tab\there",
    "a b/c b/d",
    "x\ny",
    "b/a.py",
    "\u202e.py",
]


def _read(section: bytes) -> FileDiff:
    diff = patch.parse(section)
    assert not diff.unreadable
    assert len(diff.files) == 1
    return diff.files[0]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(
    ("status", "told"),
    [("modified", FileStatus.MODIFIED), ("added", FileStatus.ADDED), ("removed", FileStatus.DELETED)],
)
def test_a_file_keeps_its_path_and_status(name: str, status: str, told: FileStatus) -> None:
    hunks = {"added": b"@@ -0,0 +1 @@\n+new", "removed": b"@@ -1 +0,0 @@\n-old"}.get(status, HUNK)
    read = _read(sections.section(File(filename=name, status=status, changes=1), hunks))
    assert (read.raw_path, read.status, len(read.hunks)) == (name.encode(), told, 1)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("hunks", [b"", HUNK])
def test_a_renamed_file_keeps_both_paths(name: str, hunks: bytes) -> None:
    file = File(filename=f"new/{name}", status="renamed", changes=0, previous_filename=name)
    read = _read(sections.section(file, hunks))
    assert (read.raw_old_path, read.raw_path, read.status) == (
        name.encode(),
        f"new/{name}".encode(),
        FileStatus.RENAMED,
    )
    assert len(read.hunks) == bool(hunks)


@pytest.mark.parametrize("status", ["modified", "added", "removed", "renamed"])
def test_a_binary_file_is_read_as_one(status: str) -> None:
    read = _read(sections.binary(File(filename="a b.png", status=status, changes=0, previous_filename="a b.png")))
    assert (read.is_binary, read.raw_path) == (True, b"a b.png")


def test_a_submodule_is_read_as_one() -> None:
    moved = f"@@ -1 +1 @@\n-Subproject commit {'a' * 40}\n+Subproject commit {'b' * 40}"
    assert _read(sections.section(File(filename="lib", status="modified", changes=2), moved.encode())).is_submodule


def test_sections_stand_one_after_the_other() -> None:
    file = File(filename="a.py", status="modified", changes=2)
    unended = b"@@ -1 +1 @@\n-old\n+new\n\\ No newline at end of file"
    diff = patch.parse(sections.section(file, unended) + sections.binary(file) + sections.section(file, HUNK))
    assert [len(each.hunks) for each in diff.files] == [1, 0, 1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\n", b"a\nc\n"),
        (b"", b"a\n"),
        (b"a\n", b""),
        (b"a", b"a\n"),
        (b"x\r\n\xff\n", b"x\n\xfe\n"),
        (b"same\n", b"same\n"),
        (b"-- a\n", b"++ b\n@@ -1 +1 @@\n"),
    ],
)
def test_computed_hunks_are_git_s_and_apply(old: bytes, new: bytes, tmp_path: Path) -> None:
    hunks = comparing.hunks(old, new)
    assert bool(hunks) == (old != new)
    if hunks:
        (tmp_path / "f").write_bytes(old)
        section = sections.section(File(filename="f", status="modified", changes=1), hunks)
        subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=section, cwd=tmp_path, check=True)
        assert (tmp_path / "f").read_bytes() == new


def test_a_folder_s_attributes_and_configuration_do_not_reach_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[diff]\n\tnoprefix = true\n\tcontext = 0\n[core]\n\tbroken\x00")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")
    assert comparing.hunks(b"a\nb\nc\n", b"a\nb\nd\n").startswith(b"@@ -1,3 +1,3 @@\n")
