"""Ask a model over OpenAI's chat completions: OpenAI itself, Azure OpenAI, or any server that speaks them.

The port is synchronous and called from many threads. A thread that blocks in a read can't be stopped, so the requests
run as tasks on one event loop in a thread of its own: closing cancels them all, and each ends in time as a whole,
however slowly a server drips.
"""

import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future

from pydantic import SecretStr

from hunkwise.adapters.openai_chat import endpoint, faults, known_models
from hunkwise.adapters.openai_chat.embeddings import OpenAIEmbedder
from hunkwise.adapters.openai_chat.endpoint import Azure, Endpoint, KeySource
from hunkwise.adapters.openai_chat.heard import Heard
from hunkwise.adapters.openai_chat.lessons import Lessons
from hunkwise.adapters.openai_chat.loop import Loop
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.ports import Hear

__all__ = ["Azure", "OpenAIChat", "OpenAIEmbedder"]

STALL_S = 30.0
"""Seconds without a byte after which a stream whose text has begun is taken as dead."""


class OpenAIChat:
    """Implements `ports.ChatModel`; nothing is imported or connected before the first request.

    `api_key` None is for servers without keys; a callable is asked once per request, on the thread that asks, and what
    it raises ends that request. `base_url` None is OpenAI. `timeout_s` bounds one HTTP request from connecting to the
    last byte, `stall_s` a pause amid the text. Raises ConfigurationError for an address or a key that can't be used.
    """

    def __init__(
        self,
        *,
        model: str,
        api_key: KeySource,
        base_url: str | Azure | None,
        timeout_s: float,
        stall_s: float = STALL_S,
        lessons: Lessons | None = None,
    ) -> None:
        self._at = base_url
        self._asked = endpoint.endpoint(model=model, at=base_url)
        endpoint.require_key(self._asked, api_key)
        self._keys = SecretStr(api_key) if isinstance(api_key, str) else api_key
        self._timeout_s = timeout_s
        self._stall_s = min(stall_s, timeout_s)
        self._lessons = lessons or Lessons(known_models.dialect_of(model))
        self._lock = threading.Lock()
        self._closed = False
        self._loop: Loop | None = None
        self._ask: Callable[[ChatRequest, Endpoint, Heard], Coroutine[None, None, ChatReply]]

    @property
    def name(self) -> str:
        """The model's name, as asked for."""
        return self._asked.model

    def with_key(self, api_key: KeySource) -> "OpenAIChat":
        """Return the same model under another key; what one learns of the endpoint, both know."""
        return OpenAIChat(
            model=self.name,
            api_key=api_key,
            base_url=self._at,
            timeout_s=self._timeout_s,
            stall_s=self._stall_s,
            lessons=self._lessons,
        )

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        """Return one complete answer; raises ChatError (CANCELLED once closed), with the text that had come.

        `hear` is called on this thread; where it is slower than the answer, it is told less often.
        """
        heard = Heard()
        future = self._sent(request, heard)
        try:
            if hear is not None:
                future.add_done_callback(lambda _: heard.end())
                heard.tell(hear)
            return future.result()
        except CancelledError as error:
            raise faults.of_cancelling(self._asked, heard.text) from error
        finally:
            future.cancel()

    def close(self) -> None:
        """Abort what is under way and free the connections; further requests are refused."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()

    def _sent(self, request: ChatRequest, heard: Heard) -> Future[ChatReply]:
        if self._closed:
            raise faults.of_cancelling(self._asked)
        asked = endpoint.keyed(self._asked, self._keys)
        with self._lock:  # held until the request is on the loop, so that closing finds it there
            if self._closed:
                raise faults.of_cancelling(self._asked)
            if self._loop is None:
                from hunkwise.adapters.openai_chat.wire import Patience, Wire  # noqa: PLC0415  # late: slow to import

                patience = Patience(whole_s=self._timeout_s, stall_s=self._stall_s)
                wire = Wire(asked, patience, self._lessons)
                self._ask, self._loop = wire.ask, Loop(wire.aclose)
            return self._loop.run(self._ask(request, asked, heard))
