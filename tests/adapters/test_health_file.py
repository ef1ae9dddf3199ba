import subprocess
import sys
import threading
from pathlib import Path

from hunkwise.adapters.health_file import FILE, HealthFile
from hunkwise.core import resilience
from hunkwise.core.resilience import WELL, Health, Pass
from hunkwise.errors import ChatFault

PROBES = """
import sys
from pathlib import Path
from hunkwise.adapters.health_file import HealthFile
from hunkwise.core import resilience
health = HealthFile(Path(sys.argv[1]), "host")
sys.stdin.readline()
print(health.change("m", resilience.admit).passes.value)
"""


def fail(health: HealthFile, times: int, name: str = "m") -> None:
    for _ in range(times):
        health.change(
            name, lambda known, now: (None, resilience.after(known, ChatFault.OVERLOAD, now, was_probe=False))
        )


def read(health: HealthFile, name: str = "m") -> Health:
    return health.change(name, lambda known, _: (known, known))


def open_long_ago(health: HealthFile) -> None:
    health.change("m", lambda _, now: (None, Health(failures=5, opened=1, open_until=now - 1)))


def test_what_one_run_learns_the_next_one_knows(tmp_path: Path) -> None:
    fail(HealthFile(tmp_path / "new", "host"), 5)
    assert HealthFile(tmp_path / "new", "host").change("m", resilience.admit).passes is Pass.WAIT
    assert read(HealthFile(tmp_path / "new", "other host")) == WELL
    assert read(HealthFile(tmp_path / "new", "host"), "other model") == WELL


def test_one_process_alone_is_the_probe(tmp_path: Path) -> None:
    open_long_ago(HealthFile(tmp_path, "host"))
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROBES, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = sorted(each.communicate(timeout=60)[0].strip() for each in running)
    assert said == ["probe", "wait", "wait", "wait"]


def test_one_thread_alone_is_the_probe(tmp_path: Path) -> None:
    health = HealthFile(tmp_path, "host")
    open_long_ago(health)
    said: list[Pass] = []
    threads = [
        threading.Thread(target=lambda: said.append(health.change("m", resilience.admit).passes)) for _ in range(16)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert said.count(Pass.PROBE) == 1


def test_a_file_that_can_not_be_used_leaves_a_run_what_it_learns_itself(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, and longer than a header of one" * 99)
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "file"):
        health = HealthFile(folder, "host")
        fail(health, 5)
        assert health.change("m", resilience.admit).passes is Pass.WAIT
    assert (tmp_path / FILE).read_bytes().startswith(b"not a database")
