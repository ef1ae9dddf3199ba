"""What an endpoint says when it refuses, whatever shape it says it in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hunkwise.adapters.openai_chat import limits

MAX_READ_CHARS = 2000
"""Characters of a server's message that are looked at."""

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
        return Refusal(status=status, message=_text(error), retry_after_s=limits.retry_after_s(headers))
    message = error.get("message") or error.get("detail") or error.get("error")
    return Refusal(
        status=status,
        code=_text(error.get("code")),
        type=_text(error.get("type")),
        param=_text(error.get("param")),
        message=_text(message),
        retry_after_s=limits.retry_after_s(headers),
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
