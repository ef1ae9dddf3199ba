"""Embeddings count against the budget too: who embeds texts asks here first, and says after what it used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hunkwise.core import pricing
from hunkwise.core.budgeting import Amount
from hunkwise.core.pricing import Prices
from hunkwise.errors import ChatFault, ConfigurationError
from hunkwise.model.chat import Redacted, Stage, TokenUsage
from hunkwise.model.stored import Vector
from hunkwise.pipeline.gateway.model import Shared
from hunkwise.pipeline.gateway.run import Attempt
from hunkwise.ports import Embedder

BATCH = 32
"""Texts that are embedded on one receipt: as many as our embedder sends in one request."""


class Embedded:
    """How many tokens a provider counted; as many as were expected, unless it is told."""

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens


class Embeddings:
    """The embedding requests of a run. `needs_prices` tells that a budget in money could not be held without."""

    def __init__(self, shared: Shared, prices: Prices, *, needs_prices: bool) -> None:
        self._shared = shared
        self._prices = prices
        self._needs_prices = needs_prices

    def vectors(self, embedder: Embedder, texts: Sequence[Redacted]) -> list[Vector]:
        """Return a vector for each text, paid for where a provider is asked; raises what `paying` and it raise.

        From one thread at a time: what a provider counted is told apart by the embedder's sum.
        """
        if embedder.model is None:
            return list(embedder.embed(texts))
        found: list[Vector] = []
        for at in range(0, len(texts), BATCH):
            part = texts[at : at + BATCH]
            before = embedder.tokens
            with self.paying(embedder.model, self._shared.estimate.embedding(part)) as embedded:
                found += embedder.embed(part)
                embedded.tokens = (embedder.tokens - before) or embedded.tokens
        return found

    @contextmanager
    def paying(self, model: str, tokens: int) -> Iterator[Embedded]:
        """Set aside what embedding so many `tokens` costs while the request is under way, and book it after.

        Raises ChatError (BUDGET) when it does not fit any more, ConfigurationError when a price is needed and not
        known. A request that failed inside is booked as one that cost nothing.
        """
        price = pricing.of_model(self._prices, model)
        if price is None and self._needs_prices:
            raise ConfigurationError(
                f"max_cost can't be held: the price of {model} is not known",
                hint=f"give it (prices: ['{model}=0.02/0'], USD for a million tokens in and out), or set max_tokens",
            )
        most = pricing.cost_usd(price, _usage(tokens)) or 0.0
        wanted = Amount(usd=most, tokens=tokens, requests=1)
        with self._shared.purse.paying(wanted, self._shared.time.check) as receipt:
            receipt.used = Amount(requests=1)
            embedded = Embedded(tokens)
            attempt = _attempt(model, ChatFault.CONNECTION, 0.0, 0)
            try:
                yield embedded
                cost = pricing.cost_usd(price, _usage(embedded.tokens))
                receipt.used = Amount(usd=cost or 0.0, tokens=embedded.tokens, requests=1)
                attempt = _attempt(model, None, cost, embedded.tokens)
            finally:
                self._shared.journal.note(attempt)


def _attempt(model: str, fault: ChatFault | None, cost_usd: float | None, tokens: int) -> Attempt:
    return Attempt(asked=model, reply=None, fault=fault, cost_usd=cost_usd, stage=Stage.EMBED, embedding_tokens=tokens)


def _usage(tokens: int) -> TokenUsage:
    return TokenUsage(prompt=tokens, cached_prompt=0, completion=0)
