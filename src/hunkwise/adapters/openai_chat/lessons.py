"""What an endpoint accepts, learnt from what it refuses.

A refusal that names a parameter lowers that one by a step, for all requests of the run. Each step is down, so that
learning ends.
"""

import re
import threading
from collections.abc import Collection
from dataclasses import replace

from hunkwise.adapters.openai_chat.dialect import OPTIONAL, Delivery, Dialect, Limit, Shape
from hunkwise.adapters.openai_chat.refusal import Refusal, is_overflow


class Lessons:
    """The dialect that all requests of a run share, `known` at first; safe to use from several threads."""

    def __init__(self, known: Dialect) -> None:
        self._lock = threading.Lock()
        self._dialect = known

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
_OF_STREAM = re.compile(
    r"[\"'`]stream[\"'`]|supplied: stream\b|\bto stream\b|\bstream(?:ing)?\b.{0,40}\bnot\b|\bnot\b.{0,40}\bstreaming\b"
    r"|support\w* (?:for )?stream(?:ing)?\b|\bstream(?:ing)? (?:mode )?(?:is )?(?:un|dis)\w+",
    re.IGNORECASE,
)
_PATTERNS = {
    "response_format": _OF_SHAPE,
    "max_completion_tokens": _OF_LIMIT,
    "stream_options": re.compile(r"stream_options|include_usage", re.IGNORECASE),
    "stream": _OF_STREAM,
    "prompt_cache_key": re.compile(r"\bprompt_cache_key\b", re.IGNORECASE),
    "presence_penalty": re.compile(r"\bpresence_penalty\b", re.IGNORECASE),
    "frequency_penalty": re.compile(r"\bfrequency_penalty\b", re.IGNORECASE),
    "top_p": re.compile(r"\btop_p\b", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
}
"""How messages name a parameter, the one to give up first in front."""
_REFUSES = re.compile(
    r"not (?:\w+ )?(?:support|permit|allow|accept|availab|recogni|implement|known|valid|compatible)"
    r"|does ?n[o']t support|no support|unsupported|unknown|unrecognized|unexpected|extra|only (?:the )?default"
    r"|unavailable|invalid|must be|cannot|can't|deprecated|failed to|too (?:large|big|high)|at most|exceed",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"too (?:large|big|high)|at most|exceed|less than|maximum|in the completion|output tokens", re.IGNORECASE
)


def lesson(refusal: Refusal, dialect: Dialect, sent: Collection[str] = OPTIONAL) -> Dialect | None:
    """Return the next lower dialect that `refusal` of what was `sent` asks for; None when there is none."""
    if is_overflow(refusal):
        return replace(dialect, limit=Limit.NONE) if dialect.limit and _blames_the_answer(refusal) else None
    if refusal.status not in REFUSED_STATUSES:
        return None
    param, _, _ = refusal.param.partition(".")
    if param:
        return _lowered(param, refusal.message, dialect, sent) if _is_refused(refusal) else None
    if not _REFUSES.search(refusal.message):
        return None
    for name in _named(refusal.message):
        lower = _lowered(name, refusal.message, dialect, sent)
        if lower is not None:
            return lower
    return None


def _is_refused(refusal: Refusal) -> bool:
    return refusal.code in REFUSED_CODES or refusal.status < SERVER_ERROR or bool(_REFUSES.search(refusal.message))


def _named(message: str) -> list[str]:
    return [name for name, pattern in _PATTERNS.items() if pattern.search(message)]


def _lowered(param: str, message: str, dialect: Dialect, sent: Collection[str]) -> Dialect | None:
    if param == "response_format" and dialect.shape:
        return replace(dialect, shape=Shape(dialect.shape - 1))
    if param in {"max_completion_tokens", "max_tokens"} and dialect.limit:
        return replace(dialect, limit=Limit.NONE if _TOO_LARGE.search(message) else Limit(dialect.limit - 1))
    if param == "stream_options" and dialect.delivery is Delivery.STREAM_AND_USAGE:
        return replace(dialect, delivery=Delivery.STREAM)
    if param == "stream" and dialect.delivery:
        return replace(dialect, delivery=Delivery.WHOLE)
    if param in OPTIONAL and param in sent and param not in dialect.left_out:
        return replace(dialect, left_out=dialect.left_out | {param})
    return None


def _blames_the_answer(refusal: Refusal) -> bool:
    """Whether the context overflows by what was reserved for the answer, so that it may fit without."""
    return refusal.status != TOO_MANY_REQUESTS and bool(_OF_ANSWER.search(refusal.message))
