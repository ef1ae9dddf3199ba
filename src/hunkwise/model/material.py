"""What a model is shown: passages of hunks, packed into chunks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkKey:
    """A hunk by its place in the diff: index of the file, index of the hunk in it."""

    file: int
    hunk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralPlace:
    """A part of a comment or string (`kind`): `[start, end)` of line `line` (1-based)."""

    kind: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    """A redacted line as shown: its sign, its number on its own side, its text."""

    sign: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A hunk or a part of it: redacted, numbered, with the id by which the model acknowledges it.

    `tokens` counts `text`, which is `lines` as the model sees them.
    """

    id: str
    key: HunkKey
    path: str
    header: str
    lines: tuple[PassageLine, ...]
    text: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The passages of one request."""

    passages: tuple[Passage, ...]

    @property
    def tokens(self) -> int:
        """Tokens of all passages, without the prompt around them."""
        return sum(passage.tokens for passage in self.passages)
