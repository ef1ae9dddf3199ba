"""What a majority of passes finds.

A model that is asked again invents again, but seldom the same. So of several passes over one chunk a finding is kept
when most of those that read its place make it; one that fewer make is dropped, and told. A pass that did not read a
place has no vote on it, and where too few did, nobody is outvoted: all claims are kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import quotes, ranking
from hunkwise.model.finding import Dropped, Finding

STAGE = "majority"
"""The stage at which a claim was dropped that too few passes made, as reports name it."""

Votes = Mapping[int, Finding]
"""A claim by the number of each pass that made it."""

Readers = Callable[[Finding], Collection[int]]
"""Gives the numbers of the passes that read the place of a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elected:
    """Findings that a majority made, and the claims that fewer made."""

    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]


def needed(passes: int) -> int:
    """Return how many of so many passes are most of them."""
    return passes // 2 + 1


def elect(passes: Sequence[Sequence[Finding]], readers: Readers, planned: int) -> Elected:
    """Return what most of `passes` found, of those that read its place; all that was found where too few did.

    Too few are fewer than most of the `planned` passes. The severity is the gravest that most of the voters give it at
    least, the confidence the mean of those who made it, times their share among the voters: what one in three does not
    see is less sure. Where too few read a place, it is the gravest severity, and the mean as it is.
    """
    findings: list[Finding] = []
    dropped: list[Dropped] = []
    for votes in _votes(passes):
        read_by = set(readers(_first(votes)))
        voters = len(read_by | votes.keys())
        if len(read_by) < needed(planned):
            findings.append(_agreed(list(votes.values()), len(votes), 1))
        elif len(votes) >= needed(voters):
            findings.append(_agreed(list(votes.values()), voters, needed(voters)))
        else:
            dropped.append(_outvoted(_first(votes), len(votes), voters))
    return Elected(findings=tuple(findings), dropped=tuple(dropped))


def is_settled(passes: Sequence[Sequence[Finding]], readers: Readers, planned: int) -> bool:
    """Whether no further pass of those `planned` could change what is found: then none is asked."""
    rest = planned - len(passes)
    if rest >= needed(planned):
        return False
    return all(_is_settled(votes, set(readers(_first(votes))), rest, planned) for votes in _votes(passes))


def _is_settled(votes: Votes, read_by: set[int], rest: int, planned: int) -> bool:
    if len(read_by) < needed(planned):
        return len(read_by) + rest < needed(planned)
    voters = len(read_by | votes.keys())
    is_out = len(votes) + rest < needed(voters + rest)
    is_in = len(votes) >= needed(voters + rest) and len({each.severity for each in votes.values()}) == 1
    return is_out or is_in


def read(passes: Sequence[Mapping[str, str]], planned: int) -> frozenset[str]:
    """Return the ids of passages that most of the `planned` passes read; each pass gives who read what."""
    counts = Counter(id_ for each in passes for id_ in each)
    return frozenset(id_ for id_, count in counts.items() if count >= needed(planned))


def _votes(passes: Sequence[Sequence[Finding]]) -> list[dict[int, Finding]]:
    """Put claims that say the same together, one of each pass."""
    by_file: dict[str, list[dict[int, Finding]]] = {}
    every: list[dict[int, Finding]] = []
    for number, found in enumerate(passes):
        for finding in found:
            groups = by_file.setdefault(finding.file, [])
            agreeing = [each for each in groups if number not in each and _agree(finding, _first(each))]
            if agreeing:
                nearest = max(agreeing, key=lambda each: _likeness(finding, _first(each)))
                nearest[number] = finding
            else:
                groups.append({number: finding})
                every.append(groups[-1])
    return every


def _first(votes: Votes) -> Finding:
    return next(iter(votes.values()))


def _likeness(finding: Finding, other: Finding) -> float:
    return ranking.likeness(finding.description, other.description)


def _agree(finding: Finding, other: Finding) -> bool:
    """Whether a claim says what another pass said: overlapping lines, and the same quote and kind, or alike words."""
    if finding.side is not other.side or finding.line > other.end_line or other.line > finding.end_line:
        return False
    if finding.category == other.category and quotes.folded(finding.quote) == quotes.folded(other.quote):
        return True
    return _likeness(finding, other) >= ranking.MERGE_LIKENESS


def _agreed(votes: Sequence[Finding], voters: int, most: int) -> Finding:
    severity = sorted((each.severity for each in votes), key=lambda each: -each.rank)[most - 1]
    told = next(each for each in votes if each.severity is severity)
    mean = sum(each.confidence for each in votes) / len(votes)
    return replace(told, confidence=round(mean * len(votes) / voters, 4))


def _outvoted(claim: Finding, votes: int, voters: int) -> Dropped:
    return Dropped(
        file=claim.file,
        line=claim.line,
        stage=STAGE,
        reason=f"found by {votes} of {voters} passes",
        severity=claim.severity,
        description=claim.description,
    )
