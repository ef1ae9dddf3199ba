"""What goes to GitHub and comes back, as values: a request, an answer, or the fault that there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `path` begins with a slash, or is the GraphQL address.

    `about` is what messages call its object, `needs` the permission it takes, in a workflow's words. `repeatable` tells
    that sending it twice does what sending it once does, and then it is sent up to `max_tries` times; a raw one is
    answered with a diff's bytes.
    """

    verb: Literal["GET", "POST", "PATCH"]
    path: str
    about: str
    needs: str
    body: Mapping[str, Any] | None = None
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    repeatable: bool = False
    max_tries: int = 5
    raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a successful request brought: JSON, or bytes where raw ones were asked for; `errors` are GraphQL's."""

    data: Any
    errors: Sequence[Mapping[str, Any]] = ()


class FaultKind(StrEnum):
    """Why there is no answer, by what can be done about it."""

    DENIED = "denied"
    MISSING = "missing"
    INVALID = "invalid"
    TOO_LARGE = "too large"
    LIMITED = "rate limit"
    BROKEN = "broken"
    """A server error, a timeout or a lost connection: whether a write happened is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A request without an answer; `wait_s` is what GitHub asked to wait, where it did."""

    kind: FaultKind
    message: str
    hint: str = ""
    wait_s: float | None = None

    def may_pass(self, request: Request) -> bool:
        """Whether sending `request` again can help, and can do no harm: what is limited had no effect."""
        return self.kind is FaultKind.LIMITED or (self.kind is FaultKind.BROKEN and request.repeatable)
