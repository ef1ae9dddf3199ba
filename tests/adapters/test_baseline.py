"""A baseline as detect-secrets itself writes it allows findings, and nothing more."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

import planted
from builders import hunk
from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.core import exposures, redact

SCANNER = DetectSecretsScanner()


def found(secret: planted.Planted, baseline: bytes | None, path: str = "app.py") -> int:
    made = hunk(*[f"+{row}" for row in secret.text.split("\n")])
    masked = redact.hunk(made, SCANNER.scan, redact.Placeholders())
    assert not any(value in "\n".join(masked.lines) for value in secret.values)
    return len(exposures.findings(path, path, made, masked, exposures.allow_list((), baseline)))


@pytest.mark.parametrize("kind", ["aws-access-key", "stripe", "slack-bot", "npm", "pem-rsa-private-key"])
def test_what_a_team_has_looked_at_is_no_finding_again(kind: str, tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311  # the same draw every time
    secret, other = planted.plant(kind, chance), planted.plant(kind, chance)
    (tmp_path / "app.py").write_text(secret.text + "\n", "utf-8")
    written = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan", "app.py"], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    assert b"hashed_secret" in written
    assert found(secret, None) == 1
    assert found(secret, written) == 0
    assert found(secret, written, "other.py") == 1
    assert found(other, written) == (0 if kind.startswith("pem") else 1)
