"""`hunkwise review`."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from hunkwise import bootstrap
from hunkwise.cli import target as targets
from hunkwise.errors import UsageError
from hunkwise.model.report import Outcome, ReviewReport

EXIT_BY_OUTCOME = {Outcome.APPROVE: 0, Outcome.BLOCK: 1, Outcome.INCOMPLETE: 4}
"""Exit code of each outcome, the command line's contract."""

FORMATS = ("text", "json", "sarif", "markdown", "html")


@click.command()
@click.argument("target", required=False)
@click.option("--repo", default=".", metavar="DIR", help="The repository; the folder you stand in by default.")
@click.option("--engine", type=click.Choice(["auto", "llm", "rules"]), help="Who reviews: auto by default.")
@click.option("--model", metavar="M", help="The model's name at the endpoint.")
@click.option("--config", "config", metavar="FILE", help="A configuration file instead of the repository's own.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", help="What is written.")
@click.option("--output", metavar="FILE", help="Where it is written; standard output by default.")
@click.option("--html", "page", metavar="FILE", help="Also write the HTML page to this file.")
@click.option("--fail-on", type=click.Choice(["high", "medium", "low", "never"]), help="Lowest severity that blocks.")
@click.option("--show-prompts", is_flag=True, help="Print what would be sent to a model; nothing is sent.")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only, and no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step and its time to standard error.")
def command(target: str | None, **options: Any) -> int:  # noqa: ANN401  # click's own values
    """Review a change.

    TARGET is nothing (staged, unstaged and untracked files against HEAD), a range A..B or A...B, one revision,
    a diff file, or - for a diff on standard input.
    """
    ref = targets.reference(target, options["repo"])
    _check_output("--output", options["output"])
    _check_output("--html", options["page"])
    settings = bootstrap.settings(
        ref,
        config=options["config"],
        repo=options["repo"],
        environment=os.environ,
        options={key: options[key] for key in ("engine", "model", "fail_on")},
    )
    say = _progress(quiet=options["quiet"], verbose=options["verbose"])
    if options["show_prompts"]:
        _write(bootstrap.prompts(ref, settings, os.environ, say), options["output"])
        return 0
    report = bootstrap.review(ref, settings, os.environ, say)
    _write(_rendered(report, options), options["output"])
    if options["page"]:
        _write(bootstrap.render(report, "html"), options["page"])
    if options["output"] and not options["quiet"]:
        click.echo(f"hunkwise: {bootstrap.verdict_line(report)} ({options['output']})", err=True)
    return EXIT_BY_OUTCOME[report.verdict.outcome]


def _rendered(report: ReviewReport, options: dict[str, Any]) -> str:
    if options["quiet"] and options["style"] == "text":
        return bootstrap.verdict_line(report) + "\n"
    stream_is_screen = options["output"] is None and sys.stdout.isatty()
    return bootstrap.render(report, options["style"], color=stream_is_screen and "NO_COLOR" not in os.environ)


def _check_output(option: str, output: str | None) -> None:
    """Refuse an output that can't be written before anything is paid for."""
    if output is None:
        return
    folder = Path(output).resolve().parent
    if not folder.is_dir():
        raise UsageError(f"{option}: there is no folder {folder}")
    if Path(output).is_dir() or not os.access(output if Path(output).exists() else folder, os.W_OK):
        raise UsageError(f"{option}: {output} can't be written")


def _write(text: str, output: str | None) -> None:
    data = text if text.endswith("\n") else text + "\n"
    if output is None:
        sys.stdout.buffer.write(data.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(data.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror}") from error


def _progress(*, quiet: bool, verbose: bool) -> bootstrap.Progress:
    def say(text: str, *, detail: bool = False) -> None:
        if not quiet and (verbose or not detail):
            click.echo(f"hunkwise: {text}", err=True)

    return say
