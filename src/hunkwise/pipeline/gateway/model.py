"""One model with all that stands between a request and its answer: one retry layer, breaker, keys, budget.

Who asks it does not know how often it was tried, or with which key.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import tenacity

from hunkwise.core import pricing, resilience
from hunkwise.core.budgeting import Amount
from hunkwise.core.pacing import Pace
from hunkwise.core.pricing import Price
from hunkwise.errors import OF_KEY, ChatError, ChatFault
from hunkwise.model.chat import ChatReply, ChatRequest, TokenUsage
from hunkwise.pipeline.gateway.breaker import Breaker, LeftAloneError
from hunkwise.pipeline.gateway.estimate import Estimate
from hunkwise.pipeline.gateway.keys import KeyRing, Ticket
from hunkwise.pipeline.gateway.purse import Purse, Receipt
from hunkwise.pipeline.gateway.run import Attempt, Journal, Time
from hunkwise.ports import ChatModel, Hear

BILLED = frozenset(
    {ChatFault.TIMEOUT, ChatFault.MALFORMED, ChatFault.TRUNCATED, ChatFault.REFUSAL, ChatFault.CONTENT_FILTER}
)
"""Faults of requests that a provider may have charged for: what they are taken to cost is what was estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the models of a run share."""

    time: Time
    journal: Journal
    purse: Purse
    estimate: Estimate
    max_tries: int
    max_parallel: int
    pace: Pace


class PatientModel:
    """Answers as a `ports.ChatModel` does, over one model under one or more keys; who made those closes them."""

    def __init__(self, chats: Sequence[ChatModel], shared: Shared, breaker: Breaker, price: Price | None) -> None:
        self.chats = tuple(chats)
        self._shared = shared
        self._keys = KeyRing(chats, shared.time, shared.max_parallel, shared.pace)
        self.price = price
        self.breaker = breaker
        self.name = chats[0].name
        self.has_answered = False
        self.down: ChatError | None = None
        """What made further requests pointless, if anything did."""

    @property
    def set_aside(self) -> tuple[ChatError, ...]:
        """What was said of keys that are out, while others remain."""
        return self._keys.set_aside

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        """Return an answer; raises ChatError when the tries are used up or the fault is not one that passes."""
        if self.down is not None:
            raise self.down
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._shared.max_tries),
            wait=lambda state: _wait_s(state, request),
            retry=_is_worth_another_try,
            sleep=self._shared.time.wait,
            reraise=True,
        )
        try:
            reply: ChatReply = retrying(self._once, request, hear, self._keys.turn())
        except ChatError as error:
            self._judge(error)
            raise
        return reply

    def wake(self) -> None:
        """Have those who wait look whether the run has ended."""
        self._keys.wake()

    def _judge(self, error: ChatError) -> None:
        """Give the model up for this run where every further request would meet `error` too."""
        never_there = error.fault in {ChatFault.CONNECTION, ChatFault.TIMEOUT} and not self.has_answered
        if never_there or error.fault in OF_KEY | {ChatFault.UNKNOWN_MODEL}:
            self.down = self.down or error

    def _once(self, request: ChatRequest, hear: Hear | None, turn: int) -> ChatReply:
        if self.down is not None:
            raise self.down
        return self._with_any_key(request, hear, turn, self._keys.count - 1)

    def _with_any_key(self, request: ChatRequest, hear: Hear | None, turn: int, more_keys: int) -> ChatReply:
        """Send one request, with another key at once where only the key was at fault."""
        wanted = self._shared.estimate.most(request, self.price)
        try:
            with self._shared.purse.paying(wanted, self._shared.time.check, request.turn) as receipt:
                return self._sent(request, hear, turn, wanted, receipt)
        except ChatError as error:
            if more_keys <= 0 or not self._keys.may_try_another(error):
                raise
        return self._with_any_key(request, hear, turn, more_keys - 1)

    def _sent(self, request: ChatRequest, hear: Hear | None, turn: int, wanted: Amount, receipt: Receipt) -> ChatReply:
        ticket = self._keys.take(turn, wanted.tokens)
        try:
            was_probe = self.breaker.enter()
        except ChatError:
            self._keys.answered(ticket, None)
            raise
        outcome: ChatReply | ChatError = ChatError(ChatFault.CANCELLED, "the answer was given up")
        try:
            outcome = ticket.chat.complete(request, hear)
        except ChatError as error:
            outcome = error
            raise
        finally:
            attempt = self._booked(outcome, ticket, wanted, receipt, was_probe=was_probe)
            self._shared.journal.note(replace(attempt, stage=request.stage))
        return outcome

    def _booked(
        self, outcome: ChatReply | ChatError, ticket: Ticket, wanted: Amount, receipt: Receipt, *, was_probe: bool
    ) -> Attempt:
        """Tell everybody who keeps count how a request ended, and return it for the journal."""
        if isinstance(outcome, ChatError):
            self._keys.failed(ticket, outcome)
            self.breaker.leave(outcome.fault, was_probe=was_probe)
            receipt.used = wanted if outcome.fault in BILLED else Amount(requests=1)
            cost = self._known(wanted.usd) if outcome.fault in BILLED else 0.0
            return Attempt(asked=self.name, reply=None, fault=outcome.fault, cost_usd=cost)
        self.has_answered = True
        self._keys.answered(ticket, outcome.limits)
        self.breaker.leave(None, was_probe=was_probe)
        cost = pricing.cost_usd(self.price, outcome.usage)
        receipt.used = _used(outcome.usage, cost, wanted)
        return Attempt(asked=self.name, reply=outcome, fault=None, cost_usd=cost)

    def _known(self, usd: float) -> float | None:
        return None if self.price is None else usd


def _used(usage: TokenUsage, cost_usd: float | None, wanted: Amount) -> Amount:
    """Return what an answer used; where its provider does not say, the most that it can have."""
    is_counted = usage.prompt is not None and usage.completion is not None
    return Amount(
        usd=wanted.usd if cost_usd is None else cost_usd,
        tokens=(usage.prompt or 0) + (usage.completion or 0) if is_counted else wanted.tokens,
        requests=1,
    )


def _error(state: tenacity.RetryCallState) -> ChatError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, ChatError) else None


def _is_worth_another_try(state: tenacity.RetryCallState) -> bool:
    error = _error(state)
    if error is None or isinstance(error, LeftAloneError):
        return False
    return resilience.is_worth_another_try(error, state.attempt_number)


def _wait_s(state: tenacity.RetryCallState, request: ChatRequest) -> float:
    """Return the seconds before the next try.

    The chance in it comes from what is asked: the same run waits the same, different chunks do not.
    """
    text = f"{state.attempt_number}{request.messages[-1].content.text}"
    chance = hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] / 255
    return resilience.wait_s(_error(state), state.attempt_number - 1, chance)
