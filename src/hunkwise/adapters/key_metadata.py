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
    try:
        found = _File.model_validate(yaml.safe_load(content[:MAX_BYTES]))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise ConfigurationError(f"{name}: {place}: {fault['msg']}", hint="no file of metadata holds a key") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name} is not YAML ({type(error).__name__})") from None
    return tuple(_known(key, today) for key in found.keys)


def _known(key: _Key, today: date) -> KnownKey:
    since = key.last_rotated or key.created
    return KnownKey(id=key.id, scope=key.scope, age_days=(today - since).days, was_rotated=key.last_rotated is not None)
