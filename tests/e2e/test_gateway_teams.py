"""Keys and limits of teams, by the paths of a change or by name, at the command line and on a pull request."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gateway_stage as stage
import loopback_answers as answers
from clone import Clone
from hunkwise.settings import Settings
from loopback_answers import Answer
from loopback_model import LoopbackModel, reads_all
from pull_stage import BASE, HEAD, staged

TEAMS = """\
teams:
  - {name: shop, paths: ["part_[0-3].py"], key_variable: OPENAI_API_KEY_SHOP, max_requests: 1}
  - {name: pay, paths: ["pay/**"], key_variable: OPENAI_API_KEY_PAY}
"""
KEYS = {"sk-test-1": "all", "sk-shop-1": "shop"}


MOVED = b"""diff --git a/pay/money.py b/part_0.py
similarity index 100%
rename from pay/money.py
rename to part_0.py
"""


def script(body: dict[str, Any], index: int) -> Answer:
    """Read everything, or describe it."""
    if body["response_format"]["json_schema"]["name"] == "hunkwise_describe":
        said = {"summary": "Adds parts.", "walkthrough": [], "risks": []}
        return answers.completion(json.dumps(said), model=str(body["model"]))
    return reads_all(body, index)


def environment(server: LoopbackModel) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HUNKWISE_CACHE_DIR") if name in os.environ}
    keys = {"OPENAI_API_KEY": "sk-test-1", "OPENAI_API_KEY_SHOP": "sk-shop-1"}
    return {
        **kept,
        **keys,
        "OPENAI_BASE_URL": server.base_url,
        "HUNKWISE_CHUNK_TOKENS": "200",
        "HUNKWISE_CACHE": "false",
    }


def asked(
    tmp_path: Path, change: int | bytes, config: str = TEAMS, command: str = "review", **more: str
) -> tuple[int, dict[str, Any], list[str], str]:
    """Return exit code, report, and whose keys were used, for a change of so many files."""
    (tmp_path / "change.diff").write_bytes(stage.diff(change) if isinstance(change, int) else change)
    (tmp_path / ".hunkwise.yml").write_text(config)
    with LoopbackModel(script, keys=KEYS) as server:
        done = subprocess.run(
            [sys.executable, "-m", "hunkwise", command, "change.diff", "--format", "json"],
            cwd=tmp_path, env={**environment(server), **more}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert not any(key in done.stdout + done.stderr for key in KEYS)
        report = json.loads(done.stdout) if done.stdout else {}
        return done.returncode, report, [each.key for each in server.requests], done.stderr


def test_a_change_in_a_team_s_paths_takes_its_key_and_its_limits(tmp_path: Path) -> None:
    code, report, keys, _ = asked(tmp_path, 4)
    assert (code, keys) == (5, ["shop"]), "max_requests is the team's"
    (notice,) = [each for each in report["notices"] if each["code"] == "team"]
    assert notice["text"] == "This change was reviewed with the key and limits of the team shop."


def test_a_change_that_touches_more_is_no_team_s(tmp_path: Path) -> None:
    code, report, keys, _ = asked(tmp_path, 5)
    assert (code, set(keys)) == (0, {"all"})
    assert [each for each in report["notices"] if each["code"] == "team"] == []


def test_a_file_that_was_another_team_s_makes_the_change_no_team_s(tmp_path: Path) -> None:
    renamed = MOVED + stage.diff(2).replace(b"part_0", b"part_2")
    code, report, keys, _ = asked(tmp_path, renamed)
    assert (code, set(keys)) == (0, {"all"})
    assert [each for each in report["notices"] if each["code"] == "team"] == []
    assert asked(tmp_path, renamed.replace(b"pay/money.py", b"part_1.py"))[2] == ["shop"]


def test_a_walkthrough_takes_the_team_s_key_too(tmp_path: Path) -> None:
    code, report, keys, errors = asked(tmp_path, 4, command="describe")
    assert (code, keys) == (0, ["shop"]), errors
    assert [each["code"] for each in report["notices"]] == ["team"]
    assert asked(tmp_path, 5, command="describe")[2] == ["all"]


def test_vectors_are_asked_for_with_the_team_s_key_alone(tmp_path: Path) -> None:
    Clone(tmp_path)  # what is kept belongs to a repository, and lies outside of it
    kept = {
        "HUNKWISE_CACHE": "true",
        "HUNKWISE_CACHE_DIR": str(tmp_path.parent / f"{tmp_path.name}-kept"),
        "HUNKWISE_EMBEDDER": "openai",
    }
    change = stage.diff(1).replace(b"part_0.py", b"part_0.md")
    _, report, keys, _ = asked(tmp_path, change, TEAMS.replace(".py", ".*").replace("max_requests: 1", ""), **kept)
    assert report["usage"]["embedding_tokens"], "vectors were asked for"
    assert keys == ["shop", "shop"]


def test_a_team_may_be_named(tmp_path: Path) -> None:
    assert asked(tmp_path, 6, HUNKWISE_TEAM="shop")[2] == ["shop"]
    assert asked(tmp_path, 6, f"{TEAMS}team: shop\n")[2] == ["shop"]
    code, _, keys, errors = asked(tmp_path, 3, HUNKWISE_TEAM="ship")
    assert (code, keys) == (2, [])
    assert "there is no team ship" in errors


def test_a_key_that_is_missing_is_no_reason_to_take_another_s(tmp_path: Path) -> None:
    code, _, keys, errors = asked(tmp_path, 2, HUNKWISE_TEAM="pay")
    assert (code, keys) == (2, [])
    assert "team pay: OPENAI_API_KEY_PAY is not set" in errors
    code, _, keys, errors = asked(tmp_path, 6, OPENAI_API_KEY="", OPENAI_BASE_URL="")
    assert (code, keys) == (2, [])
    assert "this change belongs to no team that has a key" in errors


def test_a_key_of_openai_s_is_not_sent_to_azure(tmp_path: Path) -> None:
    azure = {"OPENAI_BASE_URL": "", "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9"}
    code, _, _, errors = asked(tmp_path, 2, **azure)
    assert code == 2
    assert "team shop: OPENAI_API_KEY_SHOP is not of the endpoint asked" in errors


@pytest.mark.parametrize(
    "name", ["GITHUB_TOKEN", "HUNKWISE_STATE_KEY", "OPENAI_API_KEY_FILE", "HUNKWISE_KEY_COMMAND", "MY_OPENAI_API_KEY_A"]
)
def test_a_configuration_can_not_send_any_other_secret_to_a_server(name: str, tmp_path: Path) -> None:
    config = f"teams:\n  - {{name: a, paths: ['**'], key_variable: {name}}}\n"
    code, _, keys, errors = asked(tmp_path, 1, config, **{name: "sk-shop-1"})
    assert (code, keys) == (2, [])
    is_file = name == "OPENAI_API_KEY_FILE"
    said = f"{name} holds no key, but the name of a file" if is_file else "String should match pattern"
    assert f".hunkwise.yml:2: teams[0].key_variable: {said}" in errors
    assert "\n  key_variable: The environment variable that holds its keys" in errors


def test_two_teams_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two teams have one name"):
        Settings.model_validate({"teams": [{"name": "a"}, {"name": "a"}]})


def test_a_pull_request_of_a_team_takes_its_budget(tmp_path: Path) -> None:
    config = "teams:\n  - {name: shop, paths: [app.py], max_cost: 0.00001}\n"
    files = {".hunkwise.yml": config}
    with staged(tmp_path, base={**BASE, **files}, head={**HEAD, **files}) as on:
        done = on.opened(report="report.json")
        assert (done.outputs["outcome"], on.model.requests) == ("incomplete", [])
        assert done.report is not None
        reasons = {each["reason"] for each in done.report["ledger"]["entries"]}
        assert reasons == {"unread: budget (max_cost of $1e-05 is used up)"}
        assert "team" in [each["code"] for each in done.report["notices"]]
