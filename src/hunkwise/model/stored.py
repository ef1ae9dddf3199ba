"""What is kept from review to review: answers by the key of what was asked."""

from dataclasses import dataclass

UNUSABLE = frozenset({"cache-unusable", "redis-unusable", "postgres-unusable"})
"""Codes of the notices by which a store tells that it could not be used: what it gave then is not all there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A text as numbers; only vectors of one `space` (embedder and version) can be compared. Of length 1."""

    space: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An answer in its pool (a query type, or `describe`).

    `key` is a hex digest of all that decided the answer. `value` is sealed by who wrote it, and holds redacted text
    only. Times are seconds since the epoch; after `expires_at` an answer is stale, and serves only where nobody can
    be asked. `vector` stands for the text that was asked, where near ones are looked for.
    """

    pool: str
    key: str
    value: bytes
    created_at: float
    expires_at: float
    vector: Vector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A stored answer and how alike its text is: the cosine, -1..1."""

    stored: Stored
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """What a pool holds: entries, bytes of their values, age of the oldest in seconds, look-ups by how they ended."""

    pool: str
    entries: int
    bytes: int
    oldest_s: float | None
    hits: int
    misses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much a pool may hold: answers, and bytes of their values and vectors."""

    entries: int
    bytes: int
