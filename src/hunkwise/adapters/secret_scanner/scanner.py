"""Find secrets with detect-secrets: its registry and settings, our plugins beside its own, by spans.

No filters are on: the default ones obey `# pragma: allowlist secret`, by which a change could switch redaction off, and
nothing is verified over the network. The library's settings are global to the process: they are set once, under a lock.
"""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import re2
from detect_secrets.core.plugins import initialize
from detect_secrets.settings import configure_settings_from_baseline

from hunkwise.adapters.secret_scanner import split_strings
from hunkwise.adapters.secret_scanner.spans import masked_only
from hunkwise.errors import DetectorError
from hunkwise.model.finding import SecretSpan

OWN = {
    "ProviderTokenDetector": "tokens.py",
    "PrivateKeyBlockDetector": "private_keys.py",
    "AssignmentDetector": "given_values.py",
    "KubernetesSecretDetector": "manifests.py",
}
"""Our plugins, and the files in plugins/ that hold them."""

THEIRS = {
    "CloudantDetector": ("cloudant",),
    "IbmCloudIamDetector": ("ibm", "iam", "bluemix"),
    "IbmCosHmacDetector": ("cos", "secret_access_key", "secret-access-key"),
    "SoftlayerDetector": ("softlayer", "sl_", "sl-", "slapi"),
}
"""The library's plugins for formats ours lack, each with words (lower case) of which a line with a match has one."""

MAX_THEIR_LINE = 1000
"""Characters of a line that the library's plugins are shown: their patterns take cubic time in runs of blanks."""

_BLANKS = re.compile(r" {4,}")
_LONG_VALUE = re.compile(r"[0-9A-Za-z_-]{40}")
_LOCK = threading.Lock()


class DetectSecretsScanner:
    """Implements `ports.SecretScanner`. May be called from several threads: it keeps nothing between calls."""

    def __init__(self) -> None:
        self._own, self._theirs = _plugins()

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return exact spans, sorted and not overlapping; raises DetectorError."""
        try:
            found = [*self._spans(text), *self._split(text)]
            return tuple(_disjoint(sorted(found, key=lambda each: (each.start, -each.end))))
        except (re2.error, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise DetectorError(f"the secret detector failed ({type(error).__name__})") from error

    def _spans(self, text: str) -> Iterator[SecretSpan]:
        for plugin in self._own:
            yield from plugin.spans(text)
        lowered = text.lower()
        for words, patterns in self._theirs:
            if any(word in lowered for word in words):
                yield from _library_spans(text, words, patterns)

    def _split(self, text: str) -> Iterator[SecretSpan]:
        """Yield secrets whose literal is put together from pieces."""
        joined = split_strings.joined(text)
        if joined is None:
            return
        for span in self._spans(joined.text):
            yield from joined.original(span)


def _library_spans(text: str, words: tuple[str, ...], patterns: list[Any]) -> Iterator[SecretSpan]:
    at = 0
    for line in text.split("\n"):
        row = line[:MAX_THEIR_LINE]
        lowered = row.lower()
        if any(word in lowered for word in words) and _LONG_VALUE.search(row):
            calm = _BLANKS.sub(lambda blanks: "\0" * len(blanks.group()), row)
            for pattern in patterns:
                for found in pattern.finditer(calm):
                    group = found.lastindex or 0
                    yield masked_only(at + found.start(group), at + found.end(group))
        at += len(line) + 1


def _plugins() -> tuple[list[Any], list[tuple[tuple[str, ...], list[Any]]]]:
    """Return our plugins and the library's patterns, made by the library's own registry."""
    folder = Path(__file__).with_name("plugins")
    used = [{"name": name, "path": f"file://{folder / file}"} for name, file in OWN.items()]
    used += [{"name": name} for name in THEIRS]
    with _LOCK:
        configure_settings_from_baseline({"plugins_used": used, "filters_used": []})
        own = [initialize.from_plugin_classname(name) for name in OWN]
        theirs = [(words, list(initialize.from_plugin_classname(name).denylist)) for name, words in THEIRS.items()]
    return own, theirs


def _disjoint(spans: list[SecretSpan]) -> Iterator[SecretSpan]:
    """Join spans that overlap; the joined one is of the surest type."""
    current: SecretSpan | None = None
    for span in spans:
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current = span
            continue
        surest = span if span.reportable and not current.reportable else current
        current = SecretSpan(
            start=current.start, end=max(current.end, span.end), type=surest.type, reportable=surest.reportable
        )
    if current is not None:
        yield current
