"""Settings from a YAML text, the environment and the command line, with errors that name key, line and neighbour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from hunkwise.adapters.configuration import documents, faults, variables
from hunkwise.adapters.configuration.faults import Way
from hunkwise.errors import ConfigurationError
from hunkwise.settings import Settings


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
    places: dict[Way, str] = {}
    if text is not None:
        values, lines = _parsed(text)
        places = {way: f"{text.name}:{line}" for way, line in lines.items()}
    told = (*variables.given(environment), *_options(options))
    for key, place, value in told:
        values[key] = value
        places = {way: each for way, each in places.items() if way[0] != key} | {(key,): place}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise faults.explained(error, places) from error


def _options(options: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    for key, value in options.items():
        if value is not None:
            place = f"option --{key.replace('_', '-')}"
            yield key, place, variables.value(key, value, place) if isinstance(value, str) else value


def _parsed(text: ConfigText) -> tuple[dict[str, Any], dict[Way, int]]:
    """Return the mapping of a YAML text, and the line (1-based) of each value in it."""
    node, values = documents.parsed(text.name, text.content)
    if values is None:
        return {}, {}
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{text.name} must be a mapping of settings", hint="for example: fail_on: high")
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise ConfigurationError(f"{text.name}:{key.start_mark.line + 1}: {key.value} stands twice")
        seen.add(key.value)
    return {str(key): value for key, value in values.items()}, dict(_lines(node, ()))


def _lines(node: yaml.Node, way: Way) -> Iterator[tuple[Way, int]]:
    """Yield the line of each key and each part of a list, by the way to it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*way, str(key.value)), key.start_mark.line + 1
            yield from _lines(value, (*way, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*way, number), value.start_mark.line + 1
            yield from _lines(value, (*way, number))
