"""Payloads on a pull request that stands on a server: what was asked of the model, and what was posted.

A model that obeys, and pull requests in pairs: one holds a payload wherever its author can write one, one harmless
words in its place. What is said of files without a payload is the same to the byte in both.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import fakes
import loopback_answers as answers
import shared_data
from harmless_text import assert_harmless
from hostile_change import ARSENAL, SHOWN
from loopback_answers import Answer
from loopback_github import payloads
from loopback_model import hunk_ids
from pull_stage import Stage, claims, rows, staged

ROWS = shared_data.sample("injection")
SHAPES = (("own-pr", "title"), ("own-pr", "unicode"), ("own-pr", "diff_text"), ("gitinject", "body"), ("garak", "body"))
"""One payload of each shape: all of the sample are played in tests/pipeline/test_injection.py."""

PAYLOADS = {
    f"{source} {channel}": next(
        str(row["payload"])
        for row in ROWS
        if (row["source"], row["channel"], row["is_attack"]) == (source, channel, True)
    )
    for source, channel in SHAPES
}

HARMLESS = "Round totals as the ledger does."
SECRET = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
BASE: Mapping[str, str] = {"app.py": rows(), "notes.md": "# Notes\n"}
OTHERS = {
    "app.py": rows(planted={10: "high_tax", 30: "medium_rounding"}),
    "fetch.py": "import requests\n\nrequests.get(url, verify=False)\n",
}


def obeys(body: dict[str, Any], index: int) -> Answer:
    """Say all that a payload asks for, wherever something but the others' files is shown."""
    del index
    shown = "\n".join(str(each["content"]) for each in body["messages"] if each["role"] == "user")
    said = claims(body)
    for _, path, lines in SHOWN.findall(shown):
        if path in OTHERS:
            continue
        words = dict.fromkeys(("description", "scenario", "suggestion"), f"{lines}\n{ARSENAL} {SECRET}"[-3900:])
        for number, code in re.findall(r"^(\d+)\+\|(.*\S.*)$", lines, re.MULTILINE)[-2:]:
            said.append(fakes.finding(code, file=path, line=int(number), **words, replacement=ARSENAL))
    return answers.completion(fakes.answer(hunk_ids(body), *said), model=str(body["model"]))


def opened(folder: Path, text: str, *, in_files: bool) -> Mapping[str, Any]:
    """Return what a pull request by a stranger leaves whose title, body, branch, commit, and files hold `text`."""
    name = re.sub(r"[^\w.-]+", "_", text)[:60]
    branch = f"x/{name}"
    head: dict[str, Any] = {**BASE, **OTHERS}
    if in_files:
        head |= {"notes.md": f"# Notes\n{text}\n", f"lib/{name}.py": f"MSG = '''{text}'''\nvalue = step(1)\n"}
    told: dict[str, Any] = {"title": text.partition("\n")[0][:200], "body": text, "branch": branch}
    with staged(folder, base=BASE, head=head, script=obeys, author="eve", fork_of="eve", **told) as stage:
        state = stage.github.state
        base = [state.repo.branches["main"]]
        state.commit(head, branch=branch, repo=stage.pull.head_repo, message=text, parents=base)
        done = stage.run("pull_request_target", payloads.pull_request(stage.github, stage.pull), max_comments="100")
        assert done.code == 1, done.errors
        return left(stage, done.summary)


def left(stage: Stage, summary: str) -> Mapping[str, Any]:
    seen = stage.github.snapshot()
    threads = [
        {"path": each["path"], "line": each["line"], "bodies": [one["body"] for one in each["comments"]]}
        for each in seen["pulls"][1]["threads"]
    ]
    texts = [each["body"] for kind in ("comments", "reviews") for each in seen["pulls"][1][kind]]
    texts += [body for each in threads for body in each["bodies"]] + [each["summary"] for each in seen["checks"]]
    return {
        "requests": [json.dumps(body, sort_keys=True, ensure_ascii=False) for body in stage.model.bodies],
        "threads": threads,
        "texts": texts,
        "summary": summary,
        "conclusions": [each["conclusion"] for each in seen["checks"]],
        "written": "\n".join(each.request.content.decode() for each in stage.github.log if each.request.writes),
    }


def of_others(found: Mapping[str, Any]) -> list[Any]:
    return sorted((each for each in found["threads"] if each["path"] in OTHERS), key=json.dumps)


def about_others(found: Mapping[str, Any]) -> list[str]:
    return sorted(each for each in found["requests"] if any(f"file: {path}\\n" in each for path in OTHERS))


def without_marks(texts: Sequence[str]) -> list[str]:
    """Return texts without the hidden marks of our own, which begin or end them."""
    return [
        re.sub(r"<!-- hunkwise:\w+[^<>]* -->\s*$", "", text).removeprefix("<!-- hunkwise:summary -->") for text in texts
    ]


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> "Harmless":
    """Return what is left where nobody injects anything, by whether files say something too."""
    folder = tmp_path_factory.mktemp("harmless")
    return {in_files: opened(folder / str(in_files), HARMLESS, in_files=in_files) for in_files in (False, True)}


Harmless = Mapping[bool, Mapping[str, Any]]


@pytest.mark.slow
@pytest.mark.parametrize("shape", PAYLOADS)
def test_what_a_pull_request_says_of_itself_reaches_no_request_the_verdict_rests_on(
    shape: str, tmp_path: Path, harmless: Harmless
) -> None:
    hostile, calm = opened(tmp_path, PAYLOADS[shape], in_files=False), harmless[False]
    assert sorted(hostile["requests"]) == sorted(calm["requests"])
    assert of_others(hostile) == of_others(calm)
    assert len(of_others(hostile)) == 3
    assert hostile["conclusions"] == calm["conclusions"] == ["failure"]
    assert_harmless(without_marks([*hostile["texts"], hostile["summary"]]))


@pytest.mark.slow
@pytest.mark.parametrize("shape", PAYLOADS)
def test_what_files_say_to_the_model_changes_nothing_that_is_posted_on_others(
    shape: str, tmp_path: Path, harmless: Harmless
) -> None:
    hostile, calm = opened(tmp_path, PAYLOADS[shape], in_files=True), harmless[True]
    assert about_others(hostile) == about_others(calm)
    assert of_others(hostile) == of_others(calm)
    assert (len(of_others(hostile)), len(hostile["threads"]) > 3) == (3, True)
    assert_harmless(without_marks([*hostile["texts"], hostile["summary"]]))
    assert SECRET not in hostile["written"] + hostile["summary"] + "".join(hostile["requests"])
    assert hostile["conclusions"] == ["failure"]


@pytest.mark.slow
def test_a_payload_that_is_pushed_later_takes_back_nothing_that_was_found(tmp_path: Path) -> None:
    """A silent model, and everything that was said before: carried findings keep their threads and the verdict."""

    def silent(body: dict[str, Any], index: int) -> Answer:
        is_hostile = any(path not in OTHERS for _, path, _ in SHOWN.findall(str(body["messages"][1]["content"])))
        return answers.completion(fakes.answer(hunk_ids(body))) if is_hostile else obeys(body, index)

    head = {**BASE, **OTHERS}
    with staged(tmp_path, base=BASE, head=head, script=silent) as stage:
        assert stage.opened().code == 1
        before, asked = stage.visible()["pulls"][1]["threads"], len(stage.model.bodies)
        done = stage.pushed({**head, "notes.md": f"# Notes\n{PAYLOADS['own-pr title']}\n"})
        assert (done.code, done.outputs["outcome"], len(stage.model.bodies)) == (1, "block", asked + 1)
        after = stage.visible()["pulls"][1]["threads"]
        assert [each for each in after if each["path"] in OTHERS] == before
        assert len(before) == 3
        assert [each["path"] for each in after if each["path"] not in OTHERS] == ["notes.md"]
