"""An OpenAI-compatible server that others wrote (npm `@copilotkit/aimock`): a second opinion beside our own.

It answers by what the last message says, and its chaos can be switched while it runs.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import npm_packages

PACKAGE = "@copilotkit/aimock"
KEY = "sk-independent-0123456789abcdef"
START_S = 20.0


def missing() -> str:
    """Return why it can't run here; empty where it can."""
    if shutil.which("node") is None:
        return "node is not here: apt-get install nodejs npm"
    return "" if npm_packages.folder(PACKAGE) else npm_packages.missing(PACKAGE)


class IndependentModel:
    """The server with `fixtures`, as a context manager; it takes KEY alone."""

    def __init__(self, fixtures: list[dict[str, Any]], *options: str) -> None:
        self._fixtures = fixtures
        self._options = options
        self.host = ""

    @property
    def base_url(self) -> str:
        return f"http://{self.host}/v1"

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        fixtures = Path(self._folder.name) / "fixtures.json"
        fixtures.write_text(json.dumps({"fixtures": self._fixtures}), "utf-8")
        self._log = Path(self._folder.name) / "log"
        program = (npm_packages.folder(PACKAGE) or Path()) / "dist" / "cli.js"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    "node",
                    str(program),
                    "-p",
                    "0",
                    "-f",
                    str(fixtures),
                    "--strict",
                    "--validate-on-load",
                    *self._options,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"], "AIMOCK_API_KEYS": KEY},
            )
        self.host = self._started()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def chaos(self, **rates: float) -> None:
        """Set shares of requests (0 to 1) that end badly: dropRate, malformedRate, disconnectRate, rateLimitRate."""
        connection = http.client.HTTPConnection(self.host, timeout=5)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
        connection.request("POST", "/__aimock/chaos", json.dumps(rates), headers)
        assert connection.getresponse().status == 200
        connection.close()

    def _started(self) -> str:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            found = re.search(r"listening on http://(127\.0\.0\.1:\d+)", self._log.read_text("utf-8"))
            if found:
                return found[1]
            assert self._process.poll() is None, self._log.read_text("utf-8")
            time.sleep(0.05)
        raise AssertionError(f"not started within {START_S} s: {self._log.read_text('utf-8')}")
