"""When a request is tried again, and when a model is left alone for a while: pure arithmetic over values.

Time and chance are arguments. A breaker is a value too, so that whoever keeps it (this process, or a file that
several runs share) changes it in one step, and no two callers are both let through as its probe.
"""

from dataclasses import dataclass, replace
from enum import Enum

from hunkwise.errors import TRANSIENT, ChatError, ChatFault

MAX_WAIT_S = 60.0
"""The longest wait between two tries, unless the server names a longer one."""

MAX_RETRY_AFTER_S = 120.0
"""A server that wants us to wait longer than this is taken as not answering."""

JITTER = 0.25
"""Share of a wait by which it is moved, so that chunks do not come back all at once."""

MAX_MALFORMED = 2
"""Tries for an answer that is no completion at all: chance may cure it once, a wrong address never."""

SICK = frozenset({ChatFault.OVERLOAD, ChatFault.TIMEOUT, ChatFault.CONNECTION})
"""Faults that say a model is not well; a limit, a refusal or a bad key is an answer."""

FAILURES_TO_OPEN = 5
"""Failures in a row after which a model is left alone."""

FIRST_COOLDOWN_S = 5.0
"""Seconds a model is left alone the first time; each probe that fails doubles them."""

MAX_COOLDOWN_S = 300.0
"""The longest that a model is left alone."""

PROBE_S = 180.0
"""Seconds after which a probe that never came back gives way to another: its process may have been killed."""

MAX_OPENED = 3
"""Openings in a row from which nobody waits for the next probe: the run has better things to do."""


def delay_s(failures: int, chance: float) -> float:
    """Return the seconds to wait after `failures` tries; `chance` (0 to 1) places it within the jitter."""
    return min(MAX_WAIT_S, 2.0 ** min(failures, 10)) * (1 - JITTER + 2 * JITTER * chance)


def wait_s(error: ChatError | None, failures: int, chance: float) -> float:
    """Return the seconds before the next try: what the server asked for, else ours."""
    if error is not None and error.retry_after_s is not None:
        return error.retry_after_s
    return delay_s(failures, chance)


def is_worth_another_try(error: ChatError, tries: int) -> bool:
    """Whether a request that ended in `error` after so many `tries` may succeed if it is sent again."""
    if error.fault is ChatFault.MALFORMED:
        return tries < MAX_MALFORMED
    return error.fault in TRANSIENT and (error.retry_after_s or 0) <= MAX_RETRY_AFTER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How well a model is: `failures` in a row, how often it was `opened` in a row, until when it is left alone.

    `probing_until` is set while one request tries whether it is well again.
    """

    failures: int = 0
    opened: int = 0
    open_until: float = 0.0
    probing_until: float = 0.0


WELL = Health()
"""A model of which nothing bad is known."""


class Pass(Enum):
    """What a breaker says to a request."""

    GO = "go"
    PROBE = "probe"
    WAIT = "wait"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a breaker says, and in how many seconds it may say something else."""

    passes: Pass
    wait_s: float = 0.0


def admit(health: Health, now: float) -> tuple[Admission, Health]:
    """Return what a request may do at `now`, and the health that holds from there: one caller alone is the probe."""
    if not health.opened:
        return Admission(passes=Pass.GO), health
    left = min(health.open_until - now, MAX_COOLDOWN_S)  # a clock that was set back must not lock us out
    if left > 0:
        passes = Pass.DOWN if health.opened >= MAX_OPENED else Pass.WAIT
        return Admission(passes=passes, wait_s=left), health
    probing = min(health.probing_until - now, PROBE_S)
    if probing > 0:
        return Admission(passes=Pass.WAIT, wait_s=min(probing, 1.0)), health
    return Admission(passes=Pass.PROBE), replace(health, probing_until=now + PROBE_S)


def after(health: Health, fault: ChatFault | None, now: float, *, was_probe: bool) -> Health:
    """Return the health after a request ended in `fault`, or None for an answer."""
    if fault is ChatFault.CANCELLED:
        return replace(health, probing_until=0.0) if was_probe else health
    if fault not in SICK:
        return WELL
    if health.opened and not was_probe:
        return health  # sent before it opened: known already
    failures = health.failures + 1
    if not was_probe and failures < FAILURES_TO_OPEN:
        return replace(health, failures=failures)
    cooldown = min(FIRST_COOLDOWN_S * 2.0 ** min(health.opened, 10), MAX_COOLDOWN_S)
    return Health(failures=failures, opened=health.opened + 1, open_until=now + cooldown)
