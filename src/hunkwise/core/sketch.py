"""Find the nearest of many vectors without a library for it: by sketches of 255 bits, column by column.

A sketch keeps on which side of 255 planes a vector lies; the share of bits in which two sketches differ is the angle
between their vectors, so those that differ least are the only ones worth a look at the whole vector. The planes are
a Walsh-Hadamard transform after drawn signs: n log n steps instead of n times 255.

A scan reads the sketches by columns of bytes, so that each step is one call over all entries: `bytes.translate` turns
a column into the bits in which it differs, and adding the columns as one large whole number counts them, a byte an
entry, which 255 bits can't overflow. 100,000 entries take 4 ms, as numpy does (bench/stores.md), and 3 MB.
"""

import hashlib
from collections.abc import Sequence
from operator import add, mul, sub

BITS = 255
"""Bits of a sketch: as many as a byte can count."""

BYTES = 32
"""Bytes of a sketch; its last bit is always 0."""

MIN_DIMENSIONS = 256
"""Shorter vectors are filled up with zeros to have planes enough."""

_BITS_IN = [each.bit_count() for each in range(256)]
_DIFFERING = [bytes(_BITS_IN[value ^ own] for value in range(256)) for own in range(256)]
"""By a byte of the asking sketch: in how many bits each other byte differs from it."""


def of(values: Sequence[float]) -> bytes:
    """Return the sketch of a vector."""
    turned = _turned(values)
    bits = "".join("1" if each > 0 else "0" for each in turned[:BITS])
    return int(f"{bits}0", 2).to_bytes(BYTES, "big")


def columns(sketches: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return many sketches as columns: the first bytes of all, then the second ones."""
    joined = b"".join(sketches)
    return tuple(joined[place::BYTES] for place in range(BYTES))


def closest(own: bytes, by_column: Sequence[bytes], count: int) -> tuple[int, ...]:
    """Return the places of the `count` sketches that differ least from `own`, the least first."""
    differing = _distances(own, by_column)
    found: list[int] = []
    for distance in range(BITS + 1):
        place = differing.find(distance)
        while place >= 0 and len(found) < count:
            found.append(place)
            place = differing.find(distance, place + 1)
        if len(found) >= count:
            break
    return tuple(found)


def _distances(own: bytes, by_column: Sequence[bytes]) -> bytes:
    """Return by entry in how many bits it differs, a byte each."""
    total = sum(
        int.from_bytes(column.translate(_DIFFERING[byte]), "little")
        for byte, column in zip(own, by_column, strict=True)
    )
    return total.to_bytes(len(by_column[0]), "little")


def _turned(values: Sequence[float]) -> list[float]:
    """Return the vector turned so that each number of it says something of the whole."""
    size = max(MIN_DIMENSIONS, 1 << (len(values) - 1).bit_length())
    row = [*map(mul, values, _signs(len(values))), *(0.0,) * (size - len(values))]
    half = 1
    while half < size:
        for start in range(0, size, 2 * half):
            low, high = row[start : start + half], row[start + half : start + 2 * half]
            row[start : start + half] = map(add, low, high)
            row[start + half : start + 2 * half] = map(sub, low, high)
        half *= 2
    return row


def _signs(count: int) -> list[int]:
    """Return drawn signs, the same ones at all times."""
    drawn = hashlib.shake_128(b"hunkwise sketch 1").digest(-(-count // 8))
    bits = int.from_bytes(drawn, "little")
    return [1 if bits >> place & 1 else -1 for place in range(count)]
