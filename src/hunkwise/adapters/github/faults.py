"""What GitHub's refusals mean, and the errors that people meet for them.

A 403 is a rate limit or a missing permission; GraphQL tells of both in an answer with status 200. Messages repeat
what GitHub says, never what was sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hunkwise.adapters.github.exchange import Fault, FaultKind, Request
from hunkwise.errors import HostError, NotOnHostError, PermissionDeniedError

SAID_CHARS = 300
"""Characters of GitHub's own words that an error repeats."""

_LIMIT_WORDS = ("rate limit", "abuse detection", "wait a few minutes", "retry your request again later")
"""How GitHub words a limit (docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api)."""

_BY_STATUS = {
    401: FaultKind.DENIED,
    403: FaultKind.DENIED,
    404: FaultKind.MISSING,
    406: FaultKind.TOO_LARGE,
    410: FaultKind.MISSING,
    429: FaultKind.LIMITED,
    451: FaultKind.DENIED,
}

_BY_TYPE = {
    "FORBIDDEN": FaultKind.DENIED,
    "INSUFFICIENT_SCOPES": FaultKind.DENIED,
    "NOT_FOUND": FaultKind.MISSING,
    "RATE_LIMITED": FaultKind.LIMITED,
    "RESOURCE_LIMITS_EXCEEDED": FaultKind.TOO_LARGE,
    "UNPROCESSABLE": FaultKind.INVALID,
}
"""GraphQL's types of errors. Without one, an error with `extensions` is about the query; any other says that something
went wrong while it ran."""

_ERRORS: Mapping[FaultKind, type[HostError]] = {
    FaultKind.DENIED: PermissionDeniedError,
    FaultKind.MISSING: NotOnHostError,
}


def error(fault: Fault) -> HostError:
    """Return the error that a person meets for `fault`."""
    return _ERRORS.get(fault.kind, HostError)(fault.message, hint=fault.hint)


def of_status(status: int, headers: Mapping[str, str], data: object, request: Request, host: str) -> Fault:
    """Return the fault of an answer with an error status; header names are in lower case."""
    said = _said(data)
    kind = _kind(status, headers, said)
    tail = f": {said}" if said else ""
    if kind is FaultKind.LIMITED:
        return _limited(headers, tail, host)
    if status == 401:
        return Fault(
            kind=kind,
            message=f"{host} refuses the token{tail}",
            hint="check github-token, or GITHUB_TOKEN: it may be over",
        )
    if kind is FaultKind.DENIED:
        return _denied(headers, tail, request, host)
    if kind is FaultKind.MISSING:
        return _missing(request, host)
    return Fault(kind=kind, message=f"{host} answers {status} on {request.about}{tail}", hint=_hint(status))


def of_graphql(errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str], request: Request, host: str) -> Fault:
    """Return the fault that GraphQL's `errors` tell of, by the first of them."""
    first = errors[0]
    kind = kind_of(first)
    tail = f": {_said(first)}"
    if kind is FaultKind.LIMITED:
        return _limited(headers, tail, host)
    if kind is FaultKind.DENIED:
        return _denied(headers, tail, request, host)
    if kind is FaultKind.MISSING:
        return _missing(request, host)
    return Fault(kind=kind, message=f"{host} gives no answer on {request.about}{tail}", hint="try again later")


def kind_of(error: Mapping[str, Any]) -> FaultKind:
    """Return the kind of one of GraphQL's errors."""
    return _BY_TYPE.get(str(error.get("type")), FaultKind.INVALID if "extensions" in error else FaultKind.BROKEN)


def of_break(problem: OSError, host: str) -> Fault:
    """Return the fault of a connection that was not made or broke, or of an answer that did not come in time."""
    what = "gives no answer in time" if "timed out" in str(problem).lower() else "can't be reached, or broke off"
    return Fault(
        kind=FaultKind.BROKEN,
        message=f"{host} {what} ({type(problem).__name__})",
        hint="check the network, GITHUB_API_URL, HTTPS_PROXY and, for an own authority, SSL_CERT_FILE",
    )


def of_lateness(host: str) -> Fault:
    """Return the fault of an answer that a run which is being ended does not wait for."""
    return Fault(kind=FaultKind.BROKEN, message=f"{host} gives no answer in time, and the run is being ended")


def of_nonsense(request: Request, host: str) -> Fault:
    """Return the fault of an answer that is not what the API describes."""
    return Fault(
        kind=FaultKind.BROKEN,
        message=f"{host} answers on {request.about} with something else than its API describes",
        hint="check GITHUB_API_URL, and whether a proxy answers in GitHub's place",
    )


def of_redirect(request: Request, host: str) -> Fault:
    """Return the fault of a redirect to another host: the token does not follow."""
    return Fault(
        kind=FaultKind.INVALID,
        message=f"{host} redirects the request on {request.about} to another address",
        hint="set GITHUB_API_URL to the address it leads to, if you trust it",
    )


def _kind(status: int, headers: Mapping[str, str], said: str) -> FaultKind:
    if status == 403 and (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or any(words in said.lower() for words in _LIMIT_WORDS)
    ):
        return FaultKind.LIMITED
    return _BY_STATUS.get(status, FaultKind.BROKEN if status >= 500 else FaultKind.INVALID)


def _limited(headers: Mapping[str, str], tail: str, host: str) -> Fault:
    wait_s = _asked_wait_s(headers)
    asked = f" and asks to wait {wait_s:.0f} s" if wait_s is not None else ""
    return Fault(
        kind=FaultKind.LIMITED,
        message=f"{host} limits the rate{asked}{tail}",
        hint="run fewer jobs at once or later; an app's token has a higher limit than a workflow's",
        wait_s=wait_s,
    )


def _denied(headers: Mapping[str, str], tail: str, request: Request, host: str) -> Fault:
    """Return the fault of a missing permission; GitHub names the one it wants in a header of its answer."""
    hint = f"give the token {headers.get('x-accepted-github-permissions') or request.needs}"
    if "x-github-sso" in headers:
        hint = "authorize the token for single sign-on of the organization"
    return Fault(kind=FaultKind.DENIED, message=f"{host} denies the token {request.about}{tail}", hint=hint)


def _missing(request: Request, host: str) -> Fault:
    return Fault(
        kind=FaultKind.MISSING,
        message=f"{host} has no {request.about}, or hides it from this token",
        hint=f"check the name, and that the token has {request.needs}",
    )


def _asked_wait_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds GitHub asks to wait; its reset is a time, so it is compared with its own clock, not ours."""
    if headers.get("retry-after", "").isdigit():
        return float(headers["retry-after"])
    reset, now = headers.get("x-ratelimit-reset", ""), _date(headers.get("date", ""))
    if headers.get("x-ratelimit-remaining") != "0" or not reset.isdigit() or now is None:
        return None
    return max(0.0, float(reset) - now.timestamp()) + 1


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _said(data: object) -> str:
    """Return GitHub's own words on one line, with those of its single errors."""
    if not isinstance(data, Mapping):
        return ""
    errors = data.get("errors")
    single = [each.get("message") if isinstance(each, Mapping) else each for each in errors or ()]
    words = [str(each) for each in (data.get("message"), *single) if each]
    return " ".join("; ".join(words).split())[:SAID_CHARS]


def _hint(status: int) -> str:
    return "try again later (www.githubstatus.com)" if status >= 500 else ""
