from dataclasses import replace

import pytest

from hunkwise.core import ranking, verdict
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import Outcome
from material_builder import claim

GATE = verdict.Gate(fail_on=Severity.HIGH, min_confidence=0.6)
ANCHOR = Anchor(path="app.py", line=1, end_line=1, side=Side.RIGHT, quote="x")


def finding(severity: str = "high", confidence: float = 0.9, origin: str = "model:m") -> Finding:
    made = ranking.from_model(claim("x", severity=severity), ANCHOR)
    values = {name: getattr(made, name) for name in made.__slots__}
    return Finding(**{**values, "confidence": confidence, "origin": origin})


def ledger(*states: HunkState) -> Ledger:
    return Ledger(entries=tuple(Entry(file="f", hunk="@@", added=1, deleted=0, state=state) for state in states))


REVIEWED, SKIPPED, FAILED = HunkState.REVIEWED, HunkState.SKIPPED, HunkState.FAILED


@pytest.mark.parametrize(
    ("findings", "states", "outcome"),
    [
        ([], [REVIEWED], Outcome.APPROVE),
        ([], [], Outcome.APPROVE),
        ([], [SKIPPED], Outcome.APPROVE),
        ([], [REVIEWED, FAILED], Outcome.INCOMPLETE),
        ([finding("medium")], [REVIEWED], Outcome.APPROVE),
        ([finding()], [REVIEWED], Outcome.BLOCK),
        ([finding()], [FAILED], Outcome.BLOCK),
        ([finding(confidence=0.59)], [REVIEWED], Outcome.APPROVE),
        ([finding(confidence=0.6)], [REVIEWED], Outcome.BLOCK),
        ([finding(confidence=0.1, origin="rule:r")], [REVIEWED], Outcome.BLOCK),
        ([finding(confidence=0.1, origin="secret:key")], [REVIEWED], Outcome.BLOCK),
        ([finding("medium")], [FAILED], Outcome.INCOMPLETE),
    ],
)
def test_the_outcome_follows_from_findings_and_ledger(
    findings: list[Finding], states: list[HunkState], outcome: Outcome
) -> None:
    decided = verdict.decide(findings, ledger(*states), GATE)
    assert decided.outcome is outcome
    assert all(decided.reasons)


def test_nothing_blocks_when_told_so_but_unread_still_counts() -> None:
    gate = verdict.Gate(fail_on=None, min_confidence=0)
    assert verdict.decide([finding()], ledger(REVIEWED), gate).outcome is Outcome.APPROVE
    assert verdict.decide([finding()], ledger(FAILED), gate).outcome is Outcome.INCOMPLETE


def test_the_reasons_say_what_a_person_needs() -> None:
    assert verdict.decide([finding()], ledger(FAILED, REVIEWED), GATE).reasons == (
        "1 finding at or above high",
        "1 of 2 hunks could not be reviewed",
    )
    assert verdict.decide([], ledger(SKIPPED), GATE).reasons == ("nothing to review: every hunk is skipped by policy",)
    assert verdict.decide([], ledger(), GATE).reasons == ("the change is empty",)
    assert verdict.decide([], ledger(REVIEWED), GATE).reasons == ("1 hunk reviewed, nothing found",)
    assert verdict.decide([finding("low")], ledger(REVIEWED), GATE).reasons == (
        "1 hunk reviewed, 1 finding, none of them blocks",
    )
    free = verdict.Gate(fail_on=None, min_confidence=0)
    assert verdict.decide([finding("low")], ledger(REVIEWED), free).reasons == (
        "1 hunk reviewed, 1 finding, nothing blocks by configuration",
    )


def test_a_dismissed_finding_does_not_block_and_it_is_said() -> None:
    named = [replace(finding(), fingerprint="a"), replace(finding(), fingerprint="b")]
    decided = verdict.decide(named, ledger(REVIEWED), GATE, dismissed={"a"})
    assert decided.outcome is Outcome.BLOCK
    assert decided.reasons == (
        "1 finding at or above high",
        "1 finding that would block was dismissed in its thread",
    )
    decided = verdict.decide(named, ledger(REVIEWED), GATE, dismissed={"a", "b"})
    assert decided.outcome is Outcome.APPROVE
    assert decided.reasons == (
        "1 hunk reviewed, 2 findings, none of them blocks",
        "2 findings that would block were dismissed in their threads",
    )
    decided = verdict.decide(named, ledger(FAILED), GATE, dismissed={"a", "b"})
    assert decided.outcome is Outcome.INCOMPLETE
    assert len(decided.reasons) == 2
    mild = verdict.decide([replace(finding("low"), fingerprint="a")], ledger(REVIEWED), GATE, dismissed={"a"})
    assert len(mild.reasons) == 1


def test_what_was_open_before_still_blocks_and_it_is_said() -> None:
    carried = replace(finding(), status="open")
    assert verdict.decide([finding(), carried], ledger(REVIEWED), GATE).reasons == (
        "2 findings at or above high, 1 of them open since an earlier run",
    )
    assert verdict.decide([carried], ledger(REVIEWED), GATE).reasons == (
        "1 finding at or above high, open since an earlier run",
    )


def stale(reason: str) -> Entry:
    return Entry(file="f", hunk="@@", added=1, deleted=0, state=HunkState.CACHED, by="stale", age_s=9e5, reason=reason)


def test_an_answer_past_its_time_is_no_reading() -> None:
    read = ledger(REVIEWED).entries
    decided = verdict.decide([], Ledger(entries=(*read, stale("model unavailable; rules only"))), GATE)
    assert decided.outcome is Outcome.INCOMPLETE
    assert decided.reasons == ("1 of 2 hunks could not be reviewed; for 1 of them an answer past its time stands in",)
    assert verdict.decide([finding()], Ledger(entries=(stale(""),)), GATE).outcome is Outcome.BLOCK
    assert verdict.is_short_of_budget(Ledger(entries=(*read, stale("unread: budget (max_cost)"))))
    assert not verdict.is_short_of_budget(Ledger(entries=(*read, stale("model unavailable; rules only"))))
