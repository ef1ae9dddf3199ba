"""What a model is shown: passages of hunks with what they need to be understood, packed into chunks."""

from dataclasses import dataclass
from enum import StrEnum


class QueryType(StrEnum):
    """What kind of change a hunk is; it selects instructions, examples, tier and the pool of stored answers."""

    CODE = "code"
    DEPENDENCY = "dependency"
    DOCUMENTATION = "documentation"
    REFACTORING = "refactoring"
    TEST = "test"
    WORKFLOW = "workflow"
    MIGRATION = "migration"
    INFRASTRUCTURE = "infrastructure"


class Tier(StrEnum):
    """Which model a hunk is worth: the one of `model`, or a cheaper one where one is set."""

    STRONG = "strong"
    CHEAP = "cheap"


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


class ContextKind(StrEnum):
    """Why a piece of context is shown."""

    SCOPE = "scope"
    IMPORT = "import"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPiece:
    """Lines of a head file that a hunk needs to be understood: redacted, not reviewed.

    `tokens` counts `text`, which is the numbered lines as the model sees them; `line` is the first one's number, 0
    where it is not known.
    """

    kind: ContextKind
    path: str
    line: int
    text: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A hunk or a part of it: redacted, numbered, with the id by which the model acknowledges it.

    `tokens` counts `text`, which is `lines` as the model sees them. `context` stands before the hunks of its request.
    """

    id: str
    key: HunkKey
    path: str
    header: str
    lines: tuple[PassageLine, ...]
    text: str
    tokens: int
    query_type: QueryType = QueryType.CODE
    tier: Tier = Tier.STRONG
    context: tuple[ContextPiece, ...] = ()

    @property
    def load(self) -> int:
        """Tokens of the passage and of its context."""
        return self.tokens + sum(piece.tokens for piece in self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The passages of one request."""

    passages: tuple[Passage, ...]

    @property
    def context(self) -> tuple[ContextPiece, ...]:
        """What stands before the passages: what each brought along, so that it goes where its passage goes."""
        return tuple(piece for passage in self.passages for piece in passage.context)

    @property
    def query_type(self) -> QueryType:
        """The type of most of its tokens; a chunk holds one type but for small neighbours."""
        weights: dict[QueryType, int] = {}
        for passage in self.passages:
            weights[passage.query_type] = weights.get(passage.query_type, 0) + passage.tokens
        return max(weights, key=lambda each: weights[each])

    @property
    def tier(self) -> Tier:
        """The tier of its passages, which is one for all."""
        return self.passages[0].tier

    @property
    def tokens(self) -> int:
        """Tokens of all passages and of the context, without the prompt around them."""
        return sum(passage.load for passage in self.passages)
