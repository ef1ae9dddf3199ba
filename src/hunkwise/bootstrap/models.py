"""The models that may be asked: the chosen one under each key, then the fallback models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hunkwise.errors import ConfigurationError
from hunkwise.ports import ChatModel, SharedHealth

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.settings import Settings


def chats(chosen: Settings, environment: Mapping[str, str]) -> tuple[ChatModel, ...]:
    """Return the models in the order in which they are asked, none for the embedded engine.

    Raises ConfigurationError when the engine is one that needs a model and none can be asked.
    """
    keys = _keys(environment)
    base_url = environment.get("OPENAI_BASE_URL", "")
    if chosen.engine == "rules" or (chosen.engine == "auto" and not keys and not base_url):
        return ()
    if not keys and not base_url:
        raise ConfigurationError(
            "engine llm needs a model to ask", hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server"
        )
    from hunkwise.adapters.openai_chat import OpenAIChat  # noqa: PLC0415  # late: openai is slow to import

    return tuple(
        OpenAIChat(model=model, api_key=key, base_url=base_url or None, timeout_s=chosen.timeout_s)
        for model in dict.fromkeys((chosen.model, *chosen.fallback_models))
        for key in keys or (None,)
    )


def health(environment: Mapping[str, str]) -> SharedHealth | None:
    """Return what is known of models from run to run, None without a folder for it."""
    folder = environment.get("HUNKWISE_CACHE_DIR", "")
    if not folder:
        return None
    from hunkwise.adapters.health_file import HealthFile  # noqa: PLC0415  # late: start-up

    return HealthFile(Path(folder), _host(environment.get("OPENAI_BASE_URL", "")))


def _keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return all keys, each once: the single one first."""
    given = [environment.get("OPENAI_API_KEY", ""), *environment.get("OPENAI_API_KEYS", "").split(",")]
    return tuple(dict.fromkeys(key.strip() for key in given if key.strip()))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "api.openai.com"
    except ValueError:
        return "unknown"
