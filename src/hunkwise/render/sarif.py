"""The review as SARIF 2.1.0 for code scanning and editors.

What GitHub reads of it: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from typing import Any
from urllib.parse import quote

from hunkwise.core import sanitise
from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport

LEVEL = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
"""SARIF's level for each severity."""

SECURITY_SEVERITY = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""GitHub's score for a security rule: above 7.0 is high, above 4.0 medium."""

HOME = "https://github.com/hunkwise/hunkwise"
"""Where the tool's own words are."""


def text(report: ReviewReport) -> str:
    """Return the report as SARIF text."""
    return json.dumps(document(report), ensure_ascii=False, indent=1) + "\n"


def document(report: ReviewReport) -> dict[str, Any]:
    """Return the report as SARIF values: one run."""
    rules: dict[str, Finding] = {}
    for finding in report.findings:
        rules.setdefault(rule_id(finding), finding)
    order = {name: index for index, name in enumerate(rules)}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "hunkwise",
                        "version": report.version,
                        "informationUri": HOME,
                        "rules": [_rule(name, finding) for name, finding in rules.items()],
                    }
                },
                "automationDetails": {"id": "hunkwise/"},
                "invocations": [_invocation(report)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, order) for finding in report.findings],
            }
        ],
    }


def rule_id(finding: Finding) -> str:
    """Return what a rule's or secret's own name is, and a model's category."""
    kind, _, name = finding.origin.partition(":")
    return f"model/{finding.category}" if kind == "model" else f"{kind}/{name}"


def _rule(name: str, finding: Finding) -> dict[str, Any]:
    is_model = name.startswith("model/")
    title = f"A model's finding about {finding.category}" if is_model else sanitise.line(finding.title)
    properties: dict[str, Any] = {"tags": [finding.category]}
    if finding.category == "security":
        properties["security-severity"] = SECURITY_SEVERITY[finding.severity]
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title if is_model else sanitise.visible(finding.description)},
        "help": {"text": title if is_model else sanitise.visible(finding.suggestion) or title},
        "defaultConfiguration": {"level": LEVEL[finding.severity]},
        "properties": properties,
    }


def _result(finding: Finding, order: dict[str, int]) -> dict[str, Any]:
    name = rule_id(finding)
    return {
        "ruleId": name,
        "ruleIndex": order[name],
        "level": LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _place(finding)}],
        "partialFingerprints": {"hunkwise/v1": finding.fingerprint},
        "properties": {"confidence": finding.confidence, "origin": finding.origin, "category": finding.category},
    }


def _message(finding: Finding) -> str:
    parts = [finding.title, finding.description, finding.scenario, finding.suggestion]
    if finding.side is Side.LEFT:
        parts.insert(1, f"This speaks of removed code, line {finding.line} of the old file.")
    return sanitise.visible("\n\n".join(part for part in parts if part.strip()))


def _place(finding: Finding) -> dict[str, Any]:
    """Return file and region; removed code has no region, since the file no longer has the line."""
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file), "uriBaseId": "%SRCROOT%"}}
    if finding.side is Side.RIGHT:
        snippet = {"text": sanitise.visible(finding.quote)}
        place["region"] = {"startLine": finding.line, "endLine": finding.end_line, "snippet": snippet}
    return place


def _invocation(report: ReviewReport) -> dict[str, Any]:
    failed = [entry for entry in report.ledger.entries if entry.state is HunkState.FAILED]
    return {
        "executionSuccessful": report.verdict.outcome is not Outcome.INCOMPLETE and not failed,
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {
                    "text": sanitise.line(
                        f"Not reviewed: {entry.file} {entry.hunk or ''}: {entry.reason or 'no reason'}"
                    )
                },
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(entry.file)}}}],
            }
            for entry in failed
        ],
    }
