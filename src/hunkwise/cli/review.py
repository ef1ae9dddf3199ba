"""`hunkwise review`."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from hunkwise import bootstrap, render
from hunkwise.bootstrap import gate, signals, stores
from hunkwise.bootstrap.parts import Progress
from hunkwise.cli import EXIT_INTERRUPTED, streams
from hunkwise.cli import target as targets
from hunkwise.core import verdict
from hunkwise.errors import UsageError
from hunkwise.model.change import ChangeRef, PullRequest
from hunkwise.model.report import Outcome, ReviewReport

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.settings import Settings

EXIT_BY_OUTCOME = {Outcome.APPROVE: 0, Outcome.BLOCK: 1, Outcome.INCOMPLETE: 4}
"""Exit code of each outcome, the command line's contract."""

EXIT_BUDGET = 5
"""Exit code of a review that is incomplete only because the budget ran out."""

MIN_WIDTH, MAX_WIDTH = 60, 140
"""Characters of a line of text: narrower breaks code, wider is hard to read."""

FORMATS = ("text", "json", "sarif", "markdown", "html")


@click.command()
@click.argument("target", required=False)
@click.option("--repo", default=".", metavar="DIR", help="The repository; the folder you stand in by default.")
@click.option("--engine", type=click.Choice(["auto", "llm", "rules"]), help="Who reviews: auto by default.")
@click.option("--model", metavar="M", help="The model's name at the endpoint.")
@click.option("--max-cost", type=float, metavar="USD", help="What the requests may cost; no bound by default.")
@click.option("--no-cache", is_flag=True, help="Ask for everything anew; no stored answer is read, and none is kept.")
@click.option("--config", "config", metavar="FILE", help="A configuration file instead of the repository's own.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", help="What is written.")
@click.option("--output", metavar="FILE", help="Where it is written; standard output by default.")
@click.option("--html", "page", metavar="FILE", help="Also write the HTML page to this file.")
@click.option("--evidence", metavar="FILE.sarif", multiple=True, help="What another tool found; may be repeated.")
@click.option("--post", is_flag=True, help="Say on the pull request what was found; without it nothing is.")
@click.option("--fail-on", type=click.Choice(["high", "medium", "low", "never"]), help="Lowest severity that blocks.")
@click.option("--show-prompts", is_flag=True, help="Print what would be sent to a model; nothing is sent.")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only, and no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step and its time to standard error.")
def command(target: str | None, **options: Any) -> int:  # noqa: ANN401  # click's own values
    """Review a change.

    TARGET is nothing (staged, unstaged and untracked files against HEAD), a range A..B or A...B, one revision,
    a diff file, - for a diff on standard input, or a pull request: owner/repo#N or its address.
    """
    ref = targets.reference(target, options["repo"])
    if options["output"] == "-":
        options["output"] = None
    _check_outputs(options["output"], options["page"])
    say = progress(quiet=options["quiet"], verbose=options["verbose"])
    if options["post"] and not isinstance(ref, PullRequest):
        raise UsageError("--post needs a pull request", hint="hunkwise review owner/repo#N --post")
    source = _source(ref, options, say)
    if options["show_prompts"]:
        write(source.prompts(), options["output"])
        return 0
    with signals.as_interrupts():
        report = source.review()
    write(_rendered(report, options), options["output"])
    if options["page"]:
        write(render.as_text(report, "html"), options["page"])
    if options["output"] and not options["quiet"]:
        click.echo(f"hunkwise: {render.verdict_line(report)} ({options['output']})", err=True)
    return exit_code(report)


def exit_code(report: ReviewReport) -> int:
    """Return the exit code of a report: 1 wins over 5 over 4, and a signal over all."""
    if report.stopped:
        return EXIT_INTERRUPTED
    if report.verdict.outcome is Outcome.INCOMPLETE and verdict.is_short_of_budget(report.ledger):
        return EXIT_BUDGET
    return EXIT_BY_OUTCOME[report.verdict.outcome]


class _Source(Protocol):
    """What there is to review: prompts of it, or a report on it."""

    def prompts(self) -> str: ...

    def review(self) -> ReviewReport: ...


@dataclass(frozen=True, slots=True)
class _Local:
    """A change on this machine."""

    ref: ChangeRef
    settings: Settings
    say: Progress
    evidence: tuple[str, ...]

    def prompts(self) -> str:
        return bootstrap.prompts(self.ref, self.settings, os.environ, self.say)

    def review(self) -> ReviewReport:
        return bootstrap.review(self.ref, self.settings, stores.at_home(os.environ), self.say, self.evidence)


def _source(ref: ChangeRef, options: dict[str, Any], say: Progress) -> _Source:
    chosen = {key: options[key] for key in ("engine", "model", "fail_on", "max_cost")}
    chosen["cache"] = False if options["no_cache"] else None
    if isinstance(ref, PullRequest):
        from hunkwise.cli.pull import Pull  # noqa: PLC0415  # only where a pull request is asked for

        has_file = options["output"] is not None or options["page"] is not None
        return Pull(
            ref,
            config=options["config"],
            options=chosen,
            say=say,
            posts=options["post"],
            has_file=has_file,
            evidence=options["evidence"],
        )
    settings = bootstrap.settings(
        ref, config=options["config"], repo=options["repo"], environment=os.environ, options=chosen, say=say
    )
    return _Local(ref, settings, say, options["evidence"])


def _rendered(report: ReviewReport, options: dict[str, Any]) -> str:
    if options["quiet"] and options["style"] == "text":
        return render.verdict_line(report) + "\n"
    stream_is_screen = options["output"] is None and sys.stdout.isatty()
    width = max(MIN_WIDTH, min(shutil.get_terminal_size((100, 24)).columns, MAX_WIDTH))
    color = stream_is_screen and "NO_COLOR" not in os.environ
    return render.as_text(report, options["style"], color=color, width=width)


def _check_outputs(output: str | None, page: str | None) -> None:
    """Refuse what can't be written, or would overwrite itself, before anything is paid for."""
    check_output("--output", output)
    if page is None:
        return
    if page == "-":
        raise UsageError("--html names a file", hint="for the page on standard output: --format html")
    if output is not None and Path(page).resolve() == Path(output).resolve():
        raise UsageError("--html and --output name the same file")
    check_output("--html", page)


def check_output(option: str, output: str | None) -> None:
    """Refuse an output that can't be written before anything is paid for; None is standard output."""
    if output is None:
        streams.check_output()
        return
    folder = Path(output).resolve().parent
    if not folder.is_dir():
        raise UsageError(f"{option}: there is no folder {folder}")
    if Path(output).is_dir() or not os.access(output if Path(output).exists() else folder, os.W_OK):
        raise UsageError(f"{option}: {output} can't be written")


def write(text: str, output: str | None) -> None:
    """Write `text` to a file, or to standard output; raises UsageError."""
    data = text if text.endswith("\n") else text + "\n"
    if output is None:
        sys.stdout.buffer.write(data.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(data.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror}") from error


def progress(*, quiet: bool, verbose: bool) -> Progress:
    """Return what tells a person on standard error what happens."""

    def say(text: str, *, detail: bool = False) -> None:
        if not quiet and (verbose or not detail):
            click.echo(f"hunkwise: {gate.told(text)}", err=True)

    return say
