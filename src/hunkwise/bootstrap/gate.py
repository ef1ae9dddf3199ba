"""What guards a review: scanners of the gate put together, what they let onto a stream, and the provider's keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from hunkwise.bootstrap import address
from hunkwise.errors import ConfigurationError, DetectorError, HunkwiseError
from hunkwise.ports import SecretScanner

if TYPE_CHECKING:
    from datetime import date

    from pydantic import SecretStr

    from hunkwise.model.keys import KnownKey

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


def provider_keys(environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return the active keys of the model's provider, the one to use first; raises ConfigurationError."""
    from hunkwise.adapters import provider_keys as places  # noqa: PLC0415  # late: start-up

    return places.keys(environment, places.AZURE_VARIABLES if address.is_azure(environment) else places.VARIABLES)


def team_keys(team: str, variable: str, environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return the keys of a team; raises ConfigurationError where there is none, or it is another provider's."""
    from hunkwise.adapters import provider_keys as places  # noqa: PLC0415  # late: start-up

    if variable.startswith("AZURE_") is not address.is_azure(environment):
        wanted = "AZURE_OPENAI_API_KEY_" if address.is_azure(environment) else "OPENAI_API_KEY_"
        raise ConfigurationError(f"team {team}: {variable} is not of the endpoint asked", hint=f"name one {wanted}...")
    found = places.of_variable(variable, environment)
    if not found:
        raise ConfigurationError(f"team {team}: {variable} is not set", hint="pass the secret to the job's environment")
    return found


def names_a_model(environment: Mapping[str, str]) -> bool:
    """Whether the environment names an endpoint, a key, or the place of one; none is read for that."""
    from hunkwise.adapters.provider_keys import AZURE_VARIABLES, VARIABLES  # noqa: PLC0415  # late: start-up

    names = AZURE_VARIABLES if address.is_azure(environment) else VARIABLES
    return any(environment.get(name, "").strip() for name in (*names, address.BASE_URL))


def known_keys(metadata: str, today: date) -> tuple[KnownKey, ...]:
    """Return what is noted about the keys; raises ConfigurationError."""
    from hunkwise.adapters import key_metadata  # noqa: PLC0415  # late: start-up

    return key_metadata.load(metadata, today)


def told(text: str) -> str:
    """Return a message as a stream may show it: it may name what a change, a setting or a server said."""
    from hunkwise.core import redact  # noqa: PLC0415  # late: start-up

    try:
        return redact.text(text, _own().scan).text
    except DetectorError:
        return WITHHELD


def told_of(error: HunkwiseError) -> str:
    """Return what an error says, and what to do, as a check may show it."""
    from hunkwise.core import sanitise  # noqa: PLC0415  # late: start-up

    return sanitise.plain(told(f"{error.message}. {error.hint}".strip()))


@lru_cache(maxsize=1)
def _own() -> SecretScanner:
    from hunkwise.adapters.bounded_scanner import BoundedScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.secret_scanner import DetectSecretsScanner  # noqa: PLC0415  # late: start-up

    return BoundedScanner(DetectSecretsScanner())
