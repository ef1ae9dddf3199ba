"""The breaker of one model: whether it may be asked, and what its answers say of its health."""

import threading
from collections.abc import Callable
from typing import TypeVar

from hunkwise.core import resilience
from hunkwise.core.resilience import WELL, Admission, Health, Pass
from hunkwise.errors import ChatError, ChatFault
from hunkwise.pipeline.gateway.run import Time
from hunkwise.ports import SharedHealth

T = TypeVar("T")


class LeftAloneError(ChatError):
    """A request was not sent because the model is left alone: another try would meet the same."""


class OwnHealth:
    """Implements `ports.SharedHealth` for one run alone."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._lock = threading.Lock()
        self._known: dict[str, Health] = {}

    def change(self, name: str, step: Callable[[Health, float], tuple[T, Health]]) -> T:
        """Replace the health of `name` in one step."""
        with self._lock:
            said, self._known[name] = step(self._known.get(name, WELL), self._time.now())
            return said


class Breaker:
    """Guards one model. `waits` says whether its recovery is waited for, since nobody else could answer."""

    def __init__(self, name: str, health: SharedHealth, time: Time, waits: Callable[[], bool]) -> None:
        self._name = name
        self._health = health
        self._time = time
        self._waits = waits
        self._lock = threading.Lock()
        self.turned_away = 0
        """Requests that were not sent because the model was left alone."""

    def enter(self) -> bool:
        """Let a request through, and return whether it is the probe; raises ChatError."""
        while True:
            self._time.check()
            said = self._health.change(self._name, resilience.admit)
            if said.passes in {Pass.GO, Pass.PROBE}:
                return said.passes is Pass.PROBE
            if said.passes is Pass.DOWN or not self._waits():
                with self._lock:
                    self.turned_away += 1
                raise self._left_alone(said)
            self._time.wait(said.wait_s)

    def leave(self, fault: ChatFault | None, *, was_probe: bool) -> None:
        """Note how a request ended."""

        def step(health: Health, now: float) -> tuple[None, Health]:
            return None, resilience.after(health, fault, now, was_probe=was_probe)

        self._health.change(self._name, step)

    def _left_alone(self, said: Admission) -> LeftAloneError:
        message = f"{self._name} kept failing and is left alone for {said.wait_s:.0f} s more"
        return LeftAloneError(ChatFault.OVERLOAD, message, hint="try again later")
