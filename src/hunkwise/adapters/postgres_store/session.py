"""One connection to a PostgreSQL: used while it answers, and from its first failure on left alone for the run.

Wants the extra `pgvector`. What is said of the server holds neither its password nor its user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from hunkwise.adapters.postgres_store import tables
from hunkwise.core import addresses
from hunkwise.errors import ConfigurationError
from hunkwise.model.change import Notice

T = TypeVar("T")

Rows = Any
"""A cursor of the SDK, which is an extra."""

CONNECT_S = 2
"""Seconds to wait for a connection; the client library takes no less."""

ANSWER_S = 5.0
"""Seconds that one statement may take."""

SCHEMES = frozenset({"postgres", "postgresql"})


class Session:
    """Connects when it is needed. Raises ConfigurationError for an address that is none, or without the extra."""

    def __init__(self, url: str, answer_s: float = ANSWER_S) -> None:
        address = addresses.of(url, SCHEMES, 5432)
        if address is None:
            raise ConfigurationError(
                "HUNKWISE_POSTGRES_URL is no address of a PostgreSQL",
                hint="for example postgresql://db.example.com/reviews?sslmode=verify-full",
            )
        if importlib.util.find_spec("psycopg") is None:
            raise ConfigurationError(
                "HUNKWISE_POSTGRES_URL is set, and the client is not installed",
                hint="pip install '.[pgvector]'",
            )
        self._address = address
        self._answer_ms = round(answer_s * 1000)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._is_down = False
        self._told: list[Notice] = []

    def run(self, step: Callable[[Rows], T], otherwise: T) -> T:
        """Do one step as one transaction; `otherwise` where that fails, or did before."""
        import psycopg  # noqa: PLC0415  # late, and an extra

        with self._lock:
            if self._is_down:
                return otherwise
            try:
                if self._connection is None:
                    self._connection = self._connected()
                with self._connection.transaction(), self._connection.cursor() as cursor:
                    return step(cursor)
            except (psycopg.Error, OSError, ValueError, TypeError) as error:  # the last two: rows of another form
                self._give_up(error)
                return otherwise

    def told(self) -> tuple[Notice, ...]:
        """Return what a person should know of the server."""
        return tuple(self._told)

    def close(self) -> None:
        """Free the connection; what comes later opens another one."""
        with self._lock:
            self._drop()

    def _connected(self) -> Any:  # noqa: ANN401  # of an extra
        import psycopg  # noqa: PLC0415  # late, and an extra

        options = f"-c statement_timeout={self._answer_ms} -c lock_timeout={self._answer_ms}"
        with contextlib.ExitStack() as undoing:
            connection = psycopg.connect(
                self._address.url,
                autocommit=True,
                connect_timeout=CONNECT_S,
                options=options,
                tcp_user_timeout=self._answer_ms,
                application_name="hunkwise",
            )
            undoing.callback(connection.close)
            tables.create(connection)
            undoing.pop_all()
        return connection

    def _give_up(self, error: Exception) -> None:
        self._is_down = True
        self._drop()
        said = self._address.said(str(error)) or type(error).__name__
        text = f"The PostgreSQL at {self._address.shown} can't be used, so it is not: {said}."
        self._told.append(Notice(code="postgres-unusable", text=text))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
