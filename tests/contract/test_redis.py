"""The cache and the health of models on a real Redis, with and without vector sets."""

import itertools
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis

import servers
from cache_contract import CacheContract, answer, vector
from health_contract import HealthContract
from hunkwise.adapters.redis_store import Line, RedisCache, RedisHealth
from hunkwise.adapters.redis_store import cache as redis_cache
from hunkwise.model.stored import Limit

DATABASES = itertools.count()


@pytest.fixture(scope="module")
def port_7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.running_redis(servers.redis_7(), tmp_path_factory.mktemp("redis"), ["--databases", "200"]) as port:
        yield port


@pytest.fixture(scope="module")
def port_8(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.running_redis(servers.redis_8(), tmp_path_factory.mktemp("redis"), ["--databases", "200"]) as port:
        yield port


class OnRedis:
    """A place is a database of the server."""

    port: int
    databases: dict[Path, int]

    def url(self, place: Path) -> str:
        return f"redis://127.0.0.1:{self.port}/{self.databases.setdefault(place, next(DATABASES) % 200)}"


class RedisContract(OnRedis, CacheContract):
    def open(self, place: Path, limits: Mapping[str, Limit] | None = None) -> RedisCache:
        return RedisCache(Line(self.url(place), timeout_s=10), limits)

    def test_nothing_is_left_of_what_was_forgotten(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path, {"code": Limit(entries=3, bytes=10_000)})
        for number in range(9):
            cache.put([answer(f"{number}", vector=vector(1, number))])
        cache.put([answer("8")])
        client = redis.Redis.from_url(self.url(tmp_path))
        held = [key for key in client.keys("*") if b":answer:" in key]
        assert len(held) == 3
        assert len(cache.nearest("code", vector(1, 0), 9)) == 2
        assert cache.clear() == 3
        assert client.keys("*") == []
        client.close()
        cache.close()

    def test_what_the_server_itself_evicted_is_a_miss_and_leaves_the_sums(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path)
        cache.put([answer("a", b"12345", vector=vector(1, 0)), answer("b", b"123")])
        client = redis.Redis.from_url(self.url(tmp_path))
        (key,) = client.keys("*answer:a")
        client.delete(key)
        assert set(cache.get("code", ["a", "b"])) == {"b"}
        assert not cache.nearest("code", vector(1, 0), 3)
        assert [(each.entries, each.bytes) for each in cache.info()] == [(1, 3)]
        client.close()
        cache.close()

    def test_a_sum_that_went_wrong_is_set_right_and_nothing_fails(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path)
        cache.put([answer("a")])
        client = redis.Redis.from_url(self.url(tmp_path))
        (sums,) = client.keys("*sums")
        client.hset(sums, "bytes", 10**13)
        cache.put([answer("b", b"123")])
        assert set(cache.get("code", ["a", "b"])) == {"b"}
        assert [(each.entries, each.bytes) for each in cache.info()] == [(1, 3)]
        assert not cache.told()
        client.close()
        cache.close()

    def test_vectors_go_with_answers_that_the_server_let_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = self.open(tmp_path)
        client = redis.Redis.from_url(self.url(tmp_path))
        monkeypatch.setattr(redis_cache, "KEPT_MS", 100)
        cache.put([answer(f"gone{number}", vector=vector(100, number)) for number in range(40)])
        _await_expiry(client)
        cache.put([answer("sweeps", vector=vector(0, 1))])
        assert _shelved(client) == 1
        client.close()
        cache.close()

    def test_a_near_answer_is_found_behind_any_number_that_are_gone(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path)
        client = redis.Redis.from_url(self.url(tmp_path))
        cache.put([answer(f"gone{number}", vector=vector(*[9.0] * 63, number / 99)) for number in range(300)])
        cache.put([answer("there", vector=vector(*[9.0] * 62, 1, 1))])
        client.delete(*client.keys("*:answer:gone*"))
        client.delete(*client.keys("*:shelved"))  # as where the vector came after its answer was gone
        found = cache.nearest("code", vector(*[9.0] * 64), 2)
        assert [near.stored.key for near in found] == ["there"]
        assert _shelved(client) == 1
        assert not cache.told()
        client.close()
        cache.close()

    def test_an_export_leaves_out_what_can_not_be_read_and_says_so(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path)
        cache.put([answer("a"), answer("b"), answer("gone")])
        client = redis.Redis.from_url(self.url(tmp_path))
        client.hset(client.keys("*answer:a")[0], "created", "soon")
        client.zadd(client.keys("*:used")[0], {b"\xff": 1.0})
        client.sadd("hunkwise:1:pools", b"\xff")
        client.delete(*client.keys("*answer:gone"))
        assert [each.key for each in cache.export()] == ["b"]
        assert [each.text for each in cache.told()] == [
            "In the Redis 2 of the stored answers could not be read, and were left out."
        ]
        client.close()
        cache.close()

    def test_an_odd_entry_is_a_miss(self, tmp_path: Path) -> None:
        cache = self.open(tmp_path)
        cache.put([answer("a"), answer("b"), answer("c"), answer("d")])
        client = redis.Redis.from_url(self.url(tmp_path))
        for field, value, key in (("created", "soon", "a"), ("value", "x" * 1_000_001, "b"), ("space", "\xff", "c")):
            client.hset(client.keys(f"*answer:{key}")[0], field, value.encode("latin-1"))
        client.hset(client.keys("*answer:c")[0], "vector", b"12")
        assert set(cache.get("code", ["a", "b", "c", "d"])) == {"d"}
        client.close()
        cache.close()


def _await_expiry(client: Any) -> None:
    """Wait until the server let all answers go."""
    until = time.monotonic() + 10
    while client.keys("*:answer:*") and time.monotonic() < until:
        time.sleep(0.05)


def _shelved(client: Any) -> int:
    """Return how many vectors or sketches are kept."""
    sets = sum(client.execute_command("VCARD", key) for key in client.keys("*:vectors:*"))
    return int(sets + sum(client.hlen(key) for key in client.keys("*:sketches:*")))


def test_what_a_redis_7_kept_does_not_spoil_a_redis_8(tmp_path: Path) -> None:
    new, address = servers.redis_8(), "redis://127.0.0.1:{}/0"
    with servers.running_redis(servers.redis_7(), tmp_path) as port:
        cache = RedisCache(Line(address.format(port), timeout_s=10))
        cache.put([answer("a", vector=vector(1, 0)), answer("b", vector=vector(0, 1))])
        cache.close()
        redis.Redis(port=port).save()
    with servers.running_redis(new, tmp_path) as port:
        cache = RedisCache(Line(address.format(port), timeout_s=10), {"code": Limit(entries=2, bytes=10_000)})
        cache.put([answer("a", b"anew", vector=vector(1, 0)), answer("c", vector=vector(1, 1))])
        assert cache.get("code", ["a", "b", "c"])["a"].value == b"anew"
        assert {near.stored.key for near in cache.nearest("code", vector(1, 0), 3)} == {"a", "c"}
        assert not cache.told()
        client = redis.Redis(port=port)
        assert not client.keys("*:sketches:*")
        client.close()
        cache.close()


@pytest.mark.usefixtures("_on_7")
class TestRedis7(RedisContract):
    databases: dict[Path, int] = {}  # noqa: RUF012  # a place is a test's own

    @pytest.fixture
    def _on_7(self, port_7: int) -> None:
        self.port = port_7

    def test_it_has_no_vector_sets(self, tmp_path: Path) -> None:
        line = Line(self.url(tmp_path))
        assert line.run(line.has_vectors, None) is False
        line.close()


@pytest.mark.usefixtures("_on_8")
class TestRedis8(RedisContract):
    databases: dict[Path, int] = {}  # noqa: RUF012  # a place is a test's own

    @pytest.fixture
    def _on_8(self, port_8: int) -> None:
        self.port = port_8

    def test_it_has_vector_sets(self, tmp_path: Path) -> None:
        line = Line(self.url(tmp_path))
        assert line.run(line.has_vectors, None) is True
        line.close()


@pytest.mark.usefixtures("_on_7")
class TestRedisHealth(OnRedis, HealthContract):
    databases: dict[Path, int] = {}  # noqa: RUF012  # a place is a test's own
    PROGRAM = """
import sys
from hunkwise.adapters.redis_store import Line, RedisHealth
from hunkwise.core import resilience
health = RedisHealth(Line(sys.argv[1], timeout_s=10), "host")
"""

    @pytest.fixture
    def _on_7(self, port_7: int) -> Iterator[None]:
        self.port, self.lines = port_7, list[Line]()
        yield
        for each in self.lines:
            each.close()

    def open(self, place: Path, scope: str = "host") -> RedisHealth:
        self.lines.append(Line(self.url(place), timeout_s=10))
        return RedisHealth(self.lines[-1], scope)

    def words(self, place: Path) -> list[str]:
        return [self.url(place)]

    def test_what_can_not_be_understood_says_nothing_bad(self, tmp_path: Path) -> None:
        health = self.open(tmp_path)
        client = redis.Redis.from_url(self.url(tmp_path))
        for odd in (
            "[]",
            "{",
            '{"failures": 1}',
            '{"failures": "x", "opened": 1, "open_until": 1, "probing_until": 1}',
        ):
            client.set("hunkwise:1:health:host m", odd)
            assert health.change("m", lambda known, _: (known.opened, known)) == 0
        client.close()
