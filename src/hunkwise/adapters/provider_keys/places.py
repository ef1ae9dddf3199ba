"""Where a key may be kept: the environment, a file, a command's output, a store. The first that is named counts."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from hunkwise.adapters.provider_keys import stores
from hunkwise.errors import ConfigurationError

VARIABLES = ("OPENAI_API_KEY", "OPENAI_API_KEYS", "OPENAI_API_KEY_FILE", "HUNKWISE_KEY_COMMAND", "HUNKWISE_KEY_STORE")
"""Variables that hold a key or name its place, in the order in which they count."""

AZURE_VARIABLES = ("AZURE_OPENAI_API_KEY", "HUNKWISE_KEY_COMMAND", "HUNKWISE_KEY_STORE")
"""The same where an Azure resource is asked: it never gets a key that is named as OpenAI's."""

MAX_BYTES = 65_536
"""A file or answer with keys is smaller than this."""

TIMEOUT_S = 30.0
"""Seconds a command has; one that asks a person for a password needs longer, and has no place in a review."""


def keys(environment: Mapping[str, str], variables: Sequence[str] = VARIABLES) -> tuple[SecretStr, ...]:
    """Return all active keys, the one to use first; none where no place is named. Raises ConfigurationError."""
    for name in variables:
        named = environment.get(name, "").strip()
        if named:
            return _separate(_READ[name](named), name)
    return ()


def of_variable(name: str, environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return the keys that one variable holds, none where it is not set; raises ConfigurationError."""
    text = environment.get(name, "").strip()
    return _separate(text, name) if text else ()


def _separate(text: str, name: str) -> tuple[SecretStr, ...]:
    """Return keys that stand apart by commas or lines; raises ConfigurationError when there is none."""
    found = [part.strip() for part in text.replace("\n", ",").split(",")]
    if not any(found):
        raise ConfigurationError(f"{name} leads to no key", hint="what it names is empty")
    return tuple(SecretStr(part) for part in found if part)


def _itself(text: str) -> str:
    return text


def _file(name: str) -> str:
    """Return what a file holds, such as a secret that Docker mounts under /run/secrets."""
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        reason = "it is not text"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise ConfigurationError(f"OPENAI_API_KEY_FILE: {name} can't be read: {reason}")


def _command(command: str) -> str:
    """Return what a command prints. It runs without a shell; neither its output nor its errors are ever shown."""
    try:
        arguments = shlex.split(command)
        done = subprocess.run(  # noqa: S603  # the user's own command, without a shell
            arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False, env=os.environ
        )
        text = done.stdout[:MAX_BYTES].decode("utf-8")
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        # From none: theirs hold the command's output.
        raise ConfigurationError(f"HUNKWISE_KEY_COMMAND failed ({type(error).__name__})") from None
    if done.returncode != 0:
        raise ConfigurationError(
            f"HUNKWISE_KEY_COMMAND ended with {done.returncode}", hint=f"run {arguments[0]} by hand to see why"
        )
    return text


_READ = {
    "AZURE_OPENAI_API_KEY": _itself,
    "OPENAI_API_KEY": _itself,
    "OPENAI_API_KEYS": _itself,
    "OPENAI_API_KEY_FILE": _file,
    "HUNKWISE_KEY_COMMAND": _command,
    "HUNKWISE_KEY_STORE": stores.read,
}
