"""Answers as rows of the file, and back. A row was on a disk that others may write: what is odd is no answer."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from hunkwise.core import sketch, vectors
from hunkwise.model.stored import Stored, Vector

MAX_VALUE = 1_000_000
"""Bytes of a value that is kept or read."""

COLUMNS = "pool, key, value, created, expires, space, vector"
"""What `stored` takes, in its order."""

FITS = f"typeof(value) = 'blob' AND length(value) <= {MAX_VALUE}"
"""Condition of a row that is read: another value is not ours, and is not loaded to find that out."""


def text(raw: bytes) -> str:
    """Return the text of a column, as `sqlite3` asks for it: one that is none must not take its row's query down."""
    return raw.decode("utf-8", "surrogateescape")


def is_text(value: object) -> bool:
    """Whether a column is a text that could be decoded."""
    return isinstance(value, str) and not any("\udc80" <= char <= "\udcff" for char in value)


def stored(row: Sequence[Any]) -> Stored | None:
    """Return the answer of a row, None where it is none."""
    pool, key, value, created, expires, space, vector = row
    if not (is_text(pool) and is_text(key) and isinstance(value, bytes)) or not (space is None or is_text(space)):
        return None
    if not (isinstance(created, float) and isinstance(expires, float)):
        return None
    return Stored(
        pool=pool, key=key, value=value, created_at=created, expires_at=expires, vector=_vector(space, vector)
    )


def of(answer: Stored, used: float) -> tuple[Any, ...]:
    """Return the row of an answer that was used last at `used`."""
    vector = answer.vector
    times = float(answer.created_at), float(answer.expires_at), used
    row = (answer.pool, answer.key, sqlite3.Binary(answer.value), *times)
    if vector is None:
        return (*row, None, None, None)
    return (*row, vector.space, vectors.packed(vector.values), sketch.of(vector.values))


def _vector(space: Any, blob: Any) -> Vector | None:  # noqa: ANN401  # a row's values are judged here
    if space is None or not isinstance(blob, bytes) or not blob:
        return None
    return Vector(space=space, values=vectors.unpacked(blob))
