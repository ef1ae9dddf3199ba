"""The HTTP of the server, and nothing of GitHub."""

import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An answer as it goes over the wire; one that is cut ends in the middle of its body."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_cut: bool = False


class Answers(Protocol):
    """Answers requests; None cuts the connection."""

    errors: list[Exception]
    now: Callable[[], float]

    def answer(self, method: str, target: str, headers: dict[str, str], content: bytes) -> Wire | None: ...


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    answers: Answers

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep an error of ours for the end; a client that goes away amid an answer is part of the tests."""
        del request, client_address
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.answers.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Keep quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time of the clock that the limits run on: `Date` and `x-ratelimit-reset` are compared."""
        return super().date_time_string(self.server.answers.now() if timestamp is None else timestamp)

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = self.server.answers.answer(self.command, self.path, headers, content)
        if given is None:
            self._cut()
            return
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if given.status != 204:
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        self.wfile.write(given.body[: len(given.body) // 2] if given.is_cut else given.body)
        if given.is_cut:
            self.close_connection = True

    def _cut(self) -> None:
        """Reset the connection before any byte of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
