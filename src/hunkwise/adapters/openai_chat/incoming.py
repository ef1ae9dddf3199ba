"""A successful answer's body as it comes: a stream of events, or one piece where an endpoint does not stream."""

from hunkwise.adapters.openai_chat import events, faults, reply
from hunkwise.adapters.openai_chat.endpoint import Endpoint
from hunkwise.adapters.openai_chat.heard import Heard
from hunkwise.adapters.openai_chat.streamed import Streamed
from hunkwise.model.chat import ChatReply

MAX_BODY_BYTES = 16_000_000
"""Bytes of an answer that are read; the largest sound one is far smaller."""


class Incoming:
    """One body. Raises ChatError as soon as no answer can come of it."""

    def __init__(self, asked: Endpoint, heard: Heard) -> None:
        self._asked = asked
        self._bytes = 0
        self._body = bytearray()
        self._is_stream: bool | None = None
        self._streamed = Streamed(asked, heard)

    @property
    def has_ended(self) -> bool:
        """Whether a stream's answer is over, though its body may not be."""
        return self._streamed.has_ended

    def feed(self, part: bytes) -> None:
        """Take the next bytes in."""
        self._bytes += len(part)
        if self._bytes > MAX_BODY_BYTES:
            raise faults.of_malformed(f"{self._asked.host} answers with more than {MAX_BODY_BYTES} bytes", self._asked)
        if self._is_stream:
            self._streamed.feed(part)
            return
        self._body += part
        if self._is_stream is None:
            self._is_stream = events.is_stream(bytes(self._body))
            if self._is_stream:
                self._streamed.feed(bytes(self._body))

    def reply(self) -> ChatReply:
        """Return the reply, once no more bytes come."""
        return self._streamed.reply() if self._is_stream else reply.read(bytes(self._body), self._asked)
