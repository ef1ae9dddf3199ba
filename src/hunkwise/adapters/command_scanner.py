"""Find secrets by a command that prints what gitleaks prints: a JSON list of objects with `Secret` and `RuleID`.

The text goes to the command's standard input. It is named in the environment alone, never in a repository's files, so
that no clone can have a command run; it runs without a shell, and without hunkwise's keys in its environment.
"""

import json
import os
import shlex
import shutil
import subprocess

from hunkwise.errors import ConfigurationError, DetectorError
from hunkwise.model.finding import SecretSpan

VARIABLE = "HUNKWISE_SECRET_SCANNER"
"""The environment variable that names the command: `gitleaks stdin --no-banner --exit-code 0 -f json -r -`."""

TIMEOUT_S = 20.0
"""Seconds for one text."""

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "TEMP")
"""Environment variables that the command gets."""


class CommandScanner:
    """Implements `ports.SecretScanner`; masks every place where a value stands that the command names."""

    def __init__(self, command: str) -> None:
        try:
            self._arguments = shlex.split(command)
        except ValueError as error:
            raise ConfigurationError(f"{VARIABLE} is no command: {error}") from error
        if not self._arguments:
            raise ConfigurationError(f"{VARIABLE} names no command")
        if shutil.which(self._arguments[0]) is None:
            raise ConfigurationError(f"{VARIABLE}: there is no command {self._arguments[0]}")

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return spans of all values, sorted, not overlapping; raises DetectorError."""
        spans: list[SecretSpan] = []
        end = 0
        found = [(at, value, kind) for value, kind in self._values(text) for at in _places(text, value)]
        for at, value, kind in sorted(found):
            if at + len(value) > end:
                spans.append(SecretSpan(start=max(at, end), end=at + len(value), type=kind, reportable=False))
                end = at + len(value)
        return tuple(spans)

    def _values(self, text: str) -> set[tuple[str, str]]:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603  # the user's own command, without a shell
                self._arguments,
                input=text.encode("utf-8"),
                env=environment,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=True,
            )
            rows = json.loads(done.stdout or b"[]")
            return {(str(row["Secret"]), str(row.get("RuleID") or "external")) for row in rows or [] if row["Secret"]}
        except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError, AttributeError) as error:
            # From none: their text may hold what the command was given.
            raise DetectorError(
                f"{self._arguments[0]}, the external scanner, failed ({type(error).__name__})"
            ) from None


def _places(text: str, value: str) -> list[int]:
    places: list[int] = []
    at = text.find(value)
    while at != -1:
        places.append(at)
        at = text.find(value, at + len(value))
    return places
