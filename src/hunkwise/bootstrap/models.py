"""The models that may be asked: the chosen one under each key, then the fallback models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hunkwise.bootstrap import address, gate, stores
from hunkwise.errors import ConfigurationError
from hunkwise.ports import ChatModel, SharedHealth

if TYPE_CHECKING:
    from pydantic import SecretStr

    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.redis_store import Line
    from hunkwise.settings import Settings


def chats(chosen: Settings, environment: Mapping[str, str]) -> tuple[ChatModel, ...]:
    """Return the models in their order, none for the embedded engine; raises ConfigurationError."""
    return _made((chosen.model, *chosen.fallback_models), chosen, environment)


def cheap(chosen: Settings, environment: Mapping[str, str]) -> tuple[ChatModel, ...]:
    """Return the cheap model under each key, none where none is set, or where it is the chosen one anyway."""
    if chosen.cheap_model in {None, chosen.model}:
        return ()
    return _made((chosen.cheap_model or "",), chosen, environment)


def _made(names: Sequence[str], chosen: Settings, environment: Mapping[str, str]) -> tuple[ChatModel, ...]:
    """Return each model under each key.

    Raises ConfigurationError when the engine is one that needs a model and none can be asked.
    """
    if chosen.engine == "rules" or (chosen.engine == "auto" and not can_ask(chosen, environment)):
        return ()
    at, known = address.of_models(environment), keys(chosen, environment)
    if not known and not isinstance(at, str):
        if at is not None:
            raise ConfigurationError(
                f"{address.AZURE_ENDPOINT} is set, and no key for it", hint="set AZURE_OPENAI_API_KEY"
            )
        which = "OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server"
        raise ConfigurationError("engine llm needs a model to ask", hint=f"set {which}")
    from hunkwise.adapters.openai_chat import OpenAIChat  # noqa: PLC0415  # late: openai is slow to import

    first, *others = dict.fromkeys(known) or (None,)
    made: list[ChatModel] = []
    for model in dict.fromkeys(names):
        chat = OpenAIChat(model=model, api_key=first, base_url=at, timeout_s=chosen.timeout_s)
        made += [chat, *(chat.with_key(key) for key in others)]
    return tuple(made)


def can_ask(chosen: Settings, environment: Mapping[str, str]) -> bool:
    """Whether the environment names an endpoint, a key or the place of one, or holds the key of a team."""
    variables = [each.key_variable for each in chosen.teams if each.key_variable is not None]
    return gate.names_a_model(environment) or any(environment.get(name, "").strip() for name in variables)


def keys(chosen: Settings, environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return the keys of the change's team, else those of everybody; raises ConfigurationError."""
    from hunkwise.pipeline import teams  # noqa: PLC0415  # late: start-up

    team = teams.chosen(chosen)
    if team is not None and team.key_variable is not None:
        return gate.team_keys(team.name, team.key_variable, environment)
    if chosen.teams and not gate.names_a_model(
        environment
    ):  # the keys of other teams are no reason to read by rules alone
        raise ConfigurationError(
            "this change belongs to no team that has a key", hint="set OPENAI_API_KEY for all others"
        )
    return gate.provider_keys(environment)


def health(environment: Mapping[str, str], redis: Line | None = None) -> SharedHealth | None:
    """Return what is known of models from run to run: in the team's Redis, else in the folder, else None."""
    at = address.host(environment)
    if redis is not None:
        from hunkwise.adapters.redis_store import RedisHealth  # noqa: PLC0415  # only where it is named

        return RedisHealth(redis, at)
    folder = stores.folder(environment)
    if folder is None:
        return None
    from hunkwise.adapters.health_file import HealthFile  # noqa: PLC0415  # late: start-up

    return HealthFile(folder, at)
