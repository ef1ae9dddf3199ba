"""What is kept from run to run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from hunkwise.core.resilience import Health
from hunkwise.model.change import Notice
from hunkwise.model.chat import Redacted
from hunkwise.model.stored import Near, PoolState, Stored, Vector

T = TypeVar("T")


class SharedHealth(Protocol):
    """Keeps how well each model is, for all threads, and for other processes where it has a place for that."""

    def change(self, name: str, step: Callable[[Health, float], tuple[T, Health]]) -> T:
        """Replace the health of `name` by the one `step` makes of it and of the time, and return what it says.

        One step at a time, whoever calls. The time is the store's own, so that all who share it mean the same.
        """
        ...


class Cache(Protocol):
    """Keeps answers by pool and key.

    It never raises and never loses a review: what can't be reached, read or understood is a miss, told once. Safe
    under concurrent threads and processes. Who calls decides whether an answer is stale, and opens its seal.
    """

    def get(self, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        """Return those of `keys` that `pool` holds, stale ones too. One batch, not one call each."""
        ...

    def put(self, answers: Sequence[Stored]) -> None:
        """Keep `answers`, each in place of an older one of its key; the pool's limit evicts the least used."""
        ...

    def nearest(self, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        """Return at most `count` answers of the vector's space, the most alike first."""
        ...

    def count(self, pool: str, hits: int, misses: int) -> None:
        """Add to the look-ups that `info` tells."""
        ...

    def info(self) -> Sequence[PoolState]:
        """Return what each pool holds, sorted by name."""
        ...

    def clear(self, pool: str | None = None) -> int:
        """Forget a pool, or all; return how many answers that were."""
        ...

    def export(self) -> Iterator[Stored]:
        """Return all answers, one after the other; how many could not be read is told."""
        ...

    def told(self) -> Sequence[Notice]:
        """Return what a person should know of it: that it could not be reached, that a broken file was set aside.

        With a code of `stored.UNUSABLE` among them, what it gave is not all there is.
        """
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class Embedder(Protocol):
    """Turns text into vectors of one space."""

    @property
    def space(self) -> str:
        """Name and version: vectors of different spaces are never compared."""
        ...

    @property
    def model(self) -> str | None:
        """The provider's model that is asked and paid for; None where nobody is."""
        ...

    @property
    def tokens(self) -> int:
        """Tokens that a provider counted so far."""
        ...

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        """Return a vector for each text; raises ChatError where a provider can't be asked."""
        ...

    def close(self) -> None:
        """Abort what is under way and free what it holds."""
        ...
