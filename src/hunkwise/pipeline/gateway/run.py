"""What all models of one run share: time, the deadline, the end, and an account of every request."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.chat import ChatReply, Stage
from hunkwise.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request that was sent: the name it was asked under, its answer, what it cost as far as is known, and why.

    `embedding_tokens` tells that it asked for embeddings, and of how many tokens.
    """

    asked: str
    reply: ChatReply | None
    fault: ChatFault | None
    cost_usd: float | None
    stage: Stage = Stage.FIRST
    embedding_tokens: int | None = None


@dataclass(slots=True)
class Journal:
    """Every request of a run, in the order in which they ended."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _attempts: list[Attempt] = field(default_factory=list)

    def note(self, attempt: Attempt) -> None:
        """Add a request that has ended."""
        with self._lock:
            self._attempts.append(attempt)

    @property
    def attempts(self) -> Sequence[Attempt]:
        """All requests that have ended so far."""
        with self._lock:
            return tuple(self._attempts)


class Time:
    """The run's clock, with its deadline and its end; all waits of the gateway go through here."""

    def __init__(self, clock: Clock, deadline_s: float) -> None:
        self._clock = clock
        self._deadline_s = deadline_s
        self._ends_at = clock.monotonic() + deadline_s
        self._ended = threading.Event()

    def now(self) -> float:
        """Seconds on the run's clock."""
        return self._clock.monotonic()

    def end(self) -> None:
        """Let nobody wait or begin any more."""
        self._ended.set()

    @property
    def has_ended(self) -> bool:
        """Whether the run was ended, by a signal or because it is done."""
        return self._ended.is_set()

    def check(self) -> None:
        """Raise ChatError when the run has ended or its time is up."""
        self.wait(0.0)

    def wait(self, seconds: float) -> None:
        """Wait; raises ChatError when the run ends meanwhile, or at once when the wait would outlast the deadline."""
        if not self._ended.is_set():
            if self.now() + seconds >= self._ends_at:
                message = f"the run's {self._deadline_s:g} s are over"
                raise ChatError(ChatFault.DEADLINE, message, hint="raise deadline_s")
            if seconds > 0:
                self._clock.sleep(seconds)
        if self._ended.is_set():
            raise ChatError(ChatFault.CANCELLED, "the run was stopped")
