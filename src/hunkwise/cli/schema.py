"""`hunkwise schema`."""

import json

import click


@click.command()
@click.argument("what", type=click.Choice(["report", "config"]))
def command(what: str) -> None:
    """Print the JSON Schema of the JSON report, or of .hunkwise.yml."""
    if what == "report":
        from hunkwise.render.report_schema import report_schema  # noqa: PLC0415  # only the schema asked for

        schema = report_schema()
    else:
        from hunkwise.settings import Settings  # noqa: PLC0415  # only the schema asked for

        schema = Settings.model_json_schema()
    click.echo(json.dumps(schema, indent=2))
