import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import parsing

SCHEMA = PromptFiles().load("review", "1.0.0").schema

FINDING: dict[str, Any] = {
    "severity": "high",
    "file": "app.py",
    "line": 3,
    "quote": "x = 1",
    "category": "security",
    "confidence": 0.8,
    "scenario": "An empty list.",
    "description": "Wrong.",
    "suggestion": "Mend it.",
    "replacement": None,
}


def answer(**changes: Any) -> dict[str, Any]:
    return {"findings": [FINDING], "reviewed": ["a1"], "approved": True, **changes}


def judged(payload: object) -> parsing.Answer:
    return parsing.answer(payload if isinstance(payload, str) else json.dumps(payload), SCHEMA, "model:m")


def test_a_sound_answer_is_built_into_values() -> None:
    got = judged(answer())
    assert got.faults == ()
    assert got.reviewed == {"a1"}
    assert got.approved is True
    (finding,) = got.findings
    assert (finding.file, finding.line, finding.quote, finding.origin) == ("app.py", 3, "x = 1", "model:m")


@pytest.mark.parametrize("wrap", ["{}", "\ufeff{}\n", "```json\n{}\n```", "```\n{}```"])
def test_white_space_and_one_code_fence_around_it_do_no_harm(wrap: str) -> None:
    assert judged(wrap.replace("{}", json.dumps(answer()))).faults == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "not JSON"),
        ("Looks good to me!", "not JSON"),
        ('{"findings": [], "reviewed": [', "not JSON"),
        ('{"findings": [], "reviewed": [], "approved": true} trailing', "not JSON"),
        ('{"findings": [], "findings": [], "reviewed": [], "approved": true}', "names a key twice"),
        ('{"findings": [], "reviewed": [], "approved": NaN}', "NaN is not a JSON number"),
        ("[" * 100_000, "nested too deeply"),
        ("x" * 1_000_001, "longer than"),
        ("[]", "/: [] is not of type 'object'"),
        ('{"findings": [], "reviewed": []}', "'approved' is a required property"),
        (json.dumps(answer(extra=1)), "Additional properties"),
        (json.dumps(answer(findings=[{**FINDING, "severity": "LOW"}])), "/findings/0/severity: 'LOW' is not one of"),
        (json.dumps(answer(findings=[{**FINDING, "line": True}])), "/findings/0/line"),
        (json.dumps(answer(findings=[{**FINDING, "confidence": 2}])), "/findings/0/confidence"),
    ],
)
def test_a_fault_is_named_for_the_repair(text: str, fault: str) -> None:
    got = judged(text)
    assert fault in " ".join(got.faults)
    assert got.reviewed == frozenset()


def test_one_bad_finding_never_loses_the_others() -> None:
    bad = {**FINDING, "severity": "critical"}
    got = judged(answer(findings=[FINDING, bad, FINDING], approved="yes"))
    assert len(got.findings) == 2
    assert got.faults


def test_too_many_findings_are_a_fault_and_none_is_lost() -> None:
    got = judged(answer(findings=[FINDING] * 60))
    assert got.faults
    assert len(got.findings) == 60


def test_lone_surrogates_can_be_written_out() -> None:
    text = json.dumps(answer(findings=[{**FINDING, "description": "bad \ud800 text"}]))
    judged(text).findings[0].description.encode("utf-8")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_gives_an_answer_or_faults(payload: object) -> None:
    got = judged(json.dumps(payload))
    assert got.faults


def test_the_schema_is_strict_about_every_property() -> None:
    for part in (SCHEMA, SCHEMA["properties"]["findings"]["items"]):
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])


def test_the_wheel_carries_the_prompts_of_the_checkout() -> None:
    root = Path(__file__).parents[2] / "prompts" / "review" / "1.0.0"
    assert PromptFiles().load("review", "1.0.0").user == (root / "user.md").read_text("utf-8").strip()
