"""Gitignore patterns of a setting, compiled once; re2 matches them in linear time, for paths are the change's."""

import re

import pathspec
import re2

from hunkwise.errors import ConfigurationError


def compiled(setting: str, patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    """Return the patterns of `setting`; raises ConfigurationError that names them."""
    try:
        return pathspec.GitIgnoreSpec.from_lines(patterns, backend="re2")
    except (ValueError, re.error, re2.error) as error:
        raise ConfigurationError(
            f"{setting}: {', '.join(map(repr, patterns))} holds what is no gitignore pattern",
            hint="gitignore's manual page has the rules",
        ) from error
