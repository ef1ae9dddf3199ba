"""Answers that a team shares in a Redis.

What must hold together changes in one script: an answer, the sums of its pool and what is evicted for it. An answer
that nobody used for a month is forgotten by the server itself; the pool's sums learn of it with the next put.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hunkwise.adapters.redis_store import nearest, records, scripts
from hunkwise.adapters.redis_store.records import FIELDS, POOLS, Names
from hunkwise.model.change import Notice
from hunkwise.model.stored import Limit, Near, PoolState, Stored, Vector

if TYPE_CHECKING:
    from hunkwise.adapters.redis_store.line import Client, Line

LIMIT = Limit(entries=1_000_000, bytes=2_000_000_000)
"""What a pool may hold unless it is told otherwise."""

KEPT_MS = 30 * 24 * 3_600_000
"""Milliseconds after its last use for which an answer is kept, stale or not."""

BATCH = 200
"""Answers of one round trip."""


class RedisCache:
    """Implements `ports.Cache`. `limits` are by pool, the others have `LIMIT`."""

    def __init__(
        self, line: Line, limits: Mapping[str, Limit] | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._line = line
        self._limits = dict(limits or {})
        self._now = now
        self._lock = threading.Lock()
        self._used: dict[tuple[str, str], float] = {}
        self._told: list[Notice] = []

    def get(self, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return those of `keys` that `pool` holds."""
        return self._line.run(partial(self._get, pool=pool, keys=list(dict.fromkeys(keys))), {})

    def put(self, answers: Sequence[Stored]) -> None:
        """Keep `answers`, and note what was used until now."""
        kept = [each for each in answers if records.size(each) <= min(records.MAX_VALUE, self._limit(each.pool).bytes)]
        for at in range(0, len(kept), BATCH):
            self._line.run(partial(self._put, answers=kept[at : at + BATCH]), None)

    def nearest(self, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        """Return at most `count` answers of the vector's space, the most alike first."""

        def search(client: Client) -> Sequence[Near]:
            has_vectors = self._line.has_vectors(client)
            keys = nearest.keys(client, Names(pool), vector, count, has_vectors=has_vectors)
            return nearest.compared(self._get(client, pool, keys).values(), vector, count)

        return self._line.run(search, ())

    def count(self, pool: str, hits: int, misses: int) -> None:
        """Add to the look-ups that `info` tells."""

        def add(client: Client) -> None:
            with client.pipeline() as batch:
                batch.sadd(POOLS, pool)
                batch.hincrby(Names(pool).sums, "hits", hits)
                batch.hincrby(Names(pool).sums, "misses", misses)
                batch.execute()

        self._line.run(add, None)

    def info(self) -> Sequence[PoolState]:
        """Return what each pool holds, sorted by name."""
        return self._line.run(lambda client: [self._state(client, pool) for pool in _pools(client)], ())

    def clear(self, pool: str | None = None) -> int:
        """Forget a pool, or all; return how many answers that were."""

        def forget(client: Client) -> int:
            return sum(self._forget(client, each) for each in _pools(client) if pool in {None, each})

        return self._line.run(forget, 0)

    def export(self) -> Iterator[Stored]:
        """Return all answers, a batch at a time; what could not be read is told."""
        none: list[str] = []
        nothing: list[tuple[str, list[bytes | None]]] = []
        odd = 0
        for pool in self._line.run(_pools, none):
            keys = self._line.run(partial(_keys, pool=pool), none)
            odd += self._line.run(partial(_count, pool=pool), len(keys)) - len(keys)
            for at in range(0, len(keys), BATCH):
                found = self._line.run(partial(_fields, pool=pool, keys=keys[at : at + BATCH]), nothing)
                there = [(key, each) for key, each in found if any(field is not None for field in each)]
                answers = [records.stored(pool, key, each) for key, each in there]
                odd += answers.count(None)
                yield from (each for each in answers if each is not None)
        if odd:
            text = f"In the Redis {odd} of the stored answers could not be read, and were left out."
            self._told = [Notice(code="answers-unreadable", text=text)]

    def told(self) -> Sequence[Notice]:
        """Return what a person should know of the server."""
        return (*self._line.told(), *self._told)

    def close(self) -> None:
        """Note what was used, and free the connections."""
        if self._used:
            self._line.run(partial(self._put, answers=()), None)
        self._line.close()

    def _get(self, client: Client, pool: str, keys: Sequence[str]) -> dict[str, Stored]:
        found: dict[str, Stored] = {}
        for at in range(0, len(keys), BATCH):
            found |= _read(client, pool, keys[at : at + BATCH])
        with self._lock:
            self._used |= {(pool, key): self._now() for key in found}
        return found

    def _put(self, client: Client, answers: Sequence[Stored]) -> None:
        has_vectors = self._line.has_vectors(client)
        with self._lock:
            used, self._used = self._used, {}
        with client.pipeline(transaction=False) as batch:
            put = client.register_script(scripts.PUT)
            for (pool, key), at in used.items():
                batch.zadd(Names(pool).used, {key: at}, xx=True)
                batch.pexpire(Names(pool).answers + key, KEPT_MS)
            for pool in {each.pool for each in answers}:
                batch.sadd(POOLS, pool)
            for each in answers:
                names, vector = Names(each.pool), each.vector
                shelf = names.shelf(vector.space, len(vector.values), has_vectors=has_vectors) if vector else ""
                put(names.of_scripts, self._arguments(each, shelf), client=batch)
                if vector is not None:
                    batch.sadd(names.shelves, shelf)
                    nearest.shelve(batch, shelf, each.key, vector, has_vectors=has_vectors)
            batch.execute()

    def _arguments(self, answer: Stored, shelf: str) -> list[bytes | str | int | float]:
        limit, names = self._limit(answer.pool), Names(answer.pool)
        bounds = (answer.key, records.size(answer), limit.entries, limit.bytes, KEPT_MS)
        return [names.answers, *bounds, shelf, self._now(), *records.fields(answer)]

    def _state(self, client: Client, pool: str) -> PoolState:
        names = Names(pool)
        created = dict(_column(client, pool, "created"))
        gone = [key for key, each in created.items() if each is None]  # the server let them go by itself
        if gone:
            client.register_script(scripts.DROP)(names.of_scripts, [names.answers, "", *gone])
        sums = client.hgetall(names.sums)
        oldest = min((float(each) for each in created.values() if each is not None), default=None)
        return PoolState(
            pool=pool,
            entries=client.zcard(names.used),
            bytes=int(sums.get(b"bytes", 0)),
            oldest_s=None if oldest is None else max(0.0, self._now() - oldest),
            hits=int(sums.get(b"hits", 0)),
            misses=int(sums.get(b"misses", 0)),
        )

    def _forget(self, client: Client, pool: str) -> int:
        names, keys = Names(pool), _keys(client, pool)
        for at in range(0, len(keys), BATCH):
            client.delete(*(names.answers + key for key in keys[at : at + BATCH]))
        client.delete(*names.of_scripts, *client.smembers(names.shelves), names.shelves)
        client.srem(POOLS, pool)
        return len(keys)

    def _limit(self, pool: str) -> Limit:
        return self._limits.get(pool, LIMIT)


def _pools(client: Client) -> list[str]:
    return sorted(each for each in map(records.text, client.smembers(POOLS)) if each is not None)


def _keys(client: Client, pool: str) -> list[str]:
    return [each for each in map(records.text, client.zrange(Names(pool).used, 0, -1)) if each is not None]


def _count(client: Client, pool: str) -> int:
    return int(client.zcard(Names(pool).used))


def _fields(client: Client, pool: str, keys: Sequence[str]) -> list[tuple[str, list[bytes | None]]]:
    """Return the fields of answers by key, in one round trip; None where one is gone."""
    with client.pipeline(transaction=False) as batch:
        for key in keys:
            batch.hmget(Names(pool).answers + key, FIELDS)
        return list(zip(keys, batch.execute(), strict=True))


def _read(client: Client, pool: str, keys: Sequence[str]) -> dict[str, Stored]:
    """Return those of `keys` that are there."""
    found = _fields(client, pool, keys)
    return {key: answer for key, each in found if (answer := records.stored(pool, key, each)) is not None}


def _column(client: Client, pool: str, field: str) -> Iterator[tuple[str, bytes | None]]:
    """Return one field of all answers by key, None where an answer is gone; a batch at a time."""
    keys = _keys(client, pool)
    for at in range(0, len(keys), BATCH):
        with client.pipeline(transaction=False) as batch:
            for key in keys[at : at + BATCH]:
                batch.hget(Names(pool).answers + key, field)
            yield from zip(keys[at : at + BATCH], batch.execute(), strict=True)
