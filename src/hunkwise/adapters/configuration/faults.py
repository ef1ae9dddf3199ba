"""What is wrong with a value, in plain words: where it stands, the whole way to it, and the field that is meant."""

import difflib
from collections.abc import Mapping, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hunkwise.adapters.configuration.variables import OTHERS, OWN
from hunkwise.errors import ConfigurationError
from hunkwise.settings import Settings

Way = tuple[str | int, ...]
"""The way to a value: the setting, and keys and indices below it."""

WORDS = {
    "missing": "is missing",
    "tuple_type": "a list is wanted, such as [a, b]",
    "model_type": "a mapping of fields is wanted, such as {field: value}",
    "finite_number": "a finite number is wanted",
}
"""What we say for pydantic's types of errors, where its own words speak of Python."""

SECRET_WORDS = ("key", "token", "secret", "password")
"""Words in the name of a setting that is meant to hold a secret."""


def explained(error: ValidationError, places: Mapping[Way, str]) -> ConfigurationError:
    """Return the error for the gravest fault; no value is repeated. `places` names where each value stands."""
    faults = error.errors(include_url=False, include_input=False)
    unknown = [each for each in faults if each["type"] == "extra_forbidden"]
    fault = faults[0]  # a misspelt field is also a missing one: told is the former
    fault = next((each for each in unknown if each["loc"][:-1] == fault["loc"][:-1]), fault)
    way = fault["loc"]
    place = next((places[way[:end]] for end in range(len(way), 0, -1) if way[:end] in places), "configuration")
    if fault["type"] == "extra_forbidden":
        return _unknown(place, way)
    told = f"{place}: {_shown(way)}: {_words(fault)}"
    return ConfigurationError(told, hint=_meaning(way))


def _unknown(place: str, way: Way) -> ConfigurationError:
    name = str(way[-1])
    if len(way) > 1:
        fields = list(_fields(str(way[0])))
        near = _near(name, fields)
        hint = f"did you mean {near}?" if near else f"its fields are {', '.join(fields)}"
        return ConfigurationError(f"{place}: {_shown(way[:-1])}: unknown field {name!r}", hint=hint)
    if name.upper() in OWN | OTHERS:
        hint = f"it comes from the environment alone: set the variable {name.upper()}"
        return ConfigurationError(f"{place}: {name!r} is no setting", hint=hint)
    known = list(Settings.model_fields)
    if _near(name, known, 0.8) is None and any(word in name.lower() for word in SECRET_WORDS):
        hint = "a secret is no setting: set a variable of the environment, such as OPENAI_API_KEY"
        return ConfigurationError(f"{place}: unknown setting {name!r}", hint=hint)
    near = _near(name, known)
    hint = f"did you mean {near}?" if near else "`hunkwise schema config` lists all settings"
    return ConfigurationError(f"{place}: unknown setting {name!r}", hint=hint)


def _words(fault: ErrorDetails) -> str:
    return WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))


def _shown(way: Way) -> str:
    """Return the way to a value as people write it: `teams[0].name`."""
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in way)
    return "".join(parts).removeprefix(".")


def _near(name: str, known: Sequence[str], alike: float = 0.4) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=alike)), None)


def _fields(setting: str) -> Mapping[str, FieldInfo]:
    """Return the fields of what a setting is a list of."""
    model = next(iter(get_args(Settings.model_fields[setting].annotation)), None)
    return model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}


def _meaning(way: Way) -> str:
    """Return what the field is for that a way leads to, or else its setting."""
    setting = Settings.model_fields.get(str(way[0])) if way else None
    if setting is None:
        return ""
    field = _fields(str(way[0])).get(str(way[-1]))
    return f"{way[-1]}: {field.description}" if field and field.description else f"{way[0]}: {setting.description}"
