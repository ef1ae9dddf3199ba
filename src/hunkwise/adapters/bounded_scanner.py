"""Bound what a secret scanner may take, and put scanners together, so that a second one only ever adds.

Implements `ports.SecretScanner` over others, whatever they are.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hunkwise.errors import DetectorError
from hunkwise.model.finding import SecretSpan
from hunkwise.ports import SecretScanner

TIMEOUT_S = 30.0
"""Seconds for one text: a hunk takes milliseconds, the largest one of the most hostile signs some seconds."""


MAX_INLINE = 10_000
"""Characters of a text that is scanned at once: of the most hostile it takes a tenth of a second, and a thread for
each would take as long as half of the scan of an ordinary hunk."""

FAULTS = (
    ArithmeticError,
    AttributeError,
    DetectorError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What goes wrong inside a scanner. Anything else ends the scan without an answer, which is an error all the same."""


@dataclass(slots=True)
class _Outcome:
    spans: tuple[SecretSpan, ...] | None = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)


class BoundedScanner:
    """Gives up on a text after `timeout_s`, and turns every error into one that keeps the text from being sent."""

    def __init__(self, scanner: SecretScanner, timeout_s: float = TIMEOUT_S, *, max_inline: int = MAX_INLINE) -> None:
        self._scanner = scanner
        self._timeout_s = timeout_s
        self._max_inline = max_inline

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return the scanner's spans; raises DetectorError, also when it takes too long."""
        outcome = _Outcome()
        if len(text) <= self._max_inline:
            self._run(text, outcome)
        else:
            # A daemon: nothing can stop a thread, and one that is stuck must not keep the process from ending.
            threading.Thread(target=self._run, args=(text, outcome), name="secrets", daemon=True).start()
        if not outcome.done.wait(self._timeout_s):
            raise DetectorError(f"the secret detector took longer than {self._timeout_s:g} s")
        if outcome.spans is None:
            if isinstance(outcome.error, DetectorError):
                raise outcome.error
            raise DetectorError(f"the secret detector failed ({type(outcome.error).__name__})")
        return outcome.spans

    def _run(self, text: str, outcome: _Outcome) -> None:
        try:
            outcome.spans = self._scanner.scan(text)
        except FAULTS as error:
            outcome.error = error
        finally:
            outcome.done.set()


class AllScanners:
    """Asks several scanners; the first one's spans stay as they are, the others add what it left.

    When one of them fails, all have: what it would have found is not known.
    """

    def __init__(self, first: SecretScanner, *others: SecretScanner) -> None:
        self._first = first
        self._others = others

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return the spans of all, sorted and not overlapping; raises DetectorError."""
        spans = list(self._first.scan(text))
        for other in self._others:
            added = [span for span in other.scan(text) if 0 <= span.start < span.end <= len(text)]
            spans = sorted([*spans, *_outside(added, spans)], key=lambda span: span.start)
        return tuple(spans)


def _outside(added: Sequence[SecretSpan], known: Sequence[SecretSpan]) -> Iterator[SecretSpan]:
    """Yield the parts of `added` that no known span covers, nor an earlier one of `added`; `known` is sorted."""
    at = first = 0
    for span in sorted(added, key=lambda each: (each.start, each.end)):
        at = max(at, span.start)
        while first < len(known) and known[first].end <= at:
            first += 1
        for covered in known[first:]:
            if covered.start >= span.end:
                break
            if at < covered.start:
                yield _part(span, at, covered.start)
            at = max(at, covered.end)
        if at < span.end:
            yield _part(span, at, span.end)
            at = span.end


def _part(span: SecretSpan, start: int, end: int) -> SecretSpan:
    return SecretSpan(start=start, end=end, type=span.type, reportable=span.reportable)
