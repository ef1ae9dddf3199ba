"""Plan what is said on a pull request, before anything is said.

The host refuses a whole review for one line outside a hunk, so every place is proven here. Of many findings the worst
are said in place; none is lost, for the summary holds all. Where the author is not trusted each file has a fair share
of the places: what a hostile file makes a model say of it drives nothing else out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hunkwise.core import quotes, redact, sanitise
from hunkwise.core.quotes import Place
from hunkwise.core.reconcile import Reconciled
from hunkwise.model.diff import Diff, Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.publication import Annotation, Conclusion, InlineComment, ReviewEvent
from hunkwise.model.report import Outcome

MAX_BODY = 65_536
"""Characters of a comment: https://docs.github.com/en/rest/pulls/comments refuses more with 422."""

MAX_TITLE = 255
"""Characters of an annotation's title: https://docs.github.com/en/rest/checks/runs#create-a-check-run."""

MAX_MESSAGE = 64_000
"""Bytes of an annotation's message, from the same page (64 KB)."""

_LEVELS = {Severity.HIGH: "failure", Severity.MEDIUM: "warning", Severity.LOW: "notice"}


class Unplaced(StrEnum):
    """Why a finding stands in the summary alone."""

    OVER_LIMIT = "more findings than max_comments"
    NO_PLACE = "its lines lie in no hunk of this change"
    HIDDEN_PATH = "its path holds a secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is chosen about publishing: `approves` is `review_event: approve`, `incomplete_as` is `on_incomplete`.

    `shares` tells that files take turns where there are more findings than `max_comments`.
    """

    max_comments: int
    approves: bool = False
    incomplete_as: Conclusion = Conclusion.NEUTRAL
    shares: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written, in order: a review (`event` None: none is due), closings by `Reconciled`, the check.

    `summary_only` gives for each finding to be said that has no comment of its own the reason, by fingerprint.
    """

    event: ReviewEvent | None
    comments: tuple[InlineComment, ...]
    summary_only: Mapping[str, Unplaced]
    annotations: tuple[Annotation, ...]
    conclusion: Conclusion


def plan(
    reconciled: Reconciled,
    shown: Diff,
    outcome: Outcome,
    policy: Policy,
    *,
    mark: Callable[[str], str],
    body: Callable[[Finding, str], str],
    has_approved: bool = False,
) -> Plan:
    """Return the plan; `mark` gives a fingerprint's mark, `body` a comment's text that ends with it.

    `has_approved` tells that our approval of an earlier commit still stands, which an incomplete review takes back.
    """
    columns = quotes.columns(shown, {each.file for each in reconciled.findings})
    reasons = {each.fingerprint: _unplaced(each, quotes.of(each, columns)) for each in reconciled.create}
    placed = [each for each in reconciled.create if reasons[each.fingerprint] is None]
    said = {each.fingerprint for each in (in_turns(placed) if policy.shares else placed)[: policy.max_comments]}
    reasons |= {each.fingerprint: Unplaced.OVER_LIMIT for each in placed if each.fingerprint not in said}
    hidden = {name: mark(name) for name in said}
    comments = [
        _comment(each, body(each, hidden[each.fingerprint]), hidden[each.fingerprint])
        for each in placed
        if each.fingerprint in said
    ]
    event = _event(outcome, policy, has_comments=bool(comments), has_approved=has_approved)
    return Plan(
        event=event,
        comments=tuple(comments),
        summary_only={name: reason for name, reason in reasons.items() if reason is not None},
        annotations=_annotations(reconciled.findings, columns, reconciled.dismissed),
        conclusion=conclusion(outcome, policy),
    )


def in_turns(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return findings, given worst first, so that all that is proven and the worst claim of each file come first.

    In each turn a file's next claim of a model has its place, worst first, and of equally grave ones what is proven.
    """
    claims_by_file: dict[str, int] = {}
    turns: list[tuple[int, int, bool]] = []
    for each in findings:
        is_claim = each.origin.startswith("model:")
        turn = claims_by_file.get(each.file, 0) if is_claim else 0
        claims_by_file[each.file] = claims_by_file.get(each.file, 0) + is_claim
        turns.append((turn, -each.severity.rank, is_claim))
    return [findings[at] for at in sorted(range(len(findings)), key=lambda at: turns[at])]


def conclusion(outcome: Outcome, policy: Policy) -> Conclusion:
    """Return how the check ends."""
    ends = {Outcome.APPROVE: Conclusion.SUCCESS, Outcome.BLOCK: Conclusion.FAILURE}
    return ends.get(outcome, policy.incomplete_as)


def halves(batch: Sequence[InlineComment]) -> tuple[Sequence[InlineComment], Sequence[InlineComment]]:
    """Split a batch that the host refused; the second half of a single comment is empty."""
    middle = (len(batch) + 1) // 2
    return batch[:middle], batch[middle:]


def _event(outcome: Outcome, policy: Policy, *, has_comments: bool, has_approved: bool) -> ReviewEvent | None:
    """Return what the review does; one that neither says nor decides anything is not written."""
    if policy.approves and outcome is Outcome.APPROVE:
        return ReviewEvent.APPROVE
    if (policy.approves and outcome is Outcome.BLOCK) or (has_approved and outcome is not Outcome.APPROVE):
        return ReviewEvent.REQUEST_CHANGES
    return ReviewEvent.COMMENT if has_comments else None


def review_body(comments: int, others: int) -> str:
    """Return the own text, which the host demands, of a review with `comments`; `others` stand in the summary alone."""
    said = f"{comments} new finding{'' if comments == 1 else 's'} on the lines below" if comments else "No new comments"
    rest = f", {others} more in the summary" if others else ""
    return f"{said}{rest}. The verdict and all findings stand in the summary comment."


def _unplaced(finding: Finding, place: Place | None) -> Unplaced | None:
    """Return why a comment on a finding's lines would be refused, None when it would not."""
    if redact.PLACEHOLDER.search(finding.file):
        return Unplaced.HIDDEN_PATH
    if place is None or (place.line, place.end_line) != (finding.line, finding.end_line):
        return Unplaced.NO_PLACE
    deleted = place.column.deleted
    if finding.side is Side.LEFT and not (deleted[place.first] and deleted[place.last]):
        return Unplaced.NO_PLACE
    return None


def _comment(finding: Finding, body: str, hidden: str) -> InlineComment:
    return InlineComment(
        path=finding.file,
        side=finding.side,
        start_line=finding.line if finding.line < finding.end_line else None,
        line=finding.end_line,
        body=body,
        marker=hidden,
    )


def _annotations(
    findings: Sequence[Finding], columns: quotes.Columns, dismissed: Collection[str]
) -> tuple[Annotation, ...]:
    """Return notes on head lines for all open findings that are placed; deleted lines are not in the head."""
    return tuple(
        Annotation(
            path=each.file,
            start_line=each.line,
            end_line=each.end_line,
            level=_LEVELS[each.severity],
            title=sanitise.line(each.title)[:MAX_TITLE],
            message=_within(sanitise.plain(_message(each)), MAX_MESSAGE),
        )
        for each in findings
        if each.side is Side.RIGHT
        and each.fingerprint not in dismissed
        and _unplaced(each, quotes.of(each, columns)) is None
    )


def _message(finding: Finding) -> str:
    texts = (finding.description, finding.scenario and f"When: {finding.scenario}", finding.suggestion)
    return "\n\n".join(text for text in texts if text) or finding.title


def _within(text: str, most: int) -> str:
    """Return `text` cut to `most` bytes, at a character."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
