"""Ask a model over OpenAI's chat completions: OpenAI itself, or any server that speaks them.

The port is synchronous and called from many threads. A thread that blocks in a read can't be stopped, so the requests
run as tasks on one event loop in a thread of its own: closing cancels them all, and each ends in time as a whole,
however slowly a server drips.
"""

import asyncio
import contextlib
import threading
import time
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from pydantic import SecretStr

from hunkwise.adapters.openai_chat import faults, reply
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.ports import Hear

if TYPE_CHECKING:
    from hunkwise.adapters.openai_chat.wire import Wire

NO_KEY = "none"
"""Sent where there is no key: local servers want none, and the SDK wants one."""

CLOSE_S = 0.9
"""Seconds that closing waits for open requests to end, and as long again for the thread."""


class OpenAIChat:
    """Implements `ports.ChatModel`; nothing is imported or connected before the first request.

    `api_key` None is for servers without keys, `base_url` None for OpenAI. `timeout_s` bounds one HTTP request from
    connecting to the last byte. Raises ConfigurationError for an address or a key that can't be used.
    """

    def __init__(self, *, model: str, api_key: SecretStr | str | None, base_url: str | None, timeout_s: float) -> None:
        key = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key
        self._asked = faults.endpoint(model=model, key=(key or "").strip() or NO_KEY, base_url=base_url)
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._closed = False
        self._loop: _Loop | None = None

    @property
    def name(self) -> str:
        """The model's name, as asked for."""
        return self._asked.model

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        """Return one complete answer; raises ChatError (CANCELLED once closed)."""
        del hear
        future = self._sent(request)
        started = time.monotonic()  # after the SDK's import, which the first request waits for
        try:
            content = future.result()
        except CancelledError as error:
            raise faults.of_cancelling(self._asked) from error
        finally:
            future.cancel()
        return reply.read(content, self._asked, time.monotonic() - started)

    def close(self) -> None:
        """Abort what is under way and free the connections; further requests are refused."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()

    def _sent(self, request: ChatRequest) -> Future[bytes]:
        with self._lock:  # held until the request is on the loop, so that closing finds it there
            if self._closed:
                raise faults.of_cancelling(self._asked)
            if self._loop is None:
                from hunkwise.adapters.openai_chat.wire import Wire  # noqa: PLC0415  # late: the SDK is slow to import

                self._loop = _Loop(Wire(self._asked, self._timeout_s))
            return self._loop.ask(request)


class _Loop:
    """An event loop in a thread, with the wire it serves."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="openai-chat", daemon=True)
        self._thread.start()

    def ask(self, request: ChatRequest) -> Future[bytes]:
        return asyncio.run_coroutine_threadsafe(self._wire.ask(request), self._loop)

    def close(self) -> None:
        """Cancel all requests and end the thread; called once, after the last `ask`."""
        ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        with contextlib.suppress(TimeoutError, CancelledError):
            ended.result(timeout=CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)

    async def _end(self) -> None:
        requests = asyncio.all_tasks() - {asyncio.current_task()}
        for each in requests:
            each.cancel()
        await asyncio.gather(*requests, return_exceptions=True)
        await self._wire.aclose()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
