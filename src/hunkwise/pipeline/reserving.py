"""The money of a pull request, kept in its summary: reserved before a model is asked, settled when a run has ended.

GitHub has no way to change a comment only if nobody else did. So it is read again right before each write; two runs
that read in the same moment still see the same money.
"""

from dataclasses import dataclass

from hunkwise.core import memory, reservations
from hunkwise.core.budgeting import Grant
from hunkwise.core.reservations import Reservation
from hunkwise.core.signature import Keys
from hunkwise.errors import HostError
from hunkwise.model.change import Notice
from hunkwise.model.memory import Memory
from hunkwise.model.publication import Written
from hunkwise.model.pull import OwnComment
from hunkwise.ports import CodeHost

UNDER_WAY = "## ⏳ hunkwise: a review is under way\n\nIts budget is reserved. What it found will stand here."
"""What the summary says before the first review has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the summary tells of money: `spent_usd` by runs that have ended, `reserved` by others that have not."""

    summary: OwnComment | None = None
    spent_usd: float = 0.0
    reserved: tuple[Reservation, ...] = ()


def closed(till: "Till | None", summary: OwnComment | None, known: Memory | None) -> Books | None:
    """Return the books as they stand when a run has ended, by `summary` and memory `known` where it reserved nothing.

    None where this run has written a summary that can't be found any more: a second one must not be.
    """
    try:
        books = till.books() if till is not None else None
    except HostError:
        return None
    if books is not None:
        return books
    lines = reservations.read(summary.body) if summary is not None else ()
    return Books(summary=summary, spent_usd=(known.spent_usd or 0.0) if known else 0.0, reserved=lines)


class Till:
    """The money of a pull request for the run called `name` (16 hex digits), in the summary that starts with `mark`."""

    def __init__(self, host: CodeHost, keys: Keys, *, name: str, mark: str) -> None:
        self._host = host
        self._keys = keys
        self._name = name
        self._mark = mark
        self._was_created = False
        self._known: Books | None = None
        self.notices: tuple[Notice, ...] = ()

    def reserve(self, wanted_usd: float, max_cost_usd: float) -> Grant | None:
        """Return what this run may cost, at most `wanted_usd`, once the summary says so; None where it can't say it.

        All runs together keep to `max_cost_usd`. Nothing is written when nothing is left.
        """
        try:
            books = self._read()
        except HostError:
            self._tell_unreserved()
            return None
        spent_usd = books.spent_usd + reservations.total_usd(books.reserved)
        usd = min(wanted_usd, max_cost_usd - spent_usd)
        if usd <= 0:
            return Grant(spent_before_usd=spent_usd, usd=0.0)
        if self._write(books, Reservation(name=self._name, usd=usd)) is not Written.DONE:
            self._tell_unreserved()
            return None
        self._known, self._was_created = books, books.summary is None
        return Grant(spent_before_usd=spent_usd, usd=usd)

    def books(self) -> Books | None:
        """Return the books as they are now, None where this run reserved nothing.

        Where the host does not answer they are what they were; raises HostError when the summary can't be found then.
        """
        if self._known is None:
            return None
        try:
            return self._read()
        except HostError:
            if self._was_created:
                raise
            return self._known

    def settle(self, spent_usd: float) -> None:
        """Write what a run cost that writes no summary."""
        if self._known is None:
            return
        try:
            self._write(self._read(), Reservation(name=self._name, usd=spent_usd, is_settled=True))
        except HostError:
            return  # it counts as reserved, which is no less

    def _read(self) -> Books:
        comments = self._host.comments()
        summary = next((each for each in comments if each.body.startswith(self._mark)), None)
        found = memory.decode((each.body for each in comments), self._keys)
        lines = reservations.read(summary.body) if summary else ()
        settled = reservations.total_usd(each for each in lines if each.is_settled)
        return Books(
            summary=summary,
            spent_usd=settled + ((found.spent_usd or 0.0) if found else 0.0),
            reserved=tuple(each for each in lines if not each.is_settled and each.name != self._name),
        )

    def _write(self, books: Books, reservation: Reservation) -> Written:
        before = books.summary.body if books.summary else f"{self._mark}\n{UNDER_WAY}"
        body = reservations.written(before, reservation)
        if books.summary is None:
            return self._host.create_comment(body, self._mark)
        return self._host.update_comment(books.summary, body)

    def _tell_unreserved(self) -> None:
        text = "The budget of this run could not be reserved: runs at the same time may spend it together."
        self.notices = (Notice(code="budget-unreserved", text=text),)
