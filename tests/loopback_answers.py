"""What the loopback model can answer, as values. All texts are written by hand, after what real servers say.

Sources: OpenAI's published description and error guide; the issue threads of vLLM, llama.cpp, Ollama and LM Studio.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Ending = Literal["whole", "cut", "reset", "hang", "drip", "stall", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, and how it ends.

    cut: half of the body, then closed. reset: the connection is reset before any byte. hang: nothing, until the server
    stops. drip: a byte every 20 ms. stall: half of the body, then nothing. open: all of the body, and no end.
    `delay_s` passes before the first byte, `pace_s` after each event of a stream.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    delay_s: float = 0.0
    pace_s: float = 0.0
    ending: Ending = "whole"

    def late(self, delay_s: float) -> "Answer":
        return replace(self, delay_s=delay_s)

    def paced(self, pace_s: float) -> "Answer":
        return replace(self, pace_s=pace_s)

    def ends(self, ending: Ending) -> "Answer":
        return replace(self, ending=ending)


HANG = Answer(body=b"", ending="hang")
RESET = Answer(body=b"", ending="reset")


def of_json(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    named = {"Content-Type": "application/json", **(headers or {})}
    return Answer(body=json.dumps(payload).encode(), status=status, headers=tuple(named.items()))


def completion(text: str | None, *, model: str = "loopback-1", **changes: Any) -> Answer:
    """Return a completion; `changes`: finish_reason, refusal, prompt, cached, output (tokens)."""
    prompt, output = changes.get("prompt", 100), changes.get("output", 10)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text,
        "refusal": changes.get("refusal"),
        "annotations": [],
    }
    return of_json(
        {
            "id": "chatcmpl-loopback",
            "object": "chat.completion",
            "created": 1_764_000_000,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "logprobs": None,
                    "finish_reason": changes.get("finish_reason", "stop"),
                }
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": output,
                "total_tokens": prompt + output,
                "prompt_tokens_details": {"cached_tokens": changes.get("cached", 0), "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
            },
        }
    )


def embeddings(rows: Sequence[Sequence[float]], *, model: str = "loopback-1", tokens: int = 7) -> Answer:
    data = [{"object": "embedding", "index": place, "embedding": list(row)} for place, row in enumerate(rows)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return of_json({"object": "list", "data": data, "model": model, "usage": usage})


def error(status: int, message: str, **changes: Any) -> Answer:
    """Return an error as OpenAI words it; `changes`: code, param, type, headers."""
    body = {
        "message": message,
        "type": changes.get("type", "invalid_request_error"),
        "param": changes.get("param"),
        "code": changes.get("code"),
    }
    return of_json({"error": body}, status, changes.get("headers"))


def bad_key(shown: str = "sk-loo**back") -> Answer:
    return error(401, f"Incorrect API key provided: {shown}. You can find your API key at …", code="invalid_api_key")


def forbidden() -> Answer:
    return error(403, "Country, region, or territory not supported", code="unsupported_country_region_territory")


def unknown_model(name: str) -> Answer:
    return error(404, f"The model `{name}` does not exist or you do not have access to it.", code="model_not_found")


def context_overflow() -> Answer:
    return error(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. "
        "Please reduce the length of the messages.",
        param="messages",
        code="context_length_exceeded",
    )


def unsupported_value(param: str, value: Any) -> Answer:
    message = f"Unsupported value: '{param}' does not support {value} with this model. Only the default (1) value is"
    message += " supported."
    return error(400, message, param=param, code="unsupported_value")


def unsupported_parameter(param: str) -> Answer:
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return error(400, message, param=param, code="unsupported_parameter")


def unrecognized(param: str) -> Answer:
    """The wording of OpenAI's older API and its copies: no code, no param."""
    return error(400, f"Unrecognized request argument supplied: {param}")


def extra_forbidden(param: str) -> Answer:
    """FastAPI's and pydantic's wording: 422, a list of places."""
    return of_json(
        {"detail": [{"type": "extra_forbidden", "loc": ["body", param], "msg": "Extra inputs are not permitted"}]}, 422
    )


def rate_limited(retry_after: str | None = None, header: str = "retry-after") -> Answer:
    return error(
        429,
        "Rate limit reached for loopback-1 on tokens per min (TPM): Limit 30000, Used 29900, Requested 400.",
        type="tokens",
        code="rate_limit_exceeded",
        headers={header: retry_after} if retry_after is not None else {},
    )


def out_of_quota() -> Answer:
    message = "You exceeded your current quota, please check your plan and billing details."
    return error(429, message, type="insufficient_quota", code="insufficient_quota")


def broken_server(status: int = 500) -> Answer:
    return error(status, "The server had an error while processing your request.", type="server_error")


def page(status: int, text: str) -> Answer:
    """Return a proxy's page."""
    return Answer(
        body=f"<html><h1>{text}</h1></html>".encode(), status=status, headers=(("Content-Type", "text/html"),)
    )


def redirect(location: str, status: int = 307) -> Answer:
    return Answer(body=b"", status=status, headers=(("Location", location),))


def raw(body: bytes) -> Answer:
    """Return a body as it is, called JSON."""
    return Answer(body=body)


def models(names: tuple[str, ...]) -> Answer:
    listed = [{"id": name, "object": "model", "created": 1_764_000_000, "owned_by": "loopback"} for name in names]
    return of_json({"object": "list", "data": listed})
