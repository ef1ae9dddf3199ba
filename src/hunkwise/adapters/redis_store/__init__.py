"""A Redis that a team shares: stored answers, and how well models are."""

from hunkwise.adapters.redis_store.cache import RedisCache
from hunkwise.adapters.redis_store.health import RedisHealth
from hunkwise.adapters.redis_store.line import Line

__all__ = ["Line", "RedisCache", "RedisHealth"]
