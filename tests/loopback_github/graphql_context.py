"""What GraphQL's resolvers share: who asks, connections with cursors, errors in GitHub's words."""

import base64
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from loopback_github.accounts import Account, Token
from loopback_github.limits import Budget, Limits
from loopback_github.records import Repository
from loopback_github.shapes import Shapes
from loopback_github.shapes_checks import CheckShapes
from loopback_github.shapes_pulls import PullShapes
from loopback_github.state import State

Resolver = Callable[..., Any]
Resolvers = Mapping[str, Mapping[str, Resolver]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphContext:
    state: State
    limits: Limits
    budget: Budget
    token: Token
    shapes: Shapes
    files_asked: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def viewer(self) -> Account:
        return self.token.account

    @property
    def pulls(self) -> PullShapes:
        return PullShapes(self.shapes, self.state)

    @property
    def checks(self) -> CheckShapes:
        return CheckShapes(self.shapes)

    def need_read(self, repo: Repository, name: str) -> None:
        """Refuse a token that was not granted to read a private repository's `name`; what is public anyone may read."""
        if repo.private and self.token.permissions is not None and not self.token.has(name, "read"):
            raise forbidden(self.token)

    def may_write(self, name: str) -> bool:
        """Whether the token may write: by its permissions, and its user's role."""
        if self.token.permissions is not None and not self.token.has(name, "write"):
            return False
        return self.token.kind != "user" or self.state.may_push(self.viewer)


def not_found(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def too_much() -> GraphQLError:
    return GraphQLError("Resource limits for this query exceeded.", extensions={"type": "RESOURCE_LIMITS_EXCEEDED"})


def forbidden(token: Token) -> GraphQLError:
    return GraphQLError(token.refusal, extensions={"type": "FORBIDDEN", "saml_failure": False})


def connection(
    items: Sequence[Any],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """Return a page of `items`; a cursor names an item, so that it holds when others come or go."""
    cursors = [_cursor(item) for item in items]
    start = cursors.index(after) + 1 if after in cursors else 0
    end = cursors.index(before) if before in cursors else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    shown = range(start, end)
    return {
        "nodes": [items[index] for index in shown],
        "edges": [{"node": items[index], "cursor": cursors[index]} for index in shown],
        "totalCount": len(items),
        "pageInfo": {
            "startCursor": cursors[start] if shown else None,
            "endCursor": cursors[end - 1] if shown else None,
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }


def _cursor(item: Any) -> str:
    name = getattr(item, "node_id", None) or getattr(item, "sha", None) or item.path
    return base64.b64encode(f"cursor:v2:{name}".encode("utf-8", "surrogateescape")).decode()


def ordered(items: Sequence[Any], order: Mapping[str, str] | None) -> list[Any]:
    """Return items in the order asked for; by id, which is age, unless by time of the last change."""
    if order is None:
        return list(items)
    by_change = order["field"] == "UPDATED_AT"
    key: Callable[[Any], Any] = (lambda item: (item.updated_at, item.id)) if by_change else (lambda item: item.id)
    return sorted(items, key=key, reverse=order["direction"] == "DESC")
