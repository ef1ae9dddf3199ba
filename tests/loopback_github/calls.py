"""A request on its way through, the table of routes, paging, and the question who may."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from loopback_github import refusals
from loopback_github.accounts import Access, Token
from loopback_github.limits import Budget, Limits
from loopback_github.records import Pull, Repository
from loopback_github.shapes import Shapes
from loopback_github.shapes_checks import CheckShapes
from loopback_github.shapes_pulls import PullShapes
from loopback_github.state import State

T = TypeVar("T")
CONTENT = re.compile(r"/(comments|reviews|replies|events|dismissals)$")
"""Paths whose POST makes content that notifies people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; `payload` is JSON, or bytes of another media type."""

    status: int
    payload: Any
    media: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose repository was found, with all that an answer needs."""

    state: State
    limits: Limits
    budget: Budget
    token: Token | None
    repo: Repository
    url: str
    query: Mapping[str, str]
    accept: str
    body: Any
    shapes: Shapes

    @property
    def pulls(self) -> PullShapes:
        return PullShapes(self.shapes, self.state)

    @property
    def checks(self) -> CheckShapes:
        return CheckShapes(self.shapes)

    @property
    def who(self) -> Token:
        """The token; nothing can be written without one."""
        if self.token is None:
            raise refusals.refusal(401, "Requires authentication")
        return self.token

    def wants(self, media: str) -> bool:
        """Whether the client accepts `diff` (or `patch`, `raw`) of GitHub's media types."""
        return re.search(rf"application/vnd\.github\.(v3\.)?{media}\b", self.accept) is not None

    def field(self, name: str) -> Any:
        return self.body.get(name) if isinstance(self.body, dict) else None

    def text(self, name: str) -> str:
        """Return a text field, "" where it is absent or null; anything else is refused as GitHub's front door does."""
        value = self.field(name)
        if value is not None and not isinstance(value, str):
            raise refusals.invalid_request(f"For 'properties/{name}', {value!r} is not a string.")
        return value or ""

    def need(self, *names: str) -> None:
        missing = [f'"{name}"' for name in names if self.field(name) is None]
        if missing:
            verb = "wasn't" if len(missing) == 1 else "weren't"
            raise refusals.invalid_request(f"{', '.join(missing)} {verb} supplied.")

    def may(self, access: Access, *names: str) -> None:
        """Refuse a token that has `access` to none of `names`; what is public may be read by anyone."""
        if access == "read" and not self.repo.private:
            return
        who = self.who
        if who.permissions is not None and not any(who.has(name, access) for name in names):
            raise refusals.forbidden(who.refusal)
        if who.kind == "user" and self.state.role(who.account) == "none":
            raise refusals.not_found()

    def may_push(self) -> None:
        """Refuse people without write access; apps are asked for permissions alone."""
        if self.who.kind == "user" and not self.state.may_push(self.who.account):
            raise refusals.not_found()

    def pull(self, number: str) -> Pull:
        found = self.state.pulls.get(int(number)) if self.repo is self.state.repo else None
        if found is None:
            raise refusals.not_found()
        return found

    def page(self, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
        """Return the page that is asked for, and the Link header to the others."""
        size = min(max(_number(self.query.get("per_page"), 30), 1), self.limits.page)
        page = max(_number(self.query.get("page"), 1), 1)
        last = max(1, -(-len(items) // size))
        links = {"next": page + 1, "last": last} if page < last else {}
        if page > 1:
            links |= {"prev": min(page - 1, last), "first": 1}
        shown = [f'<{self.url}?{urlencode({**self.query, "page": n})}>; rel="{rel}"' for rel, n in links.items()]
        headers = {"Link": ", ".join(shown)} if shown else {}
        return items[(page - 1) * size : page * size], headers

    def listed(self, items: Sequence[T], shape: Callable[[T], Any]) -> Reply:
        chosen, headers = self.page(items)
        return Reply(status=200, payload=[shape(each) for each in chosen], headers=headers)


def _number(text: str | None, fallback: int) -> int:
    return int(text) if text is not None and text.isdecimal() else fallback


Handler = Callable[..., Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler


ROUTES: list[Route] = []


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Serve `method` on a path template as the published description writes it; `{path}` may hold slashes."""

    def register(handler: Handler) -> Handler:
        pattern = re.sub(r"\{(path|ref|basehead)\}", r"(?P<\1>.+?)", template)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        ROUTES.append(Route(method=method, template=template, pattern=re.compile(f"{pattern}/?$"), handler=handler))
        return handler

    return register
