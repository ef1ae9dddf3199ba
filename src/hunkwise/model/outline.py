"""The outline of a source file: what is defined where, and what is imported. Line numbers are 1-based."""

from dataclasses import dataclass
from enum import StrEnum


class DefinitionKind(StrEnum):
    """What a definition defines; a value encloses nothing."""

    FUNCTION = "function"
    TYPE = "type"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition on lines `first`..`last`, whose signature is `first`..`signature`.

    `name` is empty for a function without one (a callback, a block of a test suite).
    """

    kind: DefinitionKind
    name: str
    first: int
    signature: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import on lines `first`..`last`: the names it binds, and all words in it, which tell where from."""

    first: int
    last: int
    names: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Definitions and imports of a file by line; `is_whole` is False where some of it could not be parsed."""

    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A definition and the file it stands in, by raw path."""

    raw_path: bytes
    definition: Definition
