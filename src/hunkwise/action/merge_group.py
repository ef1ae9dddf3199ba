"""A merge queue asks about a group of pull requests."""

from hunkwise.action import ending
from hunkwise.action.ending import Job
from hunkwise.bootstrap import gate, pulls
from hunkwise.bootstrap.pulls import PullAccess
from hunkwise.core import publication
from hunkwise.errors import HunkwiseError
from hunkwise.model.change import PullRequest
from hunkwise.model.mode import MergeGroup
from hunkwise.model.publication import CheckOutput, Conclusion
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import publish, pull_review
from hunkwise.pipeline.group_review import Member
from hunkwise.pipeline.pull_review import Done, Run
from hunkwise.render import markdown

EXTERNAL_ID = f"{publish.CHECK_NAME}/merge-group"
"""Whose check it is on the group's commit, which is no pull request's."""


def run(job: Job, mode: MergeGroup) -> int:
    """Conclude the check on the group's commit and return the exit code; raises HostError."""
    environment, repo = job.inputs.environment, job.context.repository
    queued = pulls.queued_pulls(repo, mode, environment)
    if not queued:
        job.runtime.notice("hunkwise", "the merge queue no longer holds this group")
        return 0
    doors = [pulls.pull_access(PullRequest(repo=repo, number=number), environment) for number, _ in queued]
    host = doors[-1].host
    is_dry = job.inputs.is_dry_run
    check = None if is_dry else host.open_check(publish.CHECK_NAME, mode.head_sha, EXTERNAL_ID, None)
    stopped = CheckOutput(title="incomplete", summary=STOPPED)
    ends_as, output = Conclusion.FAILURE, stopped
    try:
        runs = [_run(job, each) for each in doors]
        last = runs[-1]
        ends_as = pull_review.policy(last.settings).incomplete_as
        members = [_member(each, head) for each, (_, head) in zip(runs, queued, strict=True)]
        report = pulls.review_group(repo, mode, members, last.settings, environment, job.runtime.say)
        ends_as, output = _end(report, last)
    except HunkwiseError as error:
        output = CheckOutput(title="incomplete", summary=gate.told_of(error))
        raise
    finally:
        if output is stopped:
            doors[-1].hurry()  # by a signal: there are 5 s left
        if not is_dry:
            publish.end(host, mode.head_sha, check, ends_as, output)
    return ending.finish(job, Done(report=report, unsaid=()), last.settings)


STOPPED = "The review of the merge group was stopped before it was complete."
"""What the check of a run says that ended early."""


def _run(job: Job, access: PullAccess) -> Run:
    environment, config = job.inputs.environment, job.inputs.config
    overview = access.host.overview(pulls.asked_files(config))
    settings = pulls.pull_settings(
        overview, config=config, environment=environment, options=job.inputs.options, say=job.runtime.say
    )
    return pulls.pull_run(access, overview, settings, pulls.state_keys(environment))


def _member(run: Run, head: str) -> Member:
    """Return what is known of a member; a check on another head than the queued one is none."""
    own = publish.external_id(run.overview.pull.number)
    checks = [each.conclusion for each in run.overview.checks if each.external_id == own and each.is_completed]
    is_queued_head = run.head == head
    return Member(
        number=run.overview.pull.number,
        conclusion=checks[-1] if checks and is_queued_head else None,
        memory=run.before.memory,
    )


def _end(report: ReviewReport, last: Run) -> tuple[Conclusion, CheckOutput]:
    ends_as = publication.conclusion(report.verdict.outcome, pull_review.policy(last.settings))
    summary = markdown.summary(report, limit=pull_review.MAX_CHECK_SUMMARY)
    return ends_as, CheckOutput(title=markdown.title(report), summary=summary)
