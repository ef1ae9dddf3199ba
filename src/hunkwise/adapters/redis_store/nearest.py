"""Answers whose texts are alike: by the server's vector sets (Redis 8), else by a bounded scan of sketches."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from heapq import nlargest
from typing import TYPE_CHECKING

from hunkwise.core import sketch, vectors
from hunkwise.model.stored import Near, Stored, Vector

if TYPE_CHECKING:
    from hunkwise.adapters.redis_store.line import Client
    from hunkwise.adapters.redis_store.records import Names

SCANNED = 10_000
"""Sketches that a scan reads, of the answers used last: 1 MB over the network."""

CANDIDATES = 32
"""Answers whose vectors are compared."""

EFFORT = 64
"""Neighbours looked at when a vector is added: of 20,000 drawn ones all were found again as with the server's own 200,
at half the server's time; with 32 some were not.
"""


def shelve(batch: Client, shelf: str, key: str, vector: Vector, *, has_vectors: bool) -> None:
    """Add a vector to a batch of commands."""
    if has_vectors:
        batch.execute_command("VADD", shelf, "FP32", _fp32(vector), key, "EF", EFFORT)
    else:
        batch.hset(shelf, key, sketch.of(vector.values))


def keys(client: Client, names: Names, vector: Vector, count: int, *, has_vectors: bool) -> list[str]:
    """Return the keys of answers that may be the nearest."""
    shelf = names.shelf(vector.space, len(vector.values), has_vectors=has_vectors)
    wanted = max(CANDIDATES, 2 * count)
    if has_vectors:
        found = client.execute_command("VSIM", shelf, "FP32", _fp32(vector), "COUNT", wanted)
        return [each.decode() for each in found]
    members: Sequence[bytes] = client.zrevrange(names.used, 0, SCANNED - 1)
    if not members:
        return []
    sketches = client.hmget(shelf, [each.decode() for each in members])
    pairs = [(key, each) for key, each in zip(members, sketches, strict=True) if each and len(each) == sketch.BYTES]
    if not pairs:
        return []
    columns = sketch.columns([each for _, each in pairs])
    return [pairs[place][0].decode() for place in sketch.closest(sketch.of(vector.values), columns, wanted)]


def compared(answers: Iterable[Stored], vector: Vector, count: int) -> Sequence[Near]:
    """Return the nearest of `answers` by their own vectors."""
    found = [
        Near(stored=each, likeness=vectors.likeness(vector.values, each.vector.values))
        for each in answers
        if each.vector is not None and each.vector.space == vector.space
    ]
    return nlargest(count, found, key=lambda near: near.likeness)


def _fp32(vector: Vector) -> bytes:
    return struct.pack(f"<{len(vector.values)}f", *vector.values)
