"""Answers whose texts are alike, by their vectors."""

import sqlite3
from collections.abc import Sequence
from heapq import nlargest

from hunkwise.adapters.answer_file import rows
from hunkwise.model.stored import Near, Vector


def search(connection: sqlite3.Connection, pool: str, vector: Vector, count: int) -> Sequence[Near]:
    """Return at most `count` answers of `pool` in the vector's space, the most alike first; raises sqlite3.Error."""
    wanted = rows.unpacked(rows.packed(vector.values))
    found = connection.execute(
        "SELECT id, vector FROM answers WHERE pool = ? AND space = ? AND length(vector) = ?",
        (pool, vector.space, 4 * len(wanted)),
    )
    scored = ((sum(map(float.__mul__, wanted, rows.unpacked(blob))), id_) for id_, blob in found)
    return [near for each in nlargest(count, scored) if (near := _near(connection, *each)) is not None]


def _near(connection: sqlite3.Connection, likeness: float, id_: int) -> Near | None:
    row = connection.execute(f"SELECT {rows.COLUMNS} FROM answers WHERE id = ? AND {rows.FITS}", (id_,)).fetchone()  # noqa: S608  # constants
    stored = None if row is None else rows.stored(row)
    return None if stored is None else Near(stored=stored, likeness=max(-1.0, min(1.0, likeness)))
