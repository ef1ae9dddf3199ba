"""What an endpoint says when it refuses, whatever shape it says it in."""

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_READ_CHARS = 2000
"""Characters of a server's message that are looked at."""

MAX_RETRY_AFTER_S = 86_400.0
"""A day: what a server asks for beyond it is cut to it."""

_OVERFLOW = re.compile(
    r"context[_ ](?:length|window|size)|maximum context|prompt (?:is|was) too (?:long|large)|too many (?:input )?tokens"
    r"|input (?:is|was) too long|reduce the length|string too long"
    r"|exceeds? the (?:model's )?max(?:imum)? (?:input|prompt)|request too large",
    re.IGNORECASE,
)
"""How OpenAI, vLLM, llama.cpp, Ollama, LM Studio, Groq, Anthropic and Mistral say that a request is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error answer; texts are empty where it does not say. `retry_after_s` is in seconds."""

    status: int
    code: str = ""
    type: str = ""
    param: str = ""
    message: str = ""
    retry_after_s: float | None = None


def read(status: int, body: object, headers: Mapping[str, str]) -> Refusal:
    """Return the refusal in an error answer.

    `body` is JSON or plain text: `{"error": {...}}` (OpenAI), `{"error": "..."}` (LM Studio, Ollama),
    `{"message": ...}` (older vLLM), `{"detail": ...}` (FastAPI) or a proxy's page.
    """
    error = body
    if isinstance(body, Mapping):
        error = body.get("error") or body
    if not isinstance(error, Mapping):
        return Refusal(status=status, message=_text(error), retry_after_s=_retry_after_s(headers))
    message = error.get("message") or error.get("detail") or error.get("error")
    return Refusal(
        status=status,
        code=_text(error.get("code")),
        type=_text(error.get("type")),
        param=_text(error.get("param")),
        message=_text(message),
        retry_after_s=_retry_after_s(headers),
    )


def is_overflow(refusal: Refusal) -> bool:
    """Whether the request was longer than the model's context or the endpoint's limit for one request."""
    if refusal.code == "context_length_exceeded" or refusal.type == "exceed_context_size_error":
        return True
    return refusal.status in {400, 413, 422, 429, 500} and bool(_OVERFLOW.search(refusal.message))


def _text(value: Any) -> str:  # noqa: ANN401  # any JSON value
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:MAX_READ_CHARS]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None:
        return _bounded(seconds)
    try:
        return _bounded(email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError, OSError):
        return None


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)
