"""A merge group: no model is asked; its check repeats what was found in its pull requests, where that covers it all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hunkwise.core import verdict as judge
from hunkwise.core.reconcile import Before
from hunkwise.model.change import ChangeRef
from hunkwise.model.ledger import HunkState
from hunkwise.model.memory import Memory
from hunkwise.model.report import Outcome, ReviewReport, Verdict
from hunkwise.pipeline import review
from hunkwise.ports import Ports
from hunkwise.settings import Settings

NO_MODEL = "a merge group asks no model"
"""Why a hunk that no pull request of the group had read is not reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pull request of the group: its number, how its own check ended on the head that is queued, its memory."""

    number: int
    conclusion: str | None
    memory: Memory | None


def report(ref: ChangeRef, ports: Ports, settings: Settings, members: Sequence[Member]) -> ReviewReport:
    """Return the report on the group's change `ref`; its verdict is the worst of its members'.

    `ports.chat` is None. Under `engine: rules` the rules read the group themselves.
    """
    unasked = None if settings.engine == "rules" else NO_MODEL
    found = review.run(ref, ports, settings, Before(memory=_united(members)), unasked=unasked).report
    known = {each.finding.fingerprint for member in members if member.memory for each in member.memory.findings}
    limits = review.gate(settings)
    new = sum(judge.blocks(each, limits) and each.fingerprint not in known for each in found.findings)
    unknown = found.ledger.count(HunkState.FAILED)
    return replace(found, verdict=verdict(members, unknown, new))


def verdict(members: Sequence[Member], unknown: int, new: int = 0) -> Verdict:
    """Return block where a member is blocked, or something grave is `new`; else incomplete, or approve.

    `unknown` counts hunks that no member had read, `new` findings of rules that would block and no member remembers.
    """
    blocked = [f"#{each.number}" for each in members if each.conclusion == "failure"]
    if blocked:
        return Verdict(outcome=Outcome.BLOCK, reasons=(f"blocked in the group: {', '.join(blocked)}",))
    if new:
        plural = "finding" if new == 1 else "findings"
        return Verdict(outcome=Outcome.BLOCK, reasons=(f"{new} {plural} in the group that none of its reviews had",))
    reasons = []
    open_ones = [f"#{each.number}" for each in members if each.conclusion != "success"]
    if open_ones or not members:
        reasons.append(f"not approved in the group: {', '.join(open_ones) or 'no pull request is known'}")
    if unknown:
        reasons.append(f"{unknown} hunk{'' if unknown == 1 else 's'} of the group stood in none of its reviews")
    if reasons:
        return Verdict(outcome=Outcome.INCOMPLETE, reasons=tuple(reasons))
    return Verdict(outcome=Outcome.APPROVE, reasons=(f"{len(members)} approved in the group, every hunk is known",))


def _united(members: Sequence[Member]) -> Memory | None:
    """Return what all members together have read; one whose answers were decided otherwise has no say."""
    known = [each.memory for each in members if each.memory is not None and each.memory.trusted]
    if not known:
        return None
    same = [each for each in known if each.material == known[-1].material]
    return replace(known[-1], read=frozenset().union(*(each.read for each in same)), findings=())
