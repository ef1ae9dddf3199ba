"""Answers whose texts are alike: by the server's vector sets (Redis 8), else by a bounded scan of sketches."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from heapq import nlargest
from typing import TYPE_CHECKING

from hunkwise.adapters.redis_store import records, scripts
from hunkwise.core import sketch, vectors
from hunkwise.model.stored import Near, Stored, Vector

if TYPE_CHECKING:
    from hunkwise.adapters.redis_store.line import Client
    from hunkwise.adapters.redis_store.records import Names

SCANNED = 10_000
"""Sketches that a scan reads, of the answers used last: 1 MB over the network."""

CANDIDATES = 32
"""Answers whose vectors are compared."""

FURTHER = 8
"""How many times as many are looked at next where of the closest too few are there."""

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
    """Return the keys of answers that may be the nearest and are there; those that are gone go from the shelf too.

    Looks further where too few of the first are there: the gone ones may be many, and all of them nearer.
    """
    shelf = names.shelf(vector.space, len(vector.values), has_vectors=has_vectors)
    wanted = max(CANDIDATES, 2 * count)
    asked = wanted
    while True:
        found = _members(client, names, shelf, vector, asked, has_vectors=has_vectors)
        there = _there(client, names, found)
        gone = sorted({*found} - {*there})
        if gone:
            client.register_script(scripts.DROP)(names.of_scripts, [names.answers, shelf, *gone])
        if not gone or len(there) >= wanted or len(found) < asked or asked > SCANNED:
            return there[:wanted]
        asked *= FURTHER


def _there(client: Client, names: Names, found: Sequence[str]) -> list[str]:
    with client.pipeline(transaction=False) as batch:
        for key in found:
            batch.exists(names.answers + key)
        return [key for key, is_there in zip(found, batch.execute(), strict=True) if is_there]


def _members(client: Client, names: Names, shelf: str, vector: Vector, count: int, *, has_vectors: bool) -> list[str]:
    """Return the keys of the closest vectors, the closest first."""
    if has_vectors:
        found = client.execute_command("VSIM", shelf, "FP32", _fp32(vector), "COUNT", count)
        return [key for key in map(records.text, found) if key is not None]
    used = map(records.text, client.zrevrange(names.used, 0, max(SCANNED, count) - 1))
    members = [key for key in used if key is not None]
    sketches = client.hmget(shelf, members) if members else []
    pairs = [(key, each) for key, each in zip(members, sketches, strict=True) if each and len(each) == sketch.BYTES]
    if not pairs:
        return []
    columns = sketch.columns([each for _, each in pairs])
    return [pairs[place][0] for place in sketch.closest(sketch.of(vector.values), columns, count)]


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
