"""One run on one pull request: what was said before, the review, and saying what holds now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import marks, memory, publication, reservations, reuse, sanitise, signature, suggestions, threads
from hunkwise.core.publication import Plan
from hunkwise.core.reconcile import Before
from hunkwise.core.signature import Keys
from hunkwise.core.threads import Spoken
from hunkwise.errors import ConfigurationError, HostError, HunkwiseError
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.finding import Finding
from hunkwise.model.memory import Memory
from hunkwise.model.publication import Annotation, CheckOutput, Conclusion, ReviewEvent
from hunkwise.model.pull import Overview, OwnComment, Pull
from hunkwise.model.report import Outcome, ReviewReport, Verdict
from hunkwise.pipeline import experiment, publish, pull_notices, pull_words, reserving, review
from hunkwise.pipeline.publish import Channels, Ended
from hunkwise.pipeline.reserving import Books, Till
from hunkwise.pipeline.review import Reviewed
from hunkwise.ports import CodeHost, Ports
from hunkwise.render import comment, figures, markdown
from hunkwise.settings import Settings

SUMMARY = "<!-- hunkwise:summary -->"
"""First line of the sticky summary, by which our own comment is known again."""

MAX_CHECK_SUMMARY = 65_000
"""Characters of a check's summary: GitHub takes 65,535 (https://docs.github.com/en/rest/checks/runs)."""

STOPPED = "The review was stopped before it was complete; nothing of it is posted."
"""What the check of a run says that a signal or a bug has ended."""

MOVED = "the pull request moved on while it was reviewed; nothing of this run is posted, the next run speaks"
"""What is said when the head is another at the end than at the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run stands on.

    `seal` redacts words that are not ours; `newest_mark` is the highest counter that a comment of ours proves. `name`
    tells it from other runs (16 hex digits). `till` keeps the pull request's money, where a run may write.
    """

    host: CodeHost
    overview: Overview
    keys: Keys
    settings: Settings
    parses: suggestions.Parses
    seal: Callable[[str], str]
    before: Before
    newest_mark: int
    name: str
    till: Till | None = None

    @property
    def head(self) -> str:
        """The head commit this run speaks of."""
        return self.overview.pull.head_sha


def begin(
    host: CodeHost,
    overview: Overview,
    settings: Settings,
    state_keys: Sequence[str],
    parses: suggestions.Parses,
    seal: Callable[[str], str],
    name: str,
) -> Run:
    """Return a run called `name` that knows what our comments on the pull request tell."""
    pull = overview.pull
    keys = signature.keys(state_keys, pull.repo_id, pull.number)
    read = [(thread, marks.read_mark(thread.body, keys)) for thread in overview.threads]
    newest = marks.newest(mark for _, mark in read)
    before = Before(
        head=pull.head_sha,
        memory=memory.decode((each.body for each in overview.comments), keys, newest),
        spoken=tuple(Spoken(thread=thread, mark=mark) for thread, mark in read if mark is not None),
        may_dismiss=threads.may_dismiss(host.may_write),
    )
    return Run(
        host=host,
        overview=overview,
        keys=keys,
        settings=settings,
        parses=parses,
        seal=seal,
        before=before,
        newest_mark=newest,
        name=name,
    )


def reviewed(ref: ChangeRef, run: Run, ports: Ports, unasked: str | None = None) -> Reviewed:
    """Review the pull request; nothing is said yet. `unasked` says why no model is asked although one is wanted."""
    pull = run.overview.pull
    ports = replace(ports, reserve=run.till.reserve if run.till is not None else None)
    found = review.run(
        ref,
        ports,
        run.settings,
        run.before,
        trusts_author=pull.author_may_write,
        unasked=unasked,
        scope=scope(pull),
    )
    told = experiment.notices(run.settings, pull.number) if unasked is None else ()
    unreserved = run.till.notices if run.till is not None else ()
    notices = (*told, *unreserved, *pull_words.notices(pull, ports.rules), *found.report.notices)
    arm = experiment.arm(run.settings, pull.number) if unasked is None else None
    return replace(found, report=replace(found.report, notices=notices, experiment=arm))


def scope(pull: Pull) -> str:
    """Return whose answers serve a pull request: the repository's, or, of an author who may not write, its own alone.

    Who sends hostile text beside harmless code may blind a model to both; that answer must serve nobody else.
    """
    trust = "trusted" if pull.author_may_write else f"pull {pull.number}"
    return f"github:{pull.repo}:{pull.repo_id}:{trust}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The report with what became of saying it; `unsaid` are notes at lines that no check shows."""

    report: ReviewReport
    unsaid: tuple[Annotation, ...]


def in_silence(run: Run, found: Reviewed, notices: Sequence[Notice] = ()) -> Done:
    """Return a review of which nothing is said on the pull request."""
    report = replace(found.report, notices=(*found.report.notices, *notices))
    return Done(report=report, unsaid=_planned(run, found).annotations)


def complete(run: Run, allowed: Channels, review_it: Callable[[Run], Reviewed], hurry: Callable[[], None]) -> Done:
    """Review and say what was found; the check ends, however the run does.

    `hurry` is called before the check of a run that was stopped is concluded: there are 5 s left then.
    """
    if allowed.may_comment:
        run = replace(run, till=Till(run.host, run.keys, name=run.name, mark=SUMMARY))
    why: str | None = STOPPED
    spent_usd: float | None = None
    try:
        found = review_it(run)
        if found.report.stopped:
            spent_usd = _spent_usd(found.report)
            done = Done(report=found.report, unsaid=())  # the check first: there is no time to plan what is not said
        else:
            done = publish_all(run, found, allowed)
            why = None
    except HunkwiseError as error:
        why = f"{error.message}. {error.hint}".strip()
        spent_usd = 0.0 if isinstance(error, ConfigurationError) else None  # nobody answered
        raise
    finally:
        if why is not None:
            hurry()
            _give_up(run, allowed, sanitise.plain(run.seal(why)))
            if run.till is not None and spent_usd is not None:
                run.till.settle(spent_usd)
    return done


def publish_all(run: Run, found: Reviewed, allowed: Channels) -> Done:
    """Say what was found, and return the report with what became of saying it."""
    if _has_moved(run):
        return Done(report=_moved(run, found.report, allowed), unsaid=())
    books = reserving.closed(run.till, _sticky(run.overview), run.before.memory)
    remembered = _remembered(run, found, books)
    plan = _planned(run, found)
    ends_as, shared = _shared(plan.conclusion, run.overview)
    told = publish.comments(plan, found.reconciled.close, remembered.counter, run.host, run.head, allowed)
    told_so = pull_notices.of_comments(run.before, found.reconciled, plan, told, allowed)
    report = replace(found.report, notices=(*found.report.notices, *shared, *told_so))
    if allowed.may_comment and books is not None:
        body, report = _summary(report, remembered, run.keys, books)
        told = publish.summary(body, SUMMARY, told, run.host, books.summary)
    output = CheckOutput(
        title=shared[0].text if shared else markdown.title(report),
        summary=markdown.summary(report, limit=MAX_CHECK_SUMMARY),
        annotations=plan.annotations,
    )
    old = publish.old_status(run.overview)
    told = replace(told, ended=publish.end(run.host, run.head, allowed.check, ends_as, output, status_passes=old))
    report = replace(report, notices=(*report.notices, *pull_notices.of_verdict(told, allowed)))
    return Done(report=report, unsaid=() if told.ended is Ended.CHECK else plan.annotations)


def _give_up(run: Run, allowed: Channels, why: str) -> None:
    """Conclude the check of a run that ends before its time."""
    output = CheckOutput(title="incomplete", summary=why)
    publish.end(run.host, run.head, allowed.check, policy(run.settings).incomplete_as, output)


def policy(settings: Settings, *, trusts_author: bool = True) -> publication.Policy:
    """Return what `settings` say of publishing on a pull request whose author is trusted or not."""
    return publication.Policy(
        max_comments=settings.max_comments,
        approves=settings.review_event == "approve",
        incomplete_as=Conclusion(settings.on_incomplete),
        shares=not trusts_author,
    )


def _has_moved(run: Run) -> bool:
    """Whether the head is another now; where the host does not say, what was paid for is posted."""
    try:
        return run.host.head_sha() != run.head
    except HostError:
        return False


def _moved(run: Run, report: ReviewReport, allowed: Channels) -> ReviewReport:
    _give_up(run, allowed, f"{MOVED}.".capitalize())
    spent_usd = _spent_usd(report)
    if run.till is not None and spent_usd is not None:
        run.till.settle(spent_usd)
    return replace(report, verdict=Verdict(outcome=Outcome.INCOMPLETE, reasons=(MOVED,)))


def _spent_usd(report: ReviewReport) -> float | None:
    return figures.total(report.usage, lambda asked: asked.cost_usd) if report.usage.by_model else 0.0


def _remembered(run: Run, found: Reviewed, books: Books | None) -> Memory:
    """Return the memory after this run; one that knows nothing new keeps its counter: a rerun changes nothing."""
    report, previous = found.report, run.before.memory
    spent = _spent_usd(report)
    this = reuse.Run(
        head=run.head,
        counter=reuse.next_counter(previous, run.newest_mark),
        material=found.material,
        spent_usd=spent,
    )
    fresh = reuse.remember(found.open, found.reading, this, previous)
    if books is not None and fresh.spent_usd is not None and spent is not None:
        fresh = replace(fresh, spent_usd=books.spent_usd + spent)  # runs that ended meanwhile count too
    if previous is not None and previous.counter >= run.newest_mark:
        same = replace(fresh, counter=previous.counter, trusted=previous.trusted)
        return same if same == previous else fresh
    return fresh


def _planned(run: Run, found: Reviewed) -> Plan:
    shown = found.report.diff
    # a run that is killed before its summary must leave no proof of a memory that was never written
    stands_on = reuse.next_counter(run.before.memory, run.newest_mark) - 1
    text_by_path = {
        path.decode("utf-8", "replace"): head.decode("utf-8", "replace") for path, head in found.heads.items()
    }

    def body(finding: Finding, hidden: str) -> str:
        proof = suggestions.prove(finding, shown, text_by_path.get(finding.file), run.parses)
        return comment.body(finding, proof, hidden)

    opinion = run.overview.opinion
    plan = publication.plan(
        found.reconciled,
        shown,
        found.report.verdict.outcome,
        policy(run.settings, trusts_author=run.overview.pull.author_may_write),
        mark=lambda fingerprint: marks.mark(fingerprint, stands_on, run.keys),
        body=body,
        has_approved=opinion is not None and opinion.event is ReviewEvent.APPROVE,
    )
    if opinion is not None and (opinion.event, opinion.head_sha) == (plan.event, run.head):
        return replace(plan, event=ReviewEvent.COMMENT if plan.comments else None)
    return plan


def _shared(own: Conclusion, overview: Overview) -> tuple[Conclusion, tuple[Notice, ...]]:
    """Return how the check ends: no better than that of another open pull request with the same head commit."""
    numbers = {publish.external_id(number): number for number in overview.sharing}
    failed = [numbers[each.external_id] for each in overview.checks if each.external_id in numbers and each.has_failed]
    if not failed or own is Conclusion.FAILURE:
        return own, ()
    text = f"Pull request {failed[-1]} has the same head commit and is blocked."
    return Conclusion.FAILURE, (Notice(code="shared-head", text=text),)


def _summary(report: ReviewReport, remembered: Memory, keys: Keys, books: Books) -> tuple[str, ReviewReport]:
    """Return the sticky summary, and the report it shows: its mark, the review, what others reserved, the memory."""
    encoded = memory.encode(remembered, keys)
    if encoded.left_findings:
        text = f"{figures.plural(encoded.left_findings, 'finding')} did not fit into what the next run will know."
        report = replace(report, notices=(*report.notices, Notice(code="forgotten", text=text)))
    hidden = "\n".join((*reservations.lines(books.reserved), *encoded.markers))
    room = publication.MAX_BODY - len(SUMMARY) - len(hidden) - 8
    return f"{SUMMARY}\n{markdown.summary(report, limit=room)}\n{hidden}\n", report


def _sticky(overview: Overview) -> OwnComment | None:
    return next((each for each in overview.comments if each.body.startswith(SUMMARY)), None)
