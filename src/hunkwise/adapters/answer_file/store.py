"""The embedded cache: one SQLite file in a folder, for many threads and processes.

Each put is one transaction in the write-ahead log: a process that is killed loses the step it was in, nothing else. A
file that can't be understood is set aside and begun anew; one that can't be reached is a miss. Either is told once.
"""

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from hunkwise.adapters.answer_file import place, rows
from hunkwise.adapters.answer_file.nearest import Searching
from hunkwise.core import lifetimes
from hunkwise.model.change import Notice
from hunkwise.model.stored import Limit, Near, PoolState, Stored, Vector

T = TypeVar("T")

LIMIT = Limit(entries=100_000, bytes=200_000_000)
"""What a pool may hold unless it is told otherwise."""

BATCH = 500
"""Keys of one query, and answers of one page."""

EVICTED = 0.05
"""Share of a pool's limit that one eviction makes room for, so that not every put evicts."""

MAX_FAULTS = 3
"""Steps in a row that may fail before the file is left alone: each may have waited for its time."""

_PUT = (
    "INSERT INTO answers (pool, key, value, created, expires, used, space, vector, sketch)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (pool, key) DO UPDATE SET value = excluded.value, created = excluded.created,"
    " expires = excluded.expires, used = excluded.used, space = excluded.space, vector = excluded.vector,"
    " sketch = excluded.sketch"
)

_COUNT_ANEW = (
    "INSERT INTO pools (pool, entries, bytes)"
    " SELECT :pool, count(*), ifnull(sum(length(value) + ifnull(length(vector), 0)), 0) FROM answers WHERE pool = :pool"
    " ON CONFLICT (pool) DO UPDATE SET entries = excluded.entries, bytes = excluded.bytes"
)
"""Makes the sums of a pool true again: where another program changed them, all or nothing would be evicted."""

_SUMS = "CAST(entries AS INTEGER), CAST(bytes AS INTEGER)"
"""The sums as numbers, whatever another program put there."""

_EVICT = (
    "DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE pool = ?"
    " ORDER BY key IN (SELECT value FROM json_each(?)), used, id LIMIT ?)"
)


class AnswerFile:
    """Implements `ports.Cache`. `limits` are by pool, the others have `LIMIT`."""

    def __init__(
        self, folder: Path, limits: Mapping[str, Limit] | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._limits = dict(limits or {})
        self._now = now
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._path: Path | None = None
        self._searching = Searching()
        self._used: dict[tuple[str, str], float] = {}
        self._faults = 0
        self._is_swept = False
        self._told: dict[str, Notice] = {}

    def get(self, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return those of `keys` that `pool` holds."""
        return self._step(lambda connection: self._get(connection, pool, list(dict.fromkeys(keys))), {})

    def put(self, answers: Sequence[Stored]) -> None:
        """Keep `answers` in one transaction, forget what is of no use any more, and make room where it lacks."""
        kept = [each for each in answers if len(each.value) <= min(rows.MAX_VALUE, self._limit(each.pool).bytes)]
        if kept:
            self._step(lambda connection: self._put(connection, kept), None)

    def nearest(self, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        """Return at most `count` answers of the vector's space, the most alike first."""
        found: Sequence[Near] = self._step(partial(self._searching.search, pool=pool, vector=vector, count=count), ())
        with self._lock:
            self._used |= {(pool, near.stored.key): self._now() for near in found}
        return found

    def count(self, pool: str, hits: int, misses: int) -> None:
        """Add to the look-ups that `info` tells."""
        self._step(lambda connection: self._count(connection, pool, hits, misses), None)

    def info(self) -> Sequence[PoolState]:
        """Return what each pool holds, sorted by name."""
        return self._step(self._info, ())

    def clear(self, pool: str | None = None) -> int:
        """Forget a pool, or all; nothing of it stays in the file, and no file that was set aside."""
        return self._step(lambda connection: self._clear(connection, pool), 0)

    def export(self) -> Iterator[Stored]:
        """Return all answers, a page at a time; what could not be read is told."""
        page: Sequence[tuple[int, Stored | None]] = self._step(partial(self._page, after=0), ())
        odd = 0
        while page:
            yield from (answer for _, answer in page if answer is not None)
            odd += sum(answer is None for _, answer in page)
            page = self._step(partial(self._page, after=page[-1][0]), ())
        if odd:
            text = f"In the file of stored answers {odd} could not be read, and were left out."
            self._told["answers-unreadable"] = Notice(code="answers-unreadable", text=text)

    def told(self) -> Sequence[Notice]:
        """Return what a person should know of the file."""
        return tuple(self._told.values())

    def close(self) -> None:
        """Note what was used, and free the file."""
        with self._lock:
            if self._used and self._connection is not None:
                self._step(self._note_use, None)
            self._drop()

    def _step(self, step: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do one step on the file; `otherwise` where it can't be done."""
        with self._lock:
            if self._faults >= MAX_FAULTS:
                return otherwise
            for _ in range(2):  # once more on a new file, where this one is broken
                try:
                    done = step(self._opened())
                except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError) as error:
                    if not self._recovers(error):
                        return otherwise
                else:
                    self._faults = 0
                    return done
            return otherwise

    def _opened(self) -> sqlite3.Connection:
        """Return the connection, opened where it is not; others that open a new file now may be in the way."""
        until = time.monotonic() + place.BUSY_S
        while self._connection is None:
            self._path = place.newest(self._folder)
            try:
                self._connection = place.opened(self._path)
            except sqlite3.OperationalError as error:
                if place.is_broken(error) or time.monotonic() > until or not _is_busy(error):
                    raise
                time.sleep(0.02)
        return self._connection

    def _recovers(self, error: Exception) -> bool:
        """Whether there is a file again after an error, which is told."""
        path, self._faults = self._path, self._faults + 1
        self._drop()
        if path is None or not place.is_broken(error):
            text = f"Stored answers can't be used, so they are not: {error} ({self._folder})."
            self._told.setdefault("cache-unusable", Notice(code="cache-unusable", text=text))
            return False
        text = (
            f"The file of stored answers was broken; it was set aside as {path.name}{place.ASIDE}, and a new one begun."
        )
        self._told.setdefault("cache-broken", Notice(code="cache-broken", text=text))
        with contextlib.suppress(OSError):
            place.set_aside(path)
            return True
        return False

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
        self._searching.forget()

    def _get(self, connection: sqlite3.Connection, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        found: dict[str, Stored] = {}
        for at in range(0, len(keys), BATCH):
            part = keys[at : at + BATCH]
            marks = ",".join("?" * len(part))
            query = f"SELECT {rows.COLUMNS} FROM answers WHERE pool = ? AND key IN ({marks}) AND {rows.FITS}"  # noqa: S608  # constants and marks
            answers = map(rows.stored, connection.execute(query, (pool, *part)))
            found |= {answer.key: answer for answer in answers if answer is not None}
        now = self._now()
        self._used |= {(pool, key): now for key in found}
        return found

    def _put(self, connection: sqlite3.Connection, answers: Sequence[Stored]) -> None:
        now = self._now()

        def write(inside: sqlite3.Connection) -> None:
            if not self._is_swept:  # once a process is enough for what goes by the day
                inside.execute("DELETE FROM answers WHERE expires < ?", (now - lifetimes.STALE_S,))
                self._is_swept = True
            inside.executemany(_PUT, [rows.of(each, now) for each in answers])
            for pool in {each.pool for each in answers}:
                self._make_room(inside, pool, [each.key for each in answers if each.pool == pool])

        self._written(connection, write)

    def _written(self, connection: sqlite3.Connection, step: Callable[[sqlite3.Connection], T]) -> T:
        """Do one step as a transaction that no other may enter, and note what was used until now."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            touched = [(used, pool, key) for (pool, key), used in self._used.items()]
            connection.executemany("UPDATE answers SET used = ? WHERE pool = ? AND key = ?", touched)
            done = step(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
        self._used.clear()
        return done

    def _note_use(self, connection: sqlite3.Connection) -> None:
        self._written(connection, lambda inside: inside)

    def _make_room(self, connection: sqlite3.Connection, pool: str, new: Sequence[str]) -> None:
        """Evict what was used least lately, of what is `new` only as much as is too much by itself."""
        limit = self._limit(pool)
        if self._fits(connection, pool, limit):
            return
        connection.execute(_COUNT_ANEW, {"pool": pool})
        while not self._fits(connection, pool, limit):
            (entries,) = connection.execute("SELECT entries FROM pools WHERE pool = ?", (pool,)).fetchone()
            kept = max(int(limit.entries * (1 - EVICTED)), min(len(new), limit.entries), 1)
            over = max(entries - kept, int(entries * EVICTED), 1)
            if entries <= 1:  # one answer is always kept: its value is within the limit
                return
            connection.execute(_EVICT, (pool, json.dumps(new), min(over, entries - 1)))

    def _fits(self, connection: sqlite3.Connection, pool: str, limit: Limit) -> bool:
        held = connection.execute(f"SELECT {_SUMS} FROM pools WHERE pool = ?", (pool,)).fetchone()  # noqa: S608  # constants
        return held is not None and bool(held[0] <= limit.entries and held[1] <= limit.bytes)

    def _count(self, connection: sqlite3.Connection, pool: str, hits: int, misses: int) -> None:
        self._written(
            connection,
            lambda inside: inside.execute(
                "INSERT INTO pools (pool, hits, misses) VALUES (?, ?, ?)"
                " ON CONFLICT (pool) DO UPDATE SET hits = hits + excluded.hits, misses = misses + excluded.misses",
                (pool, hits, misses),
            ),
        )

    def _info(self, connection: sqlite3.Connection) -> Sequence[PoolState]:
        ages = "SELECT pool, min(created) FROM answers WHERE typeof(created) = 'real' GROUP BY pool"
        oldest = dict(connection.execute(ages))
        found = connection.execute(
            f"SELECT pool, {_SUMS}, CAST(hits AS INTEGER), CAST(misses AS INTEGER) FROM pools ORDER BY pool"  # noqa: S608  # constants
        )
        return tuple(
            PoolState(
                pool=pool,
                entries=entries,
                bytes=size,
                oldest_s=max(0.0, self._now() - oldest[pool]) if pool in oldest else None,
                hits=hits,
                misses=misses,
            )
            for pool, entries, size, hits, misses in found
            if rows.is_text(pool)
        )

    def _clear(self, connection: sqlite3.Connection, pool: str | None) -> int:
        def write(inside: sqlite3.Connection) -> int:
            gone = inside.execute("DELETE FROM answers WHERE ? IS NULL OR pool = ?", (pool, pool)).rowcount
            inside.execute("DELETE FROM pools WHERE ? IS NULL OR pool = ?", (pool, pool))
            return gone

        gone = self._written(connection, write)
        self._searching.forget()
        place.forget_aside(self._folder)
        with contextlib.suppress(sqlite3.OperationalError):  # another process reads: the pages go later
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def _page(self, connection: sqlite3.Connection, after: int) -> Sequence[tuple[int, Stored | None]]:
        columns = rows.COLUMNS.replace("value", f"CASE WHEN {rows.FITS} THEN value END")
        query = f"SELECT id, {columns} FROM answers WHERE id > ? ORDER BY id LIMIT {BATCH}"  # noqa: S608  # constants
        return [(int(row[0]), rows.stored(row[1:])) for row in connection.execute(query, (after,))]

    def _limit(self, pool: str) -> Limit:
        return self._limits.get(pool, LIMIT)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
