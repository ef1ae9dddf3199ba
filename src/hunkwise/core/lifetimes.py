"""How long a stored answer is fresh, by what it answers and how fast its repository moves."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hunkwise.model.material import QueryType
from hunkwise.model.stored import Limit

DAY_S = 86_400.0
HOUR_S = 3_600.0

ACTIVE_COMMITS = 10
"""Commits of the last seven days from which a repository is active: code around a hunk then moves within hours."""

RECENT_DAYS = 7
"""Days that count as recent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Seconds that an answer is fresh: in a stable repository, and in an active one."""

    stable_s: float
    active_s: float


STALE_S = 30 * DAY_S
"""Seconds past its time for which an answer may stand in where nobody can be asked: longer than outages last, shorter
than what was right of a code base stays so."""

DESCRIBE = "describe"
"""The pool of answers to what a change is about."""

OF_CODE = Lifetime(stable_s=DAY_S, active_s=HOUR_S)
OF_DOCUMENTATION = Lifetime(stable_s=7 * DAY_S, active_s=DAY_S)
OF_DEPENDENCIES = Lifetime(stable_s=12 * HOUR_S, active_s=HOUR_S)
OF_REFACTORING = Lifetime(stable_s=HOUR_S, active_s=HOUR_S / 4)

LIFETIMES: Mapping[str, Lifetime] = {
    QueryType.CODE: OF_CODE,
    QueryType.TEST: OF_CODE,
    QueryType.MIGRATION: OF_CODE,
    QueryType.DOCUMENTATION: OF_DOCUMENTATION,
    DESCRIBE: OF_DOCUMENTATION,
    QueryType.REFACTORING: OF_REFACTORING,
    QueryType.DEPENDENCY: OF_DEPENDENCIES,
    QueryType.WORKFLOW: OF_DEPENDENCIES,
    QueryType.INFRASTRUCTURE: OF_DEPENDENCIES,
}
"""Lifetimes by pool. What is wrong with a dependency or an image changes outside the repository: it is asked sooner."""

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": HOUR_S, "d": DAY_S}
_DURATION = re.compile(r"(\d{1,6})(s|min|m|h|d)")
_SIZE = re.compile(r"(\d{1,9})(?:/(\d{1,6})MB)?")
_MEGABYTE = 1_000_000
_BYTES_EACH = 2_000
"""Bytes that an answer may have where a limit gives their number alone: twice what one with two findings has."""


def lifetime(pool: str, over: Mapping[str, Lifetime]) -> Lifetime:
    """Return the lifetime of a pool's answers; `over` goes before the table, code stands for pools in neither."""
    return over.get(pool) or LIFETIMES.get(pool, OF_CODE)


def seconds(life: Lifetime, recent_commits: int | None) -> float:
    """Return how long an answer is fresh; a repository whose activity is not known counts as active."""
    is_stable = recent_commits is not None and recent_commits < ACTIVE_COMMITS
    return life.stable_s if is_stable else life.active_s


def lifetimes(given: Iterable[str]) -> dict[str, Lifetime]:
    """Return lifetimes as a setting gives them, `pool=stable/active` (`code=1d/1h`); raises ValueError."""
    return {pool: _lifetime(pool, value) for pool, value in _pairs(given)}


def limits(given: Iterable[str]) -> dict[str, Limit]:
    """Return limits as a setting gives them, `pool=answers` or `pool=answers/megabytesMB`; raises ValueError."""
    return {pool: _limit(pool, value) for pool, value in _pairs(given)}


def _pairs(given: Iterable[str]) -> Iterable[tuple[str, str]]:
    for each in given:
        pool, _, value = (part.strip() for part in each.partition("="))
        if pool not in LIFETIMES:
            raise ValueError(f"{pool!r} is no pool; there are {', '.join(sorted(map(str, LIFETIMES)))}")
        yield pool, value


def _lifetime(pool: str, value: str) -> Lifetime:
    found = [_DURATION.fullmatch(part.strip()) for part in value.split("/")]
    if len(found) != 2 or None in found:
        raise ValueError(f"{pool}={value}: two durations are wanted, stable/active, as in {pool}=1d/1h")
    stable_s, active_s = (int(each[1]) * float(_SECONDS[each[2]]) for each in found if each is not None)
    return Lifetime(stable_s=stable_s, active_s=active_s)


def _limit(pool: str, value: str) -> Limit:
    found = _SIZE.fullmatch(value)
    if found is None or not int(found[1]):
        raise ValueError(f"{pool}={value}: a number of answers is wanted, as in {pool}=20000 or {pool}=20000/50MB")
    entries = int(found[1])
    return Limit(entries=entries, bytes=int(found[2]) * _MEGABYTE if found[2] else entries * _BYTES_EACH)
