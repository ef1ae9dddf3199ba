"""The ledger: what became of each hunk."""

from dataclasses import dataclass
from enum import StrEnum

UNREAD_BUDGET = "unread: budget"
"""How the reason of a hunk begins that was left out because the budget was used up."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries in diff order."""

    entries: tuple[Entry, ...]

    def count(self, state: HunkState) -> int:
        """Return how many entries ended in `state`."""
        return sum(entry.state is state for entry in self.entries)
