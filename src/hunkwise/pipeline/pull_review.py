"""One run on one pull request: what was said before, the review, and saying what holds now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import marks, memory, publication, reuse, signature, suggestions, threads
from hunkwise.core.publication import Plan
from hunkwise.core.reconcile import Before
from hunkwise.core.signature import Keys
from hunkwise.core.threads import Spoken
from hunkwise.errors import HostError
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.finding import Finding
from hunkwise.model.memory import Memory
from hunkwise.model.publication import CheckOutput, Conclusion
from hunkwise.model.pull import OwnComment, Overview
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import publish, review
from hunkwise.pipeline.publish import Channels, Said
from hunkwise.pipeline.review import Reviewed
from hunkwise.ports import CodeHost, Ports
from hunkwise.render import comment, markdown
from hunkwise.settings import Settings

SUMMARY = "<!-- hunkwise:summary -->"
"""First line of the sticky summary, by which our own comment is known again."""

MAX_CHECK_SUMMARY = 65_000
"""Characters of a check's summary: GitHub takes 65,535 (https://docs.github.com/en/rest/checks/runs)."""

MIN_SUMMARY = 12_000
"""Characters of the sticky summary that the memory may never take."""

MOVED = "The pull request moved on while it was reviewed: nothing of this run is posted, the next run speaks."
"""What is said when the head is another at the end than at the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run stands on."""

    host: CodeHost
    overview: Overview
    keys: Keys
    settings: Settings
    parses: suggestions.Parses
    before: Before
    newest_mark: int


def begin(host: CodeHost, overview: Overview, settings: Settings, state_keys: Sequence[str], parses: suggestions.Parses) -> Run:
    """Return a run that knows what our comments on the pull request tell."""
    pull = overview.pull
    keys = signature.keys(state_keys, pull.repo_id, pull.number)
    read = [(thread, marks.read_mark(thread.body, keys)) for thread in overview.threads]
    newest = marks.newest(mark for _, mark in read)
    before = Before(
        memory=memory.decode((each.body for each in overview.comments), keys, newest),
        spoken=tuple(Spoken(thread=thread, mark=mark) for thread, mark in read if mark is not None),
        may_dismiss=threads.may_dismiss(pull.author, host.may_write),
    )
    return Run(
        host=host, overview=overview, keys=keys, settings=settings, parses=parses, before=before, newest_mark=newest
    )


def reviewed(ref: ChangeRef, run: Run, ports: Ports) -> Reviewed:
    """Review the pull request; nothing is said yet."""
    return review.run(ref, ports, run.settings, run.before, trusts_author=run.overview.pull.author_may_write)


def said(run: Run, found: Reviewed, allowed: Channels, notices: Sequence[Notice] = ()) -> ReviewReport:
    """Say what was found, and return the report with what became of saying it."""
    head = run.overview.pull.head_sha
    report = replace(found.report, notices=(*found.report.notices, *notices))
    if _has_moved(run.host, head):
        return _moved(run, report, allowed)
    remembered = _remembered(run, found)
    plan = _planned(run, found, remembered.counter)
    by_run = marks.of_run(remembered.counter, head)
    told = publish.comments(plan, found.reconciled.close, by_run, run.host, head, allowed)
    report = replace(report, notices=(*report.notices, *_notices(run, found, plan, told, allowed)))
    if allowed.may_comment:
        body = _summary(report, remembered, run.keys)
        told = publish.summary(body, SUMMARY, told, run.host, _sticky(run.overview))
    output = CheckOutput(
        title=markdown.title(report),
        summary=markdown.summary(report, limit=MAX_CHECK_SUMMARY),
        annotations=plan.annotations,
    )
    told = publish.conclusion(plan.conclusion, output, told, run.host, head, allowed)
    return replace(report, notices=(*report.notices, *_silences(told, allowed)))
