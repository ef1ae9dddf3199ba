"""A review by a deployment of Azure OpenAI, as a person calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loopback_model import LoopbackModel

KEY = "0123456789abcdef0123456789abcdef"
CHANGE = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def review(tmp_path: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "change.diff").write_text(CHANGE, "utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HUNKWISE_CACHE_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "hunkwise", "review", "change.diff", "--format", "json", *options],
        cwd=tmp_path,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("", "/openai/v1/chat/completions"),
        ("2024-10-21", "/openai/deployments/review/chat/completions?api-version=2024-10-21"),
    ],
)
def test_a_deployment_reviews(version: str, path: str, tmp_path: Path) -> None:
    with LoopbackModel(keys={KEY: "azure", "sk-openai": "openai"}) as server:
        done = review(
            tmp_path,
            "--model",
            "review",
            AZURE_OPENAI_ENDPOINT=f"http://{server.host}/",
            AZURE_OPENAI_API_KEY=KEY,
            AZURE_OPENAI_API_VERSION=version,
            OPENAI_API_KEY="sk-openai",
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"]["outcome"] == "approve"
    assert [(sent.path, sent.key) for sent in server.requests] == [(path, "azure")]
    assert KEY not in done.stdout + done.stderr


def test_without_its_own_key_nobody_is_asked(tmp_path: Path) -> None:
    with LoopbackModel() as server:
        azure = f"http://{server.host}"
        done = review(tmp_path, "--engine", "llm", AZURE_OPENAI_ENDPOINT=azure, OPENAI_API_KEY="sk-openai")
        told = "hunkwise: AZURE_OPENAI_ENDPOINT is set, and no key for it\n  set AZURE_OPENAI_API_KEY\n"
        assert (done.returncode, done.stderr) == (2, told)
        done = review(tmp_path, AZURE_OPENAI_ENDPOINT=azure, OPENAI_API_KEY="sk-openai")
        assert (
            "no model is asked: AZURE_OPENAI_ENDPOINT is set, and no key for it (AZURE_OPENAI_API_KEY)" in done.stderr
        )
        assert json.loads(done.stdout)["tool"]["engine"] == "rules"
        done = review(tmp_path, AZURE_OPENAI_ENDPOINT=azure, AZURE_OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.base_url)
        assert (done.returncode, "both set" in done.stderr) == (2, True)
    assert server.requests == []
