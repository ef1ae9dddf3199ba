"""The cache on a real PostgreSQL with pgvector."""

import itertools
import math
import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

import servers
from cache_contract import CacheContract, answer, vector
from hunkwise.adapters.postgres_store import PostgresCache, Session, tables
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

    def test_what_nobody_used_for_thirty_days_is_forgotten_also_in_a_pool_that_is_left(self, tmp_path: Path) -> None:
        day = 86_400.0
        for at, keys in ((0.0, "abc"), (29 * day, "b"), (31 * day, "")):
            session = Session(self.address(tmp_path), answer_s=30)
            with closing(PostgresCache(session, now=lambda at=at: at)) as cache:  # type: ignore[misc]
                if not at:
                    cache.put([*map(answer, "abc"), answer("old", pool="migration")])
                cache.get("code", [*keys])
        with closing(PostgresCache(Session(self.address(tmp_path), answer_s=30), now=lambda: 31 * day)) as cache:
            cache.put([answer("new", pool="test")])
            assert set(cache.get("code", [*"abc"])) == {"b"}
            assert {each.pool: (each.entries, each.bytes) for each in cache.info()} == {
                "code": (1, 5), "migration": (0, 0), "test": (1, 5),
            }  # fmt: skip
            assert not cache.told()

    def test_two_that_note_their_use_and_put_do_not_wait_for_each_other(self, tmp_path: Path) -> None:
        import psycopg  # noqa: PLC0415  # an extra

        first, last = [answer("a"), answer("a", pool="test")], [answer("z"), answer("z", pool="test")]
        with closing(self.open(tmp_path)) as cache:
            cache.put([*first, *last])
        notes = self.open(tmp_path)
        for pool in ("code", "test"):
            notes.get(pool, ["a", "z"])
        with psycopg.connect(self.address(tmp_path)) as holder, closing(self.open(tmp_path)) as puts:
            holder.execute("SELECT 1 FROM hunkwise_answers_1 WHERE pool = 'code' AND key = 'z' FOR UPDATE")
            with ThreadPoolExecutor(2) as threads:
                noted = threads.submit(notes.close)  # it changes code/a, and waits for code/z
                _await_waiting(self.url, 1)
                puts.get("test", ["a"])
                put = threads.submit(puts.put, [*reversed(last), *reversed(first)])
                _await_waiting(self.url, 2)
                cleared = threads.submit(self._clear, tmp_path)
                holder.rollback()
                noted.result(30), put.result(30), cleared.result(30)
            assert not puts.told()
        assert not notes.told()

    def _clear(self, place: Path) -> None:
        with closing(self.open(place)) as cache:
            cache.clear()
            assert not cache.told()

    def test_an_index_may_take_longer_than_a_statement(self, tmp_path: Path) -> None:
        self._filled(tmp_path)
        cache = PostgresCache(Session(self.address(tmp_path), answer_s=0.5))
        assert not cache.nearest("code", vector(*range(1, 65)), 1)  # nothing of this size was put by us
        cache.put([answer("a", vector=vector(*range(1, 65)))])
        assert [near.stored.key for near in cache.nearest("code", vector(*range(1, 65)), 1)] == ["a"]
        assert not cache.told()
        cache.close()

    def test_without_an_index_in_time_only_what_it_would_find_is_not_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._filled(tmp_path)
        monkeypatch.setattr(tables, "INDEX_MS", 100)
        with closing(self.open(tmp_path)) as cache:
            cache.put([answer("a", vector=vector(*range(1, 65))), answer("b", vector=vector(1, 0)), answer("c")])
            assert set(cache.get("code", ["a", "b", "c"])) == {"b", "c"}
            assert not cache.nearest("code", vector(*range(1, 65)), 1)
            assert cache.nearest("code", vector(1, 0), 1)
            assert [each.code for each in cache.told()] == ["postgres-index"]

    def _filled(self, place: Path) -> None:
        """Put many vectors into a table that has no index of their size, as after a change of the embedder."""
        import psycopg  # noqa: PLC0415  # an extra

        with closing(self.open(place)) as cache:
            cache.info()
        with psycopg.connect(self.address(place), autocommit=True) as connection:
            connection.execute(
                "INSERT INTO hunkwise_answers_1 SELECT 'test', n::text, 'v', 0, 1e10, 1e10, 1, 'other',"
                " (SELECT array_agg(random()) FROM generate_series(1, 64 + 0 * n))::halfvec"
                " FROM generate_series(1, 8000) AS n"
            )

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


def _await_waiting(url: str, count: int) -> None:
    """Wait until so many sessions wait for a lock."""
    import psycopg  # noqa: PLC0415  # an extra

    asked = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
    until = time.monotonic() + 10
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until and connection.execute(asked).fetchone()[0] < count:
            time.sleep(0.02)


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
