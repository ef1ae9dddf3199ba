"""The machine's clock."""

import threading
import time

from hunkwise.adapters.system_clock import SystemClock


def test_it_sleeps_as_long_as_it_is_told() -> None:
    clock = SystemClock()
    started = clock.monotonic()
    clock.sleep(0.05)
    clock.sleep(0)
    clock.sleep(-1)
    assert 0.04 <= clock.monotonic() - started < 2


def test_waking_ends_a_sleep_and_those_to_come() -> None:
    clock = SystemClock()
    started = time.monotonic()
    sleeper = threading.Thread(target=clock.sleep, args=(60,))
    sleeper.start()
    clock.wake()
    sleeper.join(5)
    clock.sleep(60)
    assert not sleeper.is_alive()
    assert time.monotonic() - started < 5
