"""Many blocking calls on a bounded pool of threads, that Ctrl+C ends in time without losing what is done."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

GRACE_S = 2.0
"""Seconds that calls under way have to come back after they were cut off: a stopped run has five in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(Generic[R]):
    """What each call returned, in the order of the items; None where the run was `stopped` before it could."""

    each: tuple[R | None, ...]
    stopped: bool


def run(
    items: Sequence[T], order: Sequence[int], call: Callable[[T], R], most: int, cut: Callable[[], None]
) -> Results[R]:
    """Call `call` for all `items`, begun in `order`, at most so many at once.

    The first exception of a call ends the run and is raised. An interrupt ends it too, but what came back until then is
    kept. Both `cut` the calls off that are under way.
    """
    if not items:
        return Results(each=(), stopped=False)
    pool = ThreadPoolExecutor(max_workers=min(most, len(items)), thread_name_prefix="chunk")
    futures: dict[int, Future[R]] = {}
    is_over = stopped = False
    try:
        futures.update((index, pool.submit(call, items[index])) for index in order)
        wait(futures.values(), return_when=FIRST_EXCEPTION)
        for future in futures.values():
            if future.done():
                future.result()
        is_over = True
    except KeyboardInterrupt:
        stopped = True
    finally:
        if not is_over:
            cut()
        pool.shutdown(wait=False, cancel_futures=True)
    if stopped:
        wait(futures.values(), timeout=GRACE_S)
    return Results(each=tuple(_returned(futures.get(index)) for index in range(len(items))), stopped=stopped)


def _returned(future: Future[R] | None) -> R | None:
    if future is None or not future.done() or future.cancelled() or future.exception() is not None:
        return None
    return future.result()
