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


def create(connection: Any) -> None:  # noqa: ANN401  # of an extra
    """Make what is missing; raises psycopg.Error."""
    with connection.transaction():
        known = connection.execute("SELECT to_regclass('hunkwise_answers_1_used')").fetchone()
        if known[0] is None:
            connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.execute(TABLES)


def index(rows: Any, dimensions: int) -> None:  # noqa: ANN401  # of an extra
    """Make the index of vectors of so many numbers; raises psycopg.Error."""
    name = f"hunkwise_answers_1_near_{dimensions:d}"
    rows.execute("SELECT to_regclass(%s)", (name,))
    if dimensions > MAX_INDEXED or rows.fetchone()[0] is not None:
        return
    rows.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
    rows.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON hunkwise_answers_1"
        f" USING hnsw ((embedding::halfvec({dimensions:d})) halfvec_cosine_ops)"
        f" WHERE vector_dims(embedding) = {dimensions:d}"
    )
