"""Vectors by a model of the endpoint that reviews, so that no text goes to a second place."""

import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from pydantic import SecretStr

from hunkwise.adapters.openai_chat import endpoint, faults
from hunkwise.adapters.openai_chat.endpoint import Azure, KeySource
from hunkwise.adapters.openai_chat.loop import Loop
from hunkwise.core import vectors
from hunkwise.model.chat import Redacted
from hunkwise.model.stored import Vector

if TYPE_CHECKING:
    from hunkwise.adapters.openai_chat.embedding_wire import EmbeddingWire

MODEL = "text-embedding-3-small"
"""The model unless another one is named: 1,536 numbers."""

BATCH = 32
"""Texts of one request: with `MAX_CHARS` each they stay under the 300,000 tokens that one may hold.

https://platform.openai.com/docs/api-reference/embeddings/create
"""

MAX_CHARS = 8_000
"""Characters of a text that are read: a token is at least one of nearly all of them, and a text may have 8,191."""


class OpenAIEmbedder:
    """Implements `ports.Embedder`; nothing is imported or connected before the first text.

    `api_key` and `base_url` are those of `OpenAIChat`; `timeout_s` bounds one request. One try: a run without near
    answers is a whole run. Raises ConfigurationError for an address or a key that can't be used.
    """

    def __init__(
        self,
        *,
        api_key: KeySource,
        base_url: str | Azure | None,
        timeout_s: float,
        model: str = MODEL,
    ) -> None:
        self._asked = endpoint.endpoint(model=model, at=base_url)
        endpoint.require_key(self._asked, api_key)
        self._key = SecretStr(api_key) if isinstance(api_key, str) else api_key
        self._timeout_s = timeout_s
        self._tokens = 0
        self._lock = threading.Lock()
        self._open: tuple[Loop, EmbeddingWire] | None = None
        self._closed = False

    @property
    def space(self) -> str:
        """The model at its host: servers may give other weights one name."""
        return f"{self._asked.host} {self._asked.model}"

    @property
    def model(self) -> str | None:
        """The model's name at the endpoint."""
        return self._asked.model

    @property
    def tokens(self) -> int:
        """Tokens that all texts took so far, as the endpoint counted them."""
        return self._tokens

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        """Return a vector for each text; raises ChatError (CANCELLED once closed)."""
        found: list[Vector] = []
        for at in range(0, len(texts), BATCH):
            part = [each.text[:MAX_CHARS] or " " for each in texts[at : at + BATCH]]
            rows, tokens = self._answered(part)
            with self._lock:
                self._tokens += tokens
            found += [Vector(space=self.space, values=vectors.unit(row)) for row in rows]
        return found

    def close(self) -> None:
        """Abort what is under way and free the connections; further texts are refused."""
        with self._lock:
            self._closed = True
            opened, self._open = self._open, None
        if opened is not None:
            opened[0].close()

    def _answered(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[float]], int]:
        asked = endpoint.keyed(self._asked, self._key)
        with self._lock:  # held until the request is on the loop, so that closing finds it there
            if self._closed:
                raise faults.of_cancelling(self._asked)
            if self._open is None:
                from hunkwise.adapters.openai_chat.embedding_wire import EmbeddingWire  # noqa: PLC0415  # late: slow

                wire = EmbeddingWire(asked, self._timeout_s)
                self._open = Loop(wire.aclose), wire
            loop, wire = self._open
            future = loop.run(wire.ask(texts, asked))
        try:
            return future.result()
        except CancelledError as error:
            raise faults.of_cancelling(self._asked) from error
        finally:
            future.cancel()
