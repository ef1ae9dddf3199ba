"""What a team's Redis may ask for, and what becomes of a run when it is down."""

import contextlib
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import servers
from cache_contract import answer, vector
from hunkwise.adapters.redis_store import Line, RedisCache, RedisHealth
from hunkwise.bootstrap import gate
from hunkwise.core import resilience
from hunkwise.core.resilience import Pass
from hunkwise.errors import ConfigurationError

PASSWORD = "p%40ss-w0rd-of-a-test"
USER = "reviewer-of-a-team"


@pytest.fixture
def silent() -> Iterator[int]:
    """Take connections and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def hides(text: str) -> bool:
    return not any(each in text for each in (PASSWORD, "p@ss-w0rd-of-a-test", USER))


def test_a_server_that_is_down_is_a_miss_told_once() -> None:
    line = Line(f"redis://{USER}:{PASSWORD}@127.0.0.1:{servers.free_port()}/0")
    cache = RedisCache(line)
    cache.put([answer("a", vector=vector(1, 0))])
    assert cache.get("code", ["a"]) == {}
    assert not cache.nearest("code", vector(1, 0), 3)
    cache.count("code", 1, 1)
    assert not cache.info()
    assert cache.clear() == 0
    assert list(cache.export()) == []
    cache.close()
    (notice,) = cache.told()
    assert notice.code == "redis-unusable"
    assert "127.0.0.1" in notice.text
    assert hides(notice.text)
    assert hides(repr(line))


def test_a_server_that_says_nothing_costs_one_wait_whoever_asks(silent: int) -> None:
    cache = RedisCache(Line(f"redis://127.0.0.1:{silent}/0", timeout_s=0.3))
    started = time.monotonic()
    threads = [threading.Thread(target=cache.get, args=("code", [str(number)])) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for _ in range(20):
        cache.get("code", ["a"])
    assert time.monotonic() - started < 2
    assert len(cache.told()) == 1
    cache.close()


@contextlib.contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Answer the same to whatever is asked."""

    class Same(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                if line.startswith(b"*"):  # each command begins with the count of its words
                    self.wfile.write(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Same) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


NUMBER, NUMBERS = b":7\r\n", b"*2\r\n:7\r\n:8\r\n"


@pytest.mark.parametrize(
    ("reply", "step"),
    [
        (NUMBER, lambda cache: cache.info()),
        (NUMBER, lambda cache: cache.get("code", ["a"])),
        (NUMBER, lambda cache: cache.put([answer("a", vector=vector(1, 0))])),
        (NUMBER, lambda cache: cache.nearest("code", vector(1, 0), 1)),
        (NUMBERS, lambda cache: cache.info()),
        (NUMBERS, lambda cache: list(cache.export())),
        (NUMBERS, lambda cache: cache.clear()),
    ],
)
def test_a_server_that_answers_something_else_is_a_miss_told_once(reply: bytes, step: Any) -> None:
    with answering(reply) as port:
        cache = RedisCache(Line(f"redis://127.0.0.1:{port}/0"))
        step(cache)
        assert [each.code for each in cache.told()] == ["redis-unusable"]
        cache.close()


def test_health_of_a_server_that_is_down_is_what_the_run_learns_itself() -> None:
    health = RedisHealth(Line(f"redis://127.0.0.1:{servers.free_port()}/0"), "host")
    health.change("m", lambda _, now: (None, resilience.Health(failures=5, opened=1, open_until=now + 100)))
    assert health.change("m", resilience.admit).passes is Pass.WAIT


@pytest.mark.parametrize("url", ["", "localhost", "http://host", "redis://", "redis://host:port", "rediss://[::1"])
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Line(url)
    assert gate.told(raised.value.hint) == "for example rediss://cache.example.com:6380/0"
    assert url == "" or url not in raised.value.message


def test_a_user_with_few_rights_is_enough(tmp_path: Path) -> None:
    acl = tmp_path / "users.acl"
    rights = "~hunkwise:* +@read +@write +@scripting +@connection +@transaction +time +command|info"
    acl.write_text(f"user default off\nuser {USER} on >p@ss-w0rd-of-a-test resetchannels {rights} -@dangerous +sort\n")
    with servers.running_redis(servers.redis_7(), tmp_path, ["--aclfile", str(acl)]) as port:
        line = Line(f"redis://{USER}:{PASSWORD}@127.0.0.1:{port}/0", timeout_s=10)
        cache = RedisCache(line)
        cache.put([answer("a", vector=vector(1, 0))])
        assert set(cache.get("code", ["a"])) == {"a"}
        assert len(cache.nearest("code", vector(1, 0), 1)) == 1
        cache.count("code", 1, 0)
        assert [each.hits for each in cache.info()] == [1]
        assert RedisHealth(line, "host").change("m", resilience.admit).passes is Pass.GO
        assert not cache.told()
        assert cache.clear() == 1
        cache.close()

        stranger = RedisCache(Line(f"redis://{USER}:another-p4ss@127.0.0.1:{port}/0", timeout_s=10))
        assert stranger.get("code", ["a"]) == {}
        (notice,) = stranger.told()
        assert hides(notice.text)
        assert "another-p4ss" not in notice.text
        stranger.close()


def test_what_a_user_may_not_do_is_told_and_is_a_miss(tmp_path: Path) -> None:
    acl = tmp_path / "users.acl"
    acl.write_text("user default on nopass ~hunkwise:* +@read +@connection\n")
    with servers.running_redis(servers.redis_7(), tmp_path, ["--aclfile", str(acl)]) as port:
        cache = RedisCache(Line(f"redis://127.0.0.1:{port}/0", timeout_s=10))
        cache.put([answer("a")])
        (notice,) = cache.told()
        assert "permission" in notice.text.lower()
        cache.close()


def certificates(folder: Path) -> None:
    """Make an authority and a certificate of 127.0.0.1."""
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", *subject, *names, *files], check=True, capture_output=True)


def test_tls_with_an_authority_that_is_trusted_and_not_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates(tmp_path)
    options = ["--tls-port", "--tls-cert-file", str(tmp_path / "cert.pem"), "--tls-key-file", str(tmp_path / "key.pem")]
    options += ["--tls-ca-cert-file", str(tmp_path / "cert.pem"), "--tls-auth-clients", "no"]
    with servers.running_redis(servers.redis_7(), tmp_path, options) as port:
        stranger = RedisCache(Line(f"rediss://127.0.0.1:{port}/0", timeout_s=10))
        assert stranger.get("code", ["a"]) == {}
        assert "certificate" in stranger.told()[0].text.lower()
        stranger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        cache = RedisCache(Line(f"rediss://127.0.0.1:{port}/0", timeout_s=10))
        cache.put([answer("a")])
        assert set(cache.get("code", ["a"])) == {"a"}
        assert not cache.told()
        cache.close()
