"""YAML from a repository or the environment: bounded, without aliases, and never an object."""

import yaml

from hunkwise.errors import ConfigurationError

MAX_BYTES = 65_536
"""A text is smaller than this; a larger one is refused before it is parsed."""


def parsed(name: str, content: bytes) -> tuple[yaml.Node | None, object]:
    """Return a YAML text as nodes, which know their lines, and as values; raises ConfigurationError."""
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{name} is larger than {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise ConfigurationError(f"{name} holds a YAML alias (*name)", hint="write the value out")
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name} is not UTF-8 (byte {error.start})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name} is not YAML: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
