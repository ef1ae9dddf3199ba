"""What was asked and answered, kept for tests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; `path` is without GHES's prefix, `headers` have lower-case names and no credentials."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    body: Any

    @property
    def is_graphql(self) -> bool:
        return self.path == "/graphql"

    @property
    def writes(self) -> bool:
        """Whether it may change something: REST's writes and GraphQL's mutations."""
        if self.is_graphql:
            query = self.body.get("query", "") if isinstance(self.body, dict) else ""
            return re.search(r"^\s*mutation\b", str(query), re.MULTILINE) is not None
        return self.method not in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer; `status` is 0 where the connection was cut, `took_effect` where it was acted upon."""

    index: int
    request: Request
    token: str
    """The kind of the token: actions, app, user, or none."""
    status: int
    headers: Mapping[str, str]
    payload: Any
    """The JSON of the answer, bytes of another media type, None without a body."""
    took_effect: bool

    @property
    def line(self) -> str:
        """The exchange in one line, for assertions and messages."""
        return f"{self.request.method} {self.request.path} {self.status}"
