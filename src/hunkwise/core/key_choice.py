"""Which key of a model a request takes: one that need not wait, then the least loaded, then the least used."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLoad:
    """One key: whether it is out (refused, without quota), the seconds it must wait, what it does and did."""

    is_out: bool
    wait_s: float
    under_way: int
    used: int


def choose(keys: Sequence[KeyLoad]) -> int | None:
    """Return the index of the key to take, or None when all are out."""
    usable = [index for index, key in enumerate(keys) if not key.is_out]
    return min(
        usable, key=lambda index: (keys[index].wait_s, keys[index].under_way, keys[index].used, index), default=None
    )
