"""A clone may be hostile: nothing it names is run, nothing it configures changes what is reviewed."""

import os
import subprocess
from pathlib import Path

import pytest

from clone import Clone
from hunkwise.adapters.local_git import LocalGit
from hunkwise.errors import ChangeError
from hunkwise.model.change import CommitRange, WorkingTree

NAMES = (".hunkwise.yml", ".github/hunkwise.yml")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.commit(a="one\ntwo\n", gone="bye\n", _dot_gitignore="*.log\n")
    return made


class Trap:
    """A program that leaves a mark when it runs."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "ran"
        self.program = folder / "program"
        self.program.write_text(f'#!/bin/sh\necho ran >> {self.mark}\n[ "$1" = stop ] || cat\n')
        self.program.chmod(0o755)

    def sprung(self) -> bool:
        """Tell whether the program ran, and set the trap again."""
        ran = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return ran


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


def run_everything(clone: Clone) -> bytes:
    """Load and read all there is, and return the diff of the working tree."""
    ref = CommitRange(repo=str(clone.folder), spec="HEAD")
    tree = WorkingTree(repo=str(clone.folder))
    LocalGit().head_files(ref, clone.load("HEAD"), [b"a"])
    LocalGit().config_text(ref, NAMES)
    LocalGit().defining(ref, clone.load("HEAD"), ["one", "name"], ())
    LocalGit().head_files(tree, clone.load(), [b"a", b"new"])
    LocalGit().config_text(tree, NAMES)
    return clone.load().diff


def test_nothing_that_a_clone_names_is_run(clone: Clone, trap: Trap, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for folder in (hooks, clone.folder / ".git/hooks"):
        for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"):
            (folder / hook).write_text(trap.program.read_text())
            (folder / hook).chmod(0o755)
    settings = {
        "core.fsmonitor": trap.program,
        "core.hooksPath": hooks,
        "core.pager": trap.program,
        "core.sshCommand": trap.program,
        "core.askPass": trap.program,
        "core.alternateRefsCommand": trap.program,
        "diff.external": trap.program,
        "diff.evil.command": trap.program,
        "diff.evil.textconv": trap.program,
        "filter.evil.clean": trap.program,
        "filter.evil.smudge": trap.program,
        "filter.evil.process": trap.program,
        "filter.evil.required": "true",
        "alias.diff": f"!{trap.program}",
        "gpg.program": trap.program,
        "log.showSignature": "true",
        "credential.helper": trap.program,
    }
    for name, value in settings.items():
        clone.git("config", name, str(value))
    clone.write(".gitattributes", "* diff=evil filter=evil\n")
    (clone.folder / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    clone.write("a", "changed\n")
    clone.write("new", "n\n")
    clone.git("diff", "HEAD", fails=True)
    assert trap.sprung(), "plain git runs none of it: the test would prove nothing"
    diff = run_everything(clone)
    assert b"+changed" in diff
    assert b"+n" in diff
    assert not trap.sprung()


@pytest.mark.parametrize("driver", ["plain", "a=b", "a.b.clean", "x.process=y", 'q"q', "\u00e9"])
@pytest.mark.parametrize("kind", ["clean", "process"])
def test_no_filter_runs_whatever_its_name(clone: Clone, trap: Trap, driver: str, kind: str) -> None:
    named = driver.replace('"', '\\"')
    with (clone.folder / ".git/config").open("a") as config:
        config.write(f'[filter "{named}"]\n{kind} = {trap.program}\n')
    clone.write(".gitattributes", f"* filter={driver}\n")
    clone.write("a", "changed\n")
    clone.git("diff", "HEAD", fails=True)
    assert trap.sprung(), "plain git does not run it: the test would prove nothing"
    assert b"+changed" in run_everything(clone)
    assert not trap.sprung()


def test_a_clone_that_lacks_objects_does_not_fetch_them(clone: Clone, trap: Trap) -> None:
    clone.commit(a="changed\n")
    lost = clone.git("rev-parse", "HEAD~1:a").strip()
    (clone.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": f"ext::{trap.program} stop",
        "remote.evil.promisor": "true",
        "protocol.ext.allow": "always",
    }.items():
        clone.git("config", name, value)
    clone.git("diff", "HEAD~1", "HEAD", fails=True)
    assert trap.sprung(), "plain git does not fetch: the test would prove nothing"
    with pytest.raises(ChangeError, match="unable to read") as caught:
        clone.load("HEAD")
    assert "partial clone" in caught.value.hint
    assert not trap.sprung()


def test_a_git_inside_the_clone_is_not_run(clone: Clone, trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.write("git", trap.program.read_text())
    (clone.folder / "git").chmod(0o755)
    monkeypatch.chdir(clone.folder)
    monkeypatch.setenv("PATH", f".::{os.environ['PATH']}")
    assert clone.statuses() == {"git": "added"}
    assert not trap.sprung()


def test_settings_of_the_clone_do_not_change_the_diff(clone: Clone) -> None:
    clone.commit(a="one\nTWO\n", moved="bye\n", b="1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    clone.git("rm", "-q", "gone")
    clone.commit(b="1\n2\n3\n4\nfive\n6\n7\n8\n9\n")
    clone.write("b", "changed\n")
    hiding = clone.folder.parent / "attributes"
    hiding.write_text("* -diff linguist-generated\n")
    plain = [clone.load("HEAD~2..HEAD"), clone.load("HEAD"), clone.load()]
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
        "core.bigFileThreshold": "1",
        "core.attributesFile": str(hiding),
        "attr.tree": "HEAD",
        "core.abbrev": "4",
        "core.worktree": "/etc",
    }.items():
        clone.git("config", name, value)
    (clone.folder / ".git/info/attributes").write_text(hiding.read_text())
    assert all(b"\n@@ " in change.diff for change in plain)
    assert [clone.load("HEAD~2..HEAD"), clone.load("HEAD"), clone.load()] == plain


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


@pytest.mark.parametrize("attributes", ["* -diff\n", "* binary\n", "[attr]evil -diff\n* evil\n", "*.py diff=x\n"])
def test_attributes_of_the_working_tree_hide_nothing(clone: Clone, attributes: str) -> None:
    clone.git("config", "diff.x.binary", "true")
    clone.write(".gitattributes", attributes)
    clone.write("evil.py", "import os\n")
    diff = clone.load().diff
    assert b"+import os" in diff
    assert b"Binary files" not in diff


def test_a_submodule_s_new_commit_is_shown_whatever_its_settings_say(clone: Clone, tmp_path: Path) -> None:
    other = Clone(tmp_path / "other")
    other.commit(x="1\n")
    clone.git("submodule", "--quiet", "add", str(other.folder), "sub")
    clone.git("config", "-f", ".gitmodules", "submodule.sub.ignore", "all")
    clone.git("config", "submodule.sub.ignore", "all")
    clone.commit()
    head = Clone.at(clone.folder / "sub").commit(x="2\n")
    assert f"+Subproject commit {head}".encode() in clone.load().diff
    clone.git("update-index", "--cacheinfo", f"160000,{head},sub")
    clone.git("commit", "-q", "-m", "bump")
    assert f"+Subproject commit {head}".encode() in clone.load("HEAD").diff


def test_similar_files_beyond_git_s_own_limit_are_not_paired_in_square_time(clone: Clone) -> None:
    for number in range(1_100):
        clone.write(f"old{number}", f"{number}\n" * 9)
    clone.commit()
    for number in range(1_100):
        (clone.folder / f"old{number}").unlink()
        clone.write(f"new{number}", f"{number}\n" * 9 + "more\n")
    clone.commit()
    statuses = list(clone.statuses("HEAD").values())
    assert (statuses.count("added"), statuses.count("deleted")) == (1_100, 1_100)
