"""Findings shown while their answers still come: placed, redacted, and marked as candidates.

A candidate is no finding yet: the answer may break off, and merging and ranking are to come. Nothing of it is posted.
"""

import threading
from collections.abc import Callable, Sequence

from hunkwise.core import anchoring, prompting, ranking
from hunkwise.errors import DetectorError
from hunkwise.model.finding import Anchor, RawFinding
from hunkwise.model.material import Chunk
from hunkwise.ports import Hear

SoFar = Callable[[str], Sequence[RawFinding]]
"""Returns the findings that are complete in the beginning of an answer."""


class Candidates:
    """Tells of each finding once, however often its answer is told or asked again."""

    def __init__(self, so_far: SoFar, seal: prompting.Seal, say: Callable[[str], object]) -> None:
        self._so_far = so_far
        self._seal = seal
        self._say = say
        self._lock = threading.Lock()
        self._shown: set[str] = set()

    def listen(self, chunk: Chunk) -> Hear:
        """Return the ear for a chunk's answers."""

        def hear(text: str) -> None:
            for raw in self._so_far(text):
                anchor = anchoring.place(raw, chunk.passages)
                if isinstance(anchor, Anchor):
                    self._show(raw, anchor)

        return hear

    def _show(self, raw: RawFinding, anchor: Anchor) -> None:
        line = f"{anchor.path}:{anchor.line}: {raw.severity.value}: {ranking.title(raw.description)}"
        with self._lock:
            if line in self._shown:
                return
            self._shown.add(line)
        try:
            self._say(f"candidate: {self._seal(line).text}")
        except DetectorError:
            return  # what can't be redacted is not shown; the report tells of it
