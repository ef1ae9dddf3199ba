"""Findings of other tools: placed on added lines, redacted, and never a crash whatever the file holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from hunkwise.adapters.sarif_evidence import SarifEvidence
from hunkwise.core import patch
from hunkwise.errors import UsageError
from hunkwise.model.diff import FileDiff
from hunkwise.model.finding import RuleHit, Severity

DIFF = b"""diff --git a/src/app.py b/src/app.py
--- a/src/app.py
+++ b/src/app.py
@@ -1,3 +1,4 @@
 import os
+import pickle
 x = 1
 y = 2
"""


def result(line: int, **changes: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": "src/app.py"}, "region": {"startLine": line}}
    return {"ruleId": "B403", "message": {"text": "pickle"}, "locations": [{"physicalLocation": place}], **changes}


def check(folder: Path, *results: dict[str, Any], rules: tuple[dict[str, Any], ...] = ()) -> tuple[RuleHit, ...]:
    run = {"tool": {"driver": {"name": "bandit", "rules": rules}}, "results": results}
    (folder / "a.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [run]}), "utf-8")
    return SarifEvidence([str(folder / "a.sarif")], lambda text: text.replace("s3cret", "<redacted:x:1>")).check(
        changed(), None
    )


def changed() -> FileDiff:
    (file,) = patch.parse(DIFF).files
    return file


def test_a_result_on_an_added_line_is_a_hit_in_the_tool_s_name(tmp_path: Path) -> None:
    (hit,) = check(tmp_path, result(2))
    assert (hit.path, hit.line, hit.end_line, hit.rule.origin) == ("src/app.py", 2, 2, "evidence:bandit:B403")
    assert (hit.rule.severity, hit.rule.title) == (Severity.LOW, "pickle")


@pytest.mark.parametrize(
    "other",
    [
        result(1),
        result(0),
        result(2, suppressions=[{"kind": "inSource"}]),
        result(2, locations=[]),
        result(
            2,
            locations=[
                {"physicalLocation": {"artifactLocation": {"uri": "file:///src/app.py"}, "region": {"startLine": 2}}}
            ],
        ),
        result(
            2,
            locations=[{"physicalLocation": {"artifactLocation": {"uri": "other.py"}, "region": {"startLine": 2}}}],
        ),
    ],
)
def test_what_is_not_on_an_added_line_of_the_change_is_no_hit(tmp_path: Path, other: dict[str, Any]) -> None:
    assert check(tmp_path, other) == ()


def test_severity_is_the_score_of_security_else_the_level(tmp_path: Path) -> None:
    rules = ({"id": "B403", "properties": {"security-severity": "8.1"}}, {"id": "B1", "properties": {}})
    hits = check(
        tmp_path, result(2), result(2, ruleId="B1", level="error"), result(2, ruleId="", ruleIndex=0), rules=rules
    )
    assert [hit.rule.severity for hit in hits] == [Severity.HIGH, Severity.MEDIUM, Severity.HIGH]


def test_a_scanner_that_prints_what_it_found_is_redacted(tmp_path: Path) -> None:
    (hit,) = check(tmp_path, result(2, message={"text": "found s3cret"}))
    assert hit.rule.description == "found <redacted:x:1>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no SARIF"),
        (b"[1]", "is no SARIF"),
        (b'{"version": "2.1.0", "runs": [{}]}', "runs.0.tool"),
        (b'{"version": "1.0.0", "runs": []}', "is SARIF 1.0.0"),
        (b'{"version": "2.1.0", "runs": 7}', "runs"),
    ],
)
def test_a_file_that_is_none_is_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.sarif").write_bytes(content)
    with pytest.raises(UsageError, match=r"--evidence: .*a\.sarif") as refused:
        SarifEvidence([str(tmp_path / "a.sarif")], str)
    assert said in refused.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file"):
        SarifEvidence([str(tmp_path / "none.sarif")], str)
