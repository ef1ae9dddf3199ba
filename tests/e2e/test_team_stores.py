"""The command line with a team's Redis: what one run was told, the next one on another machine knows."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import servers
from loopback_model import LoopbackModel

DIFF = b"""diff --git a/app.py b/app.py
--- a/app.py
+++ b/app.py
@@ -1,2 +1,3 @@
 def f(xs):
     print(xs)
+    return xs[0]
"""


def review(tmp_path: Path, server: LoopbackModel, machine: str, **variables: str) -> dict[str, Any]:
    file = tmp_path / "change.diff"
    file.write_bytes(DIFF)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # answers of no repository are not kept
    home = tmp_path / machine
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE") if name in os.environ}
    environment = {**kept, "HOME": str(home), "OPENAI_BASE_URL": server.base_url, **variables}
    done = subprocess.run(
        [sys.executable, "-m", "hunkwise", "review", str(file), "--format", "json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode in {0, 1}, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return {**report, "stderr": done.stderr}


def test_runs_of_a_team_share_their_answers(tmp_path: Path) -> None:
    with LoopbackModel() as model, servers.running_redis(servers.redis_7(), tmp_path) as port:
        shared = {"HUNKWISE_REDIS_URL": f"redis://127.0.0.1:{port}/0", "HUNKWISE_STATE_KEY": "one key of the team"}
        review(tmp_path, model, "one", **shared)
        assert len(model.requests) == 1
        again = review(tmp_path, model, "other", **shared)
        assert len(model.requests) == 1
        assert again["ledger"]["entries"][0]["by"] == "exact"
        stranger = review(tmp_path, model, "stranger", **{**shared, "HUNKWISE_STATE_KEY": "another key"})
        assert len(model.requests) == 2
        assert stranger["ledger"]["reviewed"] == 1


def test_a_redis_that_is_down_costs_a_notice_and_no_review(tmp_path: Path) -> None:
    with LoopbackModel() as model:
        url = f"redis://reviewer:a-passw0rd-of-it@127.0.0.1:{servers.free_port()}/0"
        report = review(tmp_path, model, "one", HUNKWISE_REDIS_URL=url, HUNKWISE_STATE_KEY="one key of the team")
        assert report["verdict"]["outcome"] == "approve"
        (notice,) = [each for each in report["notices"] if each["code"] == "redis-unusable"]
        assert "passw0rd" not in json.dumps(report)
        assert "127.0.0.1" in notice["text"]


def test_an_address_that_is_none_is_an_error_of_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hunkwise", "review", "-"],
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "OPENAI_API_KEY": "sk-loopback-0123456789",
            "HUNKWISE_REDIS_URL": "cache:s3cret",
        },
        input=DIFF,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"HUNKWISE_REDIS_URL" in done.stderr
    assert b"s3cret" not in done.stderr
    assert b"Traceback" not in done.stderr
