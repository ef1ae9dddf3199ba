"""Worked examples of the prompt library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hunkwise.model.material import QueryType


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A hunk and the right answer to it, written for the library.

    `hunk` is its text as a unified diff holds it, with its header; `findings` are those of the answer, without `file`.
    `languages` are names as `core.few_shot.language` gives them, `topics` free words. `sha256` is that of
    its file.
    """

    id: str
    version: int
    topics: tuple[str, ...]
    query_types: tuple[QueryType, ...]
    languages: tuple[str, ...]
    path: str
    hunk: str
    findings: tuple[Mapping[str, Any], ...]
    sha256: str

    @property
    def name(self) -> str:
        """Its id and version, as reports name it."""
        return f"{self.id}@{self.version}"
