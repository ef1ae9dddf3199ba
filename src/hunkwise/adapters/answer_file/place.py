"""Where the file of answers is, and what becomes of a broken one.

A name holds the version of the form and a number that grows: a broken file is never replaced under its name. SQLite
would read the journal of the old file into the new one, and a process that still has the old one open would write it.
"""

import contextlib
import os
import re
import sqlite3
from functools import cache
from pathlib import Path

from hunkwise.adapters.answer_file import rows

VERSION = 1
"""Version of the tables, another for any other `TABLES`; a file of another one has another name, and is left alone."""

BUSY_S = 10.0
"""Seconds to wait for another process to finish its step."""

CACHE_KIB = 16_384
"""Pages of the file that a connection keeps in memory."""

ASIDE = ".broken"
"""How the name of a file ends that was set aside."""

_MADE = "SELECT type, name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_'"
"""All that somebody made in a file: what begins so is SQLite's own."""

_NAME = re.compile(rf"answers-{VERSION}\.(\d{{1,6}})\.sqlite3(\.broken)?")

TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, pool TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    created REAL NOT NULL, expires REAL NOT NULL, used REAL NOT NULL, space TEXT, vector BLOB, sketch BLOB,
    UNIQUE (pool, key));
CREATE INDEX IF NOT EXISTS answers_by_use ON answers (pool, used, created);
CREATE INDEX IF NOT EXISTS answers_by_space ON answers (pool, space, id, sketch) WHERE space IS NOT NULL;
CREATE TABLE IF NOT EXISTS pools (
    pool TEXT PRIMARY KEY, entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    hits INTEGER NOT NULL DEFAULT 0, misses INTEGER NOT NULL DEFAULT 0);
CREATE TRIGGER IF NOT EXISTS answers_added AFTER INSERT ON answers BEGIN
    INSERT INTO pools (pool, entries, bytes) VALUES (new.pool, 1, length(new.value) + ifnull(length(new.vector), 0))
    ON CONFLICT (pool) DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER IF NOT EXISTS answers_changed AFTER UPDATE OF value, vector ON answers BEGIN
    UPDATE pools SET bytes = bytes + length(new.value) + ifnull(length(new.vector), 0)
        - length(old.value) - ifnull(length(old.vector), 0) WHERE pool = new.pool;
END;
CREATE TRIGGER IF NOT EXISTS answers_removed AFTER DELETE ON answers BEGIN
    UPDATE pools SET entries = entries - 1, bytes = bytes - length(old.value) - ifnull(length(old.vector), 0)
    WHERE pool = old.pool;
END;
"""
"""The sums of a pool are kept by the file itself, in the same step as its answers: a limit is checked in no time."""


class NotOursError(sqlite3.DatabaseError):
    """A file with other objects than our tables: a view, say, may take for ever to read."""


def newest(folder: Path) -> Path:
    """Return the file to use: the newest that is there, or a new name where that was set aside; raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = sorted(each.name for each in folder.iterdir())  # a broken one stands after a whole one of its number
    numbers = {int(found[1]): found[2] for found in map(_NAME.fullmatch, names) if found}
    if not numbers:
        return _named(folder, 0)
    last = max(numbers)
    return _named(folder, last + 1 if numbers[last] else last)


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection to the file, made where it is missing; raises sqlite3.Error, OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its journals get the rights of the file
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    with contextlib.ExitStack() as undoing:
        undoing.callback(connection.close)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.text_factory = rows.text
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        if set(connection.execute(_MADE)) != _ours():
            raise NotOursError("the file has other tables than ours")
        undoing.pop_all()
    return connection


@cache
def _ours() -> frozenset[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return frozenset(connection.execute(_MADE))


def forget_aside(folder: Path) -> None:
    """Delete what was set aside: it holds answers too; raises OSError."""
    for old in sorted(folder.glob(f"answers-*{ASIDE}")):
        old.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Give a broken file a name that says so, and forget what was set aside before; raises OSError."""
    for old in sorted(path.parent.glob(f"answers-{VERSION}.*{ASIDE}")):
        if _number(old) < _number(path):
            old.unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):  # another process was faster
        path.rename(f"{path}{ASIDE}")
    for journal in ("-wal", "-shm"):
        Path(f"{path}{journal}").unlink(missing_ok=True)


def is_broken(error: Exception) -> bool:
    """Whether an error says that the file's content is not to be understood, rather than out of reach just now."""
    if isinstance(error, NotOursError):
        return True
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT}


def _number(path: Path) -> int:
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else 0


def _named(folder: Path, number: int) -> Path:
    return folder / f"answers-{VERSION}.{number}.sqlite3"
