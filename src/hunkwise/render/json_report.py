"""The JSON report, version 1: a contract other programs read. Fields are only ever added."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hunkwise.model.change import Change
from hunkwise.model.description import Description
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.ledger import HunkState, Ledger
from hunkwise.model.report import ModelUsage, ReviewReport, Usage
from hunkwise.render import figures

VERSION = 1
"""Version of the report's form."""


def text(report: ReviewReport) -> str:
    """Return the report as JSON text, one form for one report."""
    return written(document(report), indent=2)


def written(values: Mapping[str, Any], *, indent: int) -> str:
    """Return values as JSON text that UTF-8 can carry and a job's log can hold.

    A lone surrogate becomes a question mark. A runner takes `##[name]` anywhere in a line for a command
    (`core.sanitise.log`), so one sign is written as its escape: readers of the JSON see the same string.
    """
    text = json.dumps(values, ensure_ascii=False, indent=indent) + "\n"
    return text.encode("utf-8", "replace").decode("utf-8").replace("##[", "#\\u0023[")


def document(report: ReviewReport) -> dict[str, Any]:
    """Return the report as JSON values."""
    prompt = report.prompt
    return {
        "version": VERSION,
        "tool": {
            "version": report.version,
            "engine": report.engine,
            "models": list(report.models),
            "prompt": {
                "name": prompt.name if prompt else None,
                "version": prompt.version if prompt else None,
                "sha256": prompt.sha256 if prompt else None,
                "examples": list(prompt.examples) if prompt else [],
            },
            "prompts": [{"name": each.name, "version": each.version, "sha256": each.sha256} for each in report.beside],
            "experiment": report.experiment,
        },
        "change": change(report.change),
        "verdict": {
            "outcome": report.verdict.outcome.value,
            "reasons": list(report.verdict.reasons),
            "model_approved": report.model_approved,
        },
        "description": described(report.description),
        "findings": [_finding(finding) for finding in report.findings],
        "dropped": [_dropped(claim) for claim in report.dropped],
        "ledger": _ledger(report.ledger),
        "redactions": {
            "total": sum(report.redactions_by_type.values()),
            "by_type": dict(sorted(report.redactions_by_type.items())),
        },
        "usage": usage(report.usage),
        "cache": {pool: asdict(used) for pool, used in report.cache.items()},
        "notices": [{"code": notice.code, "text": notice.text} for notice in report.notices],
        "timings_ms": dict(report.timings_ms),
    }


def change(change: Change) -> dict[str, Any]:
    """Return what names a change."""
    return {
        "source": change.source,
        "repo": change.repo,
        "number": change.number,
        "base": change.base,
        "head": change.head,
    }


def described(given: Description | None) -> dict[str, Any] | None:
    """Return a description, where there is one."""
    if given is None:
        return None
    return {
        "summary": given.summary,
        "walkthrough": [{"file": each.file, "what": each.what} for each in given.walkthrough],
        "risks": [{"file": each.file, "line": each.line, "why": each.why} for each in given.risks],
        "hunks": given.hunks,
        "read": given.read,
        "unread": list(given.unread),
        "age_s": given.age_s,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "file": finding.file,
        "line": finding.line,
        "end_line": finding.end_line,
        "side": finding.side.value,
        "severity": finding.severity.value,
        "category": finding.category,
        "confidence": finding.confidence,
        "title": finding.title,
        "description": finding.description,
        "scenario": finding.scenario,
        "suggestion": finding.suggestion,
        "replacement": finding.replacement,
        "quote": finding.quote,
        "origin": finding.origin,
        "status": finding.status,
        "also": [{"file": each.file, "line": each.line, "side": each.side.value} for each in finding.also],
    }


def _dropped(claim: Dropped) -> dict[str, Any]:
    return {
        "file": claim.file,
        "line": claim.line,
        "stage": claim.stage,
        "reason": claim.reason,
        "severity": claim.severity.value,
        "description": claim.description,
    }


def _ledger(ledger: Ledger) -> dict[str, Any]:
    return {
        "hunks": len(ledger.entries),
        **{state.value: ledger.count(state) for state in HunkState},
        "entries": [
            {
                "file": entry.file,
                "hunk": entry.hunk,
                "added": entry.added,
                "deleted": entry.deleted,
                "state": entry.state.value,
                "by": entry.by,
                "age_s": entry.age_s,
                "reason": entry.reason,
            }
            for entry in ledger.entries
        ],
    }


def usage(used: Usage) -> dict[str, Any]:
    """Return requests, tokens, money and latencies."""
    return {
        "requests": sum(asked.requests for asked in used.by_model.values()),
        **_tokens(
            ModelUsage(
                requests=0,
                prompt_tokens=_whole(figures.total(used, lambda asked: asked.prompt_tokens)),
                cached_prompt_tokens=_whole(figures.total(used, lambda asked: asked.cached_prompt_tokens)),
                completion_tokens=_whole(figures.total(used, lambda asked: asked.completion_tokens)),
                cost_usd=figures.total(used, lambda asked: asked.cost_usd),
                embedding_tokens=figures.embedding_tokens(used),
            )
        ),
        "by_model": {name: {"requests": asked.requests, **_tokens(asked)} for name, asked in used.by_model.items()},
        "by_stage": {name: {"requests": asked.requests, **_tokens(asked)} for name, asked in used.by_stage.items()},
        "latency_ms": {f"p{percent}": figures.latency_ms(used, percent) for percent in (50, 95, 99)},
    }


def _tokens(asked: ModelUsage) -> dict[str, Any]:
    return {
        "prompt_tokens": asked.prompt_tokens,
        "cached_prompt_tokens": asked.cached_prompt_tokens,
        "completion_tokens": asked.completion_tokens,
        "embedding_tokens": asked.embedding_tokens,
        "cost_usd": asked.cost_usd,
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
