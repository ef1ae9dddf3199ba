"""What an endpoint's headers say of its limits: what is left, when it is whole again, how long to wait.

OpenAI, Azure, Groq and their kin count requests and tokens apart (`x-ratelimit-remaining-tokens`) and name times as
durations ("1m30s"); others count requests alone (`x-ratelimit-remaining`, `ratelimit-remaining`), and name times in
seconds or as a moment. https://platform.openai.com/docs/guides/rate-limits
"""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from datetime import datetime

from hunkwise.model.chat import RateLimits

MAX_WAIT_S = 86_400.0
"""A day: what a server asks for beyond it is cut to it."""

MAX_READ_CHARS = 100
"""Characters of a header that are read; no figure is longer."""

EPOCH_S = 1_000_000_000.0
"""A number from here on is a moment, not a wait: a wait would be thirty years."""

EPOCH_MS = 1_000_000_000_000.0
"""A number from here on is a moment in milliseconds."""

FAMILIES = ("x-ratelimit-{}-{}", "anthropic-ratelimit-{1}-{0}")
"""Headers that count requests and tokens apart, by figure and kind."""

PLAIN = ("x-ratelimit-{}", "ratelimit-{}")
"""Headers that count requests alone."""

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_UNITS_S = (86_400.0, 3600.0, 60.0, 1.0, 0.001)


def read(headers: Mapping[str, str]) -> RateLimits | None:
    """Return what `headers` (names in any case, as HTTP clients give them) say; None where they say nothing."""
    found = RateLimits(
        requests_limit=_count(_named(headers, "limit", "requests")),
        requests_left=_count(_named(headers, "remaining", "requests")),
        requests_reset_s=_wait_s(_named(headers, "reset", "requests")),
        tokens_limit=_count(_named(headers, "limit", "tokens")),
        tokens_left=_count(_named(headers, "remaining", "tokens")),
        tokens_reset_s=_wait_s(_named(headers, "reset", "tokens")),
    )
    return None if found == RateLimits() else found


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    return _wait_s(headers.get("retry-after", ""))


def _named(headers: Mapping[str, str], figure: str, kind: str) -> str:
    names = [each.format(figure, kind) for each in FAMILIES]
    if kind == "requests":
        names += [each.format(figure) for each in PLAIN]
    return next((headers[name] for name in names if name in headers), "")


def _count(value: str) -> int | None:
    """Return a count; a policy may follow it after a comma or semicolon."""
    number = _number(re.split("[,;]", value[:MAX_READ_CHARS])[0])
    return int(number) if number is not None and 0 <= number < EPOCH_MS else None


def _wait_s(value: str) -> float | None:
    """Return the seconds that `value` names: a number, a duration, or a moment."""
    value = value.strip()[:MAX_READ_CHARS]
    number = _number(value)
    if number is not None:
        return _bounded(_from_now(number))
    spans = _DURATION.fullmatch(value)
    if spans is not None and value:
        return _bounded(sum(float(span) * unit for span, unit in zip(spans.groups("0"), _UNITS_S, strict=True)))
    moment = _moment(value)
    return None if moment is None else _bounded(moment.timestamp() - time.time())


def _from_now(number: float) -> float:
    if number >= EPOCH_MS:
        return number / 1000 - time.time()
    return number - time.time() if EPOCH_S <= number < math.inf else number


def _moment(value: str) -> datetime | None:
    """Return a moment as HTTP or RFC 3339 writes it, if it says its zone."""
    for parse in (email.utils.parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(value)
            moment.timestamp()
        except (ValueError, OverflowError, OSError):
            continue
        return moment
    return None


def _number(value: str) -> float | None:
    try:
        number = float(value[:MAX_READ_CHARS])
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_WAIT_S)
