"""The gateway over scripted models: tries, keys, fallback models, breaker, budget, deadline, end."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import gateway_builder
from fakes import DrivenClock, Script, ScriptedChat, reads_all
from gateway_builder import CHEAP, opened, request
from hunkwise.core.pacing import Pace
from hunkwise.core.pricing import Price
from hunkwise.errors import ChatError, ChatFault, ConfigurationError
from hunkwise.model.chat import ChatRequest, RateLimits
from hunkwise.pipeline import gateway, tally
from hunkwise.pipeline.gateway import told
from hunkwise.pipeline.gateway.breaker import OwnHealth
from hunkwise.pipeline.gateway.keys import KeyRing
from hunkwise.pipeline.gateway.run import Time
from hunkwise.render import figures
from hunkwise.settings import Settings


def fails(fault: ChatFault, times: int = 99, retry_after_s: float | None = None) -> Script:
    def script(asked: ChatRequest, number: int) -> str:
        if number < times:
            raise ChatError(fault, "it said no", hint="do this", retry_after_s=retry_after_s)
        return reads_all(asked, number)

    return script


def fault_of(call: Callable[[], object]) -> ChatError:
    with pytest.raises(ChatError) as raised:
        call()
    return raised.value


def texts(made: gateway.Gateway) -> list[str]:
    return [notice.text for notice in told.notices(made)]


@pytest.mark.parametrize("fault", [ChatFault.RATE_LIMIT, ChatFault.OVERLOAD, ChatFault.TIMEOUT, ChatFault.CONNECTION])
def test_a_fault_that_may_pass_is_tried_again(fault: ChatFault) -> None:
    chat = ScriptedChat(fails(fault, 2))
    made = opened(chat, max_tries=3)
    made.complete(request())
    assert len(chat.requests) == 3
    assert [each.fault for each in made.attempts] == [fault, fault, None]


def test_an_answer_that_is_no_completion_is_asked_for_once_more() -> None:
    chat = ScriptedChat(fails(ChatFault.MALFORMED))
    assert fault_of(lambda: opened(chat).complete(request())).fault is ChatFault.MALFORMED
    assert len(chat.requests) == 2


@pytest.mark.parametrize("fault", [ChatFault.REFUSAL, ChatFault.CONTENT_FILTER, ChatFault.TRUNCATED])
def test_what_another_try_can_t_cure_is_asked_once_and_of_no_other_model(fault: ChatFault) -> None:
    chat, other = ScriptedChat(fails(fault)), ScriptedChat(name="other")
    assert fault_of(lambda: opened(chat, other).complete(request())).fault is fault
    assert (len(chat.requests), len(other.requests)) == (1, 0)


def test_the_server_s_wait_wins_and_ours_grows_within_its_bounds() -> None:
    clock = DrivenClock()
    opened(ScriptedChat(fails(ChatFault.RATE_LIMIT, 1, 7.5)), clock=clock).complete(request())
    assert clock.slept == [7.5]
    clock = DrivenClock()
    opened(ScriptedChat(fails(ChatFault.OVERLOAD, 4)), clock=clock).complete(request())
    assert len(clock.slept) == 4
    for number, slept in enumerate(clock.slept):
        assert 0.75 * 2**number <= slept <= 1.25 * 2**number


def test_a_server_that_wants_hours_is_not_waited_for() -> None:
    clock, chat = DrivenClock(), ScriptedChat(fails(ChatFault.RATE_LIMIT, 99, 3600))
    made = opened(chat, clock=clock)
    for _ in range(2):
        assert fault_of(lambda: made.complete(request())).message == "it said no"
    assert (clock.slept, len(chat.requests)) == ([], 1)


@pytest.mark.parametrize("fault", [ChatFault.BAD_KEY, ChatFault.QUOTA])
def test_after_a_permanent_fault_nothing_more_is_asked(fault: ChatFault) -> None:
    chat = ScriptedChat(fails(fault))
    made = opened(chat)
    for _ in range(3):
        assert fault_of(lambda: made.complete(request())).fault is fault
    assert len(chat.requests) == 1
    assert texts(made) == ["The model could not be asked: it said no (do this)"]


def test_an_endpoint_never_reached_is_not_tried_for_every_chunk() -> None:
    chat = ScriptedChat(fails(ChatFault.CONNECTION))
    made = opened(chat, max_tries=2)
    for _ in range(3):
        fault_of(lambda: made.complete(request()))
    assert len(chat.requests) == 2


def test_a_first_model_that_does_not_exist_is_a_configuration_error_and_a_fallback_is_not_asked() -> None:
    other = ScriptedChat(name="other")
    made = opened(ScriptedChat(fails(ChatFault.UNKNOWN_MODEL)), other)
    with pytest.raises(ConfigurationError, match="it said no"):
        made.complete(request())
    assert other.requests == []


@pytest.mark.parametrize("fault", [ChatFault.BAD_KEY, ChatFault.QUOTA, ChatFault.RATE_LIMIT])
def test_another_key_is_asked_at_once_and_it_is_told(fault: ChatFault) -> None:
    clock = DrivenClock()
    first, second = ScriptedChat(fails(fault, retry_after_s=30.0)), ScriptedChat()
    made = opened(first, second, clock=clock)
    for _ in range(4):
        made.complete(request())
    assert (len(first.requests), len(second.requests), clock.slept) == (1, 4, [])
    known = [] if fault is ChatFault.RATE_LIMIT else ["A key of fake was set aside, others went on: it said no"]
    assert texts(made) == known


def test_keys_share_the_load_and_a_rested_key_comes_back() -> None:
    clock = DrivenClock()
    first, second = ScriptedChat(fails(ChatFault.RATE_LIMIT, 1, 5.0)), ScriptedChat()
    made = opened(first, second, clock=clock)
    made.complete(request())
    clock.sleep(6.0)
    for _ in range(4):
        made.complete(request())
    assert (len(first.requests), len(second.requests)) == (3, 3)


def test_fallback_models_answer_in_their_order_and_each_step_is_one_sentence() -> None:
    main, worse = ScriptedChat(fails(ChatFault.QUOTA)), ScriptedChat(fails(ChatFault.OVERLOAD), name="second")
    third = ScriptedChat(name="third")
    made = opened(main, worse, third, max_tries=2)
    assert made.complete(request()).model == "third"
    assert [each.asked for each in made.attempts] == ["fake", "second", "second", "third"]
    assert texts(made) == [
        "fake could not be asked (it said no); third answered 1 request in its place.",
        "second could not be asked (it said no); third answered 1 request in its place.",
    ]


def test_when_no_model_answers_all_are_named() -> None:
    def other(asked: ChatRequest, number: int) -> str:
        del asked, number
        raise ChatError(ChatFault.OVERLOAD, "busy too")

    made = opened(ScriptedChat(fails(ChatFault.QUOTA)), ScriptedChat(other, name="second"), max_tries=1)
    error = fault_of(lambda: made.complete(request()))
    assert (error.fault, error.message) == (ChatFault.OVERLOAD, "it said no; then busy too")


def test_a_model_that_keeps_failing_is_left_alone_and_then_tried_by_one_probe() -> None:
    clock, other = DrivenClock(), ScriptedChat(name="other")
    main = ScriptedChat(fails(ChatFault.OVERLOAD, 5))
    made = opened(main, other, clock=clock, max_tries=1)
    for _ in range(8):
        made.complete(request())
    assert (len(main.requests), len(other.requests)) == (5, 8)
    assert texts(made)[1] == "fake kept failing and was left alone for a while; 3 requests did not wait for it."
    clock.sleep(6.0)
    assert made.complete(request()).model == "fake"
    assert made.complete(request()).model == "fake"


def test_the_last_model_s_recovery_is_waited_for_but_not_for_ever() -> None:
    clock, chat = DrivenClock(), ScriptedChat(fails(ChatFault.OVERLOAD))
    made = opened(chat, clock=clock, max_tries=1)
    for _ in range(5):
        fault_of(lambda: made.complete(request()))
    fault_of(lambda: made.complete(request()))
    assert clock.slept == [5.0]
    fault_of(lambda: made.complete(request()))
    assert clock.slept == [5.0, 10.0]
    error = fault_of(lambda: made.complete(request()))
    assert (clock.slept, len(chat.requests)) == ([5.0, 10.0], 7)
    assert error.message == "fake kept failing and is left alone for 20 s more"


def test_a_model_s_recovery_is_waited_for_when_those_after_it_are_gone() -> None:
    clock, other = DrivenClock(), ScriptedChat(fails(ChatFault.QUOTA), name="other")
    made = opened(ScriptedChat(fails(ChatFault.OVERLOAD, 5)), other, clock=clock, max_tries=1)
    for _ in range(5):
        fault_of(lambda: made.complete(request()))
    assert made.complete(request()).model == "fake"
    assert (clock.slept, len(other.requests)) == ([5.0], 1)


def test_health_is_shared_by_all_runs_that_know_it() -> None:
    clock = DrivenClock()
    health = OwnHealth(Time(clock, 999.0))
    first, second = ScriptedChat(fails(ChatFault.OVERLOAD)), ScriptedChat()
    made = opened(first, clock=clock, health=health, max_tries=1)
    for _ in range(5):
        fault_of(lambda: made.complete(request()))
    other = ScriptedChat(name="other")
    assert opened(second, other, clock=clock, health=health).complete(request()).model == "other"
    assert second.requests == []


def test_one_request_alone_probes_however_many_threads_ask() -> None:
    clock = DrivenClock()
    health = OwnHealth(Time(clock, 999.0))
    made = opened(ScriptedChat(fails(ChatFault.OVERLOAD)), clock=clock, health=health, max_tries=1)
    for _ in range(5):
        fault_of(lambda: made.complete(request()))
    clock.sleep(6.0)
    gate, together = threading.Event(), threading.Barrier(16)

    def slow(asked: ChatRequest, number: int) -> str:
        gate.wait(5)
        return reads_all(asked, number)

    probed, others = ScriptedChat(slow), ScriptedChat(name="other")
    again = opened(probed, others, clock=clock, health=health)

    def ask() -> None:
        together.wait(5)
        again.complete(request())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    while len(others.requests) < 15:
        pass
    gate.set()
    for thread in threads:
        thread.join(5)
    assert (len(probed.requests), len(others.requests)) == (1, 15)


def test_limits_that_an_answer_tells_are_kept_to() -> None:
    clock = DrivenClock()
    limits = RateLimits(requests_limit=2, requests_left=0, requests_reset_s=40.0)
    chat = ScriptedChat(limits=limits)
    made = opened(chat, clock=clock)
    for _ in range(3):
        made.complete(request())
    assert clock.slept == [40.0, 40.0]


def test_limits_used_up_for_longer_than_anyone_waits_are_a_rate_limit() -> None:
    limits = RateLimits(requests_limit=2, requests_left=0, requests_reset_s=4000.0)
    made = opened(ScriptedChat(limits=limits))
    made.complete(request())
    error = fault_of(lambda: made.complete(request()))
    assert (error.fault, error.message) == (ChatFault.RATE_LIMIT, "the limits of fake are used up for 4000 s")


def test_money_that_is_used_up_ends_the_asking_and_says_so() -> None:
    chat = ScriptedChat()
    made = opened(chat, prices={"fake": CHEAP}, max_cost=0.0017)
    made.complete(request())
    error = fault_of(lambda: made.complete(request()))
    assert (error.fault, error.message, len(chat.requests)) == (ChatFault.BUDGET, "max_cost of $0.0017 is used up", 1)
    assert made.attempts[0].cost_usd == pytest.approx((60 * 1.0 + 40 * 0.1 + 10 * 10.0) / 1_000_000)
    assert texts(made) == ["The budget did not last for all requests: max_cost of $0.0017 is used up."]


def test_what_earlier_runs_cost_counts() -> None:
    made = opened(ScriptedChat(), prices={"fake": CHEAP}, max_cost=1.0, spent=0.9999)
    assert fault_of(lambda: made.complete(request())).fault is ChatFault.BUDGET


@pytest.mark.parametrize(("name", "most"), [("max_requests", 2), ("max_tokens", 900)])
def test_tokens_and_requests_are_bounded(name: str, most: int) -> None:
    chat = ScriptedChat()
    bound: dict[str, Any] = {name: most}
    made = opened(chat, **bound)
    for _ in range(2):
        made.complete(request())
    error = fault_of(lambda: made.complete(request()))
    assert (error.message, len(chat.requests)) == (f"{name} of {most} is used up", 2)


def test_what_fails_unbilled_costs_a_request_and_no_money() -> None:
    made = opened(ScriptedChat(fails(ChatFault.OVERLOAD, 1)), prices={"fake": CHEAP}, max_cost=0.0017)
    made.complete(request())
    assert made.attempts[0].cost_usd == 0.0


def test_what_may_have_been_billed_counts_as_estimated() -> None:
    made = opened(ScriptedChat(fails(ChatFault.TRUNCATED)), prices={"fake": CHEAP}, max_cost=0.0017)
    fault_of(lambda: made.complete(request()))
    assert made.attempts[0].cost_usd == pytest.approx((607 + 100 * 10) / 1_000_000, rel=0.02)
    assert fault_of(lambda: made.complete(request())).fault is ChatFault.BUDGET


def test_requests_under_way_can_not_overdraw_together() -> None:
    gate = threading.Event()
    chat = ScriptedChat(lambda asked, number: reads_all(asked, number) if gate.wait(5) else "")
    made = opened(chat, max_requests=2)
    ended: list[object] = []

    def ask() -> None:
        try:
            ended.append(made.complete(request()))
        except ChatError as error:
            ended.append(error.fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(chat.requests) < 2:
        pass
    gate.set()
    for thread in threads:
        thread.join(5)
    assert len(chat.requests) == 2
    assert ended.count(ChatFault.BUDGET) == 2


def test_a_budget_in_money_needs_a_price_or_a_bound_of_tokens() -> None:
    with pytest.raises(ConfigurationError, match="the price of other is not known"):
        opened(ScriptedChat(), ScriptedChat(name="other"), prices={"fake": CHEAP}, max_cost=1.0)
    opened(ScriptedChat(), max_cost=1.0, max_tokens=1000)
    made = gateway.opened(
        gateway_builder.ports(ScriptedChat()), Settings.model_validate({"max_cost": 1.0, "prices": ["fake=1/2"]}), 0.0
    )
    assert made is not None


def test_after_the_deadline_nothing_is_sent_and_no_wait_outlasts_it() -> None:
    clock, chat = DrivenClock(), ScriptedChat(fails(ChatFault.OVERLOAD))
    made = opened(chat, clock=clock, deadline_s=6.0)
    error = fault_of(lambda: made.complete(request()))
    assert (error.fault, error.message) == (ChatFault.DEADLINE, "the run's 6 s are over")
    assert sum(clock.slept) < 6.0
    assert len(chat.requests) == 3


def test_after_the_end_nobody_asks_waits_or_hopes() -> None:
    chat = ScriptedChat()
    made = opened(chat)
    made.close()
    assert fault_of(lambda: made.complete(request())).fault is ChatFault.CANCELLED
    assert (chat.requests, chat.closed) == ([], True)


def test_an_end_reaches_those_who_wait_for_money() -> None:
    gate = threading.Event()
    chat = ScriptedChat(lambda asked, number: reads_all(asked, number) if gate.wait(5) else "")
    made = opened(chat, max_tokens=1000)
    faults: list[ChatFault] = []

    def ask() -> None:
        try:
            made.complete(request())
        except ChatError as error:
            faults.append(error.fault)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not chat.requests:
        pass
    made.close()
    threads_waiting = [thread for thread in threads if thread.is_alive()]
    gate.set()
    for thread in threads_waiting:
        thread.join(5)
    assert faults == [ChatFault.CANCELLED]


def test_without_a_model_there_is_no_gateway() -> None:
    assert gateway.opened(gateway_builder.ports(), Settings.model_validate({}), 0.0) is None


def test_embeddings_count_against_the_same_budget_and_in_the_same_report() -> None:
    prices = {"fake": CHEAP, "small": Price(prompt=2.0, cached_prompt=2.0, completion=0.0)}
    made = opened(ScriptedChat(), prices=prices, max_cost=0.01, max_requests=9)
    with made.embeddings.paying("small", 3000) as embedded:
        embedded.tokens = 2500
    made.complete(request())
    with pytest.raises(ChatError, match=r"max_cost of \$0.01 is used up"), made.embeddings.paying("small", 3000):
        pytest.fail("it does not fit")
    used = tally.usage(made.attempts)
    assert (used.by_model["small"].embedding_tokens, used.by_model["fake"].embedding_tokens) == (2500, None)
    assert used.by_model["small"].cost_usd == pytest.approx(0.005)
    assert (figures.embedding_tokens(used), figures.total(used, lambda asked: asked.prompt_tokens)) == (2500, 100)


def test_embeddings_that_failed_cost_nothing_and_ones_without_a_price_need_another_bound() -> None:
    made = opened(ScriptedChat(), prices={"fake": CHEAP}, max_cost=1.0, max_tokens=1000)
    with pytest.raises(OSError, match="gone"), made.embeddings.paying("small", 900):
        raise OSError("gone")
    with made.embeddings.paying("small", 900):
        pass
    assert [each.embedding_tokens for each in made.attempts] == [0, 900]
    strict = opened(ScriptedChat(), prices={"fake": CHEAP}, max_cost=1.0)
    with (
        pytest.raises(ConfigurationError, match="the price of small is not known"),
        strict.embeddings.paying("small", 1),
    ):
        pytest.fail("its price is not known")


def test_one_that_was_refused_goes_before_those_that_came_later() -> None:
    ring = KeyRing([ScriptedChat()], Time(Slow(), 900.0), 1, Pace())
    old, young, youngest = ring.turn(), ring.turn(), ring.turn()
    busy = ring.take(old, 1)
    order: list[int] = []

    def wait(turn: int) -> None:
        ticket = ring.take(turn, 1)
        order.append(turn)
        ring.answered(ticket, None)

    threads = [threading.Thread(target=wait, args=(turn,)) for turn in (youngest, young, old)]
    for each in threads:
        each.start()
        time.sleep(0.05)
    ring.answered(busy, None)
    for each in threads:
        each.join(5)
    assert order == [old, young, youngest]


class Slow(DrivenClock):
    """A clock whose waits take a moment of the world's time."""

    def sleep(self, seconds: float) -> None:
        time.sleep(0.01)
        super().sleep(seconds)
