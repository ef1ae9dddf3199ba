"""The loopback GitHub: its address, its tokens, its log, and the way of a request through it."""

import json
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from loopback_github import accounts
from loopback_github.accounts import ACTIONS_APP, ACTIONS_BOT, App, Token, TokenKind
from loopback_github.calls import Reply
from loopback_github.dispatch import Dispatch, refused
from loopback_github.faults import Fault, Faults
from loopback_github.handler import Handler, HttpServer, Wire
from loopback_github.limits import Budget, Limits
from loopback_github.log import Exchange, Request
from loopback_github.shapes import Shapes
from loopback_github.snapshot import snapshot
from loopback_github.state import State

Mapped = Mapping[str, str]


class LoopbackGitHub:
    """The server, as a context manager; see the package's text for how to use it.

    `enterprise` serves the paths of GitHub Enterprise Server. `limits` makes limits cheap to meet. `now` is the clock
    of the rate limits: give a test's own where waiting is not real.
    """

    def __init__(
        self,
        repo: str = "acme/shop",
        *,
        enterprise: bool = False,
        private: bool = False,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="loopback-github-")
        self.limits = limits or Limits()
        self.now = now
        self.state = State(Path(self._folder.name), repo, private=private)
        self.budget = Budget(self.limits, now)
        self.faults = Faults(now)
        self.log: list[Exchange] = []
        self.errors: list[Exception] = []
        self.stopping = threading.Event()
        self._enterprise = {"x-github-enterprise-version": "3.18.0"} if enterprise else {}
        self._prefix = "/api/v3" if enterprise else ""
        self._graphql_path = "/api/graphql" if enterprise else "/graphql"
        self._lock = threading.RLock()
        self._under_way = 0
        self._server = HttpServer(("127.0.0.1", 0), Handler)
        self._server.answers = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._dispatch = Dispatch(self.state, self.limits, self.budget, Shapes(self.url, self.server_url))

    @property
    def server_url(self) -> str:
        """The root of pages, `GITHUB_SERVER_URL`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """REST's root, `GITHUB_API_URL`."""
        return self.server_url + self._prefix

    @property
    def graphql_url(self) -> str:
        """`GITHUB_GRAPHQL_URL`."""
        return self.server_url + self._graphql_path

    @property
    def repo(self) -> str:
        return self.state.repo.full_name

    @property
    def requests(self) -> list[Request]:
        return [exchange.request for exchange in self.log]

    @property
    def writes(self) -> list[Exchange]:
        """The exchanges that may have changed something."""
        return [exchange for exchange in self.log if exchange.request.writes]

    @property
    def lines(self) -> list[str]:
        """The log in one line each: method, path, status."""
        return [exchange.line for exchange in self.log]

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
        self._folder.cleanup()
        if kind is None and self.errors:
            raise self.errors[0]
        for ours in self.errors:
            assert error is not None
            error.add_note(f"the loopback itself failed: {''.join(traceback.format_exception(ours))}")

    def token(
        self,
        kind: TokenKind = "actions",
        permissions: Mapping[str, str] | None = None,
        *,
        login: str | None = None,
    ) -> str:
        """Return a new token.

        `actions`: of a workflow run, with `permissions` (default REVIEWER); READ_ONLY is what a fork's run has.
        `app`: of another app's installation; `login` is its slug. `user`: of the person `login`, classic without
        `permissions`, fine-grained with them.
        """
        value = f"{ {'actions': 'ghs', 'app': 'ghs', 'user': 'ghp'}[kind] }_loopback{len(self.state.tokens)}"
        granted = None if permissions is None else accounts.granted(permissions)
        if kind == "user":
            made = Token(value=value, kind=kind, account=self.state.account(login or "dev"), permissions=granted)
        else:
            app = ACTIONS_APP if kind == "actions" else self._app(login or "reviewer")
            bot = ACTIONS_BOT if kind == "actions" else self.state.account(f"{app.slug}[bot]")
            rights = accounts.REVIEWER if granted is None else granted
            made = Token(value=value, kind=kind, account=bot, app=app, permissions=rights)
        self.state.tokens[value] = made
        return value

    def snapshot(self) -> dict[str, Any]:
        """Return all that is visible on the repository's pull requests, without ids and times."""
        return snapshot(self.state)

    def answer(self, method: str, target: str, headers: dict[str, str], content: bytes) -> Wire | None:
        """Answer a request and log both; None cuts the connection."""
        request = self._request(method, target, headers, content)
        with self._lock:
            self._under_way += 1
            striking = self.faults.striking(method, request.path, writes=request.writes)
        try:
            for fault in striking:
                if fault.delay_s:
                    self.stopping.wait(fault.delay_s)
            with self._lock:
                return self._answer(request, headers.get("authorization", ""), striking)
        finally:
            with self._lock:
                self._under_way -= 1

    def _answer(self, request: Request, authorization: str, striking: list[Fault]) -> Wire | None:
        if self.stopping.is_set():  # the test is over, and what a request would look at is being taken away
            return None
        for fault in striking:
            if fault.before:
                fault.before()
        replacing = next((fault for fault in striking if fault.replaces), None)
        token = self.state.tokens.get(authorization.partition(" ")[2])
        own: Reply | None = None
        if replacing is None or replacing.takes_effect:
            own = self._dispatch.reply(request, token, authorization, self._under_way)
        reply = own if replacing is None or replacing.truncates else refused(replacing.answer)
        named = self._headers(request, token, reply)
        is_cut = replacing is not None and replacing.truncates
        self.log.append(
            Exchange(
                index=len(self.log),
                request=request,
                token=token.kind if token else "none",
                status=reply.status if reply and not is_cut else 0,
                headers=named,
                payload=reply.payload if reply and not is_cut else None,
                took_effect=own is not None and own.status < 400,
            )
        )
        return Wire(status=reply.status, headers=named, body=_bytes(reply), is_cut=is_cut) if reply else None

    def _request(self, method: str, target: str, headers: Mapped, content: bytes) -> Request:
        parts = urlsplit(target)
        is_graphql = parts.path == self._graphql_path
        path = "/graphql" if is_graphql else parts.path.removeprefix(self._prefix)
        try:
            body = json.loads(content) if content else None
        except ValueError:
            body = content
        kept = {name: value for name, value in headers.items() if name != "authorization"}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Request(method=method, path=path, query=query, headers=kept, content=content, body=body)

    def _headers(self, request: Request, token: Token | None, reply: Reply | None) -> dict[str, str]:
        resource = "graphql" if request.is_graphql else "core"
        return {
            "Content-Type": reply.media if reply else "",
            "x-github-media-type": "github.v3; format=json",
            "x-github-request-id": f"LOOP:{len(self.log)}",
            **self._enterprise,
            **self.budget.headers(token, resource),
            **(reply.headers or {} if reply else {}),
        }

    def _app(self, slug: str) -> App:
        if slug not in self.state.apps:
            self.state.apps[slug] = App(id=self.state.next_id(), slug=slug, name=slug.title())
        return self.state.apps[slug]


def _bytes(reply: Reply) -> bytes:
    if reply.payload is None:
        return b""
    return reply.payload if isinstance(reply.payload, bytes) else json.dumps(reply.payload).encode()
