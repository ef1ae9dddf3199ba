"""The gateway: everything between a packed chunk and an answer to it, for any provider.

It is a `ChatModel` made of ChatModels, and a ladder: the keys of the first model, then the fallback models in their
order. Who asks it knows nothing of keys, tries, limits, breakers or money, and no other room needs to.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from hunkwise.core import pricing
from hunkwise.core.budgeting import Budget
from hunkwise.core.pacing import Pace
from hunkwise.errors import STEPS_DOWN, ChatError, ChatFault, ConfigurationError
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.model.material import Tier
from hunkwise.pipeline.gateway.breaker import Breaker, OwnHealth
from hunkwise.pipeline.gateway.embedding import Embeddings
from hunkwise.pipeline.gateway.estimate import Estimate
from hunkwise.pipeline.gateway.model import PatientModel, Shared
from hunkwise.pipeline.gateway.purse import Purse
from hunkwise.pipeline.gateway.run import Attempt, Journal, Time
from hunkwise.ports import ChatModel, Hear, Ports, Reserve
from hunkwise.settings import Settings

__all__ = ["Attempt", "Fall", "Gateway", "opened"]

HEADROOM = 2.0
"""Times the most that its requests can cost which a run reserves: some are asked again, repaired, or split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A request that a model of the ladder could not answer: why, and who did in its place."""

    model: str
    error: ChatError
    answered_by: str | None


class Gateway:
    """Implements `ports.ChatModel` over a ladder of models; `cheap` stands below it, for requests of that tier."""

    def __init__(
        self,
        models: Sequence[PatientModel],
        shared: Shared,
        embeddings: Embeddings,
        *,
        cheap: PatientModel | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        ladder = tuple(models)
        first: tuple[PatientModel, ...] = (cheap,) if cheap else ()
        self._ladders = {Tier.STRONG: ladder, Tier.CHEAP: tuple(dict.fromkeys((*first, *ladder)))}
        self.models = tuple(dict.fromkeys((*ladder, *first)))
        self.name = models[0].name
        self._shared = shared
        self._reserve = reserve
        self.embeddings = embeddings
        self._lock = threading.Lock()
        self._falls: list[Fall] = []

    @property
    def falls(self) -> Sequence[Fall]:
        """All requests that a model could not answer."""
        with self._lock:
            return tuple(self._falls)

    @property
    def attempts(self) -> Sequence[Attempt]:
        """All requests that were sent."""
        return self._shared.journal.attempts

    @property
    def over_budget(self) -> str | None:
        """Why the first request was not sent that did not fit into the budget, if there was one."""
        return self._shared.purse.refusal

    @property
    def estimate(self) -> Estimate:
        """What requests can use."""
        return self._shared.estimate

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        """Return an answer by the first model of the ladder that gives one; raises ChatError.

        Raises ConfigurationError when there is no model of the first name: nobody would want that to go unseen.
        """
        errors: list[ChatError] = []
        ladder = self._ladders[request.tier]
        for model in ladder:
            try:
                reply = model.complete(request, hear)
            except ChatError as error:
                if error.fault is ChatFault.UNKNOWN_MODEL and model is ladder[0] and not model.has_answered:
                    raise ConfigurationError(error.message, hint=error.hint) from error
                errors.append(error)
                if error.fault not in STEPS_DOWN:
                    break
            else:
                self._note(ladder, errors, model.name)
                return reply
        self._note(ladder, errors, None)
        raise _joined(errors)

    def reserve(self, most_usd: float) -> None:
        """Reserve money for requests that can cost so much, where this change's money is kept; none once it ended."""
        bound = self._shared.purse.max_cost_usd
        if self._reserve is None or bound is None or not most_usd or self._shared.time.has_ended:
            return
        grant = self._reserve(HEADROOM * most_usd, bound)
        if grant is not None:
            self._shared.purse.restrict(grant)

    def passed(self, turn: int) -> None:
        """Let no later chunk wait for the budget of the one with that turn."""
        self._shared.purse.passed(turn)

    def close(self) -> None:
        """End the run: abort what is under way, and let nobody wait or begin any more."""
        self._shared.time.end()
        self._shared.purse.wake()
        for model in self.models:
            model.wake()
        closing = [threading.Thread(target=chat.close) for model in self.models for chat in model.chats]
        for each in closing:  # at once: each may take a second or two, and a stopped run has five
            each.start()
        for each in closing:
            each.join()

    def _note(self, ladder: Sequence[PatientModel], errors: Sequence[ChatError], answered_by: str | None) -> None:
        with self._lock:
            self._falls += [
                Fall(model=model.name, error=error, answered_by=answered_by)
                for model, error in zip(ladder, errors, strict=False)
            ]


def opened(ports: Ports, settings: Settings, spent_before_usd: float) -> Gateway | None:
    """Return the gateway of one run, None where no model is to be asked; raises ConfigurationError.

    `spent_before_usd` is what earlier runs on the same pull request cost.
    """
    if ports.chat is None:
        return None
    time = Time(ports.clock, settings.deadline_s)
    shared = Shared(
        time=time,
        journal=Journal(),
        purse=Purse(
            Budget(
                max_cost_usd=settings.max_cost,
                max_tokens=settings.max_tokens,
                max_requests=settings.max_requests,
                spent_before_usd=spent_before_usd,
            )
        ),
        estimate=Estimate(ports.tokens),
        max_tries=settings.max_tries,
        max_parallel=settings.max_parallel,
        pace=Pace(requests_a_minute=settings.requests_per_minute, tokens_a_minute=settings.tokens_per_minute),
    )
    ladder = [tuple(chats) for _, chats in groupby((ports.chat, *ports.others), key=lambda chat: chat.name)]
    health = ports.health or OwnHealth(time)
    prices = {**ports.prices, **pricing.given(settings.prices)}
    models: list[PatientModel] = []

    def made(chats: Sequence[ChatModel], below: int) -> PatientModel:
        name = chats[0].name
        breaker = Breaker(name, health, time, partial(_are_down_from, models, below))
        return PatientModel(chats, shared, breaker, pricing.of_model(prices, name))

    for index, chats in enumerate(ladder):
        models.append(made(chats, index + 1))  # its breaker looks at those below it
    cheap = next((model for model in models if ports.cheap and model.name == ports.cheap[0].name), None)
    if ports.cheap and cheap is None:
        cheap = made(ports.cheap, 0)
    _require_prices([*models, *([cheap] if cheap else [])], settings)
    needs_prices = settings.max_cost is not None and settings.max_tokens is None
    embeddings = Embeddings(shared, prices, needs_prices=needs_prices)
    return Gateway(models, shared, embeddings, cheap=cheap, reserve=ports.reserve)


def _are_down_from(models: Sequence[PatientModel], index: int) -> bool:
    return all(model.down is not None for model in models[index:])


def _require_prices(models: Sequence[PatientModel], settings: Settings) -> None:
    """Refuse a budget in money that could not be held."""
    unknown = [model.name for model in models if model.price is None]
    if settings.max_cost is not None and settings.max_tokens is None and unknown:
        raise ConfigurationError(
            f"max_cost can't be held: the price of {unknown[0]} is not known",
            hint=f"give it (prices: ['{unknown[0]}=0.25/2'], USD for a million tokens in and out), or set max_tokens",
        )


def _joined(errors: Sequence[ChatError]) -> ChatError:
    """Return one error for a request that nobody answered: the last one's fault, and what all said."""
    last = errors[-1]
    if len(errors) == 1:
        return last
    said = "; then ".join(dict.fromkeys(error.message for error in errors))
    return ChatError(last.fault, said, hint=errors[0].hint, retry_after_s=last.retry_after_s, text=last.text)
