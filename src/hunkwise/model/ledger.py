"""The ledger: what became of each hunk."""

from dataclasses import dataclass
from enum import StrEnum

UNREAD_BUDGET = "unread: budget"
"""How the reason of a hunk begins that was left out because the budget was used up."""

NARROWED = "read without all of the context it wants"
"""The reason of a hunk that a model read, though its request held less than its name in a memory would say."""

UNVERIFIED = "read, but the verify pass did not check all that was found"
"""The reason of a hunk that a model read, while nobody could be asked whether its claims hold."""

STALE = "stale"
"""Who answered for a hunk where nobody could be asked: a stored answer that is past its time."""


class HunkState(StrEnum):
    """How a hunk ended. Unread hunks are `failed`; `Entry.unread` tells them apart."""

    REVIEWED = "reviewed"
    CACHED = "cached"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One hunk's end. `hunk` is its header, None for a change without hunks. `by` names who answered."""

    file: str
    hunk: str | None
    added: int
    deleted: int
    state: HunkState
    by: str | None = None
    age_s: float | None = None
    reason: str | None = None

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody answered for the hunk as it is today: it failed, or what stands in is past its time."""
        return self.state is HunkState.FAILED or self.by == STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries in diff order."""

    entries: tuple[Entry, ...]

    def count(self, state: HunkState) -> int:
        """Return how many entries ended in `state`."""
        return sum(entry.state is state for entry in self.entries)
