"""The budget of a run under one lock: what is set aside before a request, and booked after it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hunkwise.core import budgeting
from hunkwise.core.budgeting import Account, Amount, Budget, Grant
from hunkwise.errors import ChatError, ChatFault


class Receipt:
    """What a request turned out to use; nothing unless it is told."""

    def __init__(self) -> None:
        self.used = Amount()


class Purse:
    """The one account of a run."""

    def __init__(self, budget: Budget) -> None:
        self._account = Account(budget=budget)
        self._changed = threading.Condition()
        self._turn = 0
        self._passed: set[int] = set()
        self.refusal: str | None = None
        """Why the first request was refused that did not fit."""

    @property
    def max_cost_usd(self) -> float | None:
        """The bound on what all runs of the change cost, if there is one."""
        return self._account.budget.max_cost_usd

    @property
    def booked(self) -> Amount:
        """What all requests that have ended used."""
        return self._account.booked

    def restrict(self, grant: Grant) -> None:
        """Keep to what this run has reserved."""
        with self._changed:
            self._account = budgeting.granted(self._account, grant)

    @contextmanager
    def paying(self, wanted: Amount, check: Callable[[], None], turn: int | None = None) -> Iterator[Receipt]:
        """Set `wanted` aside while a request is under way; raises ChatError (BUDGET) when it does not fit any more.

        Requests under way may turn out cheaper than what is set aside for them: until they have ended, who fits only
        then waits. Who has a `turn` waits for all before it, whichever thread is quicker. `check` raises what ends such
        a wait.
        """
        self._reserve(wanted, check, turn)
        receipt = Receipt()
        try:
            yield receipt
        finally:
            with self._changed:
                self._account = budgeting.settled(self._account, wanted, receipt.used)
                self._changed.notify_all()

    def wake(self) -> None:
        """Have those who wait look whether the run has ended."""
        with self._changed:
            self._changed.notify_all()

    def passed(self, turn: int) -> None:
        """Let nobody wait any more for the one with that turn: it has paid, or never will."""
        with self._changed:
            self._passed.add(turn)
            while self._turn in self._passed:
                self._turn += 1
            self._changed.notify_all()

    def _reserve(self, wanted: Amount, check: Callable[[], None], turn: int | None) -> None:
        with self._changed:
            while True:
                check()
                if turn is not None and turn > self._turn:
                    self._changed.wait()
                    continue
                refusal = budgeting.refusal(self._account, wanted)
                if refusal is not None:
                    self.refusal = self.refusal or refusal
                    raise ChatError(ChatFault.BUDGET, refusal)
                if not budgeting.must_wait(self._account, wanted):
                    break
                self._changed.wait()
            self._account = budgeting.reserved(self._account, wanted)
        if turn is not None:
            self.passed(turn)
