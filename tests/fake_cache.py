"""A cache with memory, for tests that need no file."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from hunkwise.model.change import Notice
from hunkwise.model.stored import Limit, Near, PoolState, Stored, Vector

NO_LIMIT = Limit(entries=10**9, bytes=10**12)


class Shelf:
    """What caches of one place share: answers in the order of their use, look-ups by pool."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Stored] = {}
        self.looked: dict[str, tuple[int, int]] = {}


class FakeCache:
    """Implements `ports.Cache` on a shelf; remembers which batches were asked."""

    def __init__(
        self,
        shelf: Shelf | None = None,
        limits: Mapping[str, Limit] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.shelf = shelf or Shelf()
        self._limits = limits or {}
        self._now = now
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def get(self, pool: str, keys: Sequence[str]) -> Mapping[str, Stored]:
        self.asked.append((pool, tuple(keys)))
        found = {key: self.shelf.answers[pool, key] for key in keys if (pool, key) in self.shelf.answers}
        for each in found.values():
            self._shelve(each)
        return found

    def put(self, answers: Sequence[Stored]) -> None:
        for each in answers:
            if len(each.value) <= self._limits.get(each.pool, NO_LIMIT).bytes:
                self._shelve(each)
        for pool in {each.pool for each in answers}:
            self._make_room(pool, self._limits.get(pool, NO_LIMIT))

    def nearest(self, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        found = [
            Near(stored=each, likeness=sum(a * b for a, b in zip(each.vector.values, vector.values, strict=True)))
            for each in self._of(pool)
            if each.vector is not None and each.vector.space == vector.space
        ]
        return tuple(sorted(found, key=lambda near: -near.likeness)[:count])

    def count(self, pool: str, hits: int, misses: int) -> None:
        before = self.shelf.looked.get(pool, (0, 0))
        self.shelf.looked[pool] = before[0] + hits, before[1] + misses

    def info(self) -> Sequence[PoolState]:
        return tuple(
            PoolState(
                pool=pool,
                entries=len(self._of(pool)),
                bytes=sum(_size(each) for each in self._of(pool)),
                oldest_s=max((self._now() - each.created_at for each in self._of(pool)), default=None),
                hits=self.shelf.looked.get(pool, (0, 0))[0],
                misses=self.shelf.looked.get(pool, (0, 0))[1],
            )
            for pool in sorted({each.pool for each in self.shelf.answers.values()} | set(self.shelf.looked))
        )

    def clear(self, pool: str | None = None) -> int:
        gone = [key for key in self.shelf.answers if pool in (None, key[0])]
        for key in gone:
            del self.shelf.answers[key]
        self.shelf.looked = {key: each for key, each in self.shelf.looked.items() if pool not in (None, key)}
        return len(gone)

    def export(self) -> Iterator[Stored]:
        return iter(tuple(self.shelf.answers.values()))

    def told(self) -> Sequence[Notice]:
        return ()

    def close(self) -> None:
        return

    def _shelve(self, answer: Stored) -> None:
        self.shelf.answers.pop((answer.pool, answer.key), None)
        self.shelf.answers[answer.pool, answer.key] = answer

    def _of(self, pool: str) -> list[Stored]:
        return [each for each in list(self.shelf.answers.values()) if each.pool == pool]

    def _make_room(self, pool: str, limit: Limit) -> None:
        held = self._of(pool)
        while len(held) > limit.entries or sum(map(_size, held)) > limit.bytes:
            del self.shelf.answers[pool, held.pop(0).key]


def _size(answer: Stored) -> int:
    return len(answer.value) + (4 * len(answer.vector.values) if answer.vector else 0)
