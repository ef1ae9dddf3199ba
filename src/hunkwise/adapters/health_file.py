"""How well each model is, in a SQLite file that several processes share, and later runs find again.

It holds names of models and times, nothing of a change. Where the file can't be used, a run knows what it learns
itself: a breaker must never be the reason that a review fails.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import TypeVar

from hunkwise.core.resilience import WELL, Health

T = TypeVar("T")

FILE = "health.sqlite3"
"""The file's name in the folder for caches."""

BUSY_S = 2.0
"""Seconds to wait for another process to finish its step."""

TABLE = (
    "CREATE TABLE IF NOT EXISTS health"
    " (name TEXT PRIMARY KEY, failures INTEGER, opened INTEGER, open_until REAL, probing_until REAL)"
)


class HealthFile:
    """Implements `ports.SharedHealth`. `scope` tells models of one name at different endpoints apart."""

    def __init__(self, folder: Path, scope: str) -> None:
        self._path = folder / FILE
        self._scope = scope
        self._lock = threading.Lock()
        self._own: dict[str, Health] = {}

    def change(self, name: str, step: Callable[[Health, float], tuple[T, Health]]) -> T:
        """Replace the health of `name` in one step, for all processes where the file allows it."""
        with self._lock:
            try:
                with self._opened() as connection:
                    known = self._read(connection, name)
                    said, health = step(known, time.time())
                    if health != known:
                        self._write(connection, name, health)
            except (sqlite3.Error, OSError):
                said, health = step(self._own.get(name, WELL), time.time())
            self._own[name] = health
            return said

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside a transaction that no other may enter."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(TABLE)
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()  # without a commit: undone

    def _read(self, connection: sqlite3.Connection, name: str) -> Health:
        row = connection.execute(
            "SELECT failures, opened, open_until, probing_until FROM health WHERE name = ?", (self._key(name),)
        ).fetchone()
        if row is None:
            return WELL
        return Health(failures=int(row[0]), opened=int(row[1]), open_until=float(row[2]), probing_until=float(row[3]))

    def _write(self, connection: sqlite3.Connection, name: str, health: Health) -> None:
        connection.execute("INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?)", (self._key(name), *astuple(health)))

    def _key(self, name: str) -> str:
        return f"{self._scope} {name}"
