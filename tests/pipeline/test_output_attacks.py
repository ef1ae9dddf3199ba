"""Every labelled answer of a broken or hijacked model holds its stated property, played as the answer to a review.

The sample's field names are mapped to ours: `path` is `file`, `title` and `body` are the description, `bug` is
`correctness`, `critical` is `high`. What a row does not name, and our schema asks for, is given as a sound answer has
it, so that nothing but the attack itself stands in its way.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import fakes
import shared_data
from fakes import asked_ids
from harmless_text import assert_harmless
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.core import publication
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import Ports
from hunkwise.render import json_report, markdown, sarif, terminal
from hunkwise.settings import Settings

ROWS = {str(row["id"]): row for row in shared_data.sample("output_attacks")}
CODE = [f"value_{at} = step({at})" for at in range(1, 9)]
DIFF = "diff --git a/src/app.py b/src/app.py\n--- a/src/app.py\n+++ b/src/app.py\n@@ -0,0 +1,8 @@\n" + "".join(
    f"+{line}\n" for line in CODE
)
CATEGORIES = {"bug": "correctness"}
SEVERITIES = {"critical": "high"}
CUT = "truncated"


def of_class(*names: str) -> list[str]:
    return [id_ for id_, row in ROWS.items() if row["class"] in names]


def mapped(raw: str, reviewed: list[str]) -> str:
    """Return an answer in our fields; documents that follow one another stay so, and what is no JSON stays as it is."""
    try:
        return "".join(_answer(each, reviewed) for each in _documents(raw))
    except (ValueError, RecursionError):
        return raw


def _documents(raw: str) -> Iterator[Any]:
    at, decoder = 0, json.JSONDecoder(parse_constant=_refused)
    while at < len(raw):
        document, at = decoder.raw_decode(raw, at)
        yield document


def _refused(name: str) -> float:
    raise ValueError(name)


def _answer(document: Mapping[str, Any], reviewed: list[str]) -> str:
    extra = {key: value for key, value in document.items() if key != "findings"}
    findings = [_finding(each) for each in document["findings"]]
    return json.dumps({"findings": findings, "reviewed": reviewed, "approved": True, **extra})


def _finding(given: Mapping[str, Any]) -> dict[str, Any]:
    line = given["line"]
    at = line if isinstance(line, int) and not isinstance(line, bool) and 0 < line <= len(CODE) else 3
    severity = given["severity"]
    words = " ".join(str(given[name]) for name in ("title", "body"))
    return {
        "severity": SEVERITIES.get(severity, severity) if isinstance(severity, str) else severity,
        "file": given["path"],
        "line": line,
        "quote": CODE[at - 1],
        "category": CATEGORIES.get(given["category"], given["category"]),
        "confidence": given["confidence"],
        "scenario": words,
        "description": words,
        "suggestion": words,
        "replacement": None,
    }


def reviewed(raw: str, *, is_cut: bool = False) -> ReviewReport:
    """Return the review by a model that gives this answer whenever it is asked."""

    def says(request: ChatRequest, number: int) -> str:
        del number
        if is_cut:
            raise ChatError(ChatFault.TRUNCATED, "the answer was cut")
        return mapped(raw, asked_ids(request))

    return played(says)


def wrapped(around: str) -> ReviewReport:
    """Return the review by a model that puts a sound, empty answer where `around` has its own."""
    return played(lambda request, _: around.replace('{"findings": []}', fakes.answer(asked_ids(request))))


def planned(raw: str, max_comments: int = 10) -> publication.Plan:
    """Return what would be said on a pull request."""
    found = run(lambda request, _: mapped(raw, asked_ids(request)))
    policy = publication.Policy(max_comments=max_comments)
    outcome = found.report.verdict.outcome
    return publication.plan(found.reconciled, found.report.diff, outcome, policy, mark=str, body=lambda *_: "")


def played(script: fakes.Script) -> ReviewReport:
    return run(script).report


def run(script: fakes.Script) -> review.Reviewed:
    ports = Ports(
        changes=fakes.GivenChange(DIFF.encode()),
        secrets=DetectSecretsScanner(),
        tokens=fakes.WordCounter(),
        rules=fakes.GivenRules(),
        prompts=PromptFiles(),
        chat=fakes.ScriptedChat(script),
        clock=fakes.DrivenClock(),
        progress=str,
    )
    return review.run(DiffText(name="test", content=b""), ports, Settings.model_validate({}))


def test_the_sample_is_all_played() -> None:
    assert set(ROWS) == set(of_class("format", "anchor", "path", "severity", "gate", "body", "title"))
    assert len(ROWS) >= 60


@pytest.mark.parametrize("id_", of_class("format"))
def test_an_answer_in_no_form_approves_nothing_and_one_in_a_wrapper_is_read(id_: str) -> None:
    raw, expect = str(ROWS[id_]["raw"]), str(ROWS[id_]["expect"])
    if "same result" in expect or "tolerated" in expect:
        told, bare = wrapped(raw), wrapped('{"findings": []}')
        assert (told.verdict, told.findings, told.ledger) == (bare.verdict, bare.findings, bare.ledger)
        assert bare.verdict.outcome is Outcome.APPROVE
        return
    report = reviewed(raw, is_cut=CUT in expect)
    assert report.verdict.outcome is not Outcome.APPROVE
    if "bounded" in expect:
        document = json.loads(raw)
        few = json.dumps(
            {"findings": [{**each, "line": at % 8 + 1} for at, each in enumerate(document["findings"][:60])]}
        )
        assert len(document["findings"]) > 1000
        assert (len(planned(raw).comments), 0 < len(planned(few, 2).comments) <= 2) == (0, True)
    else:
        assert report.findings == ()
        (entry,) = report.ledger.entries
        assert (entry.state, bool(entry.reason)) == (HunkState.FAILED, True)


@pytest.mark.parametrize("id_", of_class("anchor"))
def test_a_line_of_the_wrong_type_places_nothing_and_is_counted(id_: str) -> None:
    report = reviewed(str(ROWS[id_]["raw"]))
    assert report.findings == ()
    assert report.verdict.outcome is Outcome.INCOMPLETE
    (entry,) = report.ledger.entries
    assert (entry.state, "malformed answer" in str(entry.reason)) == (HunkState.FAILED, True)


@pytest.mark.parametrize("id_", of_class("path"))
def test_a_path_that_is_not_exactly_one_of_the_change_places_nothing_and_is_counted(id_: str) -> None:
    report = reviewed(str(ROWS[id_]["raw"]))
    assert report.findings == ()
    assert [each.stage for each in report.dropped] == ["anchor"]
    assert "not in the part of the diff" in report.dropped[0].reason


@pytest.mark.parametrize("id_", of_class("severity"))
def test_a_severity_of_no_kind_is_never_a_pass(id_: str) -> None:
    report = reviewed(str(ROWS[id_]["raw"]))
    assert report.verdict.outcome is not Outcome.APPROVE
    assert report.ledger.count(HunkState.FAILED) == 1


@pytest.mark.parametrize("id_", of_class("gate"))
def test_no_key_and_no_claim_flips_the_gate(id_: str) -> None:
    raw = str(ROWS[id_]["raw"])
    report = reviewed(raw)
    wanted = Outcome.BLOCK if "critical" in raw else Outcome.INCOMPLETE
    assert report.verdict.outcome is wanted
    assert report.model_approved is not True


@pytest.mark.parametrize("id_", of_class("body", "title"))
def test_words_of_a_model_do_nothing_where_they_are_told(id_: str) -> None:
    raw = str(ROWS[id_]["raw"])
    report = reviewed(raw)
    (found,) = report.findings
    texts = [markdown.comment(found), markdown.summary(report)]
    assert_harmless(texts)
    everywhere = "\n".join([*texts, json_report.text(report), sarif.text(report), terminal.text(report)])
    for text in texts:
        for order in ("/lgtm", "/merge", "/approve", "bors r+", "@dependabot", "::error", "::add-mask", "#1", "#2"):
            assert not any(line.lstrip("*: ").startswith(order) for line in text.splitlines()), order
    assert "ghp_A1b2C3d4" not in everywhere
    assert "\x1b" not in everywhere
    assert "\x00" not in everywhere
