"""Who gets what is left of a budget."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hunkwise.core.budgeting import Amount, Budget
from hunkwise.errors import ChatError, ChatFault
from hunkwise.pipeline.gateway.purse import Purse

ONE = Amount(requests=1)


def purse(requests: int) -> Purse:
    return Purse(Budget(max_cost_usd=None, max_tokens=None, max_requests=requests, spent_before_usd=0.0))


def test_what_is_left_goes_to_the_first_in_the_line_whoever_comes_first() -> None:
    own = purse(1)
    has_come = threading.Event()

    def later() -> None:
        with own.paying(ONE, has_come.set, 1) as receipt:
            receipt.used = ONE

    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(later)
        assert has_come.wait(30)
        with own.paying(ONE, lambda: None, 0) as receipt:
            receipt.used = ONE
        with pytest.raises(ChatError, match="max_requests of 1 is used up") as raised:
            waiting.result(timeout=30)
    assert raised.value.fault is ChatFault.BUDGET
    assert own.booked.requests == 1


def test_nobody_waits_for_one_who_never_asks() -> None:
    own = purse(1)
    own.passed(1)
    own.passed(0)
    with own.paying(ONE, lambda: None, 2) as receipt:
        receipt.used = ONE
    assert own.booked.requests == 1


def test_a_run_that_ends_lets_go_of_who_waits_in_the_line() -> None:
    own = purse(9)
    has_come, is_over = threading.Event(), threading.Event()

    def check() -> None:
        has_come.set()
        if is_over.is_set():
            raise ChatError(ChatFault.CANCELLED, "the run has ended")

    def later() -> None:
        with own.paying(ONE, check, 1):
            pass

    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(later)
        assert has_come.wait(30)
        is_over.set()
        own.wake()
        with pytest.raises(ChatError, match="has ended"):
            waiting.result(timeout=30)
    assert own.booked.requests == 0
