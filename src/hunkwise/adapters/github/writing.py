"""Writes that never raise and are never sent twice blindly.

A timeout, a server error or a lost connection leaves open whether a write happened. What may be sent twice is (that is
`Wire`'s business); what creates something is looked for first, once GitHub must have come to its end with it.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hunkwise.adapters.github import faults, payloads, queries
from hunkwise.adapters.github.exchange import Answer, Fault, FaultKind, Request
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.adapters.github.wire import Wire
from hunkwise.errors import HostError
from hunkwise.model.publication import Written

SETTLE_S = 10.0
"""Seconds after which GitHub has ended any request (docs.github.com/en/rest/using-the-rest-api/
troubleshooting-the-rest-api, timeouts), so that what is not there by then will not come."""

MAX_SENDS = 3
"""Times something is sent that was looked for and not found."""

Kind = payloads.Kind
T = TypeVar("T")

_OUTCOMES = {
    FaultKind.DENIED: Written.DENIED,
    FaultKind.MISSING: Written.DENIED,
    FaultKind.INVALID: Written.REJECTED,
    FaultKind.TOO_LARGE: Written.REJECTED,
    FaultKind.LIMITED: Written.LOST,
    FaultKind.BROKEN: Written.LOST,
}
"""GitHub answers 404 where a token may not even know of a thing."""


def outcome(got: Answer | Fault) -> Written:
    """Return what became of a write."""
    return _OUTCOMES[got.kind] if isinstance(got, Fault) else Written.DONE


def of_graphql(error: Mapping[str, Any]) -> Written:
    """Return what a single error of a mutation says of it."""
    return _OUTCOMES[faults.kind_of(error)]


def create(wire: Wire, request: Request, find: Callable[[], T | None]) -> Answer | Fault | T:
    """Send a request that creates something; return the answer, or what `find` finds of it after an open end."""
    for _ in range(MAX_SENDS):
        got = wire.send(request)
        if not (isinstance(got, Fault) and got.kind is FaultKind.BROKEN) or wire.is_hurried:
            return got
        wire.clock.sleep(SETTLE_S)
        try:
            found = find()
        except HostError:  # who can't look must not send again
            return got
        if found is not None:
            return found
    return got


def create_marked(pull: GitHubPull, request: Request, marker: str, kind: Kind) -> Written:
    """Create what holds `marker`, once; the marker must be this write's alone among all of its kind."""
    got = create(pull.wire, request, lambda: _is_said(pull, marker, kind) or None)
    return Written.DONE if got is True else outcome(got)


def _is_said(pull: GitHubPull, marker: str, kind: Kind) -> bool:
    """Whether our own identity said something of this kind with `marker` lately; raises HostError."""
    about = f"what was said on {pull.about}"
    got = pull.wire.graphql(queries.SAID_LAST, pull.variables, about=about, needs="pull-requests: read")
    if isinstance(got, Fault) or got.errors:
        raise HostError(f"{pull.wire.host} does not tell {about}")
    found = payloads.read(payloads.SaidLast, payloads.part(got.data, "repository", "pullRequest"), about)
    return any(said.viewer_did_author and marker in said.body for said in found.of_kind(kind))
