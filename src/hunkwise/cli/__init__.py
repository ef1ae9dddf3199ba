"""The command line: start-up imports only what the command needs, and one handler meets every error."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hunkwise import __version__
from hunkwise.errors import HunkwiseError

EXIT_BUG = 70
"""Exit code for a bug in hunkwise (sysexits.h, EX_SOFTWARE)."""

EXIT_USAGE = 2
"""Exit code for a call that is wrong."""

EXIT_INTERRUPTED = 130
"""Exit code after Ctrl+C (128 + SIGINT), as shells give it."""

COMMANDS = {
    "review": ("hunkwise.cli.review", "Review a change."),
    "describe": ("hunkwise.cli.describe", "Print a short walkthrough of a change."),
    "action": ("hunkwise.action", "The container's entry point inside GitHub Actions."),
    "config": ("hunkwise.cli.configuration", "Print the settings in force."),
    "cache": ("hunkwise.cli.cache", "Look after stored answers: info, clear, export."),
    "keys": ("hunkwise.cli.keys", "Look after the keys of model providers: audit."),
    "schema": ("hunkwise.cli.schema", "Print a JSON Schema: report or config."),
}
"""Command -> module that holds it as `command`, and its sentence for --help."""


class _LazyGroup(click.Group):
    """Imports a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = __import__(COMMANDS[cmd_name][0], fromlist=["command"])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hunkwise")
def main() -> None:
    """Review pull requests: every hunk accounted for, nothing sent unredacted, each comment on its line."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; no traceback reaches a user for a mistake of theirs."""
    try:
        return _run(arguments)
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted; no review was finished")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the one place where a bug becomes a message
        complain(f"a bug in hunkwise: {type(error).__name__} at {_place(error)}", "please report it with this line")
        return EXIT_BUG


def _run(arguments: Sequence[str]) -> int:
    try:
        result = main.main(args=list(arguments), prog_name="hunkwise", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return int(leave.exit_code)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(_told(shown.getvalue()), err=True, nl=False)
        return EXIT_USAGE
    except HunkwiseError as error:
        complain(_told(error.message), _told(error.hint))
        return error.exit_code
    return result if isinstance(result, int) else 0


def complain(message: str, hint: str = "") -> None:
    """Print one clear line, and what to do, to standard error."""
    click.echo(f"hunkwise: {message}" + (f"\n  {hint}" if hint else ""), err=True)


def _told(text: str) -> str:
    from hunkwise.bootstrap import gate  # noqa: PLC0415  # late: only an error needs the detector

    return gate.told(text)


def _place(error: BaseException) -> str:
    """Where an exception was raised: file and line, never its text, which may quote the change."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
