"""Findings on their way from an engine's claim to a proven place."""

from dataclasses import dataclass
from enum import StrEnum

from hunkwise.model.diff import Side


class Severity(StrEnum):
    """How bad it is; comparable by `rank`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """3 for high, 1 for low."""
        return {"high": 3, "medium": 2, "low": 1}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFinding:
    """What a model claims, not yet placed. `line` is the number it gave, `quote` the code it quoted."""

    severity: Severity
    file: str
    line: int
    quote: str
    category: str
    confidence: float
    scenario: str
    description: str
    suggestion: str
    replacement: str | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A proven place: lines `line`..`end_line` (1-based, inclusive) of `side`, inside one hunk."""

    path: str
    line: int
    end_line: int
    side: Side
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanchored:
    """Why a finding has no place."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlace:
    """Where else a finding's cause was found: a file, and its first line on a side."""

    file: str
    line: int
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding at its place, as the report holds it. `confidence` is 0..1; `title` one line.

    `also` names other places of the same cause, which have no finding of their own in the report.
    """

    fingerprint: str
    file: str
    line: int
    end_line: int
    side: Side
    severity: Severity
    category: str
    confidence: float
    title: str
    description: str
    scenario: str
    suggestion: str
    replacement: str | None
    quote: str
    origin: str
    status: str = "new"
    also: tuple[OtherPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A claim that was not kept, and at which stage and why; from `medium` up reports print its text."""

    file: str
    line: int
    stage: str
    reason: str
    severity: Severity
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a rule says when it fires; `confidence` is its own, 0..1. `origin` is empty for the embedded engine's."""

    id: str
    severity: Severity
    confidence: float
    category: str
    title: str
    description: str
    scenario: str
    suggestion: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """A rule matched lines `line`..`end_line` of the head file at `path` (the diff's display path)."""

    rule: Rule
    path: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpan:
    """A secret at `[start, end)` of the scanned text.

    `reportable` tells a match certain enough to be a finding of its own; every span is masked all the same.
    """

    start: int
    end: int
    type: str
    reportable: bool
