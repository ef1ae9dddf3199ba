"""A clone may be hostile: nothing it names is run, nothing it configures changes what is reviewed."""

import os
import subprocess
from pathlib import Path

import pytest

from clone import Clone
from hunkwise.adapters.local_git import LocalGit
from hunkwise.model.change import CommitRange

NAMES = (".hunkwise.yml", ".github/hunkwise.yml")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.commit(a="one\ntwo\n", gone="bye\n", _dot_gitignore="*.log\n")
    return made


@pytest.fixture
def trap(clone: Clone) -> Path:
    """A clone whose configuration names a program wherever git takes one; the program leaves a mark when it runs."""
    mark = clone.folder.parent / "ran"
    program = clone.folder.parent / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {mark}\ncat\n")
    program.chmod(0o755)
    hooks = clone.folder.parent / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"):
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    settings = {
        "core.fsmonitor": program,
        "core.hooksPath": hooks,
        "core.pager": program,
        "core.sshCommand": program,
        "core.askPass": program,
        "diff.external": program,
        "diff.evil.command": program,
        "diff.evil.textconv": program,
        "filter.evil.clean": program,
        "filter.evil.smudge": program,
        "filter.evil.process": program,
        "filter.evil.required": "true",
        "alias.diff": f"!{program}",
        "gpg.program": program,
        "credential.helper": program,
    }
    for name, value in settings.items():
        clone.git("config", name, str(value))
    clone.write(".gitattributes", "* diff=evil filter=evil\n")
    (clone.folder / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    return mark


def test_nothing_that_a_clone_names_is_run(clone: Clone, trap: Path) -> None:
    clone.write("a", "changed\n")
    clone.write("new", "n\n")
    change = clone.load()
    assert b"+changed" in change.diff
    assert b"+n" in change.diff
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    LocalGit().head_files(ref, clone.load("HEAD"), [b"a"])
    LocalGit().config_text(ref, NAMES)
    assert not trap.exists()


def test_settings_of_the_clone_do_not_change_the_diff(clone: Clone) -> None:
    clone.commit(a="one\nTWO\n", moved="bye\n", b="1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    clone.git("rm", "-q", "gone")
    clone.commit(b="1\n2\n3\n4\nfive\n6\n7\n8\n9\n")
    plain = clone.load("HEAD~2..HEAD").diff, clone.load("HEAD").diff
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "diff.interHunkContext": "50",
        "diff.renames": "false",
        "diff.algorithm": "histogram",
        "diff.submodule": "log",
        "diff.wsErrorHighlight": "all",
        "diff.relative": "true",
        "diff.orderFile": "/nowhere",
        "diff.suppressBlankEmpty": "true",
        "color.ui": "always",
        "core.quotePath": "false",
        "core.abbrev": "4",
        "core.worktree": "/etc",
    }.items():
        clone.git("config", name, value)
    assert (clone.load("HEAD~2..HEAD").diff, clone.load("HEAD").diff) == plain


def test_keys_of_the_caller_do_not_reach_git(clone: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    wrapper = tmp_path / "bin"
    wrapper.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (wrapper / "git").write_text(f'#!/bin/sh\nenv >> {seen}\nexec {real} "$@"\n')
    (wrapper / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper}:{os.environ['PATH']}")
    monkeypatch.setenv("OPENAI_API_KEY", "planted-key")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")
    clone.write("a", "changed\n")
    clone.load()
    assert "planted-key" not in seen.read_text()
    assert "GIT_EXTERNAL_DIFF" not in seen.read_text()


def test_a_change_can_not_mark_itself_generated_or_binary(clone: Clone) -> None:
    clone.commit(_dot_gitattributes="api/** linguist-generated\nold.py linguist-generated=false\n", api__x="1\n")
    clone.commit(_dot_gitattributes="*.py linguist-generated -diff\n", evil_dot_py="import os\n", api__x="2\n")
    change = clone.load("HEAD")
    assert change.generated == {b"api/x"}
    assert b"+import os" in change.diff
