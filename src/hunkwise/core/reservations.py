"""Money that runs have set aside on a pull request, as hidden lines of its summary.

A run writes what it may cost before it asks a model, and takes the line away as it writes what it did cost. Until then
it counts as spent: neither a run that is killed nor two runs at once spend the same money twice. Nothing is signed: a
line that somebody adds can only make runs ask less, and to take one away needs no key anyhow.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

MILLIONTHS = 1_000_000
"""Lines hold whole millionths of a dollar."""

_LINE = re.compile(r"<!-- hunkwise:(reserved|spent) ([0-9a-f]{16}) (\d{1,15}) -->")
_HIDDEN = re.compile(r"<!-- hunkwise:(?:reserved|spent|memory) .* -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What the run called `name` set aside, or, when it `is_settled`, what it cost although it wrote no summary."""

    name: str
    usd: float
    is_settled: bool = False


def read(body: str) -> tuple[Reservation, ...]:
    """Return the reservations at the end of our own comment's `body`."""
    found = (_LINE.fullmatch(line) for line in _parts(body)[1])
    return tuple(
        Reservation(name=each[2], usd=int(each[3]) / MILLIONTHS, is_settled=each[1] == "spent")
        for each in found
        if each is not None
    )


def lines(reservations: Iterable[Reservation]) -> tuple[str, ...]:
    """Return reservations as hidden lines."""
    return tuple(
        f"<!-- hunkwise:{'spent' if each.is_settled else 'reserved'} {each.name} {ceil(each.usd * MILLIONTHS)} -->"
        for each in reservations
    )


def written(body: str, reservation: Reservation) -> str:
    """Return `body` with `reservation` at its end, in place of what the same run reserved before; without one of 0."""
    shown, hidden = _parts(body)
    kept = [each for each in read(body) if each.name != reservation.name] + [reservation] * (reservation.usd > 0)
    memory = [line for line in hidden if _LINE.fullmatch(line) is None]
    return "\n".join([*shown, *lines(kept), *memory, ""])


def total_usd(reservations: Iterable[Reservation]) -> float:
    """Return what reservations hold together."""
    return sum(each.usd for each in reservations)


def _parts(body: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the lines that are shown and the hidden ones at the end; only there a line is ours."""
    rows = body.rstrip().split("\n")
    end = len(rows)
    while end > 0 and _HIDDEN.fullmatch(rows[end - 1].strip()):
        end -= 1
    return rows[:end], [row.strip() for row in rows[end:]]
