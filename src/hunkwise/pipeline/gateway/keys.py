"""The keys of one model and the pace of each, under one lock: who asks next, with which key, and when.

A key that was refused or has no quota is out for the run; one that met its rate limit rests while the others go on.
Requests wait in one line: only the first looks whether a key is free, and one that was refused goes before those that
came later. Else the unlucky one would be last in every window, until its tries are used up.
"""

import bisect
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from hunkwise.core import key_choice, pacing, resilience
from hunkwise.core.key_choice import KeyLoad
from hunkwise.core.pacing import Hold, Pace
from hunkwise.errors import OF_KEY, ChatError, ChatFault
from hunkwise.model.chat import RateLimits
from hunkwise.pipeline.gateway.run import Time
from hunkwise.ports import ChatModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to send one request: with which key, and its number under that key."""

    chat: ChatModel
    key: int
    number: int


class _Key:
    """One key: its pace, and what speaks against it."""

    def __init__(self, chat: ChatModel, pace: Pace) -> None:
        self.chat = chat
        self.pace = pace
        self.refusals = 0
        self.out: ChatError | None = None
        self.limited: ChatError | None = None


class KeyRing:
    """All keys of one model; each begins at `pace`."""

    def __init__(self, chats: Sequence[ChatModel], time: Time, max_parallel: int, pace: Pace) -> None:
        self._keys = [_Key(chat, pace) for chat in chats]
        self._time = time
        self._max_parallel = max_parallel
        self._lock = threading.Lock()
        self._turns = 0
        self._line: list[tuple[int, threading.Event]] = []

    @property
    def count(self) -> int:
        """The number of keys."""
        return len(self._keys)

    @property
    def set_aside(self) -> tuple[ChatError, ...]:
        """What was said of the keys that are out, while others remain."""
        out = [key.out for key in self._keys if key.out is not None]
        return tuple(out) if len(out) < len(self._keys) else ()

    def turn(self) -> int:
        """Return the place in the line of a new request; it keeps it for all its tries."""
        with self._lock:
            self._turns += 1
            return self._turns

    def take(self, turn: int, tokens: int) -> Ticket:
        """Return the right to send a request of so many `tokens` as soon as a key may; raises ChatError."""
        woken = threading.Event()
        place = (turn, woken)
        with self._lock:
            bisect.insort(self._line, place, key=_turn)
        try:
            while True:
                woken.clear()
                self._time.check()
                with self._lock:
                    found = self._next(tokens) if self._line[0] is place else None
                if isinstance(found, Ticket):
                    return found
                if found is None:
                    woken.wait()
                else:
                    self._time.wait(found)
        finally:
            with self._lock:
                self._line.remove(place)
                if self._line:
                    self._line[0][1].set()

    def wake(self) -> None:
        """Have those who wait look whether the run has ended."""
        with self._lock:
            for _, woken in self._line:
                woken.set()

    def _next(self, tokens: int) -> Ticket | float:
        """Return a key's ticket, or the seconds to wait for one; raises ChatError where none will come."""
        now = self._time.now()
        loads = [self._load(key, tokens, now) for key in self._keys]
        chosen = key_choice.choose(loads)
        if chosen is None:
            raise self._why_out()
        wait_s, key = loads[chosen].wait_s, self._keys[chosen]
        if wait_s > resilience.MAX_RETRY_AFTER_S:
            raise key.limited or _used_up(key.chat, wait_s)
        if wait_s > 0:
            return wait_s
        key.pace = pacing.sent(key.pace, tokens, now)
        return Ticket(chat=key.chat, key=chosen, number=key.pace.numbered)

    def answered(self, ticket: Ticket, limits: RateLimits | None) -> None:
        """Give the right back after an answer, or a fault that has nothing to do with the key."""
        with self._lock:
            key = self._keys[ticket.key]
            key.refusals = 0
            key.pace = pacing.answered(key.pace, ticket.number, limits, self._time.now())

    def failed(self, ticket: Ticket, error: ChatError) -> None:
        """Give the right back after a fault."""
        if error.fault not in OF_KEY | {ChatFault.RATE_LIMIT}:
            self.answered(ticket, error.limits)
            return
        with self._lock:
            key, now = self._keys[ticket.key], self._time.now()
            if error.fault in OF_KEY:
                key.out = error
                key.pace = pacing.answered(key.pace, ticket.number, error.limits, now)
                return
            hold = Hold(seconds=resilience.wait_s(error, key.refusals, 0.5), was_asked=error.retry_after_s is not None)
            key.refusals += 1
            key.limited = error
            key.pace = pacing.refused(key.pace, ticket.number, error.limits, hold, now)

    def may_try_another(self, error: ChatError) -> bool:
        """Whether `error` is one of a key, and another key may be asked at once."""
        with self._lock:
            loads = [self._load(key, 0, self._time.now()) for key in self._keys]
        is_of_key = error.fault in OF_KEY | {ChatFault.RATE_LIMIT}
        return is_of_key and any(not each.is_out and each.wait_s <= 0 for each in loads)

    def _load(self, key: _Key, tokens: int, now: float) -> KeyLoad:
        return KeyLoad(
            is_out=key.out is not None,
            wait_s=pacing.wait_s(key.pace, tokens, self._max_parallel, now),
            under_way=key.pace.under_way,
            used=key.pace.numbered,
        )

    def _why_out(self) -> ChatError:
        known = [key.out for key in self._keys if key.out is not None]
        return known[-1]


def _turn(place: tuple[int, threading.Event]) -> int:
    return place[0]


def _used_up(chat: ChatModel, wait_s: float) -> ChatError:
    message = f"the limits of {chat.name} are used up for {wait_s:.0f} s"
    return ChatError(ChatFault.RATE_LIMIT, message, hint="ask for a higher limit", retry_after_s=wait_s)
