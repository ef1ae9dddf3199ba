"""The openai SDK behind one coroutine: bytes of an answer, or a ChatError.

Imported late: the SDK takes about half a second. Its retries and redirects are off; both are decided by us.
"""

import asyncio
import ssl
from typing import Any

import anyio
import httpx2
import openai

from hunkwise.adapters.openai_chat import dialect, faults, refusal
from hunkwise.adapters.openai_chat.faults import Endpoint
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.chat import ChatRequest

MAX_CONNECT_S = 10.0
"""Seconds to wait for a connection: a host that does not take one by then will not."""

MAX_BODY_BYTES = 16_000_000
"""Bytes of an answer that are read; the largest sound one is far smaller."""

BROKEN = (openai.APIConnectionError, httpx2.HTTPError, ssl.SSLError, anyio.EndOfStream)
"""How the SDK and its transport tell of a connection that failed, before and amid the answer."""


class Wire:
    """One client with one pool of connections. All methods run on one event loop."""

    def __init__(self, asked: Endpoint, timeout_s: float) -> None:
        self._asked = asked
        self._timeout_s = timeout_s
        self._lessons = dialect.Lessons()
        self._client = openai.AsyncOpenAI(
            api_key=asked.key,
            base_url=asked.url,
            max_retries=0,
            timeout=httpx2.Timeout(timeout_s, connect=min(timeout_s, MAX_CONNECT_S)),
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )

    async def ask(self, request: ChatRequest) -> bytes:
        """Return the body of a successful answer; raises ChatError.

        A refused parameter is left out and the request sent again; each such lesson is for good, and there are six.
        """
        spoken = self._lessons.dialect
        while True:
            try:
                return await self._once(dialect.body(request, self._asked.model, spoken))
            except openai.APIStatusError as error:
                if error.status_code < 400:
                    raise faults.of_redirect(error.status_code, self._asked) from None
                refused = refusal.read(error.status_code, error.body, error.response.headers)
                learnt = dialect.lesson(refused, spoken)
                if learnt is None:
                    raise faults.of_refusal(refused, self._asked) from None  # theirs may quote the key
                spoken = self._lessons.learn(learnt)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _once(self, body: dict[str, Any]) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._body(body)
        except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException) as error:
            raise faults.of_timeout(self._asked, self._timeout_s) from error
        except BROKEN as error:
            raise faults.of_connection(error, self._asked) from error

    async def _body(self, body: dict[str, Any]) -> bytes:
        read = bytearray()
        async with self._client.chat.completions.with_streaming_response.create(**body) as response:
            async for part in response.iter_bytes():
                read += part
                if len(read) > MAX_BODY_BYTES:
                    raise ChatError(
                        ChatFault.MALFORMED, f"{self._asked.host} answers with more than {MAX_BODY_BYTES} bytes"
                    )
        return bytes(read)
