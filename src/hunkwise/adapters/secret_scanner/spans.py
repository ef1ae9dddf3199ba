"""What all plugins share: spans beside the library's own interface, and compiling for linear time."""

from collections.abc import Generator, Iterator
from typing import Any

import re2
from detect_secrets.plugins.base import BasePlugin

from hunkwise.model.finding import SecretSpan

MAX_AUTOMATON_BYTES = 64 << 20
"""Memory of one automaton: RE2 stays linear with less, but slower, and says so on standard error."""


def compiled(pattern: str) -> Any:  # noqa: ANN401  # re2 ships no types
    """Compile `pattern` to search in linear time; raises re2.error."""
    options = re2.Options()
    options.max_mem = MAX_AUTOMATON_BYTES
    options.log_errors = False
    return re2.compile(pattern, options)


class SpanPlugin(BasePlugin):  # type: ignore[misc]  # the library's types are loose
    """A plugin that gives spans; the library's own interface is served from them.

    The library's own values are cut for some formats (a GitHub token's prefix alone), so text is masked by exact spans,
    never by value.
    """

    secret_type = "hunkwise"  # noqa: S105  # a name, not a secret

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield spans of `text`; they may overlap."""
        raise NotImplementedError

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Yield the exact values, as the library asks for them."""
        for span in self.spans(string):
            yield string[span.start : span.end]


def masked_only(start: int, end: int, kind: str = "credential") -> SecretSpan:
    """Return the span of a value that is masked, but is no finding of its own."""
    return SecretSpan(start=start, end=end, type=kind, reportable=False)
