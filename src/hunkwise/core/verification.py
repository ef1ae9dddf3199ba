"""The verify pass: a second request tries to refute what the first one claimed, and has to prove it by code.

A refutation takes a finding away, which is what hostile text wants. So it is believed only with a quote that stands in
what the request held (`core.proof`), and it can reach nothing but the claims of its own request. Whatever is missing or
in doubt leaves the claim where it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hunkwise.core import briefing, parsing, prompting, proof, risk, wrapping
from hunkwise.model.chat import Message, PromptPack
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.material import Chunk, Passage, QueryType

STAGE = "verify"
"""The stage at which a refuted claim was dropped, as reports name it."""

MIN_CONFIDENCE = 0.5
"""How sure a refutation must be of itself: one less sure than a coin is none."""

MAX_CLAIMS = 40
"""Claims of one request: an answer about each takes up to 200 of the pack's 8,000 tokens."""

REASON_CHARS = 500
"""Characters of a model's reason that the report keeps."""

UNSURE = "it was not sure itself"
"""Why a refutation does not count that gives itself little confidence."""

TWICE = "the answer speaks of the claim twice"
"""Why a refutation does not count that may be contradicted."""

_RISKY_TYPES = frozenset({QueryType.WORKFLOW, QueryType.MIGRATION, QueryType.INFRASTRUCTURE})


class Mode(StrEnum):
    """Whose claims are put to the second request: nobody's, those on risky code, all above `low`."""

    OFF = "off"
    RISKY = "risky"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a model says of one claim; `quote` is what is to prove that it is wrong."""

    refuted: bool
    reason: str
    quote: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld:
    """The claim stays; `note` says why a refutation of it did not count, "" where there was none."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """The claim goes, and why."""

    reason: str


def is_candidate(finding: Finding, mode: Mode, passages: Sequence[Passage]) -> bool:
    """Whether a finding is put to the verify pass: a model's above `low`, under RISKY only one on risky code."""
    if mode is Mode.OFF or finding.severity is Severity.LOW or not finding.origin.startswith("model:"):
        return False
    return mode is Mode.ALL or any(_is_risky(each) for each in passages if each.path == finding.file)


def shown(claims: Sequence[Finding], chunk: Chunk) -> Chunk:
    """Return what a request about `claims` holds of their chunk: the hunks of their files, with their context."""
    paths = {each.file for each in claims}
    return Chunk(passages=tuple(each for each in chunk.passages if each.path in paths))


def names(claims: Sequence[Finding]) -> tuple[str, ...]:
    """Return an id for each claim: digits of the digest of its text, which can't hold them."""
    return tuple(wrapping.unique(wrapping.identifier(_told(claim)) for claim in claims))


def request(claims: Sequence[Finding], held: Chunk, pack: PromptPack, seal: prompting.Seal) -> tuple[Message, ...]:
    """Return the messages that ask to refute `claims` on what is `held`, and on nothing that its author says of it."""
    told = "\n\n".join(
        wrapping.wrapped(wrapping.Kind.CANDIDATE, name, _told(claim))
        for name, claim in zip(names(claims), claims, strict=True)
    )
    user = briefing.filled(pack.user, {"hunks": prompting.hunks(held), "candidates": told})
    return Message(role="system", content=seal(pack.system)), Message(role="user", content=seal(user))


def verdicts(text: str, schema: Mapping[str, Any]) -> tuple[Mapping[str, Sequence[Verdict]], tuple[str, ...]]:
    """Return what an answer says by claim, and its faults (none: it meets the schema)."""
    payload, faults = parsing.payload(text, schema)
    by_name: dict[str, list[Verdict]] = {}
    for item in () if faults else payload["verdicts"]:
        said = Verdict(
            refuted=item["refuted"],
            reason=parsing.clean(item["reason"]),
            quote=parsing.clean(item["quote"]),
            confidence=float(item["confidence"]),
        )
        by_name.setdefault(item["id"], []).append(said)
    return by_name, faults


def decide(claim: Finding, said: Sequence[Verdict], held: Chunk, literals_of: proof.LiteralsOf) -> Upheld | Refuted:
    """Return whether `claim` stands after what was `said` of it about `held`."""
    refutations = [each for each in said if each.refuted]
    if not refutations:
        return Upheld()
    if len(said) > 1:
        return Upheld(note=TWICE)
    if refutations[0].confidence < MIN_CONFIDENCE:
        return Upheld(note=UNSURE)
    missing = proof.missing(refutations[0].quote, claim.side, held, literals_of)
    if missing is not None:
        return Upheld(note=missing)
    return Refuted(reason=f"refuted: {' '.join(refutations[0].reason.split())[:REASON_CHARS]}")


def dropped(claim: Finding, refuted: Refuted) -> Dropped:
    """Return a refuted claim as the report tells it."""
    return Dropped(
        file=claim.file,
        line=claim.line,
        stage=STAGE,
        reason=refuted.reason,
        severity=claim.severity,
        description=claim.description,
    )


def _is_risky(passage: Passage) -> bool:
    changed = (line.text for line in passage.lines if line.sign != " ")
    return passage.query_type in _RISKY_TYPES or risk.is_grave(passage.path, changed)


def _told(claim: Finding) -> str:
    """Return a claim as JSON, one field a line."""
    fields = {
        "file": claim.file,
        "line": claim.line,
        "side": "new" if claim.side.value == "RIGHT" else "removed",
        "severity": claim.severity.value,
        "category": claim.category,
        "quote": claim.quote,
        "description": claim.description,
        "scenario": claim.scenario,
    }
    return json.dumps(fields, ensure_ascii=False, indent=0)
