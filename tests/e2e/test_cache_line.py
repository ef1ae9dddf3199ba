"""Stored answers on the command line: what a second review costs, and looking after what is kept."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import servers
from cache_contract import answer
from clone import Clone
from hunkwise.adapters.answer_file import AnswerFile
from loopback_model import LoopbackModel

DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,2 @@\n x = 1\n+y = x / 0\n"


def hunkwise(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hunkwise", *arguments], env=env, capture_output=True, text=True, check=False
    )


def test_a_second_review_asks_nothing_and_the_cache_can_be_looked_after(tmp_path: Path) -> None:
    change = tmp_path / "change.diff"
    change.write_text(DIFF)
    with LoopbackModel() as model:
        env = {"HOME": str(tmp_path / "home"), "OPENAI_BASE_URL": model.base_url, "PATH": "/usr/bin:/bin"}

        said: list[str] = []

        def review(*more: str) -> dict[str, Any]:
            done = hunkwise("review", str(change), "--model", "m", "--format", "json", *more, env=env)
            report: dict[str, Any] = json.loads(done.stdout)
            said.append(done.stderr)
            return report

        first, second, third = review(), review(), review("--no-cache")
    entries = [each["ledger"]["entries"][0] for each in (first, second, third)]
    assert [each["by"] for each in entries] == [entries[0]["by"], "exact", entries[0]["by"]]
    assert [each["usage"]["requests"] > 0 for each in (first, second, third)] == [True, False, True]
    assert ["no hunk is left to ask a model about" in each for each in said] == [False, True, False]
    assert second["cache"]["code"]["exact_hits"] == 1
    assert entries[1]["age_s"] >= 0
    assert (tmp_path / "home" / ".cache" / "hunkwise").stat().st_mode & 0o777 == 0o700

    info = json.loads(hunkwise("cache", "info", "--format", "json", env=env).stdout)
    assert (info["pools"]["code"]["hits"], info["pools"]["code"]["misses"]) == (1, 1)
    table = hunkwise("cache", "info", env=env).stdout
    assert "hit rate" in table
    assert "50%" in table
    exported = [json.loads(line) for line in hunkwise("cache", "export", env=env).stdout.splitlines()]
    assert [each["pool"] for each in exported] == ["code"] * info["pools"]["code"]["entries"]
    wrong = hunkwise("cache", "clear", "--pool", "cod", env=env)
    assert (wrong.returncode, "there is no pool cod" in wrong.stderr) == (2, True)
    assert "forgotten" in hunkwise("cache", "clear", "--pool", "code", env=env).stdout
    assert "no answer is stored" in hunkwise("cache", "info", env=env).stdout


def test_without_a_folder_there_is_nothing_to_look_after(tmp_path: Path) -> None:
    done = hunkwise("cache", "info", env={"HOME": str(tmp_path), "HUNKWISE_CACHE_DIR": ""})
    assert done.returncode == 2
    assert "no place for stored answers" in done.stderr
    assert not list(tmp_path.iterdir())


ERRANDS = (["clear"], ["info"], ["info", "--format", "json"], ["export"])


@pytest.mark.parametrize("arguments", ERRANDS)
def test_a_folder_that_can_t_be_used_is_an_error_and_not_an_empty_one(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "kept").write_text("in the way")
    failed(hunkwise("cache", *arguments, env={"HUNKWISE_CACHE_DIR": str(tmp_path / "kept")}))


@pytest.mark.parametrize("arguments", ERRANDS)
def test_a_server_that_is_down_is_an_error_and_not_an_empty_one(arguments: list[str]) -> None:
    url = f"redis://reviewer:a-passw0rd-of-it@127.0.0.1:{servers.free_port()}/0"
    assert "passw0rd" not in failed(hunkwise("cache", *arguments, env={"HUNKWISE_REDIS_URL": url}))


@pytest.mark.parametrize("arguments", ERRANDS)
def test_so_is_a_postgresql(arguments: list[str]) -> None:
    servers.postgres()
    url = f"postgresql://reviewer:a-passw0rd-of-it@127.0.0.1:{servers.free_port()}/reviews"
    assert "passw0rd" not in failed(hunkwise("cache", *arguments, env={"HUNKWISE_POSTGRES_URL": url}))


def failed(done: subprocess.CompletedProcess[str]) -> str:
    """Check that an errand failed with no figure and at most two lines; return those."""
    assert (done.returncode, done.stdout) == (4, "")
    assert "can't be used" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    return done.stderr


def test_an_export_goes_on_past_a_row_that_is_no_text(tmp_path: Path) -> None:
    with closing(AnswerFile(tmp_path)) as cache:
        cache.put([answer("a"), answer("b"), answer("c")])
    with closing(sqlite3.connect(tmp_path / "answers-1.0.sqlite3")) as connection, connection:
        connection.execute("UPDATE answers SET space = CAST(x'ff' AS TEXT) WHERE key = 'b'")
    done = hunkwise("cache", "export", env={"HUNKWISE_CACHE_DIR": str(tmp_path)})
    assert [json.loads(line)["key"] for line in done.stdout.splitlines()] == ["a", "c"]
    assert "1 could not be read" in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("variable", ["", "GITHUB_ACTIONS", "CI"])
def test_in_a_job_only_a_state_key_seals(tmp_path: Path, variable: str) -> None:
    in_a_job = bool(variable)
    change = tmp_path / "change.diff"
    change.write_text(DIFF)
    with LoopbackModel() as model:
        env = {
            "HUNKWISE_CACHE_DIR": str(tmp_path / "cache"),
            "OPENAI_BASE_URL": model.base_url,
            "PATH": "/usr/bin:/bin",
        }
        env |= {variable: "true"} if in_a_job else {}
        done = hunkwise("review", str(change), "--model", "m", env=env)
        assert ("they need a state key" in done.stderr) is in_a_job
        assert any((tmp_path / "cache").glob("answers-*")) is not in_a_job
        hunkwise("review", str(change), "--model", "m", env={**env, "HUNKWISE_STATE_KEY": "k"})
        assert any((tmp_path / "cache").glob("answers-*"))


def test_a_folder_in_a_repository_brings_no_key_of_its_own(tmp_path: Path) -> None:
    Clone(tmp_path / "clone")
    kept = tmp_path / "clone" / "kept"
    (tmp_path / "change.diff").write_text(DIFF)
    with LoopbackModel() as model:
        env = {"HUNKWISE_CACHE_DIR": str(kept), "OPENAI_BASE_URL": model.base_url, "PATH": "/usr/bin:/bin"}
        done = hunkwise("review", str(tmp_path / "change.diff"), "--model", "m", env=env)
    assert "or in a repository's folder" in done.stderr
    assert not kept.exists() or not list(kept.glob("answers*"))


def test_a_diff_outside_a_repository_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text(DIFF)
    with LoopbackModel() as model:
        env = {"HOME": str(tmp_path), "OPENAI_BASE_URL": model.base_url, "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-m", "hunkwise", "review", "change.diff", "--model", "m"]
        for _ in range(2):
            subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, check=False)
        asked = model.requests
    assert len(asked) >= 2
    assert not list((tmp_path / ".cache" / "hunkwise").glob("answers-*"))


@pytest.mark.parametrize("named", ["~/kept", " {home}/kept "])
def test_answers_and_health_are_in_one_folder(tmp_path: Path, named: str) -> None:
    (tmp_path / "change.diff").write_text(DIFF)
    with LoopbackModel() as model:
        env = {
            "HOME": str(tmp_path),
            "HUNKWISE_CACHE_DIR": named.replace("{home}", str(tmp_path)),
            "OPENAI_BASE_URL": model.base_url,
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-m", "hunkwise", "review", "change.diff", "--model", "m"]
        subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, check=False)
    assert list((tmp_path / "kept").glob("*health*"))
    assert not (tmp_path / "~").exists()
