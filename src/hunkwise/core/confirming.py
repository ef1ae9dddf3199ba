"""Ask whether what was found in a hunk holds for one that is nearly the same: about the difference, and nothing else.

The answer counts only where it says that the difference is harmless, and that every finding still holds, each with a
quote that stands in the hunk. Anything else, and whatever is missing or in doubt, leaves the hunk to be read whole. So
a short request can repeat findings but take none away, and its text, hostile or not, is that of one hunk.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hunkwise.core import anchoring, parsing, prompting, ranking, wrapping
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.wrapping import Kind
from hunkwise.model.chat import Message, PromptPack
from hunkwise.model.finding import Finding, RawFinding, Unanchored
from hunkwise.model.material import Chunk, Passage

HARMLESS = "harmless"
"""What an answer says of a difference that changes nothing."""

MIN_CONFIDENCE = 0.8
"""How sure an answer must be that a difference is harmless."""


def request(
    chunk: Chunk, near: NearAnswer, difference: Sequence[str], pack: PromptPack, seal: prompting.Seal
) -> tuple[Message, ...]:
    """Return the messages that ask about the one hunk of `chunk`."""
    hunk = wrapping.wrapped(Kind.HUNK, chunk.passages[0].id, chunk.passages[0].text)
    (changed,) = wrapping.each(Kind.DIFFERENCE, ["\n".join(difference)])
    claims = (
        wrapping.wrapped(Kind.CANDIDATE, name, _told(each))
        for name, each in zip(names(near), near.findings, strict=True)
    )
    parts = {"{{hunk}}": hunk, "{{difference}}": changed, "{{candidates}}": "\n\n".join(claims)}
    blocks = [parts.get(block, block) for block in pack.user.split("\n\n")]
    return (
        Message(role="system", content=seal(pack.system)),
        Message(role="user", content=seal("\n\n".join(block for block in blocks if block))),
    )


def names(near: NearAnswer) -> list[str]:
    """Return the names by which an answer speaks of the findings."""
    return wrapping.unique(wrapping.identifier(_told(each)) for each in near.findings)


def decide(
    text: str, near: NearAnswer, difference: Sequence[str], passage: Passage, schema: Mapping[str, Any]
) -> tuple[RawFinding, ...] | None:
    """Return the findings that hold as claims of code in the hunk, None where it must be read whole."""
    payload, faults = parsing.payload(text, schema)
    if faults or payload["difference"] != HARMLESS or payload["confidence"] < MIN_CONFIDENCE:
        return None
    by_name = {item["id"]: item for item in payload["findings"]}
    if len(payload["findings"]) != len(by_name) or set(by_name) != set(names(near)):
        return None
    new = frozenset(anchoring.folded(row[3:]) for row in difference if row[0] == "+")
    claims = [
        _again(claim, by_name[name], new, passage) for name, claim in zip(names(near), near.findings, strict=True)
    ]
    return None if None in claims else tuple(each for each in claims if each is not None)


def place(claims: Sequence[RawFinding], passage: Passage, origin: str) -> tuple[Finding, ...] | None:
    """Return claims at their places in the hunk, None where one has none."""
    anchors = [(raw, anchoring.place(raw, [passage])) for raw in claims]
    placed = [
        ranking.from_model(replace(raw, origin=origin), anchor)
        for raw, anchor in anchors
        if not isinstance(anchor, Unanchored)
    ]
    return tuple(placed) if len(placed) == len(claims) else None


def _again(claim: Finding, said: Mapping[str, Any], new: frozenset[str], passage: Passage) -> RawFinding | None:
    """Return a finding as a claim of the code that was quoted: the same as before, or a row that changed."""
    quote = parsing.clean(said["quote"])
    rows = [anchoring.folded(row) for row in anchoring.quoted_lines(quote)]
    is_same = rows == [anchoring.folded(row) for row in anchoring.quoted_lines(claim.quote)]
    if not said["holds"] or not (is_same or new & set(rows)):
        return None
    return RawFinding(
        severity=claim.severity,
        file=passage.path,
        line=int(said["line"]),
        quote=quote,
        category=claim.category,
        confidence=claim.confidence,
        scenario=claim.scenario,
        description=claim.description,
        suggestion=claim.suggestion,
        replacement=None,
        origin=claim.origin,
    )


def _told(claim: Finding) -> str:
    """Return a finding as JSON, one field a line."""
    fields = {
        "severity": claim.severity.value,
        "category": claim.category,
        "quote": claim.quote,
        "description": claim.description,
        "scenario": claim.scenario,
    }
    return json.dumps(fields, ensure_ascii=False, indent=0)
