"""The way to a Redis: asked while it answers, and from its first failure on not asked again in the run.

A cache must never be the reason that a review fails or waits: one timeout is all that a server which is down may cost.
What is said of it holds neither its password nor its user.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from hunkwise.core import addresses
from hunkwise.errors import ConfigurationError
from hunkwise.model.change import Notice

T = TypeVar("T")

Client = Any
"""A client of the SDK, whose own types speak of its synchronous and its asynchronous face at once."""

TIMEOUT_S = 1.0
"""Seconds to wait for a connection, and for an answer: a store in the next rack takes a thousandth of it."""

SCHEMES = frozenset({"redis", "rediss"})
"""Plain, and with TLS."""

ROOT = "hunkwise:1"
"""What all keys begin with; the number is the version of their form."""

OTHER_FORM = (ValueError, TypeError, AttributeError, LookupError)
"""What becomes of an answer that is of another form than ours: some number, say, where bytes were to come."""


class Line:
    """Opens its connections when they are needed. Raises ConfigurationError for an address that is none."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        address = addresses.of(url, SCHEMES, 6379)
        if address is None:
            raise ConfigurationError(
                "HUNKWISE_REDIS_URL (redis-url) is no address of a Redis",
                hint="for example rediss://cache.example.com:6380/0",
            )
        self._address = address
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._is_down = False
        self._has_vectors: bool | None = None
        self._told: list[Notice] = []

    def run(self, step: Callable[[Client], T], otherwise: T) -> T:
        """Do one step at the server; `otherwise` where that fails, or did before."""
        if self._is_down:
            return otherwise
        import redis  # noqa: PLC0415  # late: 0.2 s

        try:
            return step(self._opened())
        except (redis.RedisError, OSError, *OTHER_FORM) as error:
            self._give_up(error)
            return otherwise

    def has_vectors(self, client: Client) -> bool:
        """Whether the server knows vector sets (Redis 8); raises RedisError."""
        if self._has_vectors is None:
            self._has_vectors = any(client.execute_command("COMMAND INFO", "VSIM") or ())
        return self._has_vectors

    def told(self) -> tuple[Notice, ...]:
        """Return what a person should know of the server."""
        return tuple(self._told)

    def close(self) -> None:
        """Free the connections; what comes later opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # what can go wrong in saying goodbye is of no interest
                client.close()

    def _opened(self) -> Client:
        import redis  # noqa: PLC0415  # late: 0.2 s
        from redis.backoff import NoBackoff  # noqa: PLC0415  # late: with it
        from redis.retry import Retry  # noqa: PLC0415  # late: with it

        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    self._address.url,
                    socket_connect_timeout=self._timeout_s,
                    socket_timeout=self._timeout_s,
                    retry=Retry(NoBackoff(), 0),
                    protocol=2,  # old servers and proxies know no other
                )
            return self._client

    def _give_up(self, error: Exception) -> None:
        with self._lock:
            first, self._is_down = not self._is_down, True
        if first:
            said = self._address.said(str(error)) or type(error).__name__
            text = f"The Redis at {self._address.shown} can't be used, so it is not: {said}."
            self._told.append(Notice(code="redis-unusable", text=text))
