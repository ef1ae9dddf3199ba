"""Embeddings count against the budget too: who embeds texts asks here first, and says after what it used."""

from collections.abc import Iterator
from contextlib import contextmanager

from hunkwise.core import pricing
from hunkwise.core.budgeting import Amount
from hunkwise.core.pricing import Prices
from hunkwise.errors import ChatFault, ConfigurationError
from hunkwise.model.chat import TokenUsage
from hunkwise.pipeline.gateway.model import Shared
from hunkwise.pipeline.gateway.run import Attempt


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
            attempt = Attempt(asked=model, reply=None, fault=ChatFault.CONNECTION, cost_usd=0.0, embedding_tokens=0)
            try:
                yield embedded
                cost = pricing.cost_usd(price, _usage(embedded.tokens))
                receipt.used = Amount(usd=cost or 0.0, tokens=embedded.tokens, requests=1)
                attempt = Attempt(asked=model, reply=None, fault=None, cost_usd=cost, embedding_tokens=embedded.tokens)
            finally:
                self._shared.journal.note(attempt)


def _usage(tokens: int) -> TokenUsage:
    return TokenUsage(prompt=tokens, cached_prompt=0, completion=0)
