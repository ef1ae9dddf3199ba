"""The tables and indexes, made where they are missing by whoever comes first."""

from typing import Any

TABLES = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE IF NOT EXISTS hunkwise_pools_1 (
    pool text PRIMARY KEY, entries bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0,
    hits bigint NOT NULL DEFAULT 0, misses bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS hunkwise_answers_1 (
    pool text NOT NULL, key text NOT NULL, value bytea NOT NULL, created float8 NOT NULL, expires float8 NOT NULL,
    used float8 NOT NULL, size bigint NOT NULL, space text, embedding halfvec, PRIMARY KEY (pool, key));
CREATE INDEX IF NOT EXISTS hunkwise_answers_1_used ON hunkwise_answers_1 (pool, used, key);
"""
"""The number in the names is the version of their form."""

LOCK = 7_225_907_001
"""An advisory lock of our own: two that make one table at once would meet in the catalogue."""

MAX_INDEXED = 4_000
"""Dimensions that an index of half-precision vectors takes; longer ones are compared one by one.

https://github.com/pgvector/pgvector#hnsw
"""

INDEX_MS = 60_000
"""Milliseconds that an index may take, which reads the whole table: what a review may wait at its end, once a size."""


def create(connection: Any) -> None:  # noqa: ANN401  # of an extra
    """Make what is missing; raises psycopg.Error."""
    with connection.transaction():
        known = connection.execute("SELECT to_regclass('hunkwise_answers_1_used')").fetchone()
        if known[0] is None:
            connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.execute(TABLES)


def index(rows: Any, dimensions: int) -> bool:  # noqa: ANN401  # of an extra
    """Make the index of vectors of so many numbers, in a transaction of its own; return whether there is one.

    It reads the whole table, and whoever writes waits for it: more time than a statement has, and no more than that.
    Raises psycopg.Error.
    """
    import psycopg  # noqa: PLC0415  # late, and an extra

    if has_index(rows, dimensions):
        return True
    try:
        with rows.connection.transaction():
            rows.execute(f"SET LOCAL statement_timeout = {INDEX_MS}")
            rows.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            rows.execute(
                f"CREATE INDEX IF NOT EXISTS {_named(dimensions)} ON hunkwise_answers_1"
                f" USING hnsw ((embedding::halfvec({dimensions:d})) halfvec_cosine_ops)"
                f" WHERE vector_dims(embedding) = {dimensions:d}"
            )
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return False
    return True


def has_index(rows: Any, dimensions: int) -> bool:  # noqa: ANN401  # of an extra
    """Whether vectors of so many numbers have their index, or need none; raises psycopg.Error."""
    rows.execute("SELECT to_regclass(%s)", (_named(dimensions),))
    return dimensions > MAX_INDEXED or rows.fetchone()[0] is not None


def _named(dimensions: int) -> str:
    return f"hunkwise_answers_1_near_{dimensions:d}"
