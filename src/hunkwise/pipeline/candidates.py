"""Findings shown while their answers still come: placed, redacted, and marked as candidates.

A candidate is no finding yet: the answer may break off, and merging and ranking are to come. Nothing of it is posted.
"""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from hunkwise.core import anchoring, parsing, prompting, ranking
from hunkwise.core.partial import Reading
from hunkwise.errors import DetectorError
from hunkwise.model.finding import Anchor, RawFinding
from hunkwise.model.material import Chunk
from hunkwise.ports import Hear


class Candidates:
    """Tells of each finding once, however often its answer is told or asked again."""

    def __init__(self, schema: Mapping[str, Any], seal: prompting.Seal, say: Callable[[str], object]) -> None:
        self._schema = schema
        self._seal = seal
        self._say = say
        self._lock = threading.Lock()
        self._shown: set[str] = set()

    def listen(self, chunk: Chunk) -> Hear:
        """Return the ear for a chunk's answers."""
        reading, before = Reading(), ""

        def hear(text: str) -> None:
            nonlocal reading, before
            if not text.startswith(before):
                reading = Reading()  # another try: its answer begins anew
            before = text
            for item in reading.more(text):
                self._judge(item, chunk)

        return hear

    def _judge(self, item: Mapping[str, Any], chunk: Chunk) -> None:
        """Show a finding that meets the schema and stands on a line of what was asked."""
        whole = json.dumps({"findings": [item], "reviewed": [], "approved": False})
        for raw in parsing.answer(whole, self._schema, "model:").findings:
            anchor = anchoring.place(raw, chunk.passages)
            if isinstance(anchor, Anchor):
                self._show(raw, anchor)

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
