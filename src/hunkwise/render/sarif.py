"""The review as SARIF 2.1.0 for code scanning and editors.

What GitHub reads of it: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
One result without a place loses the whole upload there, and a viewer may read a message as Markdown.
"""

from typing import Any
from urllib.parse import quote

from hunkwise.core import sanitise
from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.ledger import Entry
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import json_report, places
from hunkwise.render.places import Spot

LEVEL = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
"""SARIF's level for each severity."""

SECURITY_SEVERITY = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""GitHub's score for a security rule: from 7.0 high, from 4.0 medium, below that low."""

ROOT = "%SRCROOT%"
"""What paths are relative to: SARIF's customary name of a repository's root."""

FINGERPRINT = "hunkwise/v1"
"""Our fingerprint's key. GitHub's own, `primaryLocationLineHash`, is left to its upload action, which computes it from
the file and warns of any other value: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts"""

MAX_DESCRIPTION = 1024
"""Characters GitHub takes of a rule's descriptions."""


def text(report: ReviewReport) -> str:
    """Return the report as SARIF text."""
    return json_report.written(document(report), indent=1)


def document(report: ReviewReport) -> dict[str, Any]:
    """Return the report as SARIF values: one run."""
    rules: dict[str, Finding] = {}
    for finding in report.findings:
        rules.setdefault(rule_id(finding), finding)
    order = {name: index for index, name in enumerate(rules)}
    spots = places.spots(report.diff, report.findings)
    driver = {
        "name": "hunkwise",
        "version": report.version,
        "rules": [_rule(name, finding) for name, finding in rules.items()],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "hunkwise/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, order, spot) for each, spot in zip(report.findings, spots, strict=True)],
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def rule_id(finding: Finding) -> str:
    """Return a rule's or secret's own name, and for a model its category and severity.

    GitHub takes the severity of a security alert from the rule, so what a model calls high and low can't share one.
    """
    kind, _, name = finding.origin.partition(":")
    return f"model/{finding.category}/{finding.severity.value}" if kind == "model" else f"{kind}/{name}"


def _rule(name: str, finding: Finding) -> dict[str, Any]:
    kind = f"A model's finding about {finding.category}, {finding.severity.value}"
    title, description, advice = finding.title, finding.description, finding.suggestion
    if name.startswith("model/"):
        title = description = advice = kind
    properties: dict[str, Any] = {"tags": [finding.category]}
    if finding.category == "security":
        properties["security-severity"] = SECURITY_SEVERITY[finding.severity]
    short = _said(" ".join(title.split()), name)
    return {
        "id": name,
        "shortDescription": {"text": short},
        "fullDescription": {"text": _said(description, short)},
        "help": {"text": _said(advice, short)},
        "defaultConfiguration": {"level": LEVEL[finding.severity]},
        "properties": properties,
    }


def _said(words: str, otherwise: str) -> str:
    """Return the words for a required field, which must not be empty."""
    return sanitise.plain(words[:MAX_DESCRIPTION]).strip()[:MAX_DESCRIPTION] or otherwise


def _result(finding: Finding, order: dict[str, int], spot: Spot | None) -> dict[str, Any]:
    name = rule_id(finding)
    return {
        "ruleId": name,
        "ruleIndex": order[name],
        "level": LEVEL[finding.severity],
        "message": {"text": _message(finding) or name},
        "locations": [{"physicalLocation": {**_file(finding.file), "region": _region(finding, spot)}}],
        "relatedLocations": [
            {"physicalLocation": {**_file(each.file), "region": {"startLine": each.line}}}
            for each in finding.also
            if each.side is Side.RIGHT
        ],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "confidence": finding.confidence,
            "origin": finding.origin,
            "category": finding.category,
            "side": finding.side.value,
        },
    }


def _message(finding: Finding) -> str:
    """Return one paragraph for each text; GitHub shows the first sentence where room is short."""
    parts = [finding.title.rstrip(". ") + ".", finding.description, finding.scenario, finding.suggestion]
    if finding.side is Side.LEFT:
        parts.insert(1, f"This speaks of removed code, line {finding.line} of the old file; shown is where it stood.")
    return sanitise.plain("\n\n".join(part for part in parts if part.strip(". \n")))


def _region(finding: Finding, spot: Spot | None) -> dict[str, Any]:
    """Return the lines in the head file. Removed code has none there: where it stood, or line 1, stands for it."""
    if finding.side is Side.RIGHT:
        snippet = {"text": sanitise.visible(finding.quote)}
        return {"startLine": finding.line, "endLine": finding.end_line, "snippet": snippet}
    near = (spot.head_line() if spot else None) or 1
    return {"startLine": near, "endLine": near}


def _file(path: str) -> dict[str, Any]:
    return {"artifactLocation": {"uri": quote(path, errors="replace"), "uriBaseId": ROOT}}


def _invocation(report: ReviewReport) -> dict[str, Any]:
    failed = [entry for entry in report.ledger.entries if entry.is_unanswered]
    unread = [
        _notification(f"Not reviewed: {_named(entry)}: {entry.reason or 'no reason given'}", entry.file)
        for entry in failed
    ]
    claims = [
        _notification(
            f"Claimed, not kept ({claim.reason}): {claim.file}:{claim.line}: {claim.description}", level="note"
        )
        for claim in report.dropped
        if claim.severity is not Severity.LOW
    ]
    return {
        "executionSuccessful": report.verdict.outcome is not Outcome.INCOMPLETE and not failed,
        "toolExecutionNotifications": [
            *unread,
            *claims,
            *(_notification(notice.text, level="note") for notice in report.notices),
        ],
    }


def _named(entry: Entry) -> str:
    return f"{entry.file} {entry.hunk}" if entry.hunk else entry.file


def _notification(words: str, file: str = "", level: str = "warning") -> dict[str, Any]:
    said: dict[str, Any] = {"level": level, "message": {"text": sanitise.plain(" ".join(words.split()))}}
    return {**said, "locations": [{"physicalLocation": _file(file)}]} if file else said
