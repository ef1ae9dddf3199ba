"""A PostgreSQL with pgvector that a team shares: stored answers by the million."""

from hunkwise.adapters.postgres_store.cache import PostgresCache
from hunkwise.adapters.postgres_store.session import Session

__all__ = ["PostgresCache", "Session"]
