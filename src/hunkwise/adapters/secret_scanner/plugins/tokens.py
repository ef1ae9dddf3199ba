"""Tokens in formats that their providers publish, and values in places where only a secret stands."""

import re
from collections.abc import Iterator
from typing import Any

import re2

from hunkwise.adapters.secret_scanner import formats_platforms, formats_services, randomness
from hunkwise.adapters.secret_scanner.formats import NEAR_CHARS, Format
from hunkwise.adapters.secret_scanner.spans import SpanPlugin, compiled
from hunkwise.model.finding import SecretSpan

FORMATS = (
    *formats_platforms.CLOUDS,
    *formats_platforms.CODE,
    *formats_platforms.MESSENGERS,
    *formats_platforms.MODELS,
    *formats_services.SERVICES,
    *formats_services.PLACES,
)
"""All formats that are searched for."""

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")


_REFERENCE = re.compile(
    r"\$\{[^}]*+\}?|\$\([^)]*+\)?|\$\w++|\{[^}]*+\}?|%\w|%\([^)]*+\)?\w?|%\w++%|\*++|:\w++|\?|<[^>]*+>?|\.\.\.|#\{[^}]*+\}?"
)
"""A value that stands for another one, in the templates of shells, CI systems and languages."""

MIN_RARE = 4
"""Characters of a word from which it is rare in code, so that formats can be left out by the dozen."""

MAX_GROUP = 24
"""Formats whose words are looked for together."""


class ProviderTokenDetector(SpanPlugin):
    """Each format behind its literal words.

    Most texts hold next to no word of any format, and looking for a literal is a hundred times cheaper than a pattern.
    One RE2 set of all was no faster, and a set that runs out of memory says "no match".
    """

    secret_type = "hunkwise provider token"  # noqa: S105  # a name, not a secret

    def __init__(self) -> None:
        rare = [each for each in FORMATS if min(map(len, each.words)) >= MIN_RARE]
        common = [each for each in FORMATS if each not in rare]
        self._common = [(each, compiled(each.pattern)) for each in common]
        self._rare = [_group(rare[at : at + MAX_GROUP]) for at in range(0, len(rare), MAX_GROUP)]

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each token; an example of one is masked, but not a finding."""
        for words, group in self._rare:
            if words.search(text):
                yield from _all_found(text, group)
        yield from _all_found(text, self._common)


def _group(members: list[Format]) -> tuple[Any, list[tuple[Format, Any]]]:
    """Return a pattern of all words of `members`, and their own patterns."""
    words = "|".join(re2.escape(word) for each in members for word in each.words)
    return compiled(words), [(each, compiled(each.pattern)) for each in members]


def _all_found(text: str, members: list[tuple[Format, Any]]) -> Iterator[SecretSpan]:
    for format_, pattern in members:
        if any(word in text for word in format_.words):
            yield from _found(text, format_, pattern)


def _found(text: str, format_: Format, pattern: Any) -> Iterator[SecretSpan]:  # noqa: ANN401  # re2 ships no types
    for found in pattern.finditer(text):
        start, end = found.span(pattern.groups)
        value = text[start:end]
        if _counts(format_, value) and _stands_right(text, start, end, format_):
            is_finding = format_.certain and not randomness.is_placeholder(value)
            yield SecretSpan(start=start, end=end, type=format_.type, reportable=is_finding)


def _counts(format_: Format, value: str) -> bool:
    """Whether a value is what its format asks for."""
    if format_.literal and _REFERENCE.fullmatch(value):
        return False
    if format_.mixed and value[2:].isalpha() and value[2:].islower():
        return False
    if format_.issued and not randomness.looks_issued(value):
        return False
    return not format_.random or randomness.looks_random(value)


def _stands_right(text: str, start: int, end: int, format_: Format) -> bool:
    """Whether a value stands where its format asks it to."""
    if format_.alone and end < len(text) and text[end] in _BASE64:
        return False
    if not format_.near:
        return True
    around = text[max(0, start - NEAR_CHARS) : end + NEAR_CHARS].lower()
    return any(word in around for word in format_.near)
