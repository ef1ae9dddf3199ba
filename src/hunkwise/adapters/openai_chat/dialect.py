"""What an endpoint accepts, learnt from what it refuses.

Models and compatible servers differ in the parameters they take. A request starts with all of them; a refusal that
names one lowers that one by a step, for all requests of the run. Each step is down, so that learning ends.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from hunkwise.adapters.openai_chat.refusal import Refusal, is_overflow
from hunkwise.adapters.openai_chat.strict_schema import reduced
from hunkwise.model.chat import ChatRequest


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What is sent to an endpoint."""

    shape: Shape = Shape.STRICT_SCHEMA
    limit: Limit = Limit.MAX_COMPLETION_TOKENS
    temperature: bool = True
    top_p: bool = True

    def common(self, other: "Dialect") -> "Dialect":
        """Return what both send."""
        return Dialect(
            shape=min(self.shape, other.shape),
            limit=min(self.limit, other.limit),
            temperature=self.temperature and other.temperature,
            top_p=self.top_p and other.top_p,
        )


class Lessons:
    """The dialect that all requests of a run share; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dialect = Dialect()

    @property
    def dialect(self) -> Dialect:
        """What is known to be accepted so far."""
        return self._dialect

    def learn(self, dialect: Dialect) -> Dialect:
        """Take `dialect` in and return what is left; learning one thing twice changes nothing."""
        with self._lock:
            self._dialect = self._dialect.common(dialect)
            return self._dialect


REFUSED_STATUSES = frozenset({400, 422, 500, 501})
"""Statuses under which servers refuse a parameter (500: llama.cpp and its kin)."""

SERVER_ERROR = 500
"""From this status on an error is the server's, unless its message says otherwise."""

TOO_MANY_REQUESTS = 429
"""A limit of the endpoint, not of the model."""

REFUSED_CODES = frozenset({"unsupported_value", "unsupported_parameter", "unknown_parameter"})
"""Error codes of OpenAI for a parameter that a model does not take."""

_OF_SHAPE = re.compile(
    r"response[_ ]format|json[_ ](?:schema|object|mode)|structured[_ ]output|grammar|guided_", re.IGNORECASE
)
_OF_LIMIT = re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE)
_OF_ANSWER = re.compile(r"max_(?:completion_)?tokens|in the completion|output tokens", re.IGNORECASE)
_OF_TOP_P = re.compile(r"\btop_p\b", re.IGNORECASE)
_OF_TEMPERATURE = re.compile(r"\btemperature\b", re.IGNORECASE)
_REFUSES = re.compile(
    r"not (?:\w+ )?(?:support|permit|allow|accept|availab|recogni|implement|known|valid|compatible)"
    r"|does ?n[o']t support|no support|unsupported|unknown|unrecognized|unexpected|extra|only (?:the )?default"
    r"|unavailable|invalid|must be|cannot|can't|deprecated|failed to|too (?:large|big|high)|at most|exceed",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"too (?:large|big|high)|at most|exceed|less than|maximum|in the completion|output tokens", re.IGNORECASE
)


def body(request: ChatRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    """Return the parameters of a chat completion."""
    asked = request.parameters
    sent: dict[str, Any] = {
        "model": model,
        "messages": [{"role": each.role, "content": _encodable(each.content.text)} for each in request.messages],
    }
    if dialect.shape is not Shape.PROMPT_ONLY:
        sent["response_format"] = _response_format(request.schema_name, request.schema, dialect.shape)
    if dialect.temperature:
        sent["temperature"] = asked.temperature
    if dialect.top_p:
        sent["top_p"] = asked.top_p
    if dialect.limit is not Limit.NONE:
        sent[dialect.limit.name.lower()] = asked.max_output_tokens
    return sent


def lesson(refusal: Refusal, dialect: Dialect) -> Dialect | None:
    """Return the next lower dialect that `refusal` asks for; None when it is about something else."""
    if is_overflow(refusal):
        return replace(dialect, limit=Limit.NONE) if dialect.limit and _blames_the_answer(refusal) else None
    if refusal.status not in REFUSED_STATUSES:
        return None
    param, _, _ = refusal.param.partition(".")
    if param:
        return _lowered(param, refusal.message, dialect) if _is_refused(refusal) else None
    if not _REFUSES.search(refusal.message):
        return None
    for name in _named(refusal.message):
        lower = _lowered(name, refusal.message, dialect)
        if lower is not None:
            return lower
    return None


def _is_refused(refusal: Refusal) -> bool:
    return refusal.code in REFUSED_CODES or refusal.status < SERVER_ERROR or bool(_REFUSES.search(refusal.message))


def _named(message: str) -> list[str]:
    """Return the parameters that `message` names, the one to give up first in front."""
    patterns = {
        "response_format": _OF_SHAPE,
        "max_completion_tokens": _OF_LIMIT,
        "top_p": _OF_TOP_P,
        "temperature": _OF_TEMPERATURE,
    }
    return [name for name, pattern in patterns.items() if pattern.search(message)]


def _lowered(param: str, message: str, dialect: Dialect) -> Dialect | None:
    if param == "response_format" and dialect.shape:
        return replace(dialect, shape=Shape(dialect.shape - 1))
    if param in {"max_completion_tokens", "max_tokens"} and dialect.limit:
        return replace(dialect, limit=Limit.NONE if _TOO_LARGE.search(message) else Limit(dialect.limit - 1))
    if param == "temperature" and dialect.temperature:
        return replace(dialect, temperature=False)
    if param == "top_p" and dialect.top_p:
        return replace(dialect, top_p=False)
    return None


def _blames_the_answer(refusal: Refusal) -> bool:
    """Whether the context overflows by what was reserved for the answer, so that it may fit without."""
    return refusal.status != TOO_MANY_REQUESTS and bool(_OF_ANSWER.search(refusal.message))


def _response_format(name: str, schema: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    if shape is Shape.JSON_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": reduced(schema)}}


def _encodable(text: str) -> str:
    """Replace lone surrogates, which a model's answer can carry into a repair request and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")
