"""`hunkwise describe`."""

from __future__ import annotations

import os
from typing import Any

import click

from hunkwise import bootstrap
from hunkwise.bootstrap import pulls, signals
from hunkwise.cli import review
from hunkwise.cli import target as targets
from hunkwise.model.change import PullRequest
from hunkwise.model.pull import Pull
from hunkwise.ports import ChangeSource
from hunkwise.render import walkthrough

FORMATS = (walkthrough.TERMINAL, walkthrough.MARKDOWN, walkthrough.JSON)


@click.command()
@click.argument("target", required=False)
@click.option("--repo", default=".", metavar="DIR", help="The repository; the folder you stand in by default.")
@click.option("--engine", type=click.Choice(["auto", "llm", "rules"]), help="As for review; rules describe nothing.")
@click.option("--model", metavar="M", help="The model's name at the endpoint.")
@click.option("--max-cost", type=float, metavar="USD", help="What the request may cost; no bound by default.")
@click.option("--config", "config", metavar="FILE", help="A configuration file instead of the repository's own.")
@click.option("--format", "style", type=click.Choice(FORMATS), default=FORMATS[0], help="What is written.")
@click.option("--output", metavar="FILE", help="Where it is written; standard output by default.")
@click.option("--no-cache", is_flag=True, help="Ask anew; no stored description is read, and none is kept.")
@click.option("--show-prompts", is_flag=True, help="Print what would be sent to a model; nothing is sent.")
@click.option("-q", "--quiet", is_flag=True, help="Print no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step to standard error.")
def command(target: str | None, **options: Any) -> int:  # noqa: ANN401  # click's own values
    """Print a short walkthrough of a change: what it does, and where the risk is.

    TARGET is what `hunkwise review` takes. Nothing is judged, and nothing is said on a pull request.
    """
    ref = targets.reference(target, options["repo"])
    output = None if options["output"] == "-" else options["output"]
    review.check_output("--output", output)
    say = review.progress(quiet=options["quiet"], verbose=options["verbose"])
    chosen = {key: options[key] for key in ("engine", "model", "max_cost")}
    chosen["cache"] = False if options["no_cache"] else None
    source: ChangeSource | None = None
    pull: Pull | None = None
    if isinstance(ref, PullRequest):
        access = pulls.pull_access(ref, os.environ)
        overview = access.host.overview(pulls.asked_files(None))
        settings = (
            pulls.pull_settings(overview, config=None, environment=os.environ, options=chosen, say=say)
            if options["config"] is None
            else bootstrap.settings(
                ref, config=options["config"], repo="", environment=os.environ, options=chosen, say=say
            )
        )
        source, pull = access.changes, overview.pull
    else:
        settings = bootstrap.settings(
            ref, config=options["config"], repo=options["repo"], environment=os.environ, options=chosen, say=say
        )
    if options["show_prompts"]:
        review.write(bootstrap.describing_prompts(ref, settings, os.environ, say, source), output)
        return 0
    with signals.as_interrupts():
        found = bootstrap.describe(ref, settings, os.environ, say, source, pull)
    review.write(walkthrough.rendered(found, options["style"]), output)
    return 0
