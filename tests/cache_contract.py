"""What every `ports.Cache` keeps to. A back end's tests derive from `CacheContract` and say how to open one.

`place` is where answers are kept: caches opened on the same place share them, and nothing else does.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from hunkwise.model.stored import Limit, Stored, Vector
from hunkwise.ports import Cache

SPACE = "test/1"


def answer(key: str, value: bytes = b"value", *, pool: str = "code", at: float = 1_000.0, **more: object) -> Stored:
    return Stored(pool=pool, key=key, value=value, created_at=at, expires_at=at + 10**10, **more)  # type: ignore[arg-type]


def vector(*numbers: float, space: str = SPACE) -> Vector:
    length = math.hypot(*numbers)
    return Vector(space=space, values=tuple(number / length for number in numbers))


class CacheContract(ABC):
    """Derive from it, and name the class Test...; each test gets a place of its own."""

    @abstractmethod
    def open(self, place: Path, limits: Mapping[str, Limit] | None = None) -> Cache:
        """Return a cache on `place`."""

    def test_what_one_run_put_the_next_one_gets(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a", b"\x00\xff bytes"), answer("b", at=2_000.5)])
        with closing(self.open(tmp_path)) as cache:
            assert cache.get("code", ["b", "a", "c", "a"]) == {
                "a": answer("a", b"\x00\xff bytes"),
                "b": answer("b", at=2_000.5),
            }
            assert not cache.told()

    def test_pools_do_not_mix(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a", b"code"), answer("a", b"docs", pool="documentation")])
            assert cache.get("code", ["a"])["a"].value == b"code"
            assert cache.get("documentation", ["a"])["a"].value == b"docs"
            assert cache.get("describe", ["a"]) == {}

    def test_stale_answers_are_still_there(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            long_ago = answer("a", at=0.0)
            cache.put([long_ago])
            assert cache.get("code", ["a"]) == {"a": long_ago}

    def test_the_newer_answer_of_a_key_takes_its_place(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a", b"old", vector=vector(1, 0)), answer("b")])
            cache.put([answer("a", b"newer", at=2_000.0)])
            assert cache.get("code", ["a"]) == {"a": answer("a", b"newer", at=2_000.0)}
            assert [(each.pool, each.entries, each.bytes) for each in cache.info()] == [("code", 2, 10)]
            assert not cache.nearest("code", vector(1, 0), 5)

    def test_a_batch_may_be_empty_or_large(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            cache.put([])
            assert cache.get("code", []) == {}
            cache.put([answer(f"{number:04}", b"%d" % number) for number in range(1_300)])
            found = cache.get("code", [f"{number:04}" for number in range(2_000)])
            assert {key: each.value for key, each in found.items()} == {f"{n:04}": b"%d" % n for n in range(1_300)}

    def test_nearest_are_the_most_alike_first(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            kept = {
                "same": vector(1, 0, 0),
                "near": vector(10, 1, 0),
                "far": vector(0, 0, 1),
                "against": vector(-1, 0, 0),
            }
            cache.put([answer(key, vector=each) for key, each in kept.items()])
            cache.put([answer("none"), answer("space", vector=vector(1, 0, 0, space="test/2"))])
            cache.put([answer("pool", pool="describe", vector=vector(1, 0, 0))])
            found = cache.nearest("code", vector(1, 0, 0), 3)
            assert [near.stored.key for near in found] == ["same", "near", "far"]
            for near, likeness in zip(found, (1.0, 10 / math.sqrt(101), 0.0), strict=True):
                assert abs(near.likeness - likeness) < 0.01
            assert found[1].stored.value == b"value"
            assert [each.stored.key for each in cache.nearest("code", vector(1, 0, 0), 9)][-1] == "against"
            assert not cache.nearest("code", vector(1, 0, space="none"), 3)

    def test_info_tells_what_each_pool_holds(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            assert not cache.info()
            cache.put([answer("a", b"12345"), answer("b", b"123"), answer("a", b"1", pool="test")])
            cache.count("code", 3, 1)
            cache.count("code", 2, 5)
            cache.count("describe", 0, 1)
        with closing(self.open(tmp_path)) as cache:
            states = {each.pool: each for each in cache.info()}
            assert list(states) == ["code", "describe", "test"]
            assert (states["code"].entries, states["code"].bytes) == (2, 8)
            assert (states["code"].hits, states["code"].misses) == (5, 6)
            assert (states["describe"].entries, states["describe"].oldest_s) == (0, None)
            assert (states["test"].hits, states["test"].misses) == (0, 0)
            assert (states["code"].oldest_s or 0) > 1_000_000_000

    def test_export_gives_each_answer_once(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            kept = [answer(f"{number}", pool=pool) for number in range(700) for pool in ("code", "test")]
            cache.put(kept)
            given = list(cache.export())
            assert sorted(given, key=lambda each: (each.pool, each.key)) == sorted(
                kept, key=lambda each: (each.pool, each.key)
            )

    def test_clear_forgets_a_pool_or_all(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a"), answer("b"), answer("a", pool="test"), answer("a", pool="describe")])
            cache.count("code", 1, 1)
            assert cache.clear("code") == 2
            assert cache.get("code", ["a", "b"]) == {}
            assert [each.pool for each in cache.info()] == ["describe", "test"]
            assert cache.clear() == 2
            assert not cache.info()
            cache.put([answer("a")])
            assert cache.get("code", ["a"]) == {"a": answer("a")}

    def test_a_pool_over_its_limit_loses_what_was_used_least_lately(self, tmp_path: Path) -> None:
        limits = {"code": Limit(entries=100, bytes=1_000_000)}
        with closing(self.open(tmp_path, limits)) as cache:
            cache.put([answer("other", pool="test")])
            for number in range(100):
                cache.put([answer(f"{number:03}")])
            cache.get("code", ["000"])
            for number in range(100, 110):
                cache.put([answer(f"{number:03}")])
            left = cache.get("code", [f"{number:03}" for number in range(110)])
            assert 90 <= len(left) <= 100
            assert {"000", *(f"{number:03}" for number in range(100, 110))} <= set(left)
            assert "001" not in left
            assert cache.get("test", ["other"])

    def test_a_pool_keeps_to_its_bytes(self, tmp_path: Path) -> None:
        limits = {"code": Limit(entries=1_000, bytes=1_000)}
        with closing(self.open(tmp_path, limits)) as cache:
            for number in range(30):
                cache.put([answer(f"{number}", b"x" * 100)])
            cache.put([answer("large", b"x" * 2_000)])
            (state,) = cache.info()
            assert 500 <= state.bytes <= 1_000
            assert set(cache.get("code", ["29", "large", "0"])) == {"29"}

    def test_a_limit_of_one_keeps_what_was_put_last(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path, {"code": Limit(entries=1, bytes=1_000)})) as cache:
            for key in ("a", "b", "a"):
                cache.put([answer(key)])
                assert set(cache.get("code", ["a", "b"])) == {key}
            cache.put([answer("c"), answer("d")])
            assert len(cache.get("code", ["a", "b", "c", "d"])) == 1

    def test_threads_share_one_cache(self, tmp_path: Path) -> None:
        with closing(self.open(tmp_path)) as cache, ThreadPoolExecutor(8) as pool:

            def work(worker: int) -> int:
                for number in range(25):
                    cache.put([answer(f"{worker}-{number}", b"%d" % worker)])
                    cache.count("code", 1, 0)
                return len(cache.get("code", [f"{worker}-{number}" for number in range(25)]))

            assert list(pool.map(work, range(8))) == [25] * 8
            (state,) = cache.info()
            assert (state.entries, state.hits) == (200, 200)
            assert not cache.told()
