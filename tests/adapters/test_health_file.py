from pathlib import Path

from health_contract import HealthContract, fail
from hunkwise.adapters.health_file import FILE, HealthFile
from hunkwise.core import resilience
from hunkwise.core.resilience import Pass


class TestHealthFile(HealthContract):
    PROGRAM = """
import sys
from pathlib import Path
from hunkwise.adapters.health_file import HealthFile
from hunkwise.core import resilience
health = HealthFile(Path(sys.argv[1]), "host")
"""

    def open(self, place: Path, scope: str = "host") -> HealthFile:
        return HealthFile(place / "new", scope)

    def words(self, place: Path) -> list[str]:
        return [str(place / "new")]


def test_a_file_that_can_not_be_used_leaves_a_run_what_it_learns_itself(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, and longer than a header of one" * 99)
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "file"):
        health = HealthFile(folder, "host")
        fail(health, 5)
        assert health.change("m", resilience.admit).passes is Pass.WAIT
    assert (tmp_path / FILE).read_bytes().startswith(b"not a database")
