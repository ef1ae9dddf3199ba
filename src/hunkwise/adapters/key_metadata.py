"""What a team notes about its keys, in a file apart from them: id, dates and scope, never a value."""

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hunkwise.errors import ConfigurationError
from hunkwise.model.keys import KnownKey

MAX_BYTES = 65_536
"""A file of metadata is smaller than this."""


EXAMPLE = "for example, and never a key itself: keys: [{id: ci-2026, created: 2026-08-01}]"
"""What a file looks like."""

WORDS = {
    "missing": "is missing",
    "model_type": "is no mapping of fields",
    "string_type": "is no text",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
}
"""What we say for pydantic's types of errors."""


class _Key(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=100)]
    created: date
    last_rotated: date | None = None
    scope: Annotated[str, Field(max_length=200)] = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[_Key, ...]


def load(name: str, today: date) -> tuple[KnownKey, ...]:
    """Return the keys of a YAML file, aged by `today`; raises ConfigurationError, which quotes no value."""
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name} can't be read: {error.strerror}", hint="see docs/security.md") from error
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{name} is larger than {MAX_BYTES} bytes", hint=EXAMPLE)
    try:
        values = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ConfigurationError(f"{name} is not YAML", hint=EXAMPLE) from None
    if not isinstance(values, dict) or not isinstance(values.get("keys"), list):
        raise ConfigurationError(f"{name} holds no list of keys", hint=EXAMPLE)
    try:
        found = _File.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(f"{name}: {_told(error)}", hint=EXAMPLE) from None
    return tuple(_known(key, today) for key in found.keys)


def _told(error: ValidationError) -> str:
    """Return what is wrong with the first field that is; an unknown one is told before the one it is a misspelling of.

    A field's name may be a key that stands in the wrong place, so an unknown one is not repeated.
    """
    faults = error.errors(include_url=False, include_input=False)
    unknown = [each for each in faults if each["type"] == "extra_forbidden"]
    fault = next(iter(unknown), faults[0])
    way = fault["loc"]
    place = f"key {int(way[1]) + 1}: " if len(way) > 1 else ""
    if unknown:
        return f"{place}a field is none of {', '.join(_Key.model_fields if place else _File.model_fields)}"
    field = f"{way[2]} " if len(way) > 2 else "it "
    return f"{place}{field}{WORDS.get(fault['type'], 'is no date, such as 2026-08-01')}"


def _known(key: _Key, today: date) -> KnownKey:
    since = key.last_rotated or key.created
    return KnownKey(id=key.id, scope=key.scope, age_days=(today - since).days, was_rotated=key.last_rotated is not None)
