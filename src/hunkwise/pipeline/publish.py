"""Say on a pull request what a review found, and keep account of what was said.

The order is review, closing of threads, summary with memory, check: a run that is killed after any of them is completed
by the next one. No write raises; one that is denied or refused hands its words to the next place: beside the code, on
the file, in the summary, in the check, in the commit status.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hunkwise.core import marks, publication
from hunkwise.core.publication import Plan
from hunkwise.core.threads import Closing
from hunkwise.model.publication import CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, Overview, OwnComment
from hunkwise.ports import CodeHost

CHECK_NAME = "hunkwise"
"""The check's name: what a team requires in its branch protection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What this token may do, as far as it can be known before a model is paid."""

    check: CheckRun | None
    may_comment: bool


class Ended(StrEnum):
    """Where a verdict stands."""

    CHECK = "check"
    STATUS = "status"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands on the pull request, as far as the host confirmed it.

    `on_files` found their place on the file, `unplaced` none but the summary; `lost` tells that the host did not answer
    while they were posted. `left_open` are closings that the token may not do. `event` is what the review did, `ended`
    where the verdict stands.
    """

    placed: tuple[InlineComment, ...] = ()
    on_files: tuple[InlineComment, ...] = ()
    unplaced: tuple[InlineComment, ...] = ()
    is_lost: bool = False
    left_open: tuple[Closing, ...] = ()
    event: ReviewEvent | None = None
    is_summarised: bool = False
    ended: Ended | None = None


def channels(host: CodeHost, overview: Overview) -> Channels:
    """Open the check and probe for comments: what is denied here is never paid for."""
    may_comment = host.may_comment(overview.pull.head_sha)  # first: a run that is stopped here leaves no open check
    return Channels(check=_opened(host, overview), may_comment=may_comment)


def at_once(host: CodeHost, overview: Overview, ends_as: Conclusion, output: CheckOutput) -> None:
    """Conclude a check without a review, and say why: a required one would wait for ever."""
    end(host, overview.pull.head_sha, _opened(host, overview), ends_as, output)


def end(
    host: CodeHost,
    head: str,
    check: CheckRun | None,
    ends_as: Conclusion,
    output: CheckOutput,
    *,
    status_passes: bool | None = None,
) -> Ended:
    """Conclude the check; where it is denied or lost, set the commit status instead.

    An annotation that the host calls invalid must not leave the check open: then it ends without any. `status_passes`
    is what the status of an earlier run says, None without one: beside the check it would go on saying so.
    """
    if check is not None:
        written = host.conclude_check(check, ends_as, output)
        if written is Written.REJECTED and output.annotations:
            written = host.conclude_check(check, ends_as, replace(output, annotations=()))
        if written is Written.DONE:
            if status_passes is (ends_as is Conclusion.FAILURE):
                host.set_status(CHECK_NAME, head, ends_as, output.title)
            return Ended.CHECK
    written = host.set_status(CHECK_NAME, head, ends_as, output.title)
    return Ended.STATUS if written is Written.DONE else Ended.NOWHERE


def old_status(overview: Overview) -> bool | None:
    """Return whether the status of an earlier run passes; None without one, or where it may be another one's."""
    return None if overview.sharing else overview.status_passes


def _opened(host: CodeHost, overview: Overview) -> CheckRun | None:
    """Open the check of this head, or take up the one that an earlier run left there."""
    own = external_id(overview.pull.number)
    known = next((check for check in reversed(overview.checks) if check.external_id == own), None)
    return host.open_check(CHECK_NAME, overview.pull.head_sha, own, known)


def external_id(number: int) -> str:
    """Return whose check it is: pull requests may share a head commit, and with it the check's name."""
    return f"{CHECK_NAME}/{number}"


def comments(plan: Plan, close: Sequence[Closing], counter: int, host: CodeHost, head: str, allowed: Channels) -> Said:
    """Post the review and close threads; what can't be said beside the code is left for the summary."""
    if not allowed.may_comment:
        return Said(unplaced=plan.comments, left_open=tuple(close))
    review = _Review(plan, counter, host, head)
    review.post()
    return replace(review.said, left_open=_still_open(close, host))


def summary(body: str, marker: str, said: Said, host: CodeHost, known: OwnComment | None) -> Said:
    """Write the sticky summary, which holds the memory; one that already reads so is left alone."""
    if known is not None and known.body == body:
        return replace(said, is_summarised=True)
    written = host.create_comment(body, marker) if known is None else host.update_comment(known, body)
    return replace(said, is_summarised=written is Written.DONE)


class _Review:
    """Posts one review, and as many more as it takes when the host refuses a part of it."""

    def __init__(self, plan: Plan, counter: int, host: CodeHost, head: str) -> None:
        self._counter = counter
        self._elsewhere = len(plan.summary_only)
        self._host = host
        self._head = head
        self._comments = plan.comments
        self.said = Said(event=plan.event)

    def post(self) -> None:
        """Post all there is to say; where the host refuses a decision, the comments go without one."""
        event = self.said.event
        if event in (None, ReviewEvent.COMMENT):
            self._batch(self._comments)
            return
        written = self._write(event, self._comments)
        if written is Written.DONE:
            self.said = replace(self.said, placed=self._comments)
            return
        self.said = replace(self.said, event=None)
        if written is Written.LOST:
            self._leave(self._comments, written)
        else:
            self._batch(self._comments)

    def _batch(self, batch: Sequence[InlineComment]) -> None:
        if not batch:
            return
        written = self._write(ReviewEvent.COMMENT, batch)
        if written is Written.DONE:
            placed = (*self.said.placed, *batch)
            self.said = replace(self.said, placed=placed, event=ReviewEvent.COMMENT)
        elif written is Written.REJECTED:
            self._refused(batch)
        else:
            self._leave(batch, written)

    def _refused(self, batch: Sequence[InlineComment]) -> None:
        """Halve a refused batch until the bad comments stand alone: they go on their file."""
        if len(batch) > 1:
            for half in publication.halves(batch):
                self._batch(half)
            return
        comment = batch[0]
        written = self._host.create_file_comment(self._head, comment.path, comment.body, comment.marker)
        if written is Written.DONE:
            self.said = replace(self.said, on_files=(*self.said.on_files, comment))
        else:
            self._leave(batch, written)

    def _leave(self, batch: Sequence[InlineComment], written: Written) -> None:
        is_lost = self.said.is_lost or written is Written.LOST
        self.said = replace(self.said, unplaced=(*self.said.unplaced, *batch), is_lost=is_lost)

    def _write(self, event: ReviewEvent, batch: Sequence[InlineComment]) -> Written:
        marker = marks.of_review(self._counter, self._head, (comment.marker for comment in batch))
        body = f"{publication.review_body(len(batch), self._elsewhere)}\n\n{marker}"
        return self._host.create_review(self._head, event, body, batch, marker)


def _still_open(close: Sequence[Closing], host: CodeHost) -> tuple[Closing, ...]:
    """Resolve threads, fold those that may not be resolved, and return what the host does not show as closed."""
    if not close:
        return ()
    resolved = host.resolve([each.thread for each in close])
    rest = [each for each, written in zip(close, resolved, strict=True) if written is not Written.DONE]
    folded = host.minimize([each.thread for each in rest]) if rest else ()
    return tuple(each for each, written in zip(rest, folded, strict=True) if written is not Written.DONE)
