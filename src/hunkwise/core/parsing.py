"""Judge a model's answer: strict JSON, then its prompt pack's schema, once.

The faults are sentences for the repair request and the ledger. Single findings that meet the schema are kept even
when the answer as a whole does not: one bad finding never loses the others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hunkwise.model.finding import RawFinding, Severity

MAX_ANSWER_CHARS = 1_000_000
"""Characters of an answer that are parsed; a longer one is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A judged answer: its findings, the ids it acknowledges, and its faults (none: it meets the schema).

    `approved` is what the model said; it is recorded and never trusted.
    """

    findings: tuple[RawFinding, ...] = ()
    reviewed: frozenset[str] = frozenset()
    approved: bool | None = None
    faults: tuple[str, ...] = ()


def answer(text: str, schema: Mapping[str, Any], origin: str) -> Answer:
    """Return `text` judged by `schema`; `origin` is written on each finding."""
    try:
        payload = _strict_json(text)
    except ValueError as error:
        return Answer(faults=(str(error),))
    errors = _errors(payload, schema)
    if not errors:
        return Answer(
            findings=tuple(_finding(item, origin) for item in payload["findings"]),
            reviewed=frozenset(payload["reviewed"]),
            approved=payload["approved"],
        )
    return Answer(findings=_sound_findings(payload, errors, origin), faults=tuple(_fault(each) for each in errors))


def payload(text: str, schema: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Return the JSON values of `text`, and its faults by `schema`: with one the values are not to be used."""
    try:
        values = _strict_json(text)
    except ValueError as error:
        return None, (str(error),)
    return values, tuple(_fault(each) for each in _errors(values, schema))


def _errors(payload: Any, schema: Mapping[str, Any]) -> list[ValidationError]:  # noqa: ANN401  # any JSON value
    return sorted(_validator(json.dumps(schema)).iter_errors(payload), key=lambda each: list(map(str, each.path)))


@lru_cache(maxsize=4)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def _strict_json(text: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return the values of `text`; raises ValueError that says why it is no JSON."""
    if len(text) > MAX_ANSWER_CHARS:
        raise ValueError(f"not JSON: longer than {MAX_ANSWER_CHARS} characters")
    bare = _unfenced(text.strip("\ufeff \t\r\n"))
    try:
        return json.loads(bare, object_pairs_hook=unique_keys, parse_constant=no_constant)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("not JSON: nested too deeply") from error


def _unfenced(text: str) -> str:
    """Take off one code fence around the whole, which models without structured output like to add."""
    first, _, rest = text.partition("\n")
    if first in {"```", "```json"} and rest.endswith("```"):
        return rest[:-3]
    return text


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; raises ValueError for a key that stands twice, since readers differ on which counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object names a key twice")
    return found


def no_constant(name: str) -> float:
    """Refuse NaN and its kin, which Python reads and JSON has not."""
    raise ValueError(f"{name} is not a JSON number")


def _fault(error: ValidationError) -> str:
    place = "/" + "/".join(map(str, error.absolute_path))
    return f"{place}: {error.message[:200]}"


def _sound_findings(payload: Any, errors: Sequence[ValidationError], origin: str) -> tuple[RawFinding, ...]:  # noqa: ANN401  # any JSON value
    if not isinstance(payload, dict) or not isinstance(payload.get("findings"), list):
        return ()
    faulty = {error.absolute_path[1] for error in errors if len(error.absolute_path) > 1}
    return tuple(_finding(item, origin) for index, item in enumerate(payload["findings"]) if index not in faulty)


def _finding(item: Mapping[str, Any], origin: str) -> RawFinding:
    return RawFinding(
        severity=Severity(item["severity"]),
        file=clean(item["file"]),
        line=int(item["line"]),
        quote=clean(item["quote"]),
        category=item["category"],
        confidence=float(item["confidence"]),
        scenario=clean(item["scenario"]),
        description=clean(item["description"]),
        suggestion=clean(item["suggestion"]),
        replacement=None if item["replacement"] is None else clean(item["replacement"]),
        origin=origin,
    )


def clean(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and no output can."""
    return text.encode("utf-8", "replace").decode("utf-8")
