"""The models that may be asked: the chosen one under each key, then the fallback models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hunkwise.bootstrap import gate
from hunkwise.errors import ConfigurationError
from hunkwise.ports import ChatModel, SharedHealth

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from pydantic import SecretStr

    from hunkwise.adapters.openai_chat import Azure
    from hunkwise.settings import Settings


def chats(chosen: Settings, environment: Mapping[str, str]) -> tuple[ChatModel, ...]:
    """Return the models in the order in which they are asked, none for the embedded engine.

    Raises ConfigurationError when the engine is one that needs a model and none can be asked.
    """
    at = _address(environment)
    if chosen.engine == "rules" or (chosen.engine == "auto" and not gate.names_a_model(environment)):
        return ()
    keys = _keys(environment)
    if not keys and not at:
        raise ConfigurationError(
            "engine llm needs a model to ask", hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server"
        )
    from hunkwise.adapters.openai_chat import OpenAIChat  # noqa: PLC0415  # late: openai is slow to import

    return tuple(
        OpenAIChat(model=model, api_key=key, base_url=at, timeout_s=chosen.timeout_s)
        for model in dict.fromkeys((chosen.model, *chosen.fallback_models))
        for key in keys or (None,)
    )


def health(environment: Mapping[str, str]) -> SharedHealth | None:
    """Return what is known of models from run to run, None without a folder for it."""
    folder = environment.get("HUNKWISE_CACHE_DIR", "")
    if not folder:
        return None
    from hunkwise.adapters.health_file import HealthFile  # noqa: PLC0415  # late: start-up

    url = environment.get("OPENAI_BASE_URL", "") or environment.get("AZURE_OPENAI_ENDPOINT", "")
    return HealthFile(Path(folder), _host(url.strip()))


def _address(environment: Mapping[str, str]) -> str | Azure | None:
    """Return where models are asked; a resource of Azure OpenAI unless a base URL is given. None is OpenAI itself."""
    base_url, resource = (environment.get(name, "").strip() for name in ("OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"))
    if base_url or not resource:
        return base_url or None
    from hunkwise.adapters.openai_chat import Azure  # noqa: PLC0415  # late: openai is slow to import

    return Azure(url=resource, api_version=environment.get("AZURE_OPENAI_API_VERSION", ""))


def _keys(environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return all keys, each once, the one to use first; raises ConfigurationError."""
    keys = dict.fromkeys(gate.provider_keys(environment))
    azure = environment.get("AZURE_OPENAI_API_KEY", "").strip()
    if keys or not azure:
        return tuple(keys)
    from pydantic import SecretStr  # noqa: PLC0415  # late: start-up

    return (SecretStr(azure),)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "api.openai.com"
    except ValueError:
        return "unknown"
