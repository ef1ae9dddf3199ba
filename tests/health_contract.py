"""What every `ports.SharedHealth` keeps to: one step at a time, whoever calls.

`place` is where health is kept; `PROGRAM` makes one in another process, from the same words.
"""

import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from hunkwise.core import resilience
from hunkwise.core.resilience import WELL, Health, Pass
from hunkwise.errors import ChatFault
from hunkwise.ports import SharedHealth

ASK = """
sys.stdin.readline()
print(health.change("m", resilience.admit).passes.value)
"""


def fail(health: SharedHealth, times: int, name: str = "m") -> None:
    for _ in range(times):
        health.change(
            name, lambda known, now: (None, resilience.after(known, ChatFault.OVERLOAD, now, was_probe=False))
        )


def read(health: SharedHealth, name: str = "m") -> Health:
    return health.change(name, lambda known, _: (known, known))


def open_long_ago(health: SharedHealth) -> None:
    health.change("m", lambda _, now: (None, Health(failures=5, opened=1, open_until=now - 1)))


class HealthContract(ABC):
    """Derive from it, and name the class Test...; each test gets a place of its own."""

    PROGRAM: ClassVar[str]
    """Imports sys and resilience, and makes `health` of the scope "host" from the words after it."""

    @abstractmethod
    def open(self, place: Path, scope: str = "host") -> SharedHealth:
        """Return the health kept at `place`."""

    @abstractmethod
    def words(self, place: Path) -> list[str]:
        """Return the words for `PROGRAM`."""

    def test_what_one_run_learns_the_next_one_knows(self, tmp_path: Path) -> None:
        fail(self.open(tmp_path), 5)
        assert self.open(tmp_path).change("m", resilience.admit).passes is Pass.WAIT
        assert read(self.open(tmp_path, "other host")) == WELL
        assert read(self.open(tmp_path), "other model") == WELL

    def test_one_process_alone_is_the_probe(self, tmp_path: Path) -> None:
        open_long_ago(self.open(tmp_path))
        command = [sys.executable, "-c", self.PROGRAM + ASK, *self.words(tmp_path)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
        ]
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        said = sorted(each.communicate(timeout=60)[0].strip() for each in running)
        assert said == ["probe", "wait", "wait", "wait"]

    def test_one_thread_alone_is_the_probe(self, tmp_path: Path) -> None:
        stores = [self.open(tmp_path) for _ in range(4)]
        open_long_ago(stores[0])
        said: list[Pass] = []
        threads = [
            threading.Thread(target=lambda store=each: said.append(store.change("m", resilience.admit).passes))
            for each in stores * 4
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)
        assert said.count(Pass.PROBE) == 1
        assert len(said) == 16
