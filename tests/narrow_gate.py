"""A script for the loopback model that admits few requests a minute and refuses the rest; a minute is 2.4 s here."""

import threading
import time
from typing import Any

import gateway_stage as stage
import loopback_answers as answers
from loopback_answers import Answer

ADMITTED, TIMES = 20, 25.0
MINUTE_S = 60.0 / TIMES
"""What a loaded machine comes late by must stay small against a minute: at 0.6 s two cases of sixteen failed in CI."""


def clock() -> stage.FastClock:
    """Return a clock as fast as the gate's."""
    return stage.FastClock(TIMES)


class Gate:
    """Admits so many requests in each minute since the first one, or in any span of a minute, and answers 429 above."""

    def __init__(self, *, tells: bool, slides: bool, asks_to_wait: bool) -> None:
        self._tells, self._slides, self._asks_to_wait = tells, slides, asks_to_wait
        self._lock = threading.Lock()
        self._admitted: list[float] = []
        self._since = 0.0
        self.refused = 0

    def __call__(self, body: dict[str, Any], index: int) -> Answer:
        del index
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
