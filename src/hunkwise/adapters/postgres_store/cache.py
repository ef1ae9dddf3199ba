"""Answers in PostgreSQL: the sums of a pool change in the transaction that changes its answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hunkwise.adapters.postgres_store import records, tables
from hunkwise.core import lifetimes, vectors
from hunkwise.model.change import Notice
from hunkwise.model.stored import Limit, Near, PoolState, Stored, Vector

if TYPE_CHECKING:
    from hunkwise.adapters.postgres_store.session import Rows, Session

LIMIT = Limit(entries=5_000_000, bytes=20_000_000_000)
"""What a pool may hold unless it is told otherwise."""

PAGE = 500
"""Answers of one page."""

KEPT_S = 30 * lifetimes.DAY_S
"""Seconds after its last use for which an answer is kept, stale or not."""

FORGOTTEN = 1_000
"""Answers of a pool that one put forgets at most: more than most put, and a moment's work."""

CANDIDATES = 32
"""Answers whose vectors are compared in full: those of the index are in half precision."""

_PUT = (
    "INSERT INTO hunkwise_answers_1 (pool, key, value, created, expires, used, size, space, embedding)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::halfvec)"
    " ON CONFLICT (pool, key) DO UPDATE SET value = excluded.value, created = excluded.created,"
    " expires = excluded.expires, used = excluded.used, size = excluded.size, space = excluded.space,"
    " embedding = excluded.embedding"
)

_OPEN = (
    "INSERT INTO hunkwise_pools_1 (pool) VALUES (%s)"
    " ON CONFLICT (pool) DO UPDATE SET entries = hunkwise_pools_1.entries"
)
"""Locks the row of a pool, and makes it where it is missing, or was just cleared."""

_LOCK = "SELECT 1 FROM hunkwise_pools_1 WHERE pool = %s FOR UPDATE"

_COUNT_ANEW = (
    "UPDATE hunkwise_pools_1 SET (entries, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM hunkwise_answers_1"
    " WHERE pool = %(pool)s) WHERE pool = %(pool)s"
)
"""Makes the sums of a pool true again: where another program changed them, all or nothing would be evicted."""


class PostgresCache:
    """Implements `ports.Cache`. `limits` are by pool, the others have `LIMIT`."""

    def __init__(
        self, session: Session, limits: Mapping[str, Limit] | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._session = session
        self._limits = dict(limits or {})
        self._now = now
        self._lock = threading.Lock()
        self._used: dict[tuple[str, str], float] = {}
        self._told: list[Notice] = []

    def get(self, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return those of `keys` that `pool` holds."""

        def read(rows: Rows) -> list[Stored]:
            rows.execute(
                f"SELECT {records.COLUMNS} FROM hunkwise_answers_1"  # noqa: S608  # constants
                " WHERE pool = %s AND key = ANY(%s) AND length(value) <= %s",
                (pool, list(keys), records.MAX_VALUE),
            )
            return [records.stored(row) for row in rows.fetchall()]

        none: list[Stored] = []
        return self._noted({each.key: each for each in self._session.run(read, none)})

    def put(self, answers: Sequence[Stored]) -> None:
        """Keep `answers` in one transaction, and note what was used until now."""
        latest = {(each.pool, each.key): each for each in answers}
        most = {pool: min(records.MAX_VALUE, self._limit(pool).bytes) for pool, _ in latest}
        kept = [each for each in latest.values() if records.size(each) <= most[each.pool]]
        if kept:
            self._session.run(partial(self._put, answers=self._indexed(kept)), None)

    def nearest(self, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        """Return at most `count` answers of the vector's space, the most alike first."""
        none: list[Near] = []
        found = self._session.run(lambda rows: _nearest(rows, pool, vector, count), none)
        self._noted({each.stored.key: each.stored for each in found})
        return found

    def count(self, pool: str, hits: int, misses: int) -> None:
        """Add to the look-ups that `info` tells."""
        self._session.run(
            lambda rows: rows.execute(
                "INSERT INTO hunkwise_pools_1 (pool, hits, misses) VALUES (%s, %s, %s) ON CONFLICT (pool) DO UPDATE"
                " SET hits = hunkwise_pools_1.hits + excluded.hits, misses = hunkwise_pools_1.misses + excluded.misses",
                (pool, hits, misses),
            ),
            None,
        )

    def info(self) -> Sequence[PoolState]:
        """Return what each pool holds, sorted by name."""
        none: list[PoolState] = []
        return self._session.run(self._info, none)

    def clear(self, pool: str | None = None) -> int:
        """Forget a pool, or all; return how many answers that were."""

        def forget(rows: Rows) -> int:
            rows.execute("SELECT pool FROM hunkwise_pools_1")
            _lock(rows, [each for (each,) in rows.fetchall() if pool in {None, each}])
            where = "WHERE %s::text IS NULL OR pool = %s"
            rows.execute(f"DELETE FROM hunkwise_answers_1 {where}", (pool, pool))  # noqa: S608  # constants
            gone = int(rows.rowcount)
            rows.execute(f"DELETE FROM hunkwise_pools_1 {where}", (pool, pool))  # noqa: S608  # constants
            return gone

        return self._session.run(forget, 0)

    def export(self) -> Iterator[Stored]:
        """Return all answers, a page at a time."""
        none: list[Stored] = []
        page = self._session.run(lambda rows: _page(rows, "", ""), none)
        while page:
            yield from page
            page = self._session.run(partial(_page, pool=page[-1].pool, key=page[-1].key), none)

    def told(self) -> Sequence[Notice]:
        """Return what a person should know of the server."""
        return (*self._session.told(), *self._told)

    def close(self) -> None:
        """Note what was used, and free the connection."""
        if self._used:
            self._session.run(partial(self._put, answers=()), None)
        self._session.close()

    def _noted(self, found: dict[str, Stored]) -> dict[str, Stored]:
        now = self._now()
        with self._lock:
            self._used |= {(each.pool, each.key): now for each in found.values()}
        return found

    def _indexed(self, answers: Sequence[Stored]) -> Sequence[Stored]:
        """Return those of `answers` whose vectors have an index, or get one: without, no other run would find them."""
        sizes = {_length(each) for each in answers if each.vector}
        without = {each for each in sizes if not self._session.run(partial(tables.index, dimensions=each), True)}
        if without:
            text = "The index of vectors in PostgreSQL was not made in time, so answers with a vector were not kept."
            self._told = [Notice(code="postgres-index", text=text)]
        return [each for each in answers if _length(each) not in without]

    def _note_use(self, rows: Rows, used: Mapping[tuple[str, str], float]) -> None:
        rows.executemany(
            "UPDATE hunkwise_answers_1 SET used = %s WHERE pool = %s AND key = %s",
            [(at, pool, key) for (pool, key), at in sorted(used.items())],
        )

    def _put(self, rows: Rows, answers: Sequence[Stored]) -> None:
        with self._lock:
            used, self._used = self._used, {}
        pools = {each.pool for each in answers}
        old = self._old(rows) if pools else set()
        _lock(rows, old | {pool for pool, _ in used}, new=pools)
        self._note_use(rows, used)
        for pool in sorted(old):
            _delete(rows, pool, "AND used < %s ORDER BY used LIMIT %s", (self._now() - KEPT_S, FORGOTTEN))
        for pool in sorted(pools):
            self._exchange(rows, pool, [each for each in answers if each.pool == pool])
            self._make_room(rows, pool)

    def _old(self, rows: Rows) -> set[str]:
        """Return the pools that hold answers which nobody used for long, also those in which none are put any more."""
        rows.execute(
            "SELECT pool FROM hunkwise_pools_1 AS pools WHERE EXISTS"
            " (SELECT 1 FROM hunkwise_answers_1 AS answers WHERE answers.pool = pools.pool AND used < %s)",
            (self._now() - KEPT_S,),
        )
        return {pool for (pool,) in rows.fetchall()}

    def _exchange(self, rows: Rows, pool: str, answers: Sequence[Stored]) -> None:
        """Put answers in place of those with their keys, and both into the sums."""
        rows.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM hunkwise_answers_1 WHERE pool = %s AND key = ANY(%s)",
            (pool, [each.key for each in answers]),
        )
        entries, size = rows.fetchone()
        rows.executemany(_PUT, [records.of(each, self._now()) for each in answers])
        _add(rows, pool, len(answers) - int(entries), sum(map(records.size, answers)) - int(size))

    def _make_room(self, rows: Rows, pool: str) -> None:
        limit = self._limit(pool)
        held = _held(rows, pool)
        if held[0] <= limit.entries and held[1] <= limit.bytes:
            return
        rows.execute(_COUNT_ANEW, {"pool": pool})
        while True:
            entries, size = _held(rows, pool)
            if entries <= limit.entries and size <= limit.bytes:
                return
            over = max(entries - limit.entries, entries // 20, 1)
            _delete(rows, pool, "ORDER BY used, created LIMIT %s", (over,))

    def _info(self, rows: Rows) -> list[PoolState]:
        rows.execute("SELECT pool, min(created) FROM hunkwise_answers_1 GROUP BY pool")
        oldest = dict(rows.fetchall())
        rows.execute('SELECT pool, entries, bytes, hits, misses FROM hunkwise_pools_1 ORDER BY pool COLLATE "C"')
        return [
            PoolState(
                pool=pool,
                entries=entries,
                bytes=size,
                oldest_s=max(0.0, self._now() - oldest[pool]) if pool in oldest else None,
                hits=hits,
                misses=misses,
            )
            for pool, entries, size, hits, misses in rows.fetchall()
        ]

    def _limit(self, pool: str) -> Limit:
        return self._limits.get(pool, LIMIT)


def _length(answer: Stored) -> int:
    return len(answer.vector.values) if answer.vector else 0


def _lock(rows: Rows, pools: Collection[str], new: Collection[str] = ()) -> None:
    """Let nobody else write in `pools` until the transaction ends; those in `new` are made where they are missing.

    Whoever changes answers does this first, in one order: two that changed the same ones in two orders would wait for
    each other.
    """
    for pool in sorted({*pools, *new}):
        rows.execute(_OPEN if pool in new else _LOCK, (pool,))


def _delete(rows: Rows, pool: str, which: str, values: Sequence[float]) -> None:
    """Delete answers of a pool, and take them out of its sums; `which` are constants of this module."""
    rows.execute(
        "WITH gone AS (DELETE FROM hunkwise_answers_1 WHERE (pool, key) IN (SELECT pool, key"  # noqa: S608  # constants
        f" FROM hunkwise_answers_1 WHERE pool = %s {which}) RETURNING size)"
        " SELECT count(*), coalesce(sum(size), 0) FROM gone",
        (pool, *values),
    )
    gone, freed = rows.fetchone()
    _add(rows, pool, -int(gone), -int(freed))


def _held(rows: Rows, pool: str) -> tuple[int, int]:
    rows.execute("SELECT entries, bytes FROM hunkwise_pools_1 WHERE pool = %s", (pool,))
    entries, size = rows.fetchone()
    return int(entries), int(size)


def _add(rows: Rows, pool: str, entries: int, size: int) -> None:
    rows.execute(
        "UPDATE hunkwise_pools_1 SET entries = entries + %s, bytes = bytes + %s WHERE pool = %s", (entries, size, pool)
    )


def _nearest(rows: Rows, pool: str, vector: Vector, count: int) -> list[Near]:
    size = len(vector.values)
    if not tables.has_index(rows, size):  # then none was ever put, and to find that out would read all answers
        return []
    rows.execute("SET LOCAL hnsw.iterative_scan = strict_order")  # else a filter on few rows would find none
    rows.execute(
        f"SELECT {records.COLUMNS} FROM hunkwise_answers_1"  # noqa: S608  # constants and a number
        f" WHERE pool = %s AND space = %s AND vector_dims(embedding) = {size:d} AND length(value) <= %s"
        f" ORDER BY embedding::halfvec({size:d}) <=> %s::halfvec LIMIT %s",
        (pool, vector.space, records.MAX_VALUE, records.text(vector), max(CANDIDATES, count)),
    )
    found = [_near(records.stored(row), vector) for row in rows.fetchall()]
    return sorted(found, key=lambda near: -near.likeness)[:count]


def _near(stored: Stored, vector: Vector) -> Near:
    values = stored.vector.values if stored.vector else ()
    return Near(stored=stored, likeness=vectors.likeness(vector.values, values))


def _page(rows: Rows, pool: str, key: str) -> list[Stored]:
    rows.execute(
        f"SELECT {records.COLUMNS} FROM hunkwise_answers_1"  # noqa: S608  # constants
        " WHERE (pool, key) > (%s, %s) AND length(value) <= %s ORDER BY pool, key LIMIT %s",
        (pool, key, records.MAX_VALUE, PAGE),
    )
    return [records.stored(row) for row in rows.fetchall()]
