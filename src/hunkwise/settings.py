"""One frozen Settings value, validated where configuration enters.

A value comes from, later winning: the defaults here, `.hunkwise.yml`, the environment (`HUNKWISE_<NAME>`),
the command line. Unknown keys are errors that name the key and the nearest known one.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FileSettings(_Section):
    """Which files are reviewed, and how much of them."""

    include: tuple[str, ...] = Field(
        (), description="Only files matching one of these gitignore patterns are reviewed; empty means all."
    )
    exclude: tuple[str, ...] = Field((), description="Files matching one of these gitignore patterns are skipped.")
    max_file_lines: Annotated[int, Field(gt=0)] = Field(
        20_000, description="A file with more changed lines is left unread, which makes the outcome incomplete."
    )
    max_line_chars: Annotated[int, Field(gt=0)] = Field(
        20_000, description="A hunk holding a longer line is left unread, which makes the outcome incomplete."
    )


class ModelSettings(_Section):
    """How a model is asked."""

    name: str = Field("gpt-5-mini", description="The model's name at the endpoint.")
    prompt_version: str = Field("1.0.0", description="Version of the review prompt.")
    chunk_tokens: Annotated[int, Field(ge=500)] = Field(12_000, description="Tokens of diff that one request may hold.")
    max_parallel: Annotated[int, Field(ge=1, le=64)] = Field(8, description="Requests under way at once.")
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(
        120.0, description="Seconds one request may take before it counts as failed."
    )
    max_tries: Annotated[int, Field(ge=1, le=10)] = Field(
        3, description="Tries for one request when the fault may pass (rate limit, overload, timeout, connection)."
    )


class Provider(_Section):
    """Where the model is, from the environment alone: keys never stand in a configuration file."""

    api_key: SecretStr | None = None
    base_url: str | None = None


class Settings(_Section):
    """Everything a review can be told."""

    engine: Literal["auto", "llm", "rules"] = Field(
        "auto", description="llm asks a model, rules is the embedded engine, auto is llm when a key or base URL is set."
    )
    fail_on: Literal["high", "medium", "low", "never"] = Field("high", description="The lowest severity that blocks.")
    min_confidence: Annotated[float, Field(ge=0, le=1)] = Field(
        0.6, description="A model's finding below this confidence does not block; rules carry their own."
    )
    on_incomplete: Literal["neutral", "failure"] = Field(
        "neutral", description="Conclusion of the check for an incomplete review; neutral passes a required check."
    )
    max_comments: Annotated[int, Field(ge=0, le=100)] = Field(
        10, description="Findings shown inline at the most; the rest stand in the summary."
    )
    files: FileSettings = FileSettings()
    model: ModelSettings = ModelSettings()
