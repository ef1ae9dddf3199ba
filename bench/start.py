"""How long the command takes to start, and how much memory a small review takes.

    python bench/start.py

Medians of whole processes; the bare interpreter is the floor.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 11
DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        change = Path(folder) / "a.diff"
        change.write_text(DIFF, "utf-8")
        commands = {
            "python -c pass": ["-c", "pass"],
            "hunkwise --version": ["-m", "hunkwise", "--version"],
            "hunkwise review --help": ["-m", "hunkwise", "review", "--help"],
            "hunkwise review a.diff (rules, one line)": ["-m", "hunkwise", "review", str(change), "--engine", "rules"],
        }
        print("| command | median ms | slowest ms |\n|---|---:|---:|")
        for name, arguments in commands.items():
            spent = [timed(arguments) for _ in range(RUNS)]
            print(f"| {name} | {statistics.median(spent):.0f} | {max(spent):.0f} |")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"\nlargest process: {peak / 1024:.0f} MB")


def timed(arguments: list[str]) -> float:
    """Return the milliseconds of one process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
