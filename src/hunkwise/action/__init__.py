"""`hunkwise action`: the container's entry point inside GitHub Actions."""

import os
import sys

import click

from hunkwise.action import run


@click.command()
def command() -> int:
    """Review the pull request a workflow run is about: reads INPUT_*, GITHUB_* and the event's payload."""
    return run.main(os.environ, sys.stdout)
