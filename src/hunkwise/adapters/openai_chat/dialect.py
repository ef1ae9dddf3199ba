"""What is sent to an endpoint: how the shape of the answer is asked for, and which parameters go along.

Models and compatible servers differ in what they take. A request starts with all that its model is not known to refuse
(`known_models`); `lessons` lowers the dialect by a step for each refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from hunkwise.adapters.openai_chat.strict_schema import reduced
from hunkwise.model.chat import ChatRequest

SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
"""Parameters of a prompt pack that models may refuse."""

CACHE_KEY = "prompt_cache_key"
"""The parameter that brings requests of one beginning to one machine of the provider."""

OPTIONAL = frozenset({*SAMPLING, CACHE_KEY})
"""Parameters that can be left out, each by itself."""


class Shape(IntEnum):
    """How the answer's shape is asked for, the strongest way last."""

    PROMPT_ONLY = 0
    JSON_OBJECT = 1
    STRICT_SCHEMA = 2


class Limit(IntEnum):
    """By which parameter the answer's length is bounded, the newest last."""

    NONE = 0
    MAX_TOKENS = 1
    MAX_COMPLETION_TOKENS = 2


class Delivery(IntEnum):
    """How the answer is to come: in one piece, streamed, or streamed with its token counts."""

    WHOLE = 0
    STREAM = 1
    STREAM_AND_USAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What is sent to an endpoint; `left_out` holds names of OPTIONAL."""

    shape: Shape = Shape.STRICT_SCHEMA
    limit: Limit = Limit.MAX_COMPLETION_TOKENS
    delivery: Delivery = Delivery.STREAM_AND_USAGE
    left_out: frozenset[str] = frozenset()

    def common(self, other: "Dialect") -> "Dialect":
        """Return what both send."""
        return Dialect(
            shape=min(self.shape, other.shape),
            limit=min(self.limit, other.limit),
            delivery=min(self.delivery, other.delivery),
            left_out=self.left_out | other.left_out,
        )


def body(request: ChatRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    """Return the parameters of a chat completion."""
    sent: dict[str, Any] = {
        "model": model,
        "messages": [{"role": each.role, "content": _encodable(each.content.text)} for each in request.messages],
    }
    if dialect.shape is not Shape.PROMPT_ONLY:
        sent["response_format"] = _response_format(request.schema_name, request.schema, dialect.shape)
    if dialect.limit is not Limit.NONE:
        sent[dialect.limit.name.lower()] = request.parameters.max_output_tokens
    if dialect.delivery is not Delivery.WHOLE:
        sent["stream"] = True
    if dialect.delivery is Delivery.STREAM_AND_USAGE:
        sent["stream_options"] = {"include_usage": True}
    optional = {name: getattr(request.parameters, name) for name in SAMPLING}
    optional[CACHE_KEY] = request.cache_key or None
    sent |= {name: value for name, value in optional.items() if value is not None and name not in dialect.left_out}
    return sent


def _response_format(name: str, schema: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    if shape is Shape.JSON_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": reduced(schema)}}


def _encodable(text: str) -> str:
    """Replace lone surrogates, which a model's answer can carry into a repair request and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")
