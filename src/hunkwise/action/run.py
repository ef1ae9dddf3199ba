"""From an event to a review that is said on its pull request.

What a run may do is known before a model is paid: first the event tells, then the check that is opened, then the probe.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TextIO

from hunkwise import bootstrap
from hunkwise.action import ending, merge_group
from hunkwise.action.ending import Job
from hunkwise.bootstrap import gate, pulls, signals
from hunkwise.bootstrap.pulls import PullAccess
from hunkwise.core import events
from hunkwise.errors import ConfigurationError, PermissionDeniedError, UsageError
from hunkwise.model.change import Notice, PullRequest
from hunkwise.model.mode import (
    FromWorkflowRun,
    MergeGroup,
    Nothing,
    Review,
    Skipped,
    SkipPolicy,
    Subject,
    Unusable,
)
from hunkwise.model.publication import CheckOutput, Conclusion
from hunkwise.model.pull import Overview
from hunkwise.pipeline import publish, pull_review
from hunkwise.pipeline.pull_review import Done
from hunkwise.pipeline.review import Reviewed
from hunkwise.settings import Settings

READ_ONLY = "the token of this event is read-only, so a model's words could not be posted"
"""Why no model is asked on a fork's own event."""

NO_KEY = "there is no key: the input openai-api-key is empty or misspelt"
"""Why no model is asked by a job that chose no engine."""

NOTHING_SKIPPED = SkipPolicy(drafts=False, authors=(), labels=())
"""The policy until the base branch's configuration is read."""


def main(environment: Mapping[str, str], stream: TextIO) -> int:
    """Do what the event asks for and return the exit code; raises HunkwiseError."""
    runtime = bootstrap.job(environment, stream)
    told = runtime.inputs()
    job = Job(runtime=runtime, inputs=told, context=runtime.context())
    for name, setting in ((told.report, "report"), (told.sarif, "sarif")):
        if name is not None:
            runtime.check_place(name, setting)
    mode = events.mode(job.context.event_name, job.context.payload, NOTHING_SKIPPED, told.pull_request)
    with signals.as_interrupts():
        if isinstance(mode, Unusable):
            raise UsageError(mode.message, hint=mode.hint)
        if isinstance(mode, Nothing):
            runtime.notice("hunkwise", mode.notice.text)
            return 0
        if isinstance(mode, MergeGroup):
            return merge_group.run(job, mode)
        if isinstance(mode, FromWorkflowRun):
            return _workflow_run(job, mode)
        return _pull(job, mode) if isinstance(mode, Review) else 0


def _workflow_run(job: Job, mode: FromWorkflowRun) -> int:
    """Review the pull requests with this head: the host names them, never an artifact."""
    numbers = pulls.pulls_with_head(job.context.repository, mode, job.inputs.environment)
    if not numbers:
        job.runtime.notice("hunkwise", f"no open pull request has the head {mode.head_sha[:12]} any more")
    codes = [_pull(job, events.of_workflow_run(mode, number), mode.actor) for number in numbers]
    return 1 if 1 in codes else max(codes, default=0)


def _pull(job: Job, mode: Review, actor: str | None = None) -> int:
    """Review one pull request; `actor` caused an event that names no subject."""
    clone = job.context.workspace if mode.may_use_clone else None
    ref = PullRequest(repo=job.context.repository, number=mode.number, clone=clone)
    access = pulls.pull_access(ref, job.inputs.environment)
    config = job.inputs.config
    overview = access.host.overview(pulls.asked_files(config))
    stale = _stale(mode, overview)
    if stale is not None:
        job.runtime.notice("hunkwise", stale)
        return 0
    settings = _settings(job, mode, access, overview)
    admitted = events.admitted(_with_subject(mode, overview, actor), _policy(settings))
    if isinstance(admitted, Skipped):
        return _skip(job, admitted, access, overview)
    run = pulls.pull_run(access, overview, settings, pulls.state_keys(job.inputs.environment))
    return ending.finish(job, _done(job, mode, ref, access, run), settings)


def _settings(job: Job, mode: Review, access: PullAccess, overview: Overview) -> Settings:
    """Return the settings; a configuration that can't be read fails the check, which would wait for ever."""
    told = job.inputs
    try:
        return pulls.pull_settings(
            overview, config=told.config, environment=told.environment, options=told.options, say=job.runtime.say
        )
    except ConfigurationError as error:
        if not mode.token_is_read_only and not told.is_dry_run:
            output = CheckOutput(title="configuration error", summary=gate.told_of(error))
            publish.at_once(access.host, overview, Conclusion.FAILURE, output)
        raise


def _with_subject(mode: Review, overview: Overview, actor: str | None) -> Review:
    """Return what may be skipped by configuration where no person asked, though the event does not tell."""
    if actor is None:
        return mode
    pull = overview.pull
    return replace(mode, subject=Subject(author=pull.author, sender=actor, labels=pull.labels, is_draft=pull.is_draft))


def _done(job: Job, mode: Review, ref: PullRequest, access: PullAccess, run: pull_review.Run) -> Done:
    unasked = _unasked(mode, run.settings, job.inputs.environment)
    environment, say = job.inputs.environment, job.runtime.say

    def review(run: pull_review.Run) -> Reviewed:
        return pulls.review_pull(ref, access, run, environment, say, unasked=unasked)

    if job.inputs.is_dry_run:
        return pull_review.in_silence(run, review(run))
    if mode.token_is_read_only:
        notice = Notice(code="read-only", text=f"Nothing is posted: {READ_ONLY}.")
        return pull_review.in_silence(run, review(run), (notice,))
    allowed = publish.channels(run.host, run.overview)
    if allowed.check is None and not allowed.may_comment and not job.leaves_files:
        raise PermissionDeniedError(
            "this token may neither comment on the pull request nor write checks, so nothing could be posted",
            hint="give the job permissions: pull-requests: write and checks: write; or ask for a report file",
        )
    return pull_review.complete(run, allowed, review, access.hurry)


def _unasked(mode: Review, settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Return why no model is asked although one is wanted, None where one is, or where rules were chosen by name."""
    if settings.engine == "rules":
        return None
    if mode.token_is_read_only:
        return READ_ONLY
    return None if pulls.asks_a_model(settings, environment) else NO_KEY


def _stale(mode: Review, overview: Overview) -> str | None:
    """Return why this event is not to be answered: its pull request is over, or a later event speaks for it."""
    pull = overview.pull
    if not pull.is_open:
        return f"pull request {pull.number} is closed: nothing to review"
    if mode.head_sha is not None and mode.head_sha != pull.head_sha:
        return f"pull request {pull.number} has moved on to {pull.head_sha[:12]}: the run of that push reviews it"
    return None


def _skip(job: Job, skipped: Skipped, access: PullAccess, overview: Overview) -> int:
    job.runtime.notice("hunkwise", skipped.notice.text)
    if skipped.wants_check and not skipped.token_is_read_only and not job.inputs.is_dry_run:
        output = CheckOutput(title="not reviewed", summary=skipped.notice.text)
        publish.at_once(access.host, overview, Conclusion.NEUTRAL, output)
    return 0


def _policy(settings: Settings) -> SkipPolicy:
    return SkipPolicy(drafts=settings.skip_drafts, authors=settings.skip_authors, labels=settings.skip_labels)
