"""The JSON Schema of the JSON report: strict about what must be there, open to fields that come later."""

from typing import Any

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
COUNT = {"type": "integer", "minimum": 0}
COUNT_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
AMOUNT_OR_NULL = {"type": ["number", "null"], "minimum": 0}
SEVERITY = {"enum": ["high", "medium", "low"]}


def report_schema() -> dict[str, Any]:
    """Return the schema (Draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hunkwise report, version 1",
        **_object(
            {
                "version": {"const": 1},
                "tool": _tool(),
                "change": _object(
                    {
                        "source": {"enum": ["github", "git", "diff"]},
                        "repo": TEXT_OR_NULL,
                        "number": COUNT_OR_NULL,
                        "base": TEXT_OR_NULL,
                        "head": TEXT_OR_NULL,
                    }
                ),
                "verdict": _object(
                    {
                        "outcome": {"enum": ["approve", "block", "incomplete"]},
                        "reasons": _list(TEXT),
                        "model_approved": {"type": ["boolean", "null"]},
                    }
                ),
                "description": {"anyOf": [_description(), {"type": "null"}]},
                "findings": _list(_finding()),
                "dropped": _list(_dropped()),
                "ledger": _ledger(),
                "redactions": _object({"total": COUNT, "by_type": _map(COUNT)}),
                "usage": _usage(),
                "cache": _map(_pool_use()),
                "notices": _list(_object({"code": TEXT, "text": TEXT})),
                "timings_ms": _map({"type": "number", "minimum": 0}),
            }
        ),
    }


def _pool_use() -> dict[str, Any]:
    counts = ("exact_hits", "canonical_hits", "incremental_hits", "semantic_hits", "confirms", "misses")
    return _object(dict.fromkeys(counts, COUNT))


def _tool() -> dict[str, Any]:
    named = dict.fromkeys(("name", "version", "sha256"), TEXT_OR_NULL)
    prompt = _object({**named, "examples": _list(TEXT)})
    tool = _object({"version": TEXT, "engine": {"enum": ["llm", "rules"]}, "models": _list(TEXT), "prompt": prompt})
    beside = _list(_object(dict.fromkeys(("name", "version", "sha256"), TEXT)))
    return {**tool, "properties": {**tool["properties"], "prompts": beside, "experiment": TEXT_OR_NULL}}


def _description() -> dict[str, Any]:
    described = _object(
        {
            "summary": TEXT,
            "walkthrough": _list(_object({"file": TEXT, "what": TEXT})),
            "risks": _list(_object({"file": TEXT, "line": {"type": ["integer", "null"], "minimum": 1}, "why": TEXT})),
            "hunks": COUNT,
            "read": COUNT,
            "unread": _list(TEXT),
        }
    )
    return {**described, "properties": {**described["properties"], "age_s": AMOUNT_OR_NULL}}


def _finding() -> dict[str, Any]:
    return _object(
        {
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]+$"},
            "file": TEXT,
            "line": {"type": "integer", "minimum": 1},
            "end_line": {"type": "integer", "minimum": 1},
            "side": {"enum": ["RIGHT", "LEFT"]},
            "severity": SEVERITY,
            "category": TEXT,
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "title": TEXT,
            "description": TEXT,
            "scenario": TEXT,
            "suggestion": TEXT,
            "replacement": TEXT_OR_NULL,
            "quote": TEXT,
            "origin": {"type": "string", "pattern": "^(model|rule|secret|evidence):"},
            "status": {"enum": ["new", "open"]},
            "also": _list(
                _object({"file": TEXT, "line": {"type": "integer", "minimum": 1}, "side": {"enum": ["RIGHT", "LEFT"]}})
            ),
        }
    )


def _dropped() -> dict[str, Any]:
    claim = _object({"file": TEXT, "line": COUNT, "stage": TEXT, "reason": TEXT})
    return {**claim, "properties": {**claim["properties"], "severity": SEVERITY, "description": TEXT}}


def _ledger() -> dict[str, Any]:
    entry = _object(
        {
            "file": TEXT,
            "hunk": TEXT_OR_NULL,
            "added": COUNT,
            "deleted": COUNT,
            "state": {"enum": ["reviewed", "cached", "skipped", "failed"]},
            "by": TEXT_OR_NULL,
            "age_s": AMOUNT_OR_NULL,
            "reason": TEXT_OR_NULL,
        }
    )
    counts = dict.fromkeys(("hunks", "reviewed", "cached", "skipped", "failed"), COUNT)
    return _object({**counts, "entries": _list(entry)})


def _usage() -> dict[str, Any]:
    names = ("prompt_tokens", "cached_prompt_tokens", "completion_tokens", "embedding_tokens")
    tokens = {"requests": COUNT, **dict.fromkeys(names, COUNT_OR_NULL), "cost_usd": AMOUNT_OR_NULL}
    latency = _object(dict.fromkeys(("p50", "p95", "p99"), AMOUNT_OR_NULL))
    by_name = _map(_object(tokens))
    return _object({**tokens, "by_model": by_name, "by_stage": by_name, "latency_ms": latency})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}
