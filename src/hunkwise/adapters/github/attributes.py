"""Which paths a `.gitattributes` file marks as generated.

Patterns are gitignore's (pathspec reads them) with three differences that gitattributes' documentation names: none is
negated, one that ends in a slash matches nothing, and a directory's name does not match what is in it.
"""

import re
import warnings
from collections.abc import Iterable, Iterator

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from hunkwise.core import patch_paths

ATTRIBUTE = "linguist-generated"
"""docs.github.com/en/repositories/working-with-files/managing-files/customizing-how-changed-files-appear-on-github."""

MAX_BYTES = 100_000_000
"""Git reads no larger attributes file (git's attr.h, ATTR_MAX_FILE_SIZE)."""

MAX_LINE_BYTES = 2048
"""Git ignores longer lines (git's attr.h, ATTR_MAX_LINE_LENGTH)."""

_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|[^ \t\r\n]+')
_ENCODING = ("utf-8", "surrogateescape")
_DIRECTORY = "ps_d"
"""The group by which pathspec tells that a pattern matched a directory."""

_MACRO = "[attr]"


def generated(text: bytes, paths: Iterable[bytes]) -> frozenset[bytes]:
    """Return those of `paths` that the `.gitattributes` at the top marks; of its lines the last that speaks counts."""
    if len(text) > MAX_BYTES:
        return frozenset()
    rules = list(_rules(text.decode(*_ENCODING)))
    return frozenset(path for path in paths if _is_marked(path.decode(*_ENCODING), rules))


def _is_marked(path: str, rules: list[tuple[re.Pattern[str], bool]]) -> bool:
    for pattern, marks in reversed(rules):
        found = pattern.match(path)
        if found and not found.groupdict().get(_DIRECTORY):
            return marks
    return False


def _rules(text: str) -> Iterator[tuple[re.Pattern[str], bool]]:
    """Yield the patterns that speak of the attribute, and whether they set it."""
    macros: dict[str, bool] = {}
    for line in text.removeprefix("\ufeff").split("\n"):
        words = _WORDS.findall(line)
        if not words or words[0].startswith(("#", "!")) or len(line) > MAX_LINE_BYTES:
            continue
        marks = _marks(words[1:], macros)
        if words[0].startswith(_MACRO):
            if marks is not None:
                macros[words[0].removeprefix(_MACRO)] = marks
        elif marks is not None:
            pattern = _pattern(words[0])
            if pattern:
                yield pattern, marks


def _marks(states: list[str], macros: dict[str, bool]) -> bool | None:
    """Return what a line says of the attribute, None where it does not speak of it."""
    said = None
    for state in states:
        name, _, value = state.partition("=")
        if name == ATTRIBUTE:
            said = value == "true" if "=" in state else True
        elif name in {f"-{ATTRIBUTE}", f"!{ATTRIBUTE}"}:
            said = False
        elif state in macros:
            said = macros[state]
    return said


def _pattern(word: str) -> re.Pattern[str] | None:
    if word.startswith('"'):
        word = patch_paths.unquoted(word.encode(*_ENCODING)).decode(*_ENCODING)
    if word.endswith("/"):
        return None
    try:
        regex, _ = GitIgnoreSpecPattern.pattern_to_regex(word)
    except GitIgnorePatternError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pathspec leaves brackets in sets as they are
        return re.compile(regex) if regex else None
