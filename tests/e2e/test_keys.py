"""`hunkwise keys audit` as a user runs it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hunkwise.cli import run

TODAY = datetime.now(UTC).date()


def noted(folder: Path, *ages: int) -> str:
    rows = [f"  - {{id: key-{age}, created: {TODAY - timedelta(days=age)}}}" for age in ages]
    (folder / "keys.yml").write_text("\n".join(["keys:", *rows]), "utf-8")
    return str(folder / "keys.yml")


@pytest.mark.parametrize(
    ("ages", "code", "said"),
    [((3,), 0, ["ok "]), ((3, 90), 0, ["ok ", "due"]), ((181, 3), 1, ["over", "ok "])],
)
def test_a_key_is_due_at_90_days_and_past_the_limit_the_command_fails(
    ages: tuple[int, ...], code: int, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "audit", "--metadata", noted(tmp_path, *ages)]) == code
    assert [row[: len(word)] for row, word in zip(capsys.readouterr().out.splitlines(), said, strict=True)] == said


def test_the_limits_are_the_team_s(tmp_path: Path) -> None:
    assert run(["keys", "audit", "--metadata", noted(tmp_path, 31), "--max-days", "30"]) == 1


def test_one_key_is_one_and_a_date_of_the_future_is_no_age(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "audit", "--metadata", noted(tmp_path, -5)]) == 1
    told = capsys.readouterr()
    assert told.out == "over key--5: its date created is in the future\n"
    assert told.err == "1 key: 1 past 180 days, 0 due after 90\n"
    assert run(["keys", "audit", "--metadata", noted(tmp_path, 1)]) == 0
    assert capsys.readouterr().out == "ok   key-1: 1 day since it was made, never rotated\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[]", "keys.yml holds no list of keys"),
        (b"", "keys.yml holds no list of keys"),
        (b"keys: x", "keys.yml holds no list of keys"),
        (b"\x00\xff\x01", "keys.yml is not YAML"),
        (b"keys: [" + b" " * 70_000 + b"]", "keys.yml is larger than 65536 bytes"),
        (
            b"keys: [{id: a, creatd: 2026-01-01}]",
            "keys.yml: key 1: a field is none of id, created, last_rotated, scope",
        ),
        (b"keys: [{id: a}]", "keys.yml: key 1: created is missing"),
        (
            b"keys: [{id: a, created: 2026-01-01}, {id: b, created: soon}]",
            "keys.yml: key 2: created is no date, such as",
        ),
        (b"keys: [{id: '', created: 2026-01-01}]", "keys.yml: key 1: id is empty"),
        (b"keys: [a]", "keys.yml: key 1: it is no mapping of fields"),
        (b"keys: []\nother: 1", "keys.yml: a field is none of keys"),
    ],
)
def test_a_file_that_is_none_is_told_in_our_words(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keys.yml").write_bytes(content)
    assert run(["keys", "audit", "--metadata", str(tmp_path / "keys.yml")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "keys: [{id: ci-2026, created: 2026-08-01}]" in told


def test_the_help_names_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    run(["keys", "audit", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(f"[default: {each}" in told for each in ("hunkwise-keys.yml", "90", "180"))


def test_no_file_of_metadata_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "audit", "--metadata", str(tmp_path / "none.yml")]) == 2
    assert "can't be read" in capsys.readouterr().err
