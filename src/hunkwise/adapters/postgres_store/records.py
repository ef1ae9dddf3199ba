"""Answers as rows of the table, and back."""

import json
from collections.abc import Sequence

from hunkwise.core import vectors
from hunkwise.model.stored import Stored, Vector

MAX_VALUE = 1_000_000
"""Bytes of a value that is kept or read."""

COLUMNS = "pool, key, value, created, expires, space, embedding::text"
"""What `stored` takes, in its order."""


def stored(row: Sequence[object]) -> Stored:
    """Return the answer of a row; raises ValueError, TypeError for one of another form."""
    pool, key, value, created, expires, space, embedding = row
    vector = None
    if space is not None and embedding is not None:
        vector = Vector(space=str(space), values=vectors.unit([float(each) for each in json.loads(str(embedding))]))
    return Stored(
        pool=str(pool),
        key=str(key),
        value=bytes(value),  # type: ignore[call-overload]  # bytea
        created_at=float(str(created)),
        expires_at=float(str(expires)),
        vector=vector,
    )


def of(answer: Stored, used: float) -> tuple[object, ...]:
    """Return the row of an answer that was used last at `used`."""
    vector = answer.vector
    times = float(answer.created_at), float(answer.expires_at), used
    near = (vector.space, text(vector)) if vector else (None, None)
    return (answer.pool, answer.key, answer.value, *times, size(answer), *near)


def text(vector: Vector) -> str:
    """Return a vector as the server reads it."""
    return json.dumps(list(map(float, vector.values)))


def size(answer: Stored) -> int:
    """Return the bytes that count against a pool's limit."""
    return len(answer.value) + (2 * len(answer.vector.values) if answer.vector else 0)
