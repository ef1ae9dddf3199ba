"""Settings from a YAML text, the environment and the command line, with errors that name key, line and neighbour."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from hunkwise.errors import ConfigurationError
from hunkwise.settings import Settings

MAX_BYTES = 65_536
"""A configuration file is smaller than this; a larger one is refused before it is parsed."""

PREFIX = "HUNKWISE_"
"""Environment variables of this prefix are settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigText:
    """The text of a configuration file, and what messages call it."""

    name: str
    content: bytes


def load(text: ConfigText | None, environment: Mapping[str, str], options: Mapping[str, Any]) -> Settings:
    """Return settings; an option wins over the environment, the environment over the file.

    Raises ConfigurationError for the first thing that is wrong.
    """
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if text is not None:
        values, lines = _parsed(text)
        places = {key: f"{text.name}:{line}" for key, line in lines.items()}
    for key, value in _from_environment(environment).items():
        values[key], places[key] = value, f"{PREFIX}{key.upper()} in the environment"
    for key, value in options.items():
        if value is not None:
            is_list = isinstance(value, str) and Settings.model_fields[key].default == ()
            values[key] = _split(value) if is_list else value
            places[key] = f"option --{key.replace('_', '-')}"
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _explained(error, places) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, field in Settings.model_fields.items():
        value = environment.get(PREFIX + key.upper(), "")
        if value:
            found[key] = _split(value) if field.default == () else value
    return found


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.replace("\n", ",").split(",") if part.strip())


def _parsed(text: ConfigText) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the mapping of a YAML text and the line (1-based) of each key."""
    node, values = _yaml(text)
    if values is None:
        return {}, {}
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{text.name} must be a mapping of settings", hint="for example: fail_on: high")
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            raise ConfigurationError(f"{text.name}:{key.start_mark.line + 1}: {key.value} stands twice")
        lines[key.value] = key.start_mark.line + 1
    return {str(key): value for key, value in values.items()}, lines


def _yaml(text: ConfigText) -> tuple[yaml.Node | None, object]:
    if len(text.content) > MAX_BYTES:
        raise ConfigurationError(f"{text.name} is larger than {MAX_BYTES} bytes")
    try:
        content = text.content.decode("utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(content, Loader=yaml.SafeLoader)):
            raise ConfigurationError(f"{text.name} holds a YAML alias (*name)", hint="write the value out")
        return yaml.compose(content, Loader=yaml.SafeLoader), yaml.safe_load(content)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{text.name} is not UTF-8 (byte {error.start})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{text.name} is not YAML: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _explained(error: ValidationError, places: Mapping[str, str]) -> ConfigurationError:
    fault = error.errors(include_url=False, include_input=False)[0]
    key = str(fault["loc"][0]) if fault["loc"] else ""
    place = places.get(key, "configuration")
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, Settings.model_fields, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else "`hunkwise schema config` lists all settings"
        return ConfigurationError(f"{place}: unknown setting {key!r}", hint=hint)
    return ConfigurationError(f"{place}: {key}: {fault['msg']}", hint=_meaning(key))


def _meaning(key: str) -> str:
    field = Settings.model_fields.get(key)
    return f"{key}: {field.description}" if field else ""
