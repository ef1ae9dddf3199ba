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


def test_no_file_of_metadata_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "audit", "--metadata", str(tmp_path / "none.yml")]) == 2
    assert "can't be read" in capsys.readouterr().err
