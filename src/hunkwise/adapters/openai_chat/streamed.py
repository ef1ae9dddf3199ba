"""A completion put together from the chunks of a stream, or the fault that ends it.

Nothing is trusted to come: not the usage, not `[DONE]`, not the end itself. The answer is whole when a chunk names a
finish reason; what is missing after that costs the token counts at most.
"""

import json
from collections.abc import Mapping
from typing import Any

from hunkwise.adapters.openai_chat import faults, refusal, reply
from hunkwise.adapters.openai_chat.endpoint import Endpoint
from hunkwise.adapters.openai_chat.events import Event, Events
from hunkwise.adapters.openai_chat.heard import Heard
from hunkwise.adapters.openai_chat.repetition import Repetition
from hunkwise.model.chat import ChatReply

DONE = b"[DONE]"
"""The data of the last event."""


class Streamed:
    """One stream: bytes go in, text goes to `heard`. Raises ChatError where the stream can't become an answer."""

    def __init__(self, asked: Endpoint, heard: Heard) -> None:
        self._asked = asked
        self._heard = heard
        self._events = Events()
        self._repetition = Repetition()
        self._torn = ""
        self._refusal = ""
        self._has_choice = False
        self._is_done = False
        self._finish: object = None
        self._usage: object = None
        self._model: object = None

    @property
    def has_ended(self) -> bool:
        """Whether the answer is over, and only the usage or nothing at all may follow."""
        return self._finish is not None or self._is_done

    def feed(self, part: bytes) -> None:
        """Take the next bytes in."""
        for event in self._events.feed(part):
            self._next(event)

    def reply(self) -> ChatReply:
        """Return the reply, once no more bytes come."""
        for event in self._events.end():
            self._next(event, may_be_torn=True)
        self._say(_paired(self._torn))
        if not self.has_ended:
            raise faults.of_early_end(self._asked)
        message = {"content": self._heard.text, "refusal": self._refusal}
        choices = [{"message": message, "finish_reason": self._finish}] if self._has_choice else []
        return reply.of_completion({"choices": choices, "model": self._model, "usage": self._usage}, self._asked)

    def _next(self, event: Event, *, may_be_torn: bool = False) -> None:
        if self._is_done or event.data.strip() == DONE:
            self._is_done = True
            return
        try:
            chunk = json.loads(event.data)
        except (ValueError, RecursionError) as error:
            if may_be_torn:  # by the end of the connection
                return
            raise faults.of_malformed(f"{self._asked.host} streams something that is not JSON", self._asked) from error
        if not isinstance(chunk, Mapping):
            raise faults.of_malformed(f"{self._asked.host} streams something that is no completion", self._asked)
        self._take(event, chunk)

    def _take(self, event: Event, chunk: Mapping[str, Any]) -> None:
        if chunk.get("error") or "error" in (event.name, chunk.get("object")):  # vLLM's older way is the last
            raise faults.of_refusal(refusal.read(reply.status(chunk), chunk, {}), self._asked)
        self._model = self._model or chunk.get("model")
        self._usage = chunk.get("usage") or self._usage
        choices = chunk.get("choices")
        if isinstance(choices, list) and choices:
            self._take_choice(choices[0])

    def _take_choice(self, choice: object) -> None:
        if not isinstance(choice, Mapping) or choice.get("index", 0) != 0:
            return
        self._has_choice = True
        delta = choice.get("delta")
        if isinstance(delta, Mapping):
            self._say(self._untorn(_text(delta, "content")))
            self._refusal += _text(delta, "refusal")
        self._finish = choice.get("finish_reason") or self._finish

    def _untorn(self, piece: str) -> str:
        """Return a piece of the answer; half a character, whose escapes two chunks share, waits for the other half."""
        if not piece:
            return ""
        piece, self._torn = self._torn + piece, ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._torn = piece[:-1], piece[-1]
        return _paired(piece)

    def _say(self, piece: str) -> None:
        if not piece:
            return
        self._heard.more(piece)
        if self._repetition.found_in(piece):
            raise faults.of_repetition(self._asked)


def _text(delta: Mapping[str, Any], name: str) -> str:
    value = delta.get(name)
    return value if isinstance(value, str) else ""


def _paired(text: str) -> str:
    """Join surrogates that make up one character, and replace those that are alone."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
