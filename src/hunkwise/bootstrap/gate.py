"""What guards a review: the scanners of the redaction gate, put together."""

from __future__ import annotations

from collections.abc import Mapping

from hunkwise.ports import SecretScanner


def scanner(environment: Mapping[str, str]) -> SecretScanner:
    """Return our scanner and the one that the environment adds, each bounded; raises ConfigurationError."""
    from hunkwise.adapters.bounded_scanner import AllScanners, BoundedScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.command_scanner import VARIABLE, CommandScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.secret_scanner import DetectSecretsScanner  # noqa: PLC0415  # late: start-up

    own = BoundedScanner(DetectSecretsScanner())
    command = environment.get(VARIABLE, "")
    return AllScanners(own, BoundedScanner(CommandScanner(command))) if command else own
