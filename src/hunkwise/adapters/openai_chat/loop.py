"""An event loop in a thread of its own, so that what waits on the network can be ended from outside."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import TypeVar

T = TypeVar("T")

CLOSE_S = 0.9
"""Seconds that closing waits for open requests to end, and as long again for the thread."""


class Loop:
    """Runs coroutines until it is closed; `end` frees what they used, on the loop itself."""

    def __init__(self, end: Callable[[], Awaitable[None]]) -> None:
        self._free = end
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="openai-chat", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[None, None, T]) -> Future[T]:
        """Begin `coroutine`, and return what will hold its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """Cancel all requests and end the thread; called once, after the last `run`."""
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
        await self._free()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
