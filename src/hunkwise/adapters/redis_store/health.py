"""How well each model is, in a Redis that all runs of a team share.

A step is made of what was read and written only where nobody wrote in between, so that of many runs one alone is the
probe. Where the server can't be used, a run knows what it learns itself.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from hunkwise.adapters.redis_store.line import ROOT
from hunkwise.core.resilience import WELL, Health

if TYPE_CHECKING:
    from hunkwise.adapters.redis_store.line import Client, Line

T = TypeVar("T")

MAX_RACES = 50
"""Times that a step is made anew because another one was faster."""

KEPT_S = 24 * 3600
"""Seconds for which a model's health is of interest."""


class RedisHealth:
    """Implements `ports.SharedHealth`. `scope` tells models of one name at different endpoints apart."""

    def __init__(self, line: Line, scope: str) -> None:
        self._line = line
        self._scope = scope
        self._lock = threading.Lock()
        self._own: dict[str, Health] = {}

    def change(self, name: str, step: Callable[[Health, float], tuple[T, Health]]) -> T:
        """Replace the health of `name` in one step, for all runs where the server allows it."""
        with self._lock:
            done = self._line.run(lambda client: self._shared(client, name, step), None)
            said, self._own[name] = done or step(self._own.get(name, WELL), time.time())
            return said

    def _shared(
        self, client: Client, name: str, step: Callable[[Health, float], tuple[T, Health]]
    ) -> tuple[T, Health] | None:
        from redis import WatchError  # noqa: PLC0415  # late: 0.2 s

        key = f"{ROOT}:health:{self._scope} {name}"
        with client.pipeline() as batch:
            for _ in range(MAX_RACES):
                batch.watch(key)
                known = _read(batch.get(key))
                seconds, micros = batch.time()
                said, health = step(known, seconds + micros / 1e6)
                if health == known:
                    return said, health
                batch.multi()
                batch.set(key, json.dumps(asdict(health)), ex=KEPT_S)
                try:
                    batch.execute()
                except WatchError:
                    continue
                return said, health
        return None


def _read(found: object) -> Health:
    """Return a health that was written; of what can't be understood nothing bad is known."""
    try:
        given = json.loads(found) if isinstance(found, bytes) else {}
        return Health(
            failures=int(given["failures"]),
            opened=int(given["opened"]),
            open_until=float(given["open_until"]),
            probing_until=float(given["probing_until"]),
        )
    except (ValueError, TypeError, KeyError):
        return WELL
