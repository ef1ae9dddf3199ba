"""bench/replay.py in small: pull requests of a repository made here, push by push through the whole spine."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest

import replayed
from content_model import ContentModel
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.ports import Hear
from replayed import MODES, SCRATCH, Mode, Push, Replay, Sums

START = 1_700_000_000
MINUTE = 60
LONG = "Whoever wants to know more of the parts may look at the pages that tell about them,\neach with its own example."
NAMES = [f"part{number}" for number in range(12)]


def program(name: str, *rows: str, above: str = "") -> str:
    body = "\n".join(f"    {row}" for row in rows)
    return f"{above}import {name}s\n\n\ndef first():\n    return {name}s.one\n\n\ndef {name}(rows):\n{body}\n"


def page(*words: str) -> str:
    return "# How it works\n\nEach part reads its rows.\n\n" + "\n".join(words) + f"\n{LONG}\n\nThat is all there is.\n"


class History:
    """A repository whose commits are a minute apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._at = START
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        people = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        dates = {f"GIT_{who}_DATE": f"{self._at} +0000" for who in ("AUTHOR", "COMMITTER")}
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**environment, **people, **dates},
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, **texts: str) -> str:
        self._at += MINUTE
        for name, text in texts.items():
            (self.folder / name.replace("_dot_", ".")).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, into: str) -> str:
        self._at += MINUTE
        self.git("checkout", "-q", into)
        self.git("merge", "-q", "--no-ff", "-m", f"merge {branch}", branch)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    made = History(tmp_path_factory.mktemp("replay") / "repo")
    started = {f"{name}_dot_py": program(name, "return rows") for name in NAMES}
    made.commit(**started, guide_dot_md=page("Rows are read once."))
    made.git("checkout", "-q", "-b", "one")
    added = ("found = rows[0]", "print(found)", "return found.close(rows)")
    ended = ("found = rows[0]", "print(found)", "# that is all", "return found.close(rows)")
    opened = {f"{name}_dot_py": program(name, *added) for name in NAMES[:8]}
    made.commit(**opened, **{f"{name}_dot_py": program(name, *ended) for name in NAMES[8:]})
    made.commit(guide_dot_md=page("Rows are read once.", "Each row the part found is closed by the part."))
    shifted = {f"{name}_dot_py": program(name, *added, above="# read\n# well\n") for name in NAMES[:6]}
    made.git("checkout", "-q", "main")
    made.commit(other_dot_py=program("other", "return rows"))
    made.merge("main", into="one")
    made.commit(**shifted)
    made.commit(late_dot_py=program("late", "return rows"))
    made.git("checkout", "-q", "main")
    made.git("checkout", "-q", "-b", "two")
    again = {f"{name}_dot_py": program(name, *added) for name in NAMES[:4]}
    blanks = ("found  =  rows[0]", "print(found)", "return found.close(rows)")
    said = ("found = rows[0]", "print(found)", "# that was all", "return found.close(rows)")
    spaced = {f"{name}_dot_py": program(name, *blanks) for name in NAMES[4:8]}
    noted = {f"{name}_dot_py": program(name, *said) for name in NAMES[8:]}
    made.commit(**again)
    made.commit(**spaced)
    made.commit(**noted, guide_dot_md=page("Rows are read once.", "Each row the part found stays closed by the part."))
    made.merge("one", into="main")
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "merge two", "two")
    return made


def replay(
    history: History, folder: Path, modes: Sequence[Mode] = MODES, model: type[ContentModel] = ContentModel
) -> dict[str, Sums]:
    made = Replay(history.folder, folder, modes, model)
    made.run(replayed.pulls(history.folder, 10, 10))
    return made.sums


def test_each_level_saves_and_nothing_that_is_reused_is_wrong(history: History, tmp_path: Path) -> None:
    sums = replay(history, tmp_path)
    assert {name: each.wrong for name, each in sums.items() if each.wrong} == {}
    tokens = [sums[mode.name].prompt_tokens for mode in MODES]
    scratch, incremental, exact, canonical, semantic, _, _ = tokens
    assert scratch > incremental > exact > canonical > semantic
    assert incremental < scratch * 0.7
    whole = sums["confirm"]
    assert min(whole.hunks[level] for level in ("incremental", "exact", "canonical", "semantic", "confirm")) > 0
    assert whole.checked_hunks > 40
    assert whole.checked_findings > 10
    assert all(each.hunks.total() == sums[SCRATCH.name].hunks.total() for each in sums.values())
    assert all(not each.hunks["failed"] for each in sums.values())


class Moody(ContentModel):
    """Says something else of the same hunk each time."""

    moods: ClassVar = count()

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        reply = super().complete(request, hear)
        return replace(reply, text=reply.text.replace("Found in", f"Found in mood {next(self.moods)} in"))


def test_an_answer_that_a_fresh_review_does_not_give_is_told(history: History, tmp_path: Path) -> None:
    wrong = replay(history, tmp_path, MODES[:2], Moody)["incremental"].wrong
    assert any("a fresh review does not say" in each for each in wrong)
    assert any("a fresh review also says" in each for each in wrong)


def test_a_finding_that_does_not_stand_at_its_line_is_told(history: History, tmp_path: Path) -> None:
    (first, *_), *_ = replayed.pulls(history.folder, 10, 10)
    made = Replay(history.folder, tmp_path, [SCRATCH])
    found = made._reviewed(first, SCRATCH)
    placed = [each for each in found.open if each.origin.startswith("model:")]
    assert placed
    assert all(made._stands(first, each, each.file) for each in placed)
    assert not any(made._stands(first, replace(each, line=1, end_line=1), each.file) for each in placed)


def test_a_push_stands_on_the_mainline_that_its_branch_holds(history: History) -> None:
    two, one = replayed.pulls(history.folder, 10, 10)
    started = history.git("rev-list", "--max-parents=0", "HEAD")
    before_merge, after_merge = one[0].base, one[-1].base
    assert before_merge == started
    assert history.git("rev-list", "--count", f"{started}..{after_merge}") == "1"
    assert [len(one), len(two)] == [5, 3]
    assert [each.at for each in one] == sorted(each.at for each in one)


def test_what_follows_soon_is_one_push() -> None:
    commits = [("a", 0.0), ("b", 60.0), ("c", 4_000.0), ("d", 4_010.0)]
    assert replayed.joined(commits, 0) == commits
    assert replayed.joined(commits, 1_800) == [("b", 60.0), ("d", 4_010.0)]


def test_the_memory_is_trusted_as_the_summary_s_markers_bring_it_back(history: History, tmp_path: Path) -> None:
    (first, *_), *_ = replayed.pulls(history.folder, 10, 10)
    found = Replay(history.folder, tmp_path, [SCRATCH])._reviewed(first, SCRATCH)
    known = replayed.remembered(first, found, None)
    assert known is not None
    assert known.trusted
    assert known.read
    stranger = replayed.remembered(Push(pull=9, base="", head="", at=0.0), found, None)
    assert stranger == replace(known, head="")
