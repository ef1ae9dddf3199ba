"""Vectors without a model, a key or a download."""

from collections.abc import Sequence

from hunkwise.core import ngrams
from hunkwise.model.chat import Redacted
from hunkwise.model.stored import Vector


class NgramEmbedder:
    """Implements `ports.Embedder` by arithmetic alone."""

    @property
    def space(self) -> str:
        """The arithmetic's version."""
        return ngrams.SPACE

    @property
    def model(self) -> str | None:
        """None: nobody is asked."""
        return None

    @property
    def tokens(self) -> int:
        """None that anybody counts."""
        return 0

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        """Return a vector for each text."""
        return [Vector(space=ngrams.SPACE, values=ngrams.vector(each.text)) for each in texts]

    def close(self) -> None:
        """Nothing is held."""
