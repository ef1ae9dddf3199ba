"""Notice that an answer repeats itself endlessly, as a model caught in a loop does until its token limit.

Told by the last characters alone: they recur at one distance. Code that is quoted repeats too, so only a run far longer
than any finding counts. Each check is one search of C in a text of fixed length, and there is one per few hundred
characters: linear, and cheap.
"""

MAX_PERIOD_CHARS = 1500
"""The longest thing whose repetition is noticed: a whole finding, not a whole answer."""

HELD_CHARS = 6000
"""Characters that must recur: at least four times the longest period after its first time."""

STEP_CHARS = 500
"""Characters between two checks."""


class Repetition:
    """The end of one text that grows."""

    def __init__(self) -> None:
        self._tail = ""
        self._new: list[str] = []
        self._new_chars = 0

    def found_in(self, piece: str) -> bool:
        """Whether the text, now that `piece` has come, only repeats itself."""
        self._new.append(piece)
        self._new_chars += len(piece)
        if self._new_chars < STEP_CHARS:
            return False
        self._tail = "".join([self._tail, *self._new])[-(HELD_CHARS + MAX_PERIOD_CHARS) :]
        self._new, self._new_chars = [], 0
        held = self._tail[-HELD_CHARS:]
        return len(held) == HELD_CHARS and held in self._tail[:-1]
