import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import resilience
from hunkwise.core.resilience import WELL, Health, Pass
from hunkwise.errors import ChatError, ChatFault

chances = st.floats(0, 1)


@given(st.integers(0, 10_000), chances)
def test_a_delay_is_two_to_the_n_at_most_a_minute_and_moved_by_a_quarter(failures: int, chance: float) -> None:
    wanted = min(60.0, 2.0 ** min(failures, 100))
    assert 0.75 * wanted <= resilience.delay_s(failures, chance) <= 1.25 * wanted


@given(st.integers(0, 100), chances)
def test_delays_never_shrink_and_more_chance_never_shortens_one(failures: int, chance: float) -> None:
    assert resilience.delay_s(failures + 1, chance) >= resilience.delay_s(failures, chance)
    assert (
        resilience.delay_s(failures, 1.0) >= resilience.delay_s(failures, chance) >= resilience.delay_s(failures, 0.0)
    )


@given(st.floats(0, 1e6), st.integers(0, 20), chances)
def test_what_the_server_asks_for_wins(asked: float, failures: int, chance: float) -> None:
    error = ChatError(ChatFault.RATE_LIMIT, "slow down", retry_after_s=asked)
    assert resilience.wait_s(error, failures, chance) == asked
    assert resilience.wait_s(None, failures, chance) == resilience.delay_s(failures, chance)


@pytest.mark.parametrize(
    ("fault", "retry_after_s", "tries", "again"),
    [
        (ChatFault.OVERLOAD, None, 4, True),
        (ChatFault.RATE_LIMIT, 120.0, 1, True),
        (ChatFault.RATE_LIMIT, 121.0, 1, False),
        (ChatFault.MALFORMED, None, 1, True),
        (ChatFault.MALFORMED, None, 2, False),
        (ChatFault.REFUSAL, None, 1, False),
        (ChatFault.DEADLINE, None, 1, False),
    ],
)
def test_which_errors_another_try_may_cure(
    fault: ChatFault,
    retry_after_s: float | None,
    tries: int,
    again: bool,  # noqa: FBT001  # a column
) -> None:
    error = ChatError(fault, "no", retry_after_s=retry_after_s)
    assert resilience.is_worth_another_try(error, tries) is again


def failed(times: int, now: float = 0.0) -> Health:
    health = WELL
    for _ in range(times):
        health = resilience.after(health, ChatFault.OVERLOAD, now, was_probe=False)
    return health


def test_five_failures_in_a_row_open_and_an_answer_between_them_does_not() -> None:
    assert resilience.admit(failed(4), 0.0)[0].passes is Pass.GO
    assert resilience.admit(failed(5), 0.0)[0].passes is Pass.WAIT
    assert resilience.after(failed(4), None, 0.0, was_probe=False) == WELL
    assert resilience.after(failed(4), ChatFault.BAD_KEY, 0.0, was_probe=False) == WELL


def test_what_was_sent_before_it_opened_changes_nothing_more() -> None:
    assert failed(20) == failed(5)


@given(st.floats(5, 1e6), st.integers(2, 20))
def test_after_the_cooldown_one_caller_alone_is_the_probe(now: float, callers: int) -> None:
    health, said = failed(5), []
    for _ in range(callers):
        admission, health = resilience.admit(health, now)
        said.append(admission.passes)
    assert said == [Pass.PROBE, *[Pass.WAIT] * (callers - 1)]


def test_a_probe_that_never_comes_back_gives_way_to_another() -> None:
    _, health = resilience.admit(failed(5), 10.0)
    assert resilience.admit(health, 10.0 + resilience.PROBE_S - 1)[0].passes is Pass.WAIT
    assert resilience.admit(health, 10.0 + resilience.PROBE_S)[0].passes is Pass.PROBE


def test_a_cancelled_probe_tells_nothing_and_frees_the_way() -> None:
    _, health = resilience.admit(failed(5), 10.0)
    freed = resilience.after(health, ChatFault.CANCELLED, 11.0, was_probe=True)
    assert resilience.admit(freed, 11.0)[0].passes is Pass.PROBE
    assert resilience.after(health, ChatFault.CANCELLED, 11.0, was_probe=False) == health


def test_each_failed_probe_doubles_the_cooldown_and_from_the_third_opening_on_nobody_waits() -> None:
    health, now, waits = failed(5), 0.0, []
    for _ in range(9):
        admission, _ = resilience.admit(health, now)
        waits.append(admission.wait_s)
        assert (admission.passes is Pass.DOWN) is (len(waits) >= resilience.MAX_OPENED)
        now += admission.wait_s
        _, health = resilience.admit(health, now)
        health = resilience.after(health, ChatFault.TIMEOUT, now, was_probe=True)
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert resilience.after(health, None, now, was_probe=True) == WELL


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    assert resilience.admit(Health(failures=5, opened=1, open_until=1e9), 0.0)[0].wait_s <= resilience.MAX_COOLDOWN_S
