"""Tell what became of saying it, one plain sentence for each thing a reader would otherwise have to guess."""

from collections.abc import Iterator

from hunkwise.core import reconcile
from hunkwise.core.publication import Plan, Unplaced
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.model.change import Notice
from hunkwise.model.publication import ReviewEvent
from hunkwise.pipeline.publish import Channels, Ended, Said
from hunkwise.render import figures

COMMENTS_DENIED = "The token may not comment (pull-requests: write), so findings stand in the check and the job alone."
"""What is said where the probe for comments was denied."""


def of_comments(
    before: Before, reconciled: Reconciled, plan: Plan, told: Said, allowed: Channels
) -> tuple[Notice, ...]:
    """Return what a reader of the summary should know of comments and threads."""
    return (*_places(plan, told, allowed), *_threads(before, reconciled, told), *_decision(plan, told, allowed))


def of_verdict(told: Said, allowed: Channels) -> tuple[Notice, ...]:
    """Return what the job's log should tell of summary and check; the pull request itself can't."""
    notices = []
    if allowed.may_comment and not told.is_summarised:
        notices.append(Notice(code="summary-lost", text="The summary comment could not be written."))
    if told.ended is Ended.STATUS:
        text = "The check could not be concluded (does the token have checks: write?): see the commit status."
        notices.append(Notice(code="check-denied", text=text))
    if told.ended is Ended.NOWHERE:
        text = "Neither a check nor a commit status could be set: only this job's own result gates the pull request."
        notices.append(Notice(code="no-gate", text=text))
    return tuple(notices)


def _places(plan: Plan, told: Said, allowed: Channels) -> Iterator[Notice]:
    if not allowed.may_comment:
        yield Notice(code="comments-denied", text=COMMENTS_DENIED)
        return
    over = sum(reason is Unplaced.OVER_LIMIT for reason in plan.summary_only.values())
    if over:
        text = f"{figures.plural(over, 'further finding')} {_stand(over)} in this summary alone (max_comments)."
        yield Notice(code="over-max-comments", text=text)
    elsewhere = len(plan.summary_only) - over
    if elsewhere:
        text = f"{figures.plural(elsewhere, 'finding')} {_stand(elsewhere)} in this summary alone: no line of the diff."
        yield Notice(code="no-place", text=text)
    if told.on_files:
        count = figures.plural(len(told.on_files), "comment")
        yield Notice(code="on-file", text=f"GitHub refused the line of {count}: they stand on their file instead.")
    if told.unplaced:
        why = "did not answer" if told.is_lost else "refused them"
        count = figures.plural(len(told.unplaced), "comment")
        yield Notice(code="not-placed", text=f"{count} could not be posted, as GitHub {why}: see the findings here.")


def _threads(before: Before, reconciled: Reconciled, told: Said) -> Iterator[Notice]:
    open_names = {each.fingerprint for each in reconciled.findings}
    left = {each.thread.node_id for each in told.left_open}
    tried = {each.thread.node_id for each in reconciled.close}
    closed = {
        each.mark.fingerprint
        for each in before.spoken
        if (not each.is_open or each.thread.node_id in tried - left) and each.mark.fingerprint not in open_names
    }
    closed -= reconcile.back(closed, open_names)
    if closed:
        text = f"{figures.plural(len(closed), 'earlier finding')} {_are(len(closed))} fixed, and closed in the thread."
        yield Notice(code="fixed", text=text)
    if left:
        text = f"{figures.plural(len(left), 'thread')} of fixed findings could not be closed."
        yield Notice(code="not-closed", text=text)
    unheard = [
        each
        for each in before.spoken
        if each.thread.is_resolved and each.mark.fingerprint in open_names - set(reconciled.dismissed)
    ]
    if unheard:
        text = (
            f"{figures.plural(len(unheard), 'resolved thread')} still {'counts' if len(unheard) == 1 else 'count'}: a"
            " finding is dismissed only with a state-key, and not by an author without write permission."
        )
        yield Notice(code="not-dismissed", text=text)


def _decision(plan: Plan, told: Said, allowed: Channels) -> Iterator[Notice]:
    decides = plan.event in {ReviewEvent.APPROVE, ReviewEvent.REQUEST_CHANGES}
    if allowed.may_comment and decides and told.event is not plan.event:
        text = "GitHub refused the review's decision (review_event: approve): it is a comment, and the check decides."
        yield Notice(code="decision-refused", text=text)


def _stand(count: int) -> str:
    return "stands" if count == 1 else "stand"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
