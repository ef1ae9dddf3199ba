"""What the action is told: its inputs, and the plain environment where an input is absent.

An input that is not given arrives as an empty text, so that the repository's own configuration counts; an input that is
given wins over it, as an option does on the command line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from hunkwise.errors import UsageError

SETTINGS = (
    *("engine", "model", "fallback_models", "max_cost", "fail_on", "min_confidence"),
    *("on_incomplete", "review_event", "max_comments"),
)
"""Settings that are inputs too, under the same name with dashes."""

ENVIRONMENT = {
    "github-token": "GITHUB_TOKEN",
    "openai-api-key": "OPENAI_API_KEY",
    "openai-base-url": "OPENAI_BASE_URL",
    "cache-dir": "HUNKWISE_CACHE_DIR",
    "redis-url": "HUNKWISE_REDIS_URL",
    "state-key": "HUNKWISE_STATE_KEY",
}
"""Inputs that stand for a variable of the plain environment."""

OTHERS = ("pull-request", "config", "dry-run", "report", "sarif")
"""Inputs that are neither."""

NAMES = frozenset({*ENVIRONMENT, *OTHERS, *(name.replace("_", "-") for name in SETTINGS)})
"""All inputs; `action.yml` declares exactly these."""

SECRETS = (
    *("GITHUB_TOKEN", "OPENAI_API_KEY", "OPENAI_API_KEYS", "AZURE_OPENAI_API_KEY"),
    *("HUNKWISE_STATE_KEY", "HUNKWISE_REDIS_URL", "HUNKWISE_POSTGRES_URL"),
)
"""Variables that hold secrets, one or several between commas."""

TEAM_KEYS = re.compile(r"(?:AZURE_)?OPENAI_API_KEY_")
"""Variables that hold keys of teams."""

TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE", "")
"""YAML 1.2's booleans, as the runner's own toolkit reads them.

https://github.com/actions/toolkit/blob/main/packages/core/src/core.ts
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All inputs in their places.

    `options` are settings (by name, only those given). `environment` is the process's with the inputs over it, for
    whoever asks a model; `secrets` are all the values in it that must never be shown. `config` is a path in the base
    branch, `report` and `sarif` are files of the workspace; each is None where not asked for.
    """

    options: Mapping[str, str]
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[SecretStr, ...]
    pull_request: str
    config: str | None
    is_dry_run: bool
    report: str | None
    sarif: str | None


def read(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs that `environment` holds; raises UsageError."""
    given = {name: _given(environment, name) for name in NAMES}
    merged = _merged(environment)
    return Inputs(
        options={name: given[name.replace("_", "-")] for name in SETTINGS if given[name.replace("_", "-")]},
        environment=merged,
        secrets=secrets(environment),
        pull_request=given["pull-request"],
        config=given["config"] or None,
        is_dry_run=_boolean("dry-run", given["dry-run"]),
        report=given["report"] or None,
        sarif=given["sarif"] or None,
    )


def secrets(environment: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return every secret that the inputs and the environment hold, each once."""
    merged = _merged(environment)
    names = [*SECRETS, *(name for name in environment if TEAM_KEYS.match(name))]
    texts = [*(merged.get(name, "") for name in names), *(environment.get(name, "") for name in names)]
    values = [part.strip() for text in texts for part in text.split(",")]
    return tuple(SecretStr(value) for value in dict.fromkeys(values) if value)


def _given(environment: Mapping[str, str], name: str) -> str:
    """Return an input's value.

    The runner keeps dashes (INPUT_GITHUB-TOKEN), which no shell can set; whoever starts the image by hand, or passes
    variables through one, writes underscores.
    https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#inputs
    """
    variable = f"INPUT_{name.upper()}"
    return (environment.get(variable, "") or environment.get(variable.replace("-", "_"), "")).strip()


def _boolean(name: str, value: str) -> bool:
    if value not in TRUE + FALSE:
        raise UsageError(f"the input {name} is {value!r}", hint=f"{name}: true or {name}: false")
    return value in TRUE


def _merged(environment: Mapping[str, str]) -> dict[str, str]:
    given = {variable: _given(environment, name) for name, variable in ENVIRONMENT.items()}
    return {**environment, **{variable: value for variable, value in given.items() if value}}
