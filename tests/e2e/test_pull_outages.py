"""GitHub or the model is down, slow or strict: what was paid for is said, and what was not read is told."""

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

import loopback_answers as answers
from loopback_answers import Answer
from loopback_github import faults
from loopback_github.objects import Content
from pull_stage import BASE, THREE, finds, rows, staged

QUICK: dict[str, Content] = {".hunkwise.yml": "max_tries: 1\n"}
RULED: dict[str, Content] = {
    "app.py": rows(planted=THREE),
    "load.py": "import yaml\n\nconfig = yaml.load(text)\n",
    **QUICK,
}


def test_a_secondary_limit_is_waited_for_as_long_as_it_asks(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.github.faults.add(faults.secondary_limit(2, path=r"/reviews$"))
        stage.opened()
        posts = [each for each in stage.github.log if each.request.path.endswith("/reviews")]
        assert [each.status for each in posts] == [403, 200]
        assert len(stage.github.state.pulls[1].reviews) == 1


def is_down(body: dict[str, Any], index: int) -> Answer:
    del body, index
    return answers.broken_server(503)


@pytest.mark.parametrize(("on_incomplete", "code"), [("neutral", 0), ("failure", 4)])
def test_a_model_that_is_down_leaves_rules_and_an_incomplete_verdict(
    tmp_path: Path, on_incomplete: str, code: int
) -> None:
    with staged(tmp_path, base={**BASE, **QUICK}, head=RULED, script=is_down) as stage:
        done = stage.opened(on_incomplete=on_incomplete, fail_on="never")
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (code, "incomplete", "1")
        expected = {
            "neutral": snapshot(
                [
                    "#1 summary: ⚠️ hunkwise: incomplete",
                    (
                        "#1 - The model could not be asked: HOST answers 503: The server had an error while processing your "
                        "request. (try again later)"
                    ),
                    "#1 COMMENTED: 1 new finding on the lines below",
                    "#1 load.py:3 🔴 high: yaml.load builds arbitrary objects",
                    "check on head: neutral, incomplete: 4 of 4 hunks could not be reviewed, 1 annotations",
                ]
            ),
            "failure": snapshot(
                [
                    "#1 summary: ⚠️ hunkwise: incomplete",
                    (
                        "#1 - The model could not be asked: HOST answers 503: The server had an error while processing your "
                        "request. (try again later)"
                    ),
                    "#1 COMMENTED: 1 new finding on the lines below",
                    "#1 load.py:3 🔴 high: yaml.load builds arbitrary objects",
                    "check on head: failure, incomplete: 4 of 4 hunks could not be reviewed, 1 annotations",
                ]
            ),
        }
        assert [each.replace(stage.model.host, "HOST") for each in stage.picture()] == expected[on_incomplete]


def test_a_part_that_a_model_did_not_read_is_incomplete_and_its_findings_are_kept(tmp_path: Path) -> None:
    def reads_app_alone(body: dict[str, Any], index: int) -> Answer:
        return finds(body, index) if "planted" in str(body) else answers.broken_server(503)

    base = {**BASE, ".hunkwise.yml": "max_tries: 1\nchunk_tokens: 200\n"}
    head = {
        "app.py": rows(planted={30: "medium_rounding"}),
        "b.py": rows(8, word="b"),
        ".hunkwise.yml": base[".hunkwise.yml"],
    }
    with staged(tmp_path, base=base, head=head, script=reads_app_alone) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"], done.outputs["findings"]) == (0, "incomplete", "1")
        assert "1 of 2 hunks could not be reviewed" in done.summary
        assert [each.replace(stage.model.host, "HOST") for each in stage.picture()] == snapshot(
            [
                "#1 summary: ⚠️ hunkwise: incomplete",
                (
                    "#1 - gpt-5-mini left 1 request without an answer: HOST answers 503: The server had an error while "
                    "processing your request. (try again later)"
                ),
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 app.py:30 🟠 medium: The rounding is wrong",
                "check on head: neutral, incomplete: 1 of 2 hunks could not be reviewed, 1 annotations",
            ]
        )


@pytest.mark.parametrize("step", [{}, {"AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9", "AZURE_OPENAI_API_KEY": ""}])
def test_without_a_key_rules_speak_and_nothing_is_approved(step: dict[str, str], tmp_path: Path) -> None:
    with staged(tmp_path, head=RULED) as stage:
        stage.run = stage.keyless
        stage.run.step = step
        done = stage.opened(fail_on="never")
        assert (done.code, done.outputs["outcome"]) == (0, "incomplete")
        assert "openai-api-key is empty or misspelt" in done.summary
        assert stage.picture() == snapshot(
            [
                "#1 summary: ⚠️ hunkwise: incomplete",
                "#1 - The change edits .hunkwise.yml; what rules this review is the base's version.",
                "#1 COMMENTED: 1 new finding on the lines below",
                "#1 load.py:3 🔴 high: yaml.load builds arbitrary objects",
                "check on head: neutral, incomplete: 5 of 5 hunks could not be reviewed, 1 annotations",
            ]
        )
        chosen = stage.opened(fail_on="never", engine="rules")
        assert (chosen.code, chosen.outputs["outcome"]) == (0, "approve")


def test_a_refusal_or_an_empty_answer_is_no_review(tmp_path: Path) -> None:
    def refuses(body: dict[str, Any], index: int) -> Answer:
        del index
        return answers.completion(None, refusal="I can't help with that.", model=str(body["model"]))

    with staged(tmp_path, base={**BASE, **QUICK}, script=refuses) as stage:
        done = stage.opened()
        assert (done.code, done.outputs["outcome"]) == (0, "incomplete")
        assert stage.picture()[-1] == snapshot("check on head: neutral, incomplete: 4 of 4 hunks could not be reviewed")
