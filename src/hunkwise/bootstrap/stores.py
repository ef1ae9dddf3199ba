"""Where answers are kept from review to review, and the keys that seal them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hunkwise.bootstrap import address, models
from hunkwise.core import lifetimes, sealing
from hunkwise.core.signature import UNSIGNED, Keys
from hunkwise.errors import UsageError

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.redis_store import Line
    from hunkwise.ports import Cache, Embedder
    from hunkwise.settings import Settings

FOLDER = "HUNKWISE_CACHE_DIR"
"""Names the folder for what is kept; set and empty means that nothing is."""

STATE_KEY = "HUNKWISE_STATE_KEY"

EMBEDDING_S = 20.0
"""Seconds that a request for vectors may take: what it may save is not worth a longer wait."""

REDIS = "HUNKWISE_REDIS_URL"
"""Names a Redis that a team shares; it goes before the folder."""

POSTGRES = "HUNKWISE_POSTGRES_URL"
"""Names a PostgreSQL with pgvector that a team shares; it goes before both."""


def at_home(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment of a command line, which has a folder by default.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    home = environment.get("HOME", "")
    base = environment.get("XDG_CACHE_HOME", "") or (f"{home}/.cache" if home else "")
    if FOLDER in environment or not base:
        return environment
    return {**environment, FOLDER: f"{base}/hunkwise"}


def folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for what is kept, None without one."""
    named = environment.get(FOLDER, "").strip()
    return Path(named).expanduser() if named else None


def line(environment: Mapping[str, str]) -> Line | None:
    """Return the way to the team's Redis, None without one; raises ConfigurationError."""
    url = environment.get(REDIS, "").strip()
    if not url:
        return None
    from hunkwise.adapters.redis_store import Line  # noqa: PLC0415  # only where it is named

    return Line(url)


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether a place for answers is named."""
    return folder(environment) is not None or any(environment.get(each, "").strip() for each in (REDIS, POSTGRES))


def cache(environment: Mapping[str, str], chosen: Settings | None = None, redis: Line | None = None) -> Cache | None:
    """Return the stored answers, None where there is no place for them; nothing is opened yet.

    `redis` is the way to it where there already is one. Raises ConfigurationError.
    """
    limits = lifetimes.limits(chosen.cache_size) if chosen is not None else None
    if environment.get(POSTGRES, "").strip():
        from hunkwise.adapters.postgres_store import PostgresCache, Session  # noqa: PLC0415  # only where it is named

        return PostgresCache(Session(environment[POSTGRES]), limits)
    redis = redis or line(environment)
    if redis is not None:
        from hunkwise.adapters.redis_store import RedisCache  # noqa: PLC0415  # only where it is named

        return RedisCache(redis, limits)
    at = folder(environment)
    if at is None:
        return None
    from hunkwise.adapters.answer_file import AnswerFile  # noqa: PLC0415  # late: start-up

    return AnswerFile(at, limits)


def embedder(chosen: Settings, environment: Mapping[str, str]) -> Embedder:
    """Return who tells how alike texts are, asked with the keys that the models are; raises ConfigurationError."""
    at, keys = address.of_models(environment), models.keys(chosen, environment)
    named = chosen.embedder
    if named == "auto":  # other servers than OpenAI's own may have no such model
        named = "openai" if at is None and keys else "ngrams"
    if named == "openai":
        from hunkwise.adapters.openai_chat import OpenAIEmbedder  # noqa: PLC0415  # late: openai is slow to import

        key = keys[0] if keys else None
        return OpenAIEmbedder(
            model=chosen.embedding_model, api_key=key, base_url=at, timeout_s=min(chosen.timeout_s, EMBEDDING_S)
        )
    if named == "minilm":
        from hunkwise.adapters.minilm_embedder import MiniLMEmbedder  # noqa: PLC0415  # an extra

        return MiniLMEmbedder()
    from hunkwise.adapters.ngram_embedder import NgramEmbedder  # noqa: PLC0415  # late: start-up

    return NgramEmbedder()


def seals(environment: Mapping[str, str]) -> Keys:
    """Return the keys that seal answers: from the state keys, else one of the folder's own; raises OSError.

    In a job the folder may be one that the change itself brought, key and all: there the state key alone counts. Nor is
    a key of its own believed where the folder lies in a repository: who wrote that may have drawn it.
    """
    given = [key.strip().encode() for key in environment.get(STATE_KEY, "").split(",") if key.strip()]
    at = folder(environment)
    if given or at is None or _is_job(environment) or _is_in_repository(at, environment):
        return sealing.keys(given) if given else UNSIGNED
    from hunkwise.adapters.answer_file import key_file  # noqa: PLC0415  # late: start-up

    return sealing.keys([key_file.secret(at)])


def _is_job(environment: Mapping[str, str]) -> bool:
    """Whether this is a run of some CI: nearly all set CI, few of them to anything but true."""
    named = (environment.get(each, "").strip().lower() for each in ("GITHUB_ACTIONS", "CI", "TF_BUILD"))
    return any(each not in {"", "false", "0"} for each in named)


def _is_in_repository(at: Path, environment: Mapping[str, str]) -> bool:
    """Whether a folder lies in a repository, maybe the one under review; one's dotfiles in one's home are none."""
    place = at.resolve()
    top = next((each for each in (place, *place.parents) if os.path.lexists(each / ".git")), None)
    home = environment.get("HOME", "")
    return top is not None and not (home and top == Path(home).resolve())


def existing(environment: Mapping[str, str]) -> Cache:
    """Return the stored answers for whoever looks after them; raises UsageError where there can be none."""
    found = cache(environment)
    if found is None:
        raise UsageError("there is no place for stored answers", hint=f"set {FOLDER}, {REDIS} or {POSTGRES}")
    return found
