"""The cache on a real PostgreSQL with pgvector."""

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

import servers
from cache_contract import CacheContract, answer, vector
from hunkwise.adapters.postgres_store import PostgresCache, Session
from hunkwise.errors import ConfigurationError
from hunkwise.model.stored import Limit, Vector

DATABASES = itertools.count()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del tmp_path_factory
    with servers.running_postgres(servers.postgres()) as address:
        yield address


class TestPostgres(CacheContract):
    places: dict[Path, str] = {}  # noqa: RUF012  # a place is a test's own

    @pytest.fixture(autouse=True)
    def _server(self, url: str) -> None:
        self.url = url

    def address(self, place: Path) -> str:
        """Return the address of a place, which is a database of the server."""
        import psycopg  # noqa: PLC0415  # an extra

        if place not in self.places:
            name = f"place_{next(DATABASES)}"
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            self.places[place] = self.url.replace("/postgres", f"/{name}")
        return self.places[place]

    def open(self, place: Path, limits: Mapping[str, Limit] | None = None) -> PostgresCache:
        return PostgresCache(Session(self.address(place), answer_s=30), limits)

    def test_the_index_finds_the_few_of_a_space_among_many_of_another(self, tmp_path: Path) -> None:
        drawn = random.Random(3)  # noqa: S311  # drawn for a test

        def some(space: str) -> Vector:
            numbers = [drawn.gauss(0, 1) for _ in range(64)]
            length = math.hypot(*numbers)
            return Vector(space=space, values=tuple(each / length for each in numbers))

        with closing(self.open(tmp_path)) as cache:
            cache.put([answer(f"{number}", vector=some("many")) for number in range(1_500)])
            wanted = some("few")
            cache.put([answer("wanted", vector=wanted), *(answer(f"few{n}", vector=some("few")) for n in range(5))])
            found = cache.nearest("code", wanted, 6)
            assert len(found) == 6
            assert found[0].stored.key == "wanted"
            assert found[0].likeness > 0.999

    def test_sums_that_went_wrong_are_counted_anew_and_evict_nothing(self, tmp_path: Path) -> None:
        import psycopg  # noqa: PLC0415  # an extra

        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a", b"12345"), answer("b", b"123")])
            with psycopg.connect(self.address(tmp_path), autocommit=True) as connection:
                connection.execute("UPDATE hunkwise_pools_1 SET bytes = 1000000000000, entries = 1000000000")
            cache.put([answer("c", b"1")])
            assert set(cache.get("code", ["a", "b", "c"])) == {"a", "b", "c"}
            assert [(each.entries, each.bytes) for each in cache.info()] == [(3, 9)]

    def test_a_server_that_goes_away_is_a_miss_told_once(self, tmp_path: Path) -> None:
        import psycopg  # noqa: PLC0415  # an extra

        cache = self.open(tmp_path)
        cache.put([answer("a", vector=vector(1, 0))])
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'place_%'")
        assert cache.get("code", ["a"]) == {}
        assert not cache.nearest("code", vector(1, 0), 1)
        assert [each.code for each in cache.told()] == ["postgres-unusable"]
        cache.close()


def test_a_server_that_is_down_is_told_without_what_logs_in() -> None:
    servers.postgres()
    cache = PostgresCache(Session(f"postgresql://the-user:the-passw0rd@127.0.0.1:{servers.free_port()}/reviews"))
    cache.put([answer("a")])
    assert cache.get("code", ["a"]) == {}
    assert not cache.info()
    assert cache.clear() == 0
    assert list(cache.export()) == []
    (notice,) = cache.told()
    assert "127.0.0.1" in notice.text
    assert "the-" not in notice.text
    cache.close()


def test_an_address_that_is_none_is_refused_without_being_shown() -> None:
    for url in ("", "the-host", "mysql://the-host", "postgresql://the-host:port"):
        with pytest.raises(ConfigurationError) as raised:
            Session(url)
        assert "the-host" not in raised.value.message
