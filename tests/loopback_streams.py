"""Completions as streams of events, as OpenAI sends them: what the loopback model answers when asked to stream."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loopback_answers import Answer

PIECE_CHARS = 12
"""Characters of one chunk's text."""

HEADERS = (("Content-Type", "text/event-stream; charset=utf-8"),)
DONE = "[DONE]"


def of_chunks(chunks: Sequence[Any], *, end: str = "\n", headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """Return a stream of `chunks`: each JSON, or a text as it is."""
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in chunks]
    return of_lines([f"data: {text}{end}" for text in texts], end=end, headers=headers)


def of_lines(lines: Sequence[str], *, end: str = "\n", headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """Return a stream of lines as they are."""
    return Answer(body="".join(f"{line}{end}" for line in lines).encode(), headers=(*HEADERS, *headers))


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return one chunk; `delta`: more of its message, as role or refusal."""
    said = {**({} if text is None else {"content": text}), **delta}
    return _chunk([{"index": 0, "delta": said, "logprobs": None, "finish_reason": finish}])


def usage(prompt: int = 100, output: int = 10, cached: int = 0) -> dict[str, Any]:
    """Return the chunk that ends a stream with token counts."""
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    return _chunk([], usage=counts)


def error(message: str, code: object = None, kind: str = "server_error") -> dict[str, Any]:
    """Return an error that comes amid a stream."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def pieces(text: str, size: int = PIECE_CHARS) -> list[dict[str, Any]]:
    """Return the chunks of a text."""
    return [chunk(text[start : start + size]) for start in range(0, len(text), size)]


def answer(text: str, size: int = PIECE_CHARS) -> list[Any]:
    """Return the chunks of a whole answer, the last one included."""
    return [chunk("", role="assistant"), *pieces(text, size), chunk(finish="stop"), usage(), DONE]


def of_completion(given: Answer, body: Mapping[str, Any]) -> Answer:
    """Return `given` as the stream that `body` asks for; anything but a sound completion stays as it is."""
    completion = _completion(given)
    if completion is None:
        return given
    has_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    lines = [f"data: {json.dumps(each)}\n" for each in _chunks(completion, has_usage=has_usage)]
    own = [(name, value) for name, value in given.headers if name.lower() != "content-type"]
    made = of_lines([*lines, f"data: {DONE}\n"], headers=own)
    return Answer(body=made.body, headers=made.headers, delay_s=given.delay_s, ending=given.ending, pace_s=given.pace_s)


def chunks_of(given: Answer) -> list[dict[str, Any]]:
    """Return the chunks in a stream's body."""
    data = [line[6:] for line in given.body.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != DONE]


def is_stream(given: Answer) -> bool:
    return any(value.startswith("text/event-stream") for name, value in given.headers if name.lower() == "content-type")


def _completion(given: Answer) -> dict[str, Any] | None:
    try:
        completion = json.loads(given.body)
        message = completion["choices"][0]["message"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return completion if given.status == 200 and isinstance(message, dict) else None


def _chunks(completion: Mapping[str, Any], *, has_usage: bool) -> Iterator[dict[str, Any]]:
    named = {"id": completion.get("id", "x"), "model": completion.get("model")} if "model" in completion else {}
    none = {"usage": None} if has_usage else {}
    [choice, *_] = completion["choices"]
    text, refusal = choice["message"].get("content"), choice["message"].get("refusal")
    yield chunk("", role="assistant", refusal=None) | named | none
    for each in pieces(text or ""):
        yield each | named | none
    if refusal is not None:
        yield chunk(refusal=refusal) | named | none
    yield chunk(finish=choice.get("finish_reason")) | named | none
    if has_usage and "usage" in completion:
        yield _chunk([], usage=completion["usage"]) | named


def _chunk(choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    named = {"id": "chatcmpl-loopback", "object": "chat.completion.chunk", "created": 1_764_000_000}
    return {**named, "model": "loopback-1", "choices": choices, **more}
