"""Read a completion: whole, or the fault that it is not."""

import json
from collections.abc import Mapping
from typing import Any

from hunkwise.adapters.openai_chat import faults, refusal
from hunkwise.adapters.openai_chat.endpoint import Endpoint
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.chat import ChatReply, TokenUsage

MAX_MODEL_CHARS = 200
"""Characters of a model's name that are kept."""

ENDS = frozenset({"stop", "eos", "eos_token", "stop_sequence", "end_turn"})
"""Finish reasons of a whole answer: OpenAI's, and those of compatible servers."""

CUTS = frozenset({"length", "max_tokens", "model_length"})
"""Finish reasons of an answer that was cut."""


def read(content: bytes, asked: Endpoint) -> ChatReply:
    """Return the reply in a body that came in one piece; raises ChatError."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise faults.of_malformed(f"{asked.host} answers with something that is not JSON", asked) from error
    if not isinstance(body, Mapping):
        raise faults.of_malformed(f"{asked.host} answers with something that is no completion", asked)
    if body.get("error"):
        raise faults.of_refusal(refusal.read(status(body), body, {}), asked)
    return of_completion(body, asked)


def of_completion(body: Mapping[str, Any], asked: Endpoint) -> ChatReply:
    """Return the reply in a completion, its time not yet measured; raises ChatError."""
    return ChatReply(
        text=_text(_first_choice(body, asked), asked),
        model=_model(body.get("model"), asked),
        usage=_usage(body.get("usage")),
        latency_s=0.0,
    )


def status(body: Mapping[str, Any]) -> int:
    """Return the status that an error inside a successful answer names (OpenRouter), else that of a broken server."""
    error = body.get("error") or body
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def _first_choice(body: Mapping[str, Any], asked: Endpoint) -> Mapping[str, Any]:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise faults.of_malformed(f"{asked.model} gave an answer without a choice", asked)
    return choices[0]


def _text(choice: Mapping[str, Any], asked: Endpoint) -> str:
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise faults.of_malformed(f"{asked.model} gave an answer without a message", asked)
    if isinstance(message.get("refusal"), str) and message["refusal"].strip():
        raise ChatError(ChatFault.REFUSAL, f"{asked.model} refuses: {asked.quoted(message['refusal'])}")
    content = message.get("content")
    text = content.encode("utf-8", "replace").decode("utf-8") if isinstance(content, str) else ""
    _require_end(choice.get("finish_reason"), text, asked)
    if not text.strip():
        raise faults.of_malformed(f"{asked.model} gave an empty answer", asked)
    return text


def _require_end(reason: object, text: str, asked: Endpoint) -> None:
    """Raise unless the answer is whole: a connection that closes early says nothing else."""
    named = reason.lower() if isinstance(reason, str) else ""
    if named in ENDS:
        return
    if named in CUTS:
        message = f"the answer of {asked.model} was cut at its token limit"
        raise ChatError(ChatFault.TRUNCATED, message, text=text)
    if named == "content_filter":
        message = f"the content filter of {asked.host} cut the answer of {asked.model}"
        raise ChatError(ChatFault.CONTENT_FILTER, message, text=text)
    shown = f"the finish reason {asked.quoted(named)!r}" if named else "no finish reason"
    raise faults.of_malformed(f"the answer of {asked.model} has {shown}", asked)


def _model(name: object, asked: Endpoint) -> str:
    """Return the name of the model that answered: servers may serve another than was asked."""
    line = asked.quoted(name)[:MAX_MODEL_CHARS] if isinstance(name, str) else ""
    return line or asked.model


def _usage(usage: object) -> TokenUsage:
    counts = usage if isinstance(usage, Mapping) else {}
    details = counts.get("prompt_tokens_details")
    return TokenUsage(
        prompt=_count(counts.get("prompt_tokens")),
        cached_prompt=_count(details.get("cached_tokens")) if isinstance(details, Mapping) else None,
        completion=_count(counts.get("completion_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
