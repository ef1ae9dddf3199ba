"""Decide the verdict from validated findings and the ledger. Nothing a model says about approval counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hunkwise.model.finding import Finding, Severity
from hunkwise.model.ledger import STALE, UNREAD_BUDGET, Entry, HunkState, Ledger
from hunkwise.model.report import Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What blocks: findings at or above `fail_on` (None: nothing blocks) that are sure enough.

    `min_confidence` applies to findings of models alone; rules and secrets carry their own.
    """

    fail_on: Severity | None
    min_confidence: float


def decide(
    findings: Sequence[Finding], ledger: Ledger, gate: Gate, dismissed: Collection[str] = frozenset()
) -> Verdict:
    """Return `block` before `incomplete` before `approve`, with the reasons that led there.

    `dismissed` are fingerprints of findings whose thread someone resolved who may: they do not block, and it is said.
    """
    grave = [finding for finding in findings if blocks(finding, gate)]
    blocking = [finding for finding in grave if finding.fingerprint not in dismissed]
    lifted = [_dismissed_reason(len(grave) - len(blocking))] if len(blocking) < len(grave) else []
    failed = [entry for entry in ledger.entries if entry.is_unanswered]
    unread = [_unread_reason(failed, len(ledger.entries))] if failed else []
    if blocking:
        return Verdict(outcome=Outcome.BLOCK, reasons=(_blocking_reason(blocking, gate), *unread, *lifted))
    if failed:
        return Verdict(outcome=Outcome.INCOMPLETE, reasons=(*unread, *lifted))
    return Verdict(outcome=Outcome.APPROVE, reasons=(_approving_reason(findings, ledger, gate), *lifted))


def is_short_of_budget(ledger: Ledger) -> bool:
    """Whether all that is missing was left unread because the budget ran out."""
    failed = [entry for entry in ledger.entries if entry.is_unanswered]
    return bool(failed) and all((entry.reason or "").startswith(UNREAD_BUDGET) for entry in failed)


def blocks(finding: Finding, gate: Gate) -> bool:
    """Whether `finding` alone stands in the way of a merge."""
    if gate.fail_on is None or finding.severity.rank < gate.fail_on.rank:
        return False
    return not finding.origin.startswith("model:") or finding.confidence >= gate.min_confidence


def _blocking_reason(blocking: Sequence[Finding], gate: Gate) -> str:
    level = gate.fail_on.value if gate.fail_on else ""
    earlier = sum(finding.status == "open" for finding in blocking)
    part = "" if earlier == len(blocking) else f"{earlier} of them "
    since = f", {part}open since an earlier run" if earlier else ""
    return f"{_counted(len(blocking), 'finding')} at or above {level}{since}"


def _dismissed_reason(count: int) -> str:
    lifted = "was dismissed in its thread" if count == 1 else "were dismissed in their threads"
    return f"{_counted(count, 'finding')} that would block {lifted}"


def _unread_reason(failed: Sequence[Entry], total: int) -> str:
    stale = sum(entry.by == STALE for entry in failed)
    instead = f"; for {stale} of them an answer past its time stands in" if stale else ""
    return f"{len(failed)} of {_counted(total, 'hunk')} could not be reviewed{instead}"


def _approving_reason(findings: Sequence[Finding], ledger: Ledger, gate: Gate) -> str:
    read = ledger.count(HunkState.REVIEWED) + ledger.count(HunkState.CACHED)
    if not ledger.entries:
        return "the change is empty"
    if read == 0:
        return "nothing to review: every hunk is skipped by policy"
    if not findings:
        return f"{_counted(read, 'hunk')} reviewed, nothing found"
    level = "nothing blocks by configuration" if gate.fail_on is None else "none of them blocks"
    return f"{_counted(read, 'hunk')} reviewed, {_counted(len(findings), 'finding')}, {level}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
