"""The machine's clock."""

import threading
import time


class SystemClock:
    """Implements `ports.Clock`. `wake` ends all sleeps, so that a run that was stopped does not wait for a retry."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def epoch(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, or return at once after `wake`."""
        if seconds > 0:
            self._woken.wait(seconds)

    def wake(self) -> None:
        """End all sleeps, those to come as well."""
        self._woken.set()
