"""A real HTTP server on loopback that speaks OpenAI's chat completions, for tests and benchmarks.

It is no model: its answers are written by hand or by a script, and nothing it says measures a review's quality. It
keeps every request with what it answered, so that a test can prove what was sent.
"""

import json
import re
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import fakes
import loopback_answers as answers
import loopback_streams as streams
from hunkwise.core import ngrams
from loopback_answers import Answer

DRIP_S = 0.02
"""Seconds between two bytes of an answer that drips."""

CREDENTIALS = ("authorization", "api-key")
"""Headers that carry a key: OpenAI's, and Azure's own."""

PATHS = re.compile(
    r"/v1/(?:chat/completions|embeddings)|/openai/v1/(?:chat/completions|embeddings)"
    r"|/openai/deployments/[^/]+/(?:chat/completions|embeddings)\?api-version=\d{4}-\d\d-\d\d(?:-preview)?"
)
"""Where answers and vectors are asked for: at OpenAI, at Azure's v1 interface, and at Azure by deployment."""

Script = Callable[[dict[str, Any], int], Answer]
"""Answers a request's body (and its number, from 0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request: its number, its connection's, path, headers without credentials, whose key, body; and its answer.

    `key` is the label the test gave the key, "none" without one, "unknown" for any other; `credential` is the header
    that carried it. `content` is the body as it came.
    """

    index: int
    connection: int
    method: str
    path: str
    headers: Mapping[str, str]
    key: str
    body: dict[str, Any]
    content: bytes
    answer: Answer
    credential: str = ""


def reads_all(body: dict[str, Any], index: int) -> Answer:
    """Acknowledge every hunk of a review request and find nothing."""
    del index
    return answers.completion(fakes.answer(hunk_ids(body)), model=str(body["model"]))


def embeds(body: dict[str, Any], index: int) -> Answer:
    """Give each text the vector of its words."""
    del index
    return answers.embeddings([ngrams.vector(each) for each in body["input"]], model=str(body["model"]))


def upholds_all(body: dict[str, Any], index: int) -> Answer:
    """Refute no claim of a verify request."""
    del index
    return answers.completion(fakes.verdicts(*map(fakes.verdict, claim_ids(body))), model=str(body["model"]))


def claim_ids(body: Mapping[str, Any]) -> list[str]:
    """Return the ids of the claims a request holds: only a verify request holds any."""
    return fakes.CLAIM_ID.findall("\n".join(str(each["content"]) for each in body.get("messages", [])))


def hunk_ids(body: Mapping[str, Any]) -> list[str]:
    """Return the ids of the hunks a request shows, each once, in order."""
    shown = "\n".join(str(each["content"]) for each in body["messages"] if each["role"] == "user")
    return list(dict.fromkeys(fakes.HUNK_ID.findall(shown)))


class LoopbackModel:
    """The server, as a context manager.

    `models`: names it serves (others: 404); None serves any. `keys`: label by key; when given, any other key is
    refused (401). `verify` answers requests that hold claims, `embed` those that ask for vectors; each script's index
    counts its own requests. `refuses`: an answer by name of a parameter it does not take, or by
    `response_format=<type>`. A completion is streamed to whoever asks for it, unless `streams` is False. `broken_off`
    counts the answers that a client did not wait for.
    """

    def __init__(
        self,
        script: Script = reads_all,
        *,
        verify: Script = upholds_all,
        models: tuple[str, ...] | None = None,
        keys: Mapping[str, str] | None = None,
        refuses: Mapping[str, Answer] | None = None,
        streams: bool = True,
        embed: Script = embeds,
    ) -> None:
        self._script = script
        self._embed = embed
        self._verify = verify
        self._asked: Counter[Script] = Counter()
        self._streams = streams
        self._models = models
        self._keys = keys or {}
        self._refuses = refuses or {}
        self._lock = threading.Lock()
        self._connections = 0
        self.requests: list[Recorded] = []
        self.errors: list[Exception] = []
        self.broken_off = 0
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        return f"http://{self.host}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [each.body for each in self.requests]

    @property
    def reviews(self) -> list[Recorded]:
        """The requests that ask for a review; all others have claims refuted."""
        return [each for each in self.requests if not claim_ids(each.body)]

    @property
    def verifies(self) -> list[Recorded]:
        return [each for each in self.requests if claim_ids(each.body)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if kind is None and self.errors:
            raise self.errors[0]

    def connected(self) -> int:
        """Return the number of a new connection."""
        with self._lock:
            self._connections += 1
            return self._connections

    def answer(self, handler: "_Handler", content: bytes) -> Answer:
        """Return the answer to a request, and record both."""
        body = _json(content)
        label = self._label(handler.headers.get("Authorization", "") or handler.headers.get("api-key", ""))
        script = self._embed if "input" in body else self._verify if claim_ids(body) else self._script
        with self._lock:
            index = len(self.requests)
            own = self._asked[script]
            self._asked[script] += 1
            self.requests.append(self._record(handler, index, label, content, answers.HANG))
        given = self._refusal(handler, label, body) or script(body, own)
        if self._streams and body.get("stream"):
            given = streams.of_completion(given, body)
        with self._lock:
            self.requests[index] = self._record(handler, index, label, content, given)
        return given

    def _record(self, handler: "_Handler", index: int, key: str, content: bytes, given: Answer) -> Recorded:
        kept = {name.lower(): value for name, value in handler.headers.items() if name.lower() not in CREDENTIALS}
        return Recorded(
            index=index,
            connection=handler.connection_number,
            method=handler.command,
            path=handler.path,
            headers=kept,
            key=key,
            body=_json(content),
            content=content,
            answer=given,
            credential=next((name for name in CREDENTIALS if name in handler.headers), ""),
        )

    def _label(self, authorization: str) -> str:
        key = authorization.removeprefix("Bearer ")
        return self._keys.get(key, "unknown" if key else "none")

    def _refusal(self, handler: "_Handler", label: str, body: dict[str, Any]) -> Answer | None:
        if self._keys and label in {"unknown", "none"}:
            return answers.bad_key()
        if handler.command == "GET" and handler.path == "/v1/models":
            return answers.models(self._models or ())
        if handler.command != "POST" or not PATHS.fullmatch(handler.path):
            return answers.page(404, "404 page not found")
        if self._models is not None and body.get("model") not in self._models:
            return answers.unknown_model(str(body.get("model")))
        form = body.get("response_format", {}).get("type")
        for name, refused in self._refuses.items():
            if name in body or name == f"response_format={form}":
                return refused
        return None


def _json(content: bytes) -> dict[str, Any]:
    body = json.loads(content or b"{}")
    assert isinstance(body, dict)
    return body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    model: LoopbackModel

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep an error of a script for the end; a client that goes away amid an answer is part of the tests."""
        del request, client_address
        error = sys.exception()
        if isinstance(error, OSError):
            self.model.broken_off += 1
        elif isinstance(error, Exception):
            self.model.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    connection_number = 0

    def setup(self) -> None:
        super().setup()
        self.connection_number = self.server.model.connected()

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Keep quiet."""

    def _answer(self, content: bytes) -> None:
        given = self.server.model.answer(self, content)
        if given.delay_s:
            self.server.model.stopping.wait(given.delay_s)
        if given.ending == "hang":
            self.server.model.stopping.wait()
        if given.ending in {"hang", "reset"}:
            self._reset()
            return
        self._send(given)

    def _send(self, given: Answer) -> None:
        self.send_response(given.status)
        for name, value in given.headers:
            self.send_header(name, value)
        is_chunked = streams.is_stream(given)
        self.send_header(
            *(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(len(given.body))))
        )
        self.end_headers()
        for part in self._parts(given):
            if self.server.model.stopping.is_set():
                return
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if is_chunked else part)
        if given.ending in {"stall", "open"}:
            self.server.model.stopping.wait()
        if given.ending in {"cut", "stall", "open"}:
            self.close_connection = True
        elif is_chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _parts(self, given: Answer) -> Iterator[bytes]:
        content = given.body[: len(given.body) // 2] if given.ending in {"cut", "stall"} else given.body
        if given.ending == "drip":
            for byte in content:
                self.server.model.stopping.wait(DRIP_S)
                yield bytes([byte])
        elif given.pace_s:
            for event in content.split(b"\n\n"):
                yield event + b"\n\n"
                self.server.model.stopping.wait(given.pace_s)
        elif content:
            yield content

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
