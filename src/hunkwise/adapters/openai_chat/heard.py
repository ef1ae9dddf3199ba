"""What has come of one answer: written on the event loop's thread, heard on the thread that asked.

A listener that takes its time holds up neither the loop nor other answers; it is told less often, and each time all
there is.
"""

import threading
import time

from hunkwise.ports import Hear


class Heard:
    """The text of one answer so far, and when its first piece came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._text = ""
        self._new: list[str] = []
        self._is_untold = False
        self._has_ended = False
        self.first_at: float | None = None

    @property
    def text(self) -> str:
        """All that has come so far."""
        with self._changed:
            return self._joined()

    def more(self, piece: str) -> None:
        """Take in the next piece."""
        with self._changed:
            if self.first_at is None:
                self.first_at = time.monotonic()
            self._new.append(piece)
            self._is_untold = True
            self._changed.notify()

    def end(self) -> None:
        """Let the listener go: nothing more will come."""
        with self._changed:
            self._has_ended = True
            self._changed.notify()

    def tell(self, hear: Hear) -> None:
        """Tell `hear` the text each time more of it has come, until the end; what it raises is raised here."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_untold or self._has_ended)
                if not self._is_untold:
                    return
                self._is_untold = False
                text = self._joined()
            hear(text)

    def _joined(self) -> str:
        self._text += "".join(self._new)
        self._new = []
        return self._text
