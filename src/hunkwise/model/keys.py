"""What is known of a provider's key, besides the key."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How old a key is, against what a team allows."""

    OK = "ok"
    DUE = "due"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key by its name, what it may do, and the days since it was rotated, or else made."""

    id: str
    scope: str
    age_days: int
    was_rotated: bool

    def standing(self, warn_days: int, max_days: int) -> Standing:
        """Return how the key stands; a day of the future is no age that counts, and is over."""
        if self.age_days > max_days or self.age_days < 0:
            return Standing.OVER
        return Standing.DUE if self.age_days >= warn_days else Standing.OK
