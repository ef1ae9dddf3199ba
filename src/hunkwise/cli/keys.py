"""`hunkwise keys`."""

from datetime import UTC, datetime

import click

from hunkwise.bootstrap import gate
from hunkwise.model.keys import KnownKey, Standing
from hunkwise.render import figures

WARN_DAYS = 90
"""Days after which a key is due for rotation."""

MAX_DAYS = 180
"""Days after which a key has been in use for too long."""


@click.group()
def command() -> None:
    """Look after the keys of model providers."""


@command.command()
@click.option(
    "--metadata", default="hunkwise-keys.yml", show_default=True, metavar="FILE", help="What is noted about the keys."
)
@click.option(
    "--warn-days", type=click.IntRange(1), default=WARN_DAYS, show_default=True, help="Days until a key is due."
)
@click.option("--max-days", type=click.IntRange(1), default=MAX_DAYS, show_default=True, help="Days until one is over.")
def audit(metadata: str, warn_days: int, max_days: int) -> int:
    """Tell how old the keys are: exit code 1 when one is past the limit. No key is read."""
    known = gate.known_keys(metadata, datetime.now(UTC).date())
    standings = [key.standing(warn_days, max_days) for key in known]
    for key, standing in zip(known, standings, strict=True):
        click.echo(gate.told(_line(key, standing)))
    over, due = standings.count(Standing.OVER), standings.count(Standing.DUE)
    click.echo(
        f"{figures.plural(len(known), 'key')}: {over} past {max_days} days, {due} due after {warn_days}", err=True
    )
    return 1 if over else 0


def _line(key: KnownKey, standing: Standing) -> str:
    scope = f" ({key.scope})" if key.scope else ""
    if key.age_days < 0:
        date = "last_rotated" if key.was_rotated else "created"
        return f"{standing.value:<4} {key.id}: its date {date} is in the future{scope}"
    since = "rotated" if key.was_rotated else "made, never rotated"
    return f"{standing.value:<4} {key.id}: {figures.plural(key.age_days, 'day')} since it was {since}{scope}"
