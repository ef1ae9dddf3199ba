"""The embedded cache under many processes, sudden death, and files and folders that can't be used."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cache_contract import answer, vector
from hunkwise.adapters.answer_file import AnswerFile, key_file, place, rows
from hunkwise.core import lifetimes

WRITES = """
import sys
from pathlib import Path
from hunkwise.adapters.answer_file import AnswerFile
from hunkwise.model.stored import Stored
folder, name, count, batch = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
cache = AnswerFile(folder)
print("ready", flush=True)
sys.stdin.readline()
for first in range(0, count, batch):
    numbers = range(first, first + batch)
    named = {f"{name}-{n}": b"%d" % n * 50 for n in numbers}
    cache.put([Stored(pool="code", key=k, value=v, created_at=1.0, expires_at=1e12) for k, v in named.items()])
    print(first + batch, flush=True)
cache.close()
sys.exit(1 if cache.told() else 0)
"""

ROOT = os.geteuid() == 0


def writer(folder: Path, name: str, count: int, batch: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(folder), name, str(count), str(batch)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def held(folder: Path) -> dict[str, bytes]:
    with closing(AnswerFile(folder)) as cache:
        found = {each.key: each.value for each in cache.export()}
        assert not cache.told()
    return found


def is_sound(folder: Path) -> bool:
    with closing(sqlite3.connect(place.newest(folder))) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def test_eight_processes_lose_and_corrupt_nothing(tmp_path: Path) -> None:
    running = [writer(tmp_path / "new", f"p{number}", 1_250, 10) for number in range(8)]
    for each in running:
        go(each)
    for each in running:
        each.communicate(timeout=300)
    assert [each.returncode for each in running] == [0] * 8
    wanted = {f"p{number}-{n}": b"%d" % n * 50 for number in range(8) for n in range(1_250)}
    assert held(tmp_path / "new") == wanted
    assert is_sound(tmp_path / "new")
    with closing(AnswerFile(tmp_path / "new")) as cache:
        (state,) = cache.info()
        assert (state.entries, state.bytes) == (10_000, sum(map(len, wanted.values())))


@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.11])
def test_who_is_killed_loses_at_most_the_step_it_was_in(tmp_path: Path, delay_s: float) -> None:
    process = writer(tmp_path, "p", 1_000_000, 3)
    go(process)
    assert process.stdout is not None
    said = process.stdout.readline()
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read()
    process.communicate(timeout=60)
    told = int(said.split()[-1])
    count = len(held(tmp_path))
    assert told <= count <= told + 3
    assert count % 3 == 0
    assert is_sound(tmp_path)


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\0" + b"\xff" * 9_000])
def test_a_broken_file_is_set_aside_and_begun_anew(tmp_path: Path, content: bytes) -> None:
    place.newest(tmp_path).write_bytes(content)
    with closing(AnswerFile(tmp_path)) as cache:
        assert cache.get("code", ["a"]) == {}
        cache.put([answer("a")])
        assert cache.get("code", ["a"]) == {"a": answer("a")}
        assert [notice.code for notice in cache.told()] == ["cache-broken"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers-1.0.sqlite3.broken", "answers-1.1.sqlite3"]
    assert (tmp_path / "answers-1.0.sqlite3.broken").read_bytes() == content
    assert list(held(tmp_path)) == ["a"]


def test_a_file_that_breaks_while_two_use_it_is_set_aside_once(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as one, closing(AnswerFile(tmp_path)) as other:
        one.put([answer(f"{number}", b"x" * 3_000) for number in range(50)])
        other.get("code", ["1"])
        with closing(sqlite3.connect(place.newest(tmp_path))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with place.newest(tmp_path).open("r+b") as file:
            file.seek(4096)
            file.write(b"\xee" * 200_000)
        for cache in (one, other):
            cache.put([answer("after")])
            cache.get("code", [f"{number}" for number in range(50)])
            cache.put([answer("after")])
            assert "after" in cache.get("code", ["after"])
    assert list(held(tmp_path)) == ["after"]
    assert len(list(tmp_path.glob("*.broken"))) == 1


def test_only_the_newest_broken_file_stays(tmp_path: Path) -> None:
    for _ in range(3):
        place.newest(tmp_path).write_bytes(b"broken" * 1_000)
        with closing(AnswerFile(tmp_path)) as cache:
            cache.put([answer("a")])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers-1.2.sqlite3.broken", "answers-1.3.sqlite3"]


def test_tables_that_are_not_ours_are_set_aside(tmp_path: Path) -> None:
    with closing(sqlite3.connect(place.newest(tmp_path))) as connection:
        connection.execute("CREATE TABLE answers (id INTEGER PRIMARY KEY, other TEXT)")
        connection.execute("PRAGMA user_version = 1")
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a")])
        assert cache.get("code", ["a"])


def test_odd_rows_are_no_answers(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer(key) for key in "abcd"])
    with closing(sqlite3.connect(place.newest(tmp_path), isolation_level=None)) as connection:
        connection.execute("UPDATE answers SET value = 'text' WHERE key = 'a'")
        connection.execute("UPDATE answers SET created = 'never' WHERE key = 'b'")
        connection.execute("UPDATE answers SET value = zeroblob(?) WHERE key = 'c'", (rows.MAX_VALUE + 1,))
    with closing(AnswerFile(tmp_path)) as cache:
        assert cache.get("code", list("abcd")) == {"d": answer("d")}
        assert not cache.told()
        assert [each.key for each in cache.export()] == ["d"]
        assert [notice.code for notice in cache.told()] == ["answers-unreadable"]


def tampered(folder: Path, script: str) -> None:
    """Put two near answers into a file, and let another program change it."""
    with closing(AnswerFile(folder)) as cache:
        cache.put([answer("a", vector=vector(*range(1, 65))), answer("b", vector=vector(*range(1, 64), 60))])
    with closing(sqlite3.connect(place.newest(folder))) as connection:
        connection.executescript(script)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE answers SET sketch = printf('%.*c', length(sketch), 'x') WHERE key = 'a'",
        "UPDATE answers SET vector = printf('%.*c', length(vector), 'x') WHERE key = 'a'",
        "UPDATE answers SET space = CAST(x'ff' AS TEXT) WHERE key = 'a'",
        "UPDATE answers SET created = 'x' WHERE key = 'a'",
        "DELETE FROM pools",
        "UPDATE pools SET entries = 'x', bytes = 'many', hits = x'00', misses = 0.5",
    ],
)
def test_one_row_that_another_program_changed_leaves_all_others_of_use(tmp_path: Path, script: str) -> None:
    tampered(tmp_path, script)
    with closing(AnswerFile(tmp_path)) as cache:
        near = cache.nearest("code", vector(*range(1, 65)), 3)
        assert "b" in {each.stored.key for each in near}
        cache.info()
        assert "b" in {each.key for each in cache.export()}
        cache.put([answer("a")])
        cache.put([answer("c")])
        cache.count("code", 1, 0)
        assert set(cache.get("code", ["b", "c"])) == {"b", "c"}
        assert [each.pool for each in cache.info()] == ["code"]
        assert {notice.code for notice in cache.told()} <= {"answers-unreadable"}


def test_an_export_leaves_out_what_can_t_be_read_and_says_so(tmp_path: Path) -> None:
    tampered(tmp_path, "UPDATE answers SET key = CAST(x'ff' AS TEXT) WHERE key = 'a'")
    with closing(AnswerFile(tmp_path)) as cache:
        assert [each.key for each in cache.export()] == ["b"]
        assert [notice.text for notice in cache.told()] == [
            "In the file of stored answers 1 could not be read, and were left out."
        ]


FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n WHERE i < 0"


VIEW = (
    "CREATE VIEW answers AS SELECT 'code' AS pool, 'k' AS key, x'00' AS value, 0.0 AS created, 0.0 AS expires,"  # noqa: S608  # constants
    f" 0.0 AS used, NULL AS space, NULL AS vector, NULL AS sketch, id FROM ({FOR_EVER});"
)
TRIGGER = f"CREATE TRIGGER more AFTER INSERT ON pools BEGIN SELECT count(*) FROM ({FOR_EVER}); END"  # noqa: S608  # constants


@pytest.mark.parametrize(
    "script",
    [
        f"{VIEW} CREATE TABLE pools (pool, entries, bytes, hits, misses)",
        f"{place.TABLES} {TRIGGER}",
        f"{place.TABLES} DROP TRIGGER answers_added",
    ],
)
def test_a_file_with_other_objects_than_ours_is_set_aside_and_nothing_of_it_runs(tmp_path: Path, script: str) -> None:
    with closing(sqlite3.connect(place.newest(tmp_path))) as connection:
        connection.executescript(f"{script}; PRAGMA user_version = {place.VERSION}")
    reads = (
        "import sys; from pathlib import Path; from hunkwise.adapters.answer_file import AnswerFile\n"
        "cache = AnswerFile(Path(sys.argv[1])); cache.get('code', ['k']); cache.count('code', 1, 0)\n"
        "print([each.code for each in cache.told()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", reads, str(tmp_path)], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout == "['cache-broken']\n"


def test_what_was_set_aside_goes_with_what_is_cleared(tmp_path: Path) -> None:
    place.newest(tmp_path).write_bytes(b"broken" * 1_000)
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a"), answer("b", pool="test")])
        assert list(tmp_path.glob("*.broken"))
        assert cache.clear("code") == 1
        assert not list(tmp_path.glob("*.broken"))
        assert set(cache.get("test", ["b"])) == {"b"}


def test_a_value_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a", b"x" * (rows.MAX_VALUE + 1)), answer("b")])
        assert set(cache.get("code", ["a", "b"])) == {"b"}


def test_a_place_that_can_t_be_used_is_a_miss_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with closing(AnswerFile(tmp_path / "file" / "below")) as cache:
        for _ in range(5):
            cache.put([answer("a")])
            assert cache.get("code", ["a"]) == {}
        cache.count("code", 1, 1)
        assert (list(cache.info()), cache.clear(), list(cache.export())) == ([], 0, [])
        assert [notice.code for notice in cache.told()] == ["cache-unusable"]


@pytest.mark.skipif(ROOT, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_a_miss_and_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a")])
        assert cache.get("code", ["a"]) == {}
        assert [notice.code for notice in cache.told()] == ["cache-unusable"]


def test_a_full_disk_loses_what_does_not_fit_and_is_told(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("before")])
        assert cache._connection is not None
        pages = cache._connection.execute("PRAGMA page_count").fetchone()[0]
        cache._connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLITE_FULL, as a full disk gives it
        cache.put([answer("large", b"x" * 500_000)])
        assert set(cache.get("code", ["before", "large"])) == {"before"}
        assert [notice.code for notice in cache.told()] == ["cache-unusable"]
    assert is_sound(tmp_path)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    key_file.secret(folder)
    with closing(AnswerFile(folder)) as cache:
        cache.put([answer("a")])
        modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_was_cleared_is_gone_from_the_disk(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a", b"a sentence that must go")])
        cache.clear()
        assert not any(b"sentence that must" in each.read_bytes() for each in tmp_path.iterdir())


def test_a_folder_has_one_key(tmp_path: Path) -> None:
    first = key_file.secret(tmp_path / "new")
    assert len(first) == key_file.BYTES
    assert key_file.secret(tmp_path / "new") == first
    assert key_file.secret(tmp_path / "other") != first
    (tmp_path / "new" / key_file.FILE).write_bytes(b"short")
    with pytest.raises(OSError, match="no key"):
        key_file.secret(tmp_path / "new")


def test_sums_that_went_wrong_are_counted_anew_and_evict_nothing(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a", b"12345"), answer("b", b"123")])
    with closing(sqlite3.connect(tmp_path / "answers-1.0.sqlite3")) as raw:
        raw.execute("UPDATE pools SET bytes = 1e12, entries = 1e9")
        raw.commit()
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("c", b"1")])
        assert set(cache.get("code", ["a", "b", "c"])) == {"a", "b", "c"}
        assert [(each.entries, each.bytes) for each in cache.info()] == [(3, 9)]


def test_what_is_too_old_even_to_stand_in_is_forgotten(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path, now=lambda: 100.0)) as cache:
        cache.put([replace(answer("old"), expires_at=200.0), replace(answer("stale"), expires_at=100_000.0)])
    with closing(AnswerFile(tmp_path, now=lambda: 300.0 + lifetimes.STALE_S)) as cache:
        cache.put([answer("new")])
        assert set(cache.get("code", ["old", "stale", "new"])) == {"stale", "new"}
