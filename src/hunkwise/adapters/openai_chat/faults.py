"""Say what went wrong with a request: which fault, one clear line, and what to do.

No text of a key leaves here; what a server says is cut to one printable line.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hunkwise.adapters.openai_chat.endpoint import Endpoint
from hunkwise.adapters.openai_chat.refusal import Refusal, is_overflow
from hunkwise.errors import ChatError, ChatFault

_QUOTA = re.compile(r"quota|billing|credit|insufficient[_ ](?:balance|funds)", re.IGNORECASE)
_PASSES = re.compile(r"(?:retry|try again) (?:in|after)|per (?:minute|second|day)", re.IGNORECASE)
_NAMES_A_MODEL = re.compile(r"model|deployment", re.IGNORECASE)
_MODEL = re.compile(
    r"model\b.{0,200}(?:not (?:found|exist|a valid)|does ?n[o']t exist|unknown|is invalid|no such)"
    r"|(?:unknown|invalid|no such|unsupported) model|not a valid model",
    re.IGNORECASE | re.DOTALL,
)

_NO_TLS_FAULT = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLZeroReturnError, ssl.SSLEOFError)
"""TLS errors that only say that the connection waits or ended."""

_BY_STATUS = {
    400: ChatFault.BAD_REQUEST,
    401: ChatFault.BAD_KEY,
    402: ChatFault.QUOTA,
    403: ChatFault.BAD_KEY,
    404: ChatFault.UNKNOWN_MODEL,
    408: ChatFault.TIMEOUT,
    409: ChatFault.OVERLOAD,
    425: ChatFault.OVERLOAD,
    429: ChatFault.RATE_LIMIT,
    501: ChatFault.BAD_REQUEST,
    504: ChatFault.TIMEOUT,
    505: ChatFault.BAD_REQUEST,
}
"""Fault by HTTP status where neither code nor message says more; other 5xx are overload, all else a bad request."""

_BY_CODE = {
    "invalid_api_key": ChatFault.BAD_KEY,
    "model_not_found": ChatFault.UNKNOWN_MODEL,
    "model_not_available": ChatFault.UNKNOWN_MODEL,
    "DeploymentNotFound": ChatFault.UNKNOWN_MODEL,
    "insufficient_quota": ChatFault.QUOTA,
    "billing_hard_limit_reached": ChatFault.QUOTA,
    "billing_not_active": ChatFault.QUOTA,
    "rate_limit_exceeded": ChatFault.RATE_LIMIT,
    "content_filter": ChatFault.CONTENT_FILTER,
    "content_policy_violation": ChatFault.CONTENT_FILTER,
    "invalid_prompt": ChatFault.CONTENT_FILTER,
}
"""Fault by error code or type, as OpenAI and Azure name them."""


def of_refusal(refusal: Refusal, asked: Endpoint) -> ChatError:
    """Return the error for an error answer."""
    fault = _fault(refusal)
    said = "" if refusal.message.lstrip().startswith("<") else asked.quoted(refusal.message)  # a proxy's page
    tail = f": {said}" if said else ""
    message, hint = {
        ChatFault.BAD_KEY: _bad_key(refusal, asked, tail),
        ChatFault.UNKNOWN_MODEL: _unknown_model(refusal, asked, tail),
        ChatFault.QUOTA: (f"{asked.host}: the quota of the key is used up", "check plan and billing of the account"),
        ChatFault.RATE_LIMIT: (f"{asked.host} limits the rate{tail}", "lower max_parallel, or ask for a higher limit"),
        ChatFault.CONTEXT_OVERFLOW: (f"the request is too long for {asked.model}{tail}", "lower chunk_tokens"),
        ChatFault.CONTENT_FILTER: (f"the content filter of {asked.host} refuses the request{tail}", ""),
        ChatFault.OVERLOAD: (f"{asked.host} answers {refusal.status}{tail}", "try again later"),
        ChatFault.TIMEOUT: (f"{asked.host} answers {refusal.status}{tail}", "try again later"),
    }.get(fault, (f"{asked.host} refuses the request ({refusal.status}){tail}", ""))
    return ChatError(fault, message, hint=hint, retry_after_s=refusal.retry_after_s)


def of_redirect(status: int, asked: Endpoint) -> ChatError:
    """Return the error for a redirect: neither key nor code goes to an address that nobody configured."""
    return ChatError(
        ChatFault.BAD_REQUEST,
        f"{asked.shown} redirects ({status}), which is not followed",
        hint=f"set {asked.url_name} to the address it leads to, if you trust it",
    )


def of_timeout(asked: Endpoint, timeout_s: float) -> ChatError:
    """Return the error for a request without a whole answer in time."""
    return ChatError(
        ChatFault.TIMEOUT, f"{asked.host} gave no whole answer within {timeout_s:g} s", hint="raise timeout_s"
    )


def of_stall(asked: Endpoint, stall_s: float) -> ChatError:
    """Return the error for an answer that stopped coming."""
    return ChatError(
        ChatFault.TIMEOUT, f"{asked.host} sent nothing for {stall_s:g} s amid the answer", hint="try again later"
    )


def of_early_end(asked: Endpoint) -> ChatError:
    """Return the error for a stream that ended, as if all were well, before its answer did."""
    return ChatError(ChatFault.CONNECTION, f"{asked.host} ended the stream before the answer was whole")


def of_repetition(asked: Endpoint) -> ChatError:
    """Return the error for an answer that says the same thing again and again."""
    return ChatError(ChatFault.TRUNCATED, f"the answer of {asked.model} repeats itself endlessly")


def of_malformed(message: str, asked: Endpoint) -> ChatError:
    """Return the error for something that is no completion."""
    return ChatError(ChatFault.MALFORMED, message, hint=f"does {asked.shown} speak OpenAI's chat completions?")


def of_cancelling(asked: Endpoint, text: str = "") -> ChatError:
    """Return the error for a request that our own side gave up, after `text` had come."""
    return ChatError(ChatFault.CANCELLED, f"the request to {asked.host} was cancelled", text=text)


def of_connection(error: BaseException, asked: Endpoint) -> ChatError:
    """Return the error for a connection that was not made or broke, by the causes behind `error`."""
    causes = list(_causes(error))
    tls = next(
        (each for each in causes if isinstance(each, ssl.SSLError) and not isinstance(each, _NO_TLS_FAULT)), None
    )
    if any(isinstance(each, socket.gaierror) for each in causes):
        message, hint = f"the name {asked.host} can't be resolved", f"check {asked.url_name} and the network"
    elif tls is not None:
        reason = getattr(tls, "verify_message", "") or tls.reason or type(tls).__name__
        message = f"no TLS connection to {asked.host}: {asked.quoted(str(reason))}"
        hint = "check that the address wants https, and the certificate authorities (SSL_CERT_FILE)"
    elif any(isinstance(each, ConnectionRefusedError) for each in causes):
        message, hint = f"{asked.host} refuses the connection", _running(asked)
    elif any(type(each).__name__ == "ProxyError" for each in causes):
        message, hint = f"the proxy gives no way to {asked.host}", "check HTTPS_PROXY and NO_PROXY"
    elif any(type(each).__name__ == "ConnectError" for each in causes):
        message, hint = f"{asked.host} can't be reached", _running(asked)
    else:
        message, hint = f"{asked.host} broke the connection off before the answer was whole", "is the server running?"
    return ChatError(ChatFault.CONNECTION, message, hint=hint)


def _running(asked: Endpoint) -> str:
    if getproxies().get(urlsplit(asked.url).scheme) and not proxy_bypass(asked.host):
        return "is the proxy of the environment running, and the server behind it?"
    return "is the server running?"


def _fault(refusal: Refusal) -> ChatFault:
    if is_overflow(refusal):
        return ChatFault.CONTEXT_OVERFLOW
    named = _BY_CODE.get(refusal.code) or _BY_CODE.get(refusal.type)
    if named is not None:
        return named
    if refusal.status == 429 and _QUOTA.search(refusal.message) and not _will_pass(refusal):
        return ChatFault.QUOTA
    if refusal.status == 400 and _MODEL.search(refusal.message):
        return ChatFault.UNKNOWN_MODEL
    if refusal.status == 413:
        return ChatFault.CONTEXT_OVERFLOW
    return _BY_STATUS.get(refusal.status, ChatFault.OVERLOAD if refusal.status >= 500 else ChatFault.BAD_REQUEST)


def _will_pass(refusal: Refusal) -> bool:
    """Whether a limit is one of rate: some providers call it quota, but say when to come back."""
    return refusal.retry_after_s is not None or bool(_PASSES.search(refusal.message))


def _bad_key(refusal: Refusal, asked: Endpoint, tail: str) -> tuple[str, str]:
    if refusal.status == 403:
        return f"{asked.host} refuses access (403){tail}", f"check what {asked.key_name} is allowed to do"
    return f"{asked.host} refuses the API key", f"check {asked.key_name}"


def _unknown_model(refusal: Refusal, asked: Endpoint, tail: str) -> tuple[str, str]:
    if refusal.status == 404 and not _NAMES_A_MODEL.search(f"{refusal.code}{refusal.message}"):
        tip = "" if asked.is_azure else " (it mostly ends in /v1)"
        return (
            f"there are no chat completions for {asked.model} at {asked.shown} (404)",
            f"check {asked.url_name}{tip} and model",
        )
    return f"{asked.shown} has no model {asked.model}{tail}", "set model to one that the endpoint serves"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Walk through what an error was raised from, groups included; bounded, since chains may loop."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
