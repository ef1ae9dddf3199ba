"""`hunkwise config`."""

import json
import os

import click

from hunkwise import bootstrap
from hunkwise.cli import review
from hunkwise.model.change import WorkingTree


@click.command()
@click.option("--repo", default=".", metavar="DIR", help="The repository; the folder you stand in by default.")
@click.option("--config", "config", metavar="FILE", help="A configuration file instead of the repository's own.")
def command(repo: str, config: str | None) -> None:
    """Print the settings in force for the working tree, as JSON."""
    say = review.progress(quiet=False, verbose=False)
    settings = bootstrap.settings(
        WorkingTree(repo=repo), config=config, repo=repo, environment=os.environ, options={}, say=say
    )
    click.echo(json.dumps(settings.model_dump(mode="json"), indent=2))
