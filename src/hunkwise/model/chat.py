"""What goes to a model and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from hunkwise.model.material import QueryType, Tier


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text that has passed the redaction gate: the only thing a chat port accepts.

    Made by `core.redact` alone (tests/test_shape.py holds to that).
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Sampling parameters of a prompt pack; `max_output_tokens` bounds the answer.

    A penalty of None is not sent, which is 0 at every provider.
    """

    temperature: float
    top_p: float
    max_output_tokens: int
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


class Stage(StrEnum):
    """Why a request is sent, so that reports can tell the first reading of a change from what comes on top of it.

    AGAIN asks for what an answer left out or what was too much at once, REPAIR for an answer that meets its schema,
    PASS once more for all, VERIFY has claims refuted, and CONFIRM asks about a difference alone. DESCRIBE and
    EMBED are no reading at all: they decide nothing.
    """

    FIRST = "first"
    AGAIN = "again"
    REPAIR = "repair"
    PASS = "pass"  # noqa: S105  # no password
    VERIFY = "verify"
    CONFIRM = "confirm"
    DESCRIBE = "describe"
    EMBED = "embed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One request: messages, the JSON schema its answer must meet, and sampling parameters.

    Requests of one `cache_key` begin alike, so that a provider may keep that prefix. `tier` says which models are to
    answer; `stage` is for the account alone. `turn` is a chunk's place in its run, from 0: what a budget buys goes to
    the first in the line; a request without one waits for nobody.
    """

    messages: tuple[Message, ...]
    schema_name: str
    schema: Mapping[str, Any]
    parameters: Parameters
    cache_key: str = ""
    tier: Tier = Tier.STRONG
    stage: Stage = Stage.FIRST
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """What an endpoint says is left of its limits, and in how many seconds they are whole again; None: not said."""

    requests_limit: int | None = None
    requests_left: int | None = None
    requests_reset_s: float | None = None
    tokens_limit: int | None = None
    tokens_left: int | None = None
    tokens_reset_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens as the provider counted them; None where it did not say."""

    prompt: int | None
    cached_prompt: int | None
    completion: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """A complete answer: its text, the model that gave it, tokens, and the seconds it took.

    `first_text_s` is when its first text came, None where it did not stream. `limits` is what is left at the endpoint.
    """

    text: str
    model: str
    usage: TokenUsage
    latency_s: float
    first_text_s: float | None = None
    limits: RateLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPack:
    """A versioned prompt: `system` and `user` templates, the answer's schema, parameters, content hash.

    `types` are instructions by query type. `judges_comments` tells that a comment may change the answer, as one does
    that is meant to steer a reviewer. What a run adds: `instructions` of the team, and `examples` (as shown) by query
    type and language; `sha256` covers whatever of it may decide an answer.
    """

    name: str
    version: str
    sha256: str
    system: str
    user: str
    schema: Mapping[str, Any]
    parameters: Parameters
    types: Mapping[QueryType, str] = field(default_factory=dict)
    instructions: str = ""
    examples: Mapping[tuple[QueryType, str], tuple[str, ...]] = field(default_factory=dict)
    judges_comments: bool = True
