"""Find secrets with detect-secrets: its registry and settings, our plugins beside its own, by spans.

No filters are on: the default ones obey `# pragma: allowlist secret`, by which a change could switch redaction off, and
nothing is verified over the network. The library's settings are global to the process: they are set once, under a lock.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import re2
from detect_secrets.core.plugins import initialize
from detect_secrets.settings import configure_settings_from_baseline

from hunkwise.errors import DetectorError
from hunkwise.model.finding import SecretSpan

OWN = ("ProviderTokenDetector", "PrivateKeyBlockDetector", "AssignmentDetector")
"""Our plugins, in plugins.py."""

THEIRS = {
    "ArtifactoryDetector": ("AKC", "AP"),
    "CloudantDetector": ("cloudant", "cl", "cl-"),
    "IbmCloudIamDetector": ("ibm", "bx", "bluemix"),
    "IbmCosHmacDetector": ("cos", "secret"),
    "SoftlayerDetector": ("softlayer", "sl"),
}
"""The library's plugins for formats ours lack, each with words of which its text holds one."""

_LOCK = threading.Lock()


class DetectSecretsScanner:
    """Implements `ports.SecretScanner`."""

    def __init__(self) -> None:
        self._own, self._theirs = _plugins()

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return exact spans, sorted and not overlapping; raises DetectorError."""
        try:
            return tuple(_disjoint(sorted(self._spans(text), key=lambda each: (each.start, -each.end))))
        except (re2.error, ValueError, TypeError, IndexError, KeyError, RecursionError, UnicodeError) as error:
            raise DetectorError(f"the secret detector failed ({type(error).__name__})") from error

    def _spans(self, text: str) -> Iterator[SecretSpan]:
        for plugin in self._own:
            yield from plugin.spans(text)
        lowered = text.lower()
        for words, patterns in self._theirs:
            if any(word.lower() in lowered for word in words):
                for pattern in patterns:
                    for found in pattern.finditer(text):
                        group = found.lastindex or 0
                        yield SecretSpan(
                            start=found.start(group), end=found.end(group), type="credential", reportable=False
                        )


def _plugins() -> tuple[list[Any], list[tuple[tuple[str, ...], list[Any]]]]:
    """Return our plugins and the library's patterns, made by the library's own registry."""
    path = f"file://{Path(__file__).with_name('plugins.py')}"
    used = [{"name": name, "path": path} for name in OWN] + [{"name": name} for name in THEIRS]
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
