"""Turn placed claims into findings: severity capped, fingerprints given, near-duplicates merged, worst first."""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from hunkwise.core import anchoring, quotes
from hunkwise.model.diff import Diff, Side
from hunkwise.model.finding import Anchor, Dropped, Finding, RawFinding, RuleHit, Severity

FINGERPRINT_DIGITS = 16
"""Hex digits of the SHA-256 that names a finding across runs."""

TITLE_CHARS = 100
"""Characters of a title taken from a model's description."""

MERGE_LIKENESS = 0.5
"""Share of common words (Jaccard) from which two descriptions of one place and category are one finding."""

WINDOW = 16
"""Lines of a window: findings are compared only with those that share one, so that the cost stays near-linear."""

MAX_NEAR = 50
"""Findings of one window that others are compared with; a review of 16 lines that holds more is not worth more care."""

_Window = tuple[str, Side, int]

_ORIGIN_RANK = {"secret": 0, "rule": 1, "evidence": 2, "model": 3}
"""Which of two equal claims is kept: the one that is proven."""


def from_model(raw: RawFinding, anchor: Anchor) -> Finding:
    """Return a model's claim at its proven place; without a scenario it is not above `low`."""
    return Finding(
        fingerprint="",
        file=anchor.path,
        line=anchor.line,
        end_line=anchor.end_line,
        side=anchor.side,
        severity=raw.severity if raw.scenario.strip() else Severity.LOW,
        category=raw.category,
        confidence=raw.confidence,
        title=title(raw.description),
        description=raw.description,
        scenario=raw.scenario,
        suggestion=raw.suggestion,
        replacement=_replacement(raw, anchor),
        quote=anchor.quote,
        origin=raw.origin,
    )


def from_rule(hit: RuleHit, path: str, quote: str) -> Finding:
    """Return a rule's hit as a finding; `path` and `quote` are redacted display text."""
    rule = hit.rule
    return Finding(
        fingerprint="",
        file=path,
        line=hit.line,
        end_line=hit.end_line,
        side=Side.RIGHT,
        severity=rule.severity,
        category=rule.category,
        confidence=rule.confidence,
        title=rule.title,
        description=rule.description,
        scenario=rule.scenario,
        suggestion=rule.suggestion,
        replacement=None,
        quote=quote,
        origin=rule.origin or f"rule:{rule.id}",
    )


def title(description: str) -> str:
    """Return the first sentence of `description`, on one line, cut at a word."""
    line = " ".join(description.split())
    sentence = next((line[: at + 1] for at in _sentence_ends(line)), line).rstrip(".")
    if len(sentence) <= TITLE_CHARS:
        return sentence
    return sentence[:TITLE_CHARS].rpartition(" ")[0].rstrip(",;: ") + " …"


def rank(findings: Sequence[Finding], shown: Diff | None = None) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    """Return findings without near-duplicates, worst first, with fingerprints; and what was merged away.

    Twins, findings on equal code, are told apart by where in `shown` the code stands, so that what is found at one
    place names nothing at another.
    """
    kept: list[Finding] = []
    near: dict[_Window, list[int]] = {}
    dropped: list[Dropped] = []
    for finding in sorted(findings, key=_keep_order):
        windows = _windows(finding)
        others = sorted({index for window in windows for index in near.get(window, ())})
        twin = next((kept[index] for index in others if _same(finding, kept[index])), None)
        if twin is not None:
            dropped.append(_merged(finding, twin))
            continue
        for window in windows:
            here = near.setdefault(window, [])
            if len(here) < MAX_NEAR:
                here.append(len(kept))
        kept.append(finding)
    return ordered(_fingerprinted(kept, shown)), tuple(dropped)


def _windows(finding: Finding) -> list[_Window]:
    """Return the windows of lines that a finding lies in: one that overlaps it shares a window with it."""
    first, last = finding.line // WINDOW, finding.end_line // WINDOW
    return [(finding.file, finding.side, at) for at in range(first, last + 1)]


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings as a report lists them: worst first, then surest."""
    return tuple(sorted(findings, key=_report_order))


def likeness(one: str, other: str) -> float:
    """Return the share of common words of two texts (Jaccard), 1 for two without any."""
    mine, theirs = words(one), words(other)
    union = mine | theirs
    return len(mine & theirs) / len(union) if union else 1.0


def _replacement(raw: RawFinding, anchor: Anchor) -> str | None:
    """Return a replacement of whole lines; one of a part of a line would take the rest of the line with it."""
    quoted, lines = anchoring.quoted_lines(raw.quote), anchoring.quoted_lines(anchor.quote)
    if raw.replacement is None or quoted == lines:
        return raw.replacement
    if len(quoted) != 1 or len(lines) != 1:
        return None
    before, _, after = lines[0].partition(quoted[0])
    new = " ".join(raw.replacement.split())
    return raw.replacement if new.startswith(before.strip()) and new.endswith(after.strip()) else None


def _sentence_ends(line: str) -> list[int]:
    return [at for at in range(8, len(line) - 1) if line[at] == "." and line[at + 1] == " "]


def _keep_order(finding: Finding) -> tuple[int, int, float, str, int]:
    kind = finding.origin.partition(":")[0]
    return (_ORIGIN_RANK.get(kind, 9), -finding.severity.rank, -finding.confidence, finding.file, finding.line)


def _report_order(finding: Finding) -> tuple[int, float, str, int, str]:
    return (-finding.severity.rank, -finding.confidence, finding.file, finding.line, finding.origin)


def _same(finding: Finding, other: Finding) -> bool:
    """Whether `finding` says what the kept `other` says: the same lines and kind, and not more gravely."""
    if finding.side is not other.side or finding.severity.rank > other.severity.rank:
        return False
    if finding.confidence > other.confidence and finding.origin.startswith("model:"):
        return False  # less grave and surer: it may block where the graver does not
    if finding.line > other.end_line or other.line > finding.end_line:
        return False
    if finding.origin == other.origin and not finding.origin.startswith("model:"):
        return (finding.line, finding.end_line) == (other.line, other.end_line)
    if words(finding.description) == words(other.description):
        return True
    alike = likeness(finding.description, other.description) >= MERGE_LIKENESS
    return finding.category == other.category and alike


@lru_cache(maxsize=1024)
def words(text: str) -> frozenset[str]:
    """Return the words of `text`, without their case and the signs around them."""
    return frozenset(word.strip(".,;:()`'\"").lower() for word in text.split()) - {""}


def _merged(finding: Finding, twin: Finding) -> Dropped:
    return Dropped(
        file=finding.file,
        line=finding.line,
        stage="merge",
        reason=f"the same cause as the finding at line {twin.line} ({twin.origin})",
        severity=Severity.LOW,
        description=finding.description,
    )


def _fingerprinted(findings: Sequence[Finding], shown: Diff | None) -> list[Finding]:
    """Name each finding by file, origin's kind and quoted code, so that a shift of lines keeps the name."""
    number = _numbering(findings, shown)
    seen: dict[str, int] = {}
    named: list[Finding] = []
    for finding in sorted(findings, key=lambda each: (each.file, each.line, each.origin, each.description)):
        kind = finding.category if finding.origin.startswith("model:") else finding.origin
        code = " ".join(finding.quote.split())
        identity = f"{finding.file}\0{finding.side.value}\0{kind}\0{code}\0{number(finding)}"
        again = seen[identity] = seen.get(identity, 0) + 1
        told = identity if again == 1 else f"{identity}\0{again}"
        digest = hashlib.sha256(told.encode()).hexdigest()
        named.append(replace(finding, fingerprint=digest[:FINGERPRINT_DIGITS]))
    return named


def _numbering(findings: Sequence[Finding], shown: Diff | None) -> Callable[[Finding], int]:
    """Return what tells the how many-th place of its code in its file a finding lies at, from 1."""
    columns = quotes.columns(shown, {each.file for each in findings}) if shown else {}

    @cache
    def lines(quote: str, path: str, side: Side) -> Sequence[int]:
        return [place.line for place in quotes.places(quote, path, side, columns)]

    return lambda finding: bisect_left(lines(finding.quote, finding.file, finding.side), finding.line) + 1
