"""Workflow commands: lines of the log that the runner obeys.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Sequence

from hunkwise.model.publication import Annotation

MAX_ANNOTATIONS = 10
"""Annotations of each kind that the runner keeps of one step (`_maxCountPerIssueType`).

https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
"""

COMMAND_BY_LEVEL = {"failure": "error", "warning": "warning", "notice": "notice"}
"""What a check calls a level, and what a command does."""


def mask(secret: str) -> list[str]:
    """Return commands that hide `secret` in the log: all of it, and each line, since a log is masked line by line."""
    whole = [secret] if secret.strip() else []
    lines = [line for line in secret.splitlines() if line.strip()]
    return [f"::add-mask::{_data(value)}" for value in dict.fromkeys([*whole, *lines])]


def annotations(notes: Sequence[Annotation]) -> tuple[list[str], int]:
    """Return commands for as many of `notes` as the runner keeps, the first of each kind, and how many are left out."""
    lines: list[str] = []
    count_by_command = dict.fromkeys(COMMAND_BY_LEVEL.values(), 0)
    for note in notes:
        command = COMMAND_BY_LEVEL[note.level]
        count_by_command[command] += 1
        if count_by_command[command] <= MAX_ANNOTATIONS:
            lines.append(_annotation(command, note))
    return lines, len(notes) - len(lines)


def notice(title: str, message: str) -> str:
    """Return a notice of the step, of no file."""
    return f"::notice title={_property(title)}::{_data(message)}"


def debug(message: str) -> str:
    """Return a line that shows only where debug logging is on."""
    return f"::debug::{_data(message)}"


def _annotation(command: str, note: Annotation) -> str:
    properties = {
        "file": note.path,
        "line": str(note.start_line),
        "endLine": str(note.end_line),
        "title": note.title,
    }
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {shown}::{_data(note.message)}"


def _data(text: str) -> str:
    """Escape a command's text as the runner unescapes it.

    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a command's property, which ends at a comma or colon."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
