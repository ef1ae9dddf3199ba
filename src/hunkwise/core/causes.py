"""One finding about one cause: what chunks report of one mistake at several places is said once, with all its places.

It is done last, for what is shown and said alone. Every place stays a finding of its own in the memory: when the first
is mended, the next stands up, and nothing that was found is lost for having been said in one breath. When in doubt two
findings stay two: a comment too many costs less than a fault that nobody names. It lets one request's claims stand for
another's, so it is not done for an author who is not trusted.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from hunkwise.core import identity, quotes, ranking
from hunkwise.core.reconcile import Reconciled
from hunkwise.model.finding import Dropped, Finding, OtherPlace, Severity

STAGE = "merge"
"""The stage at which a claim was dropped that another finding names, as reports name it."""

LIKE_WORDS = 0.85
"""Share of common words (Jaccard) from which two descriptions tell one cause: one word in a dozen may differ."""

LIKE_SCENARIO = 0.5
"""The same for the scenarios, which name what differs from place to place."""

LIKE_CODE = 0.6
"""Share of common names (Jaccard) from which two quotes are one mistake made twice."""

MAX_LEADERS = 100
"""Findings of one kind that a further one is compared with."""

_NAME = re.compile(r"\w+")
_CODE_WORD = re.compile(r"[`_\d(]|\w\.\w|[a-z][A-Z]")


def gathered(reconciled: Reconciled) -> tuple[Reconciled, tuple[Dropped, ...]]:
    """Return `reconciled` with each cause once, and the findings that another names.

    A cause is told by the worst finding of it, or by the one that is said already.

    What has a thread of its own, or was dismissed, is not gathered into another; what was dismissed gathers nothing.
    """
    fresh = {each.fingerprint for each in reconciled.create}
    silent = reconciled.dismissed | reconciled.suppressed | reconciled.unplaced
    leading: dict[tuple[str, Severity], list[Finding]] = {}
    followers: dict[str, list[Finding]] = {}
    for finding in sorted(reconciled.findings, key=lambda each: each.fingerprint in fresh):
        if not finding.origin.startswith("model:") or finding.fingerprint in silent:
            continue
        leaders = leading.setdefault((finding.category, finding.severity), [])
        leader = next((each for each in leaders if is_one_cause(finding, each)), None)
        if leader is not None and finding.fingerprint in fresh:
            followers.setdefault(leader.fingerprint, []).append(finding)
        elif len(leaders) < MAX_LEADERS:
            leaders.append(finding)
    gone = {each.fingerprint for some in followers.values() for each in some}
    said = replace(
        reconciled,
        findings=_without(reconciled.findings, gone, followers),
        create=_without(reconciled.create, gone, followers),
    )
    by_leader = [(each, followers[each.fingerprint]) for each in said.findings if each.fingerprint in followers]
    return said, tuple(_named(each, leader) for leader, some in by_leader for each in some)


def is_one_cause(finding: Finding, other: Finding) -> bool:
    """Whether two findings at different places tell one cause: the same words about the same code."""
    same_words = ranking.words(finding.description) == ranking.words(other.description)
    if not same_words and ranking.likeness(finding.description, other.description) < LIKE_WORDS:
        return False
    if _code_words(finding.description) != _code_words(other.description):
        return False
    if ranking.likeness(finding.scenario, other.scenario) < LIKE_SCENARIO:
        return False
    if not same_words and (identity.is_weak(finding.quote) or identity.is_weak(other.quote)):
        return False
    return quotes.folded(finding.quote) == quotes.folded(other.quote) or _like_code(finding.quote, other.quote)


def _without(
    findings: Sequence[Finding], gone: Collection[str], followers: dict[str, list[Finding]]
) -> tuple[Finding, ...]:
    kept = (each for each in findings if each.fingerprint not in gone)
    return tuple(_leading(each, followers.get(each.fingerprint, ())) for each in kept)


def _leading(finding: Finding, others: Sequence[Finding]) -> Finding:
    """Return a finding that names the places of `others`, and is as sure as the surest of them."""
    if not others:
        return finding
    places = tuple(OtherPlace(file=each.file, line=each.line, side=each.side) for each in others)
    return replace(finding, also=places, confidence=max(each.confidence for each in (finding, *others)))


def _named(finding: Finding, leader: Finding) -> Dropped:
    return Dropped(
        file=finding.file,
        line=finding.line,
        stage=STAGE,
        reason=f"the same cause as the finding at {leader.file}:{leader.line}, which names this place",
        severity=Severity.LOW,
        description=finding.description,
    )


def _code_words(text: str) -> frozenset[str]:
    return frozenset(word.strip(".,;:") for word in text.split() if _CODE_WORD.search(word))


def _like_code(one: str, other: str) -> bool:
    mine, theirs = set(_NAME.findall(one)), set(_NAME.findall(other))
    return len(mine & theirs) >= LIKE_CODE * max(len(mine | theirs), 1)
