"""What vectors need: length 1, how alike two are, and few bytes. No library: a vector is a tuple of floats.

Stored vectors keep one byte a number. That moves a cosine by less than 0.01 (tests/unit/test_vectors.py), and no
verdict rests on one.
"""

import math
from array import array
from collections.abc import Sequence
from operator import mul

STEPS = 127
"""The largest number of a packed vector: what a signed byte holds."""


def unit(values: Sequence[float]) -> tuple[float, ...]:
    """Return `values` at length 1; all zeros, or what is no number, become the first axis: near to nothing else."""
    length = math.hypot(*values)  # squares of tiny numbers would be none
    if not length or not math.isfinite(length):
        return (1.0, *(0.0,) * (len(values) - 1))
    return tuple(each / length for each in values)


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of two vectors of length 1, -1..1; of different dimensions nothing is alike."""
    if len(one) != len(other):
        return -1.0
    return max(-1.0, min(1.0, float(sum(map(mul, one, other)))))


def packed(values: Sequence[float]) -> bytes:
    """Return a vector as one signed byte a number; its length is forgotten."""
    largest = max(map(abs, values), default=0.0) or 1.0
    return array("b", [round(each * STEPS / largest) for each in values]).tobytes()


def unpacked(stored: bytes) -> tuple[float, ...]:
    """Return a packed vector, at length 1 again."""
    return unit(array("b", stored))


def likeness_to_packed(values: Sequence[float], stored: bytes) -> float:
    """Return how alike a vector of length 1 and a packed one are, without unpacking it."""
    numbers = array("b", stored)
    length = math.sqrt(sum(map(mul, numbers, numbers)))
    if len(numbers) != len(values) or not length:
        return -1.0
    return max(-1.0, min(1.0, float(sum(map(mul, values, numbers))) / length))
