"""What a job leaves behind: files, outputs, the step's summary, notes at lines, and its exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hunkwise import render
from hunkwise.core import verdict
from hunkwise.model.finding import Severity
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import figures

if TYPE_CHECKING:
    from hunkwise.adapters.actions_runtime import ActionsRuntime, Context, Inputs
    from hunkwise.pipeline.pull_review import Done
    from hunkwise.settings import Settings

EXIT_INCOMPLETE = 4
"""Exit code of an incomplete review where `on_incomplete` is failure: the command line's."""

EXIT_BUDGET = 5
"""The same where all that is missing was left unread because the budget ran out."""

EXIT_STOPPED = 130
"""Exit code of a run that a signal ended: the command line's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of GitHub Actions: where it speaks, what it was told, where it runs."""

    runtime: ActionsRuntime
    inputs: Inputs
    context: Context

    @property
    def leaves_files(self) -> bool:
        """Whether the report goes to a file, whatever can be posted."""
        return self.inputs.report is not None or self.inputs.sarif is not None


def finish(job: Job, done: Done, settings: Settings) -> int:
    """Leave everything behind and return the exit code; raises UsageError where a file can't be written."""
    report = done.report
    for name, setting, style in ((job.inputs.report, "report", "json"), (job.inputs.sarif, "sarif", "sarif")):
        if name is not None:
            job.runtime.leave(name, setting, render.as_text(report, style))
    job.runtime.set_outputs(_outputs(job, report))
    job.runtime.summarize(render.as_text(report, "markdown"))
    for notice in report.notices:
        job.runtime.say(notice.text)
    job.runtime.annotate(done.unsaid)
    job.runtime.say(render.verdict_line(report))
    return exit_code(report, settings)


def exit_code(report: ReviewReport, settings: Settings) -> int:
    """Return 0 for approve, 1 for block; incomplete fails the job only where `on_incomplete` says so."""
    if report.stopped:
        return EXIT_STOPPED
    if report.verdict.outcome is Outcome.INCOMPLETE:
        incomplete = EXIT_BUDGET if verdict.is_short_of_budget(report.ledger) else EXIT_INCOMPLETE
        return incomplete if settings.on_incomplete == "failure" else 0
    return 1 if report.verdict.outcome is Outcome.BLOCK else 0


def _outputs(job: Job, report: ReviewReport) -> dict[str, str]:
    cost = figures.total(report.usage, lambda asked: asked.cost_usd) if report.usage.by_model else 0.0
    return {
        "outcome": report.verdict.outcome.value,
        "findings": str(len(report.findings)),
        **{each.value: str(sum(finding.severity is each for finding in report.findings)) for each in Severity},
        "cost-usd": "" if cost is None else f"{cost:.4f}",
        "report": job.inputs.report or "",
        "sarif": job.inputs.sarif or "",
    }
