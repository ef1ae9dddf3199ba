"""What guards a review: the scanners of the redaction gate, put together, and what they let onto a stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from hunkwise.errors import DetectorError
from hunkwise.ports import SecretScanner

WITHHELD = "(a message is not shown: the secret detector failed on it)"
"""What a stream gets instead of a line that could not be redacted."""


def scanner(environment: Mapping[str, str]) -> SecretScanner:
    """Return our scanner and the one that the environment adds, each bounded; raises ConfigurationError."""
    from hunkwise.adapters.command_scanner import VARIABLE, CommandScanner  # noqa: PLC0415  # late: start-up

    command = environment.get(VARIABLE, "")
    if not command:
        return _own()
    from hunkwise.adapters.bounded_scanner import AllScanners, BoundedScanner  # noqa: PLC0415  # late: start-up

    return AllScanners(_own(), BoundedScanner(CommandScanner(command)))


def told(text: str) -> str:
    """Return a message as a stream may show it: it may name what a change, a setting or a server said."""
    from hunkwise.core import redact  # noqa: PLC0415  # late: start-up

    try:
        return redact.text(text, _own().scan).text
    except DetectorError:
        return WITHHELD


@lru_cache(maxsize=1)
def _own() -> SecretScanner:
    from hunkwise.adapters.bounded_scanner import BoundedScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.secret_scanner import DetectSecretsScanner  # noqa: PLC0415  # late: start-up

    return BoundedScanner(DetectSecretsScanner())
