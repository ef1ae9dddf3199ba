"""A run inside GitHub Actions: what it is told, and where it speaks.

What it says goes to the log as workflow commands, to the runner's file of outputs and to the step's summary. Outside a
runner the log is plain text, since nothing there would obey a command, and a mask would show what it is to hide.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from pydantic import SecretStr

from hunkwise.adapters.actions_runtime import commands, context, files, inputs
from hunkwise.adapters.actions_runtime.context import Context
from hunkwise.adapters.actions_runtime.inputs import Inputs
from hunkwise.core import sanitise
from hunkwise.errors import UsageError
from hunkwise.model.publication import Annotation

__all__ = ["OUTPUTS", "ActionsRuntime", "Context", "Inputs"]

OUTPUTS = ("outcome", "findings", "high", "medium", "low", "cost-usd", "report", "sarif")
"""All outputs; `action.yml` declares exactly these."""


class ActionsRuntime:
    """The runner's side of a run; `told` redacts what is said. Not for several threads, but for `say`."""

    def __init__(self, environment: Mapping[str, str], stream: TextIO, told: Callable[[str], str] = str) -> None:
        self._environment = environment
        self._told = told
        self._stream = stream
        self._is_runner = environment.get("GITHUB_ACTIONS") == "true"

    def inputs(self) -> Inputs:
        """Return what the action is told, all secrets of it masked before anything else is said; raises UsageError."""
        try:
            found = inputs.read(self._environment)
        except UsageError:
            self.mask(inputs.secrets(self._environment))
            raise
        self.mask(found.secrets)
        return found

    def context(self) -> Context:
        """Return where the action runs; raises UsageError."""
        return context.read(self._environment)

    def mask(self, secrets: Sequence[SecretStr]) -> None:
        """Have the runner hide `secrets` in all that follows."""
        if self._is_runner:
            self._put(*(line for secret in secrets for line in commands.mask(secret.get_secret_value())))

    def say(self, text: str, *, detail: bool = False) -> None:
        """Put one line into the log; a detail shows where debug logging is on."""
        shown = sanitise.log(sanitise.visible(self._told(text)))
        if self._is_runner and detail:
            self._put(commands.debug(shown))
        elif not detail:
            self._put(f"hunkwise: {shown}")

    def notice(self, title: str, message: str) -> None:
        """Tell something at the head of the run's page; outside a runner, in the log."""
        if self._is_runner:
            self._put(commands.notice(sanitise.line(title), sanitise.visible(self._told(message))))
        else:
            self.say(message)

    def annotate(self, notes: Sequence[Annotation]) -> int:
        """Show notes at their lines; return how many the runner would drop, so that they are told elsewhere."""
        if not self._is_runner:
            return len(notes)
        lines, left_out = commands.annotations(notes)
        self._put(*lines)
        return left_out

    def set_outputs(self, values: Mapping[str, str]) -> None:
        """Hand outputs to later steps; raises UsageError."""
        path = self._environment.get("GITHUB_OUTPUT", "")
        if path:
            files.append(path, files.outputs(values))

    def summarize(self, markdown: str) -> bool:
        """Show a step summary; return whether there is a place for one; raises UsageError."""
        path = self._environment.get("GITHUB_STEP_SUMMARY", "")
        if path:
            files.append(path, files.summary(markdown, files.size(path)))
        return bool(path)

    def check_place(self, name: str, setting: str) -> None:
        """Refuse a file that `leave` could not write, before anything is paid for; raises UsageError."""
        files.place(self._workspace(), name, setting)

    def leave(self, name: str, setting: str, text: str) -> None:
        """Write file `name` of the workspace, which input `setting` asked for; raises UsageError."""
        files.leave(files.place(self._workspace(), name, setting), text)

    def _workspace(self) -> str:
        return self._environment.get("GITHUB_WORKSPACE", "") or "."

    def _put(self, *lines: str) -> None:
        if lines:
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()
