"""Say on a pull request what a review found, and what became of saying it.

The order is review, closing of threads, summary with memory, check: a run that is killed after any of them is completed
by the next one. No write raises; each that is denied or refused hands its words to the next place, and the last place
is the report itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hunkwise.core.publication import Plan
from hunkwise.model.publication import CheckOutput, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, OwnComment, Overview, Thread
from hunkwise.ports import CodeHost

CHECK_NAME = "hunkwise"
"""The check's name: what a team requires in its branch protection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What this token may do, as far as it can be known before a model is paid."""

    check: CheckRun | None
    may_comment: bool

    @property
    def is_open(self) -> bool:
        """Whether anything at all can be said on the pull request."""
        return self.may_comment or self.check is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands on the pull request after publishing, as far as the host confirmed it.

    `unplaced` are comments that found no place beside the code and stand in the summary alone. `is_summarised`,
    `is_concluded` and `has_status` tell of summary, check and commit status.
    """

    placed: tuple[InlineComment, ...] = ()
    on_files: tuple[InlineComment, ...] = ()
    unplaced: tuple[InlineComment, ...] = ()
    closed: tuple[Thread, ...] = ()
    left_open: tuple[Thread, ...] = ()
    event: ReviewEvent = ReviewEvent.COMMENT
    is_summarised: bool = False
    is_concluded: bool = False
    has_status: bool = False


def channels(host: CodeHost, overview: Overview) -> Channels:
    """Open the check and probe for comments: what is denied here is never paid for."""
    head = overview.pull.head_sha
    own = external_id(overview)
    known = next((check for check in overview.checks if check.external_id == own), None)
    return Channels(check=host.open_check(CHECK_NAME, head, own, known), may_comment=host.may_comment(head))


def external_id(overview: Overview) -> str:
    """Return the check's identity: two pull requests may share a head commit, and with it the check's name."""
    return f"{CHECK_NAME}/{overview.pull.number}"


def comments(plan: Plan, host: CodeHost, overview: Overview, allowed: Channels) -> Said:
    """Post the review and close threads; what can't be said beside the code is left for the summary."""
    if not allowed.may_comment:
        return Said(unplaced=plan.comments, left_open=plan.close)
    review = _Review(plan, host, overview.pull.head_sha)
    review.post()
    closed = _closed(plan.close, host)
    return Said(
        placed=tuple(review.placed),
        on_files=tuple(review.on_files),
        unplaced=tuple(review.unplaced),
        closed=closed,
        left_open=tuple(thread for thread in plan.close if thread not in closed),
        event=review.event,
    )


def summary(body: str, marker: str, said: Said, host: CodeHost, known: OwnComment | None) -> Said:
    """Write the sticky summary, which holds the memory."""
    written = host.create_comment(body, marker) if known is None else host.update_comment(known, body)
    return replace(said, is_summarised=written is Written.DONE)


def conclusion(
    plan: Plan, output: CheckOutput, said: Said, host: CodeHost, overview: Overview, allowed: Channels
) -> Said:
    """Conclude the check; where it is denied or lost, set the commit status instead."""
    if allowed.check is not None and host.conclude_check(allowed.check, plan.conclusion, output) is Written.DONE:
        return replace(said, is_concluded=True)
    written = host.set_status(CHECK_NAME, overview.pull.head_sha, plan.conclusion, output.title)
    return replace(said, has_status=written is Written.DONE)
