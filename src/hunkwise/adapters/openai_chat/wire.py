"""The openai SDK behind one coroutine: an answer, heard while it comes, or a ChatError.

Imported late: the SDK takes about half a second. Its retries and redirects are off; both are decided by us.
"""

import asyncio
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import anyio
import httpx2
import openai

from hunkwise.adapters.openai_chat import dialect, faults, lessons, limits, refusal
from hunkwise.adapters.openai_chat.endpoint import Endpoint
from hunkwise.adapters.openai_chat.heard import Heard
from hunkwise.adapters.openai_chat.incoming import Incoming
from hunkwise.errors import ChatError
from hunkwise.model.chat import ChatReply, ChatRequest

MAX_CONNECT_S = 10.0
"""Seconds to wait for a connection: a host that does not take one by then will not."""

TAIL_S = 1.0
"""Seconds that an answer which is over waits for its token counts and for the end of its body."""

BROKEN = (openai.APIConnectionError, httpx2.HTTPError, ssl.SSLError, anyio.EndOfStream)
"""How the SDK and its transport tell of a connection that failed, before and amid the answer."""

TIMED_OUT = (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException)
"""How they tell of one that took too long."""

_key: ContextVar[str] = ContextVar("key")
"""The key of the request under way: the SDK asks for it anew each time, so that keys may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that an answer may take as a whole, and that its stream may pause once text has come.

    Before the first text only the whole counts: a model that thinks, or reads a long prompt, sends nothing.
    """

    whole_s: float
    stall_s: float


class Wire:
    """One client with one pool of connections. All methods run on one event loop."""

    def __init__(self, asked: Endpoint, patience: Patience, learnt: lessons.Lessons) -> None:
        self._patience = patience
        self._lessons = learnt
        self._client = client(asked, patience.whole_s)

    async def ask(self, request: ChatRequest, asked: Endpoint, heard: Heard) -> ChatReply:
        """Return a whole answer to one request with the key of `asked`; raises ChatError with what had come."""
        use_key(asked)
        started = time.monotonic()
        try:
            answer = await self._taught(request, asked, heard)
        except ChatError as error:
            error.text = error.text or heard.text
            raise
        first_text_s = None if heard.first_at is None else heard.first_at - started
        return replace(answer, latency_s=time.monotonic() - started, first_text_s=first_text_s)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _taught(self, request: ChatRequest, asked: Endpoint, heard: Heard) -> ChatReply:
        """Leave a refused parameter out and send the request again; each such lesson is for good, so there are few."""
        spoken = self._lessons.dialect
        while True:
            body = dialect.body(request, asked.model, spoken)
            try:
                return await self._once(body, asked, heard)
            except openai.APIStatusError as error:
                if error.status_code < 400:
                    raise faults.of_redirect(error.status_code, asked) from None
                refused = refusal.read(error.status_code, error.body, error.response.headers)
                learnt = lessons.lesson(refused, spoken, body)
                if learnt is None:
                    failed = faults.of_refusal(refused, asked)
                    failed.limits = limits.read(error.response.headers)
                    raise failed from None  # theirs may quote the key
                spoken = self._lessons.learn(learnt)

    async def _once(self, body: dict[str, Any], asked: Endpoint, heard: Heard) -> ChatReply:
        try:
            async with asyncio.timeout(self._patience.whole_s):
                return await self._answer(body, asked, heard)
        except TIMED_OUT as error:
            raise faults.of_timeout(asked, self._patience.whole_s) from error
        except BROKEN as error:
            raise faults.of_connection(error, asked) from error

    async def _answer(self, body: dict[str, Any], asked: Endpoint, heard: Heard) -> ChatReply:
        incoming = Incoming(asked, heard)
        async with self._client.chat.completions.with_streaming_response.create(**body) as response:
            left = limits.read(response.headers)
            try:
                await self._read(response, incoming, asked, heard)
                answer = incoming.reply()
            except ChatError as error:
                error.limits = left
                raise
        return replace(answer, limits=left)

    async def _read(
        self, response: openai.AsyncAPIResponse[Any], incoming: Incoming, asked: Endpoint, heard: Heard
    ) -> None:
        """Read until the body ends, or the answer has and its rest does not come."""
        try:
            async with asyncio.timeout(None) as pause:
                async for part in response.iter_bytes():
                    was_over = incoming.has_ended
                    incoming.feed(part)
                    if not was_over:
                        pause.reschedule(self._deadline(incoming, heard))
        except TimeoutError as error:
            if not incoming.has_ended:
                raise faults.of_stall(asked, self._patience.stall_s) from error
        except BROKEN:
            if not incoming.has_ended:
                raise

    def _deadline(self, incoming: Incoming, heard: Heard) -> float | None:
        """Return the loop's time by which more must have come; None where only the whole is bounded."""
        now = asyncio.get_running_loop().time()
        if incoming.has_ended:
            return now + TAIL_S
        return None if heard.first_at is None else now + self._patience.stall_s


def use_key(asked: Endpoint) -> None:
    """Let the request of this task carry the key of `asked`."""
    _key.set(asked.key)


def client(asked: Endpoint, timeout_s: float) -> openai.AsyncOpenAI:
    """Return the SDK's client, without its retries and redirects."""

    async def key() -> str:
        return _key.get()

    timeout = httpx2.Timeout(timeout_s, connect=min(timeout_s, MAX_CONNECT_S))
    http = openai.DefaultAsyncHttpxClient(follow_redirects=False)
    if asked.deployments_version:
        return openai.AsyncAzureOpenAI(
            api_key=key,
            azure_endpoint=asked.url.removesuffix("/openai"),
            api_version=asked.deployments_version,
            max_retries=0,
            timeout=timeout,
            http_client=http,
        )
    return openai.AsyncOpenAI(api_key=key, base_url=asked.url, max_retries=0, timeout=timeout, http_client=http)
