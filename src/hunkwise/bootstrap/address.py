"""Which address models are asked at: OpenAI, a compatible server, or a resource of Azure OpenAI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hunkwise.errors import ConfigurationError

if TYPE_CHECKING:
    from hunkwise.adapters.openai_chat import Azure

BASE_URL = "OPENAI_BASE_URL"
AZURE_ENDPOINT = "AZURE_OPENAI_ENDPOINT"
AZURE_VERSION = "AZURE_OPENAI_API_VERSION"


def is_azure(environment: Mapping[str, str]) -> bool:
    """Whether an Azure resource is named: then no other provider is asked, and no other provider's key is sent."""
    return bool(environment.get(AZURE_ENDPOINT, "").strip())


def of_models(environment: Mapping[str, str]) -> str | Azure | None:
    """Return the address, None for OpenAI itself; raises ConfigurationError where two are named."""
    base_url = environment.get(BASE_URL, "").strip()
    if not is_azure(environment):
        return base_url or None
    if base_url:
        raise ConfigurationError(
            f"{BASE_URL} and {AZURE_ENDPOINT} are both set", hint="unset the one that is not to get the code"
        )
    from hunkwise.adapters.openai_chat import Azure  # noqa: PLC0415  # late: start-up

    return Azure(url=environment[AZURE_ENDPOINT], api_version=environment.get(AZURE_VERSION, ""))


OPENAI = "api.openai.com"


def host(environment: Mapping[str, str]) -> str:
    """Return the host that models are asked at, without who asks: a name of models' health."""
    return _parts(environment)[0]


def endpoint(environment: Mapping[str, str]) -> str:
    """Return the host and path that models are asked at: one gateway may have several providers by path."""
    return "".join(_parts(environment))


def _parts(environment: Mapping[str, str]) -> tuple[str, str]:
    url = (environment.get(AZURE_ENDPOINT, "").strip() or environment.get(BASE_URL, "")).strip()
    try:
        split = urlsplit(url)
    except ValueError:
        return "unknown", ""
    return split.netloc.rpartition("@")[2].lower() or OPENAI, split.path.rstrip("/")
