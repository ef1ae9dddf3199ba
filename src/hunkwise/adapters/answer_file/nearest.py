"""Answers whose texts are alike: sketches of all in memory find candidates, the vectors of those decide.

What is in memory is read once and then only what came since, so that a look-up costs the scan and a few rows. It may
be behind the file, and is then never wrong: each candidate's row is read again.
"""

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from hunkwise.adapters.answer_file import rows
from hunkwise.core import sketch, vectors
from hunkwise.model.stored import Near, Vector

CANDIDATES = 32
"""Sketches whose vectors are compared: of 100,000 the nearest is mostly the first (bench/stores.md)."""


@dataclass(slots=True)
class _Shelf:
    """Sketches of one pool and space, in the order of their rows' ids."""

    ids: "array[int]"
    columns: tuple[bytes, ...]

    @property
    def last(self) -> int:
        return self.ids[-1] if self.ids else 0


class Searching:
    """The sketches in memory; used under the lock of its store."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], _Shelf] = {}

    def search(self, connection: sqlite3.Connection, pool: str, vector: Vector, count: int) -> Sequence[Near]:
        """Return at most `count` answers, the most alike first; raises sqlite3.Error."""
        shelf = self._shelf(connection, pool, vector.space)
        wanted = min(max(CANDIDATES, 4 * count), len(shelf.ids))
        found = _compared(connection, shelf, pool, vector, wanted)
        if 2 * len(found) < wanted:  # most are gone from the file: what is in memory is too old to be of use
            self._shelves.pop((pool, vector.space))
            shelf = self._shelf(connection, pool, vector.space)
            found = _compared(connection, shelf, pool, vector, min(wanted, len(shelf.ids)))
        return [near for each in nlargest(count, found) if (near := _near(connection, *each)) is not None]

    def forget(self) -> None:
        """Read everything anew: rows were removed, and their ids may come again."""
        self._shelves.clear()

    def _shelf(self, connection: sqlite3.Connection, pool: str, space: str) -> _Shelf:
        shelf = self._shelves.get((pool, space))
        newest = connection.execute("SELECT max(id) FROM answers").fetchone()[0] or 0
        if shelf is None or newest < shelf.last:
            shelf = self._shelves[pool, space] = _Shelf(ids=array("q"), columns=(b"",) * sketch.BYTES)
        added = connection.execute(
            "SELECT id, sketch FROM answers WHERE pool = ? AND space = ? AND id > ?"
            " AND typeof(sketch) = 'blob' AND length(sketch) = ? ORDER BY id",
            (pool, space, shelf.last, sketch.BYTES),
        ).fetchall()
        if added:
            shelf.ids.extend(row[0] for row in added)
            new = sketch.columns([row[1] for row in added])
            shelf.columns = tuple(old + more for old, more in zip(shelf.columns, new, strict=True))
        return shelf


def _compared(
    connection: sqlite3.Connection, shelf: _Shelf, pool: str, vector: Vector, wanted: int
) -> list[tuple[float, int]]:
    """Return the true likeness of the answers with the closest sketches, and their ids."""
    ids = [shelf.ids[place] for place in sketch.closest(sketch.of(vector.values), shelf.columns, wanted)]
    marks = ",".join("?" * len(ids))
    found = connection.execute(
        f"SELECT vector, id FROM answers WHERE id IN ({marks}) AND pool = ? AND space = ?"  # noqa: S608  # marks
        " AND typeof(vector) = 'blob' AND length(vector) = ?",
        (*ids, pool, vector.space, len(vector.values)),
    )
    return [(vectors.likeness_to_packed(vector.values, blob), id_) for blob, id_ in found]


def _near(connection: sqlite3.Connection, likeness: float, id_: int) -> Near | None:
    row = connection.execute(f"SELECT {rows.COLUMNS} FROM answers WHERE id = ? AND {rows.FITS}", (id_,)).fetchone()  # noqa: S608  # constants
    stored = None if row is None else rows.stored(row)
    return None if stored is None else Near(stored=stored, likeness=likeness)
