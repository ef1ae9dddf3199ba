"""What a request can use at most, known before it is sent."""

import threading
from collections.abc import Sequence

from hunkwise.core.budgeting import Amount
from hunkwise.core.pricing import MILLION, Price
from hunkwise.model.chat import ChatRequest, Message, Redacted
from hunkwise.model.material import Chunk
from hunkwise.ports import TokenCounter

MARGIN = 1.1
"""Factor over our own count: providers wrap messages in tokens of theirs, and not all count alike."""

SCHEMA_TOKENS = 600
"""Tokens that a provider may count for the schema of the answer."""

MAX_KEPT = 64
"""Texts whose count is kept: the prefix that all requests share, and what is asked again."""


class Estimate:
    """Counts what is sent; a prefix that all requests share is counted once."""

    def __init__(self, tokens: TokenCounter) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        self._known: dict[str, int] = {}

    def most(self, request: ChatRequest, price: Price | None) -> Amount:
        """Return the most that `request` can use; its money is 0 where no price is known."""
        return _amount(self.prompt(request.messages), request.parameters.max_output_tokens, price)

    def prompt(self, messages: Sequence[Message]) -> int:
        """Return the tokens that `messages` take, generously."""
        return int(sum(self.tokens(each.content.text) for each in messages) * MARGIN) + SCHEMA_TOKENS

    def whole(self, chunks: Sequence[Chunk], overhead: int, max_output: int, price: Price | None) -> Amount:
        """Return the most that a first request for each of `chunks` can use; `overhead` is the prompt around each."""
        prompt = sum(int((chunk.tokens + overhead) * MARGIN) + SCHEMA_TOKENS for chunk in chunks)
        total = _amount(prompt, max_output * len(chunks), price)
        return Amount(usd=total.usd, tokens=total.tokens, requests=len(chunks))

    def embedding(self, texts: Sequence[Redacted]) -> int:
        """Return the most tokens that embedding `texts` can take."""
        return int(sum(self._tokens.count(each.text) + 1 for each in texts) * MARGIN)

    def tokens(self, text: str) -> int:
        """Return our own count of the tokens of `text`."""
        with self._lock:
            known = self._known.get(text)
        if known is not None:
            return known
        count = self._tokens.count(text)
        with self._lock:
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[text] = count
        return count


def _amount(prompt: int, output: int, price: Price | None) -> Amount:
    usd = (prompt * price.prompt + output * price.completion) / MILLION if price else 0.0
    return Amount(usd=usd, tokens=prompt + output, requests=1)
