"""What a look-up costs on the embedded cache, by the number of answers it holds.

python bench/answers.py [ANSWERS...]
"""

import hashlib
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hunkwise.adapters.answer_file import AnswerFile
from hunkwise.model.stored import Limit, Stored

SIZES = (1_000, 10_000, 100_000)
VALUE_BYTES = 600
"""Bytes of a sealed answer with two findings, compressed."""

BATCH = 1_000
LOOK_UPS = 2_000


def main(sizes: list[int]) -> None:
    print("| answers | MB on disk | put of 1,000, ms | one key, ms (median) | p99 | 100 keys, ms | memory MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(row(Path(folder), size), flush=True)


def row(folder: Path, size: int) -> str:
    limit = Limit(entries=size, bytes=size * VALUE_BYTES * 2)
    cache = AnswerFile(folder, {"code": limit})
    puts = [timed(partial(cache.put, [stored(first + n) for n in range(BATCH)])) for first in range(0, size, BATCH)]
    step = max(size // LOOK_UPS, 1)
    ones = sorted(timed(partial(cache.get, "code", [key(n)])) for n in range(0, size, step))
    batches = [[key(first + n) for n in range(100)] for first in range(0, size, size // 10)]
    many = [timed(partial(cache.get, "code", batch)) for batch in batches]
    cache.close()
    on_disk = sum(each.stat().st_size for each in folder.iterdir()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    figures = [statistics.median(puts), statistics.median(ones), ones[len(ones) * 99 // 100], statistics.median(many)]
    return f"| {size:,} | {on_disk:.0f} | " + " | ".join(f"{each:.3f}" for each in figures) + f" | {memory:.0f} |"


def timed(step: Callable[[], object]) -> float:
    """Return the milliseconds of a step."""
    started = time.perf_counter()
    step()
    return (time.perf_counter() - started) * 1000


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def stored(number: int) -> Stored:
    value = hashlib.shake_256(str(number).encode()).digest(VALUE_BYTES)
    return Stored(pool="code", key=key(number), value=value, created_at=1.0, expires_at=2.0)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or list(SIZES))
