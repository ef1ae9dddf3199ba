"""Say what went wrong with a request: which fault, one clear line, and what to do.

No text of a key leaves here; what a server says is cut to one printable line.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hunkwise.adapters.openai_chat.refusal import Refusal, is_overflow
from hunkwise.errors import ChatError, ChatFault, ConfigurationError

OPENAI_URL = "https://api.openai.com/v1"
"""Where OpenAI's own models are (the SDK's default)."""

MAX_QUOTED_CHARS = 300
"""Characters of a server's message that are shown."""

MIN_KEY_CHARS = 8
"""A shorter key is a stand-in for servers without keys, and may be a word of a message."""

_KEY = re.compile(r"\b(?:sk|pk|rk)-[\w*.-]{4,}")
_QUOTA = re.compile(r"quota|billing|credit|insufficient[_ ](?:balance|funds)", re.IGNORECASE)
_PASSES = re.compile(r"(?:retry|try again) (?:in|after)|per (?:minute|second|day)", re.IGNORECASE)
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
    "insufficient_quota": ChatFault.QUOTA,
    "billing_hard_limit_reached": ChatFault.QUOTA,
    "billing_not_active": ChatFault.QUOTA,
    "rate_limit_exceeded": ChatFault.RATE_LIMIT,
    "content_filter": ChatFault.CONTENT_FILTER,
    "content_policy_violation": ChatFault.CONTENT_FILTER,
    "invalid_prompt": ChatFault.CONTENT_FILTER,
}
"""Fault by error code or type, as OpenAI and Azure name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked, and what messages may say about it."""

    url: str
    shown: str
    host: str
    model: str
    key: str = field(repr=False)

    def quoted(self, text: str) -> str:
        """Return a server's words as one printable line without the key."""
        if len(self.key) >= MIN_KEY_CHARS:
            text = text.replace(self.key, "[key]")
        cleaned = "".join(char if char.isprintable() else " " for char in text)
        line = " ".join(_KEY.sub("[key]", cleaned).split())
        return line if len(line) <= MAX_QUOTED_CHARS else line[:MAX_QUOTED_CHARS] + "…"


def endpoint(*, model: str, key: str, base_url: str | None) -> Endpoint:
    """Return the endpoint; raises ConfigurationError for an address or a key that no request could carry."""
    url = (base_url or OPENAI_URL).strip()
    shown = url.rpartition("@")[2]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad_url(shown) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise _bad_url(shown)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "the API key holds a character that no key has", hint="check OPENAI_API_KEY for line breaks and blanks"
        )
    host = parts.hostname if port is None else f"{parts.hostname}:{port}"
    return Endpoint(url=url, shown=f"{parts.scheme}://{host}{parts.path}", host=host, model=model, key=key)


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
        hint="set OPENAI_BASE_URL to the address it leads to, if you trust it",
    )


def of_timeout(asked: Endpoint, timeout_s: float) -> ChatError:
    """Return the error for a request without a whole answer in time."""
    return ChatError(
        ChatFault.TIMEOUT, f"{asked.host} gave no whole answer within {timeout_s:g} s", hint="raise timeout_s"
    )


def of_cancelling(asked: Endpoint) -> ChatError:
    """Return the error for a request that our own side gave up."""
    return ChatError(ChatFault.CANCELLED, f"the request to {asked.host} was cancelled")


def of_connection(error: BaseException, asked: Endpoint) -> ChatError:
    """Return the error for a connection that was not made or broke, by the causes behind `error`."""
    causes = list(_causes(error))
    tls = next(
        (each for each in causes if isinstance(each, ssl.SSLError) and not isinstance(each, _NO_TLS_FAULT)), None
    )
    if any(isinstance(each, socket.gaierror) for each in causes):
        message, hint = f"the name {asked.host} can't be resolved", "check OPENAI_BASE_URL and the network"
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
        return f"{asked.host} refuses access (403){tail}", "check what OPENAI_API_KEY is allowed to do"
    return f"{asked.host} refuses the API key", "check OPENAI_API_KEY"


def _unknown_model(refusal: Refusal, asked: Endpoint, tail: str) -> tuple[str, str]:
    if refusal.status == 404 and "model" not in f"{refusal.code}{refusal.message}".lower():
        return (
            f"there are no chat completions for {asked.model} at {asked.shown} (404)",
            "check OPENAI_BASE_URL (it mostly ends in /v1) and model",
        )
    return f"{asked.shown} has no model {asked.model}{tail}", "set model to one that the endpoint serves"


def _bad_url(shown: str) -> ConfigurationError:
    return ConfigurationError(
        f"the base URL {shown[:200]!r} is no http(s) address",
        hint="for example OPENAI_BASE_URL=http://localhost:11434/v1",
    )


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
