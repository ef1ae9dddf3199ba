"""Settings as texts: variables of the environment, options and inputs; and the variables that are no settings."""

import difflib
from collections.abc import Iterator, Mapping

from hunkwise.adapters.configuration import documents
from hunkwise.errors import ConfigurationError
from hunkwise.settings import NOTHING, Settings

PREFIX = "HUNKWISE_"
"""Environment variables of this prefix are settings, or stand in `OWN`."""

OWN = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("CACHE_DIR", "REDIS_URL", "POSTGRES_URL", "STATE_KEY"),
        *("KEY_COMMAND", "KEY_STORE", "SECRET_SCANNER"),
    )
)
"""Variables of ours that are no settings: they hold secrets, or name a place or a command."""

OTHERS = frozenset(
    {
        *("OPENAI_API_KEY", "OPENAI_API_KEYS", "OPENAI_API_KEY_FILE", "OPENAI_BASE_URL"),
        *("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_VERSION"),
        *("GITHUB_TOKEN", "GITHUB_API_URL"),
    }
)
"""Variables of others that a review reads, and that somebody may take for settings."""

BY_LINE = "instructions"
"""The setting whose values are sentences, which hold commas."""


def given(environment: Mapping[str, str]) -> Iterator[tuple[str, str, object]]:
    """Yield each setting that the environment gives: name, the place that messages name, value."""
    for key in Settings.model_fields:
        name = PREFIX + key.upper()
        text = environment.get(name, "")
        if text:
            place = f"{name} in the environment"
            yield key, place, value(key, text, place)


def value(key: str, text: str, place: str) -> object:
    """Return the value that a text gives to a setting: a list where one is wanted; raises ConfigurationError.

    Parts of a list stand between commas or on lines of their own; what begins like a YAML list or mapping is YAML.
    """
    if Settings.model_fields[key].default != ():
        return text
    bare = text.strip()
    if bare.lower() == NOTHING:
        return ()
    if bare.startswith(("[", "{")):
        try:
            return documents.parsed(place, bare.encode("utf-8", "surrogateescape"))[1]
        except ConfigurationError as error:
            hint = error.hint or "what begins with [ or { is read as YAML: quote its values"
            raise ConfigurationError(error.message, hint=hint) from error
    rows = text.split("\n") if key == BY_LINE else text.replace("\n", ",").split(",")
    return tuple(part.strip() for part in rows if part.strip())


def strays(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each variable of our prefix that means nothing, with the one that is likely meant."""
    known = {*(PREFIX + key.upper() for key in Settings.model_fields), *OWN}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return tuple(f"{name} in the environment is no setting and has no effect{_meant(name, known)}" for name in unknown)


def _meant(name: str, known: set[str]) -> str:
    own = sorted(each.removeprefix(PREFIX) for each in known)
    near = difflib.get_close_matches(name.removeprefix(PREFIX), own, n=1)
    return f"; did you mean {PREFIX}{near[0]}?" if near else ""
