"""Where a model is asked, with which key, and what messages may say about both.

OpenAI, a compatible server, or a resource of Azure OpenAI; a region is part of the address in all three.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from pydantic import SecretStr

from hunkwise.errors import ChatError, ChatFault, ConfigurationError

OPENAI_URL = "https://api.openai.com/v1"
"""Where OpenAI's own models are (the SDK's default)."""

NO_KEY = "none"
"""Sent where there is no key: local servers want none, and the SDK wants one."""

MAX_QUOTED_CHARS = 300
"""Characters of a server's message that are shown."""

MIN_KEY_CHARS = 8
"""A shorter key is a stand-in for servers without keys, and may be a word of a message."""

UNDATED = frozenset({"", "v1", "preview", "latest"})
"""API versions that mean Azure's v1 interface, which is asked without a version.

https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
"""

GivenKey = SecretStr | str | None
KeySource = GivenKey | Callable[[], GivenKey]
"""A key, or what is asked for one at each request, so that keys can change while requests are under way."""

_KEY = re.compile(r"\b(?:sk|pk|rk)-[\w*.-]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Azure:
    """A resource of Azure OpenAI, whose deployments are the models.

    A dated `api_version` is asked by deployment; without one the resource's v1 interface is.
    """

    url: str
    api_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked, and what messages may say about it.

    `deployments_version` is the API version of an Azure resource asked by deployment, empty everywhere else.
    """

    url: str
    shown: str
    host: str
    model: str
    key: str = field(default=NO_KEY, repr=False)
    is_azure: bool = False
    deployments_version: str = ""

    @property
    def key_name(self) -> str:
        """The variable that holds the key."""
        return "AZURE_OPENAI_API_KEY" if self.is_azure else "OPENAI_API_KEY"

    @property
    def url_name(self) -> str:
        """The variable that holds the address."""
        return "AZURE_OPENAI_ENDPOINT" if self.is_azure else "OPENAI_BASE_URL"

    def quoted(self, text: str) -> str:
        """Return a server's words as one printable line without the key."""
        if len(self.key) >= MIN_KEY_CHARS:
            text = text.replace(self.key, "[key]")
        cleaned = "".join(char if char.isprintable() else " " for char in text)
        line = " ".join(_KEY.sub("[key]", cleaned).split())
        return line if len(line) <= MAX_QUOTED_CHARS else line[:MAX_QUOTED_CHARS] + "…"


def endpoint(*, model: str, at: str | Azure | None) -> Endpoint:
    """Return the endpoint at an address; raises ConfigurationError where no request could go."""
    if isinstance(at, Azure):
        return _azure(model, at)
    return _endpoint(model, (at or OPENAI_URL).strip(), "OPENAI_BASE_URL=http://localhost:11434/v1")


def keyed(asked: Endpoint, source: KeySource) -> Endpoint:
    """Return `asked` with the key that its next request carries; raises ChatError for one that no header can."""
    given = source() if callable(source) else source
    key = given.get_secret_value() if isinstance(given, SecretStr) else (given or "")
    key = key.strip() or NO_KEY
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ChatError(
            ChatFault.BAD_KEY,
            "the API key holds a character that no key has",
            hint=f"check {asked.key_name} for line breaks and blanks",
        )
    return replace(asked, key=key)


def require_key(asked: Endpoint, source: KeySource) -> None:
    """Raise ConfigurationError for a fixed key that no request could carry."""
    if callable(source):
        return
    try:
        keyed(asked, source)
    except ChatError as error:
        raise ConfigurationError(error.message, hint=error.hint) from None


def _azure(model: str, at: Azure) -> Endpoint:
    resource = at.url.strip().rstrip("/").removesuffix("/v1").removesuffix("/openai")
    version = "" if at.api_version.strip() in UNDATED else at.api_version.strip()
    url = f"{resource}/openai" if version else f"{resource}/openai/v1"
    made = _endpoint(model, url, "AZURE_OPENAI_ENDPOINT=https://RESOURCE.openai.azure.com")
    return replace(made, is_azure=True, deployments_version=version)


def _endpoint(model: str, url: str, example: str) -> Endpoint:
    shown = url.rpartition("@")[2]
    bad = ConfigurationError(f"the base URL {shown[:200]!r} is no http(s) address", hint=f"for example {example}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise bad
    host = parts.hostname if port is None else f"{parts.hostname}:{port}"
    return Endpoint(url=url, shown=f"{parts.scheme}://{host}{parts.path}", host=host, model=model)
