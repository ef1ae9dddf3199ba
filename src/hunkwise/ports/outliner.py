"""How the shape of a source file becomes known."""

from typing import Protocol

from hunkwise.model.outline import Outline


class Outliner(Protocol):
    """Tells what a file defines and imports, by syntax tree."""

    def knows(self, path: str) -> bool:
        """Whether there is a grammar for a file of this name."""
        ...

    def outline(self, path: str, text: str) -> Outline | None:
        """Return the outline of a whole file, also of a broken one; None without a grammar, or over a cap of size."""
        ...
