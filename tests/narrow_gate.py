"""A script for the loopback model that admits few requests a minute and refuses the rest; a minute is 0.6 s here."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import gateway_stage as stage
import loopback_answers as answers
from chat_builder import request
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.model.report import ReviewReport
from hunkwise.ports import ChatModel, Hear
from loopback_answers import Answer
from loopback_model import LoopbackModel

ADMITTED, TIMES = 20, 100.0
MINUTE_S = 60.0 / TIMES
LATE_S = MINUTE_S / 4
"""The gate answers at once; a machine that takes so long to carry an answer shows another limit than the gate's."""


class Timed:
    """A chat model that notes how long its slowest request took."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self._lock = threading.Lock()
        self.name = chat.name
        self.slowest_s = 0.0

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        started = time.monotonic()
        try:
            return self._chat.complete(request, hear)
        finally:
            with self._lock:
                self.slowest_s = max(self.slowest_s, time.monotonic() - started)

    def close(self) -> None:
        self._chat.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A review that went through a gate: requests in all and refused, and whether the machine was too slow for it."""

    report: ReviewReport
    sent: int
    refused: int
    was_late: bool


def through(gate: "Gate", chunks: int, pool: int) -> Passed:
    """Return what became of a review of so many chunks; all waits go through a clock as fast as the gate's.

    A first request makes the client ready (0.1 s, ten seconds of a minute here); the gate counts from there on.
    """
    with LoopbackModel(gate) as server:
        chat = Timed(stage.chat(server))
        chat.complete(request("get ready"))
        gate.counts, chat.slowest_s = True, 0.0
        server.requests.clear()
        report = stage.reviewed(
            stage.diff(chunks), [chat], clock=stage.FastClock(TIMES), max_parallel=pool, deadline_s=20_000
        )
        sent = len(server.requests)
    return Passed(report=report, sent=sent, refused=gate.refused, was_late=chat.slowest_s > LATE_S)


class Gate:
    """Admits so many requests in each minute since the first one, or in any span of a minute, and answers 429 above."""

    def __init__(self, *, tells: bool, slides: bool, asks_to_wait: bool) -> None:
        self._tells, self._slides, self._asks_to_wait = tells, slides, asks_to_wait
        self._lock = threading.Lock()
        self._admitted: list[float] = []
        self._since = 0.0
        self.counts = False
        self.refused = 0

    def __call__(self, body: dict[str, Any], index: int) -> Answer:
        del index
        if not self.counts:
            return stage.finds_one(body)
        with self._lock:
            now = time.monotonic()
            if self._slides:
                self._admitted = [at for at in self._admitted if at > now - MINUTE_S]
                opens = (self._admitted[0] if self._admitted else now) + MINUTE_S
            else:
                if now >= self._since + MINUTE_S:
                    self._since, self._admitted = now, []
                opens = self._since + MINUTE_S
            left = ADMITTED - len(self._admitted)
            reset_s = (opens - now) * TIMES
            if left <= 0:
                self.refused += 1
                refusal = answers.rate_limited(f"{reset_s:.3f}" if self._asks_to_wait else None)
                return self._with_limits(refusal, 0, reset_s)
            self._admitted.append(now)
        return self._with_limits(stage.finds_one(body), left - 1, reset_s)

    def _with_limits(self, answer: Answer, left: int, reset_s: float) -> Answer:
        if not self._tells:
            return answer
        told = {"limit": str(ADMITTED), "remaining": str(left), "reset": f"{reset_s:.3f}s"}
        named = tuple((f"x-ratelimit-{name}-requests", value) for name, value in told.items())
        return Answer(body=answer.body, status=answer.status, headers=(*answer.headers, *named))
