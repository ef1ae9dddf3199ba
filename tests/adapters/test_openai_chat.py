"""The chat adapter over real HTTP: what it sends, and each way an answer can fail."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

import loopback_answers as answers
from chat_builder import KEY, MODEL, chat, fault_of, request
from hunkwise.errors import ChatError, ChatFault
from loopback_answers import Answer
from loopback_model import LoopbackModel


def says(answer: Answer) -> LoopbackModel:
    return LoopbackModel(lambda body, index: answer)  # noqa: ARG005  # a script's arguments


def test_an_answer_comes_whole_with_model_tokens_and_time() -> None:
    answer = answers.completion("{}", model="served-1", prompt=1200, cached=1024, output=7).late(0.05)
    with says(answer) as server, chat(server) as asked:
        reply = asked.complete(request())
    assert asked.name == MODEL
    assert (reply.text, reply.model) == ("{}", "served-1")
    assert (reply.usage.prompt, reply.usage.cached_prompt, reply.usage.completion) == (1200, 1024, 7)
    assert 0.05 <= reply.latency_s < 5


def test_tokens_nobody_counted_are_unknown() -> None:
    body = {"choices": [{"finish_reason": "stop", "message": {"content": "{}"}}], "usage": {"prompt_tokens": -1}}
    with says(answers.of_json(body)) as server, chat(server) as asked:
        reply = asked.complete(request())
    assert (reply.model, reply.usage.prompt, reply.usage.cached_prompt, reply.usage.completion) == (
        MODEL,
        None,
        None,
        None,
    )


def test_the_request_carries_messages_schema_and_parameters() -> None:
    with LoopbackModel(keys={KEY: "mine"}) as server, chat(server, api_key=SecretStr(KEY)) as asked:
        asked.complete(request("look at this: 漢 \ud800"))
    [sent] = server.requests
    assert (sent.method, sent.path, sent.key) == ("POST", "/v1/chat/completions", "mine")
    assert [each["role"] for each in sent.body["messages"]] == ["system", "user"]
    assert sent.body["messages"][1]["content"] == "look at this: 漢 ?"
    assert (sent.body["temperature"], sent.body["top_p"], sent.body["max_completion_tokens"]) == (0.2, 0.1, 8000)
    assert sent.body["response_format"]["type"] == "json_schema"
    assert sent.body["response_format"]["json_schema"]["strict"] is True
    assert (sent.body["stream"], sent.body["stream_options"]) == (True, {"include_usage": True})
    assert not {"prompt_cache_key", "presence_penalty", "frequency_penalty", "reasoning_effort"} & set(sent.body)


def test_a_server_without_keys_gets_a_placeholder() -> None:
    with LoopbackModel(keys={"none": "placeholder"}) as server, chat(server, api_key=None) as asked:
        asked.complete(request())
    assert [sent.key for sent in server.requests] == ["placeholder"]


def test_threads_share_connections() -> None:
    with LoopbackModel() as server, chat(server) as asked:
        for _ in range(3):
            for thread in (threads := [threading.Thread(target=asked.complete, args=(request(),)) for _ in range(4)]):
                thread.start()
            for thread in threads:
                thread.join()
    assert len(server.requests) == 12
    assert len({sent.connection for sent in server.requests}) <= 4


REFUSALS = {
    "bad key": (answers.bad_key(KEY), ChatFault.BAD_KEY, "refuses the API key"),
    "key of another country": (answers.forbidden(), ChatFault.BAD_KEY, "403"),
    "echoed key": (answers.error(403, f"no access for {KEY}"), ChatFault.BAD_KEY, "no access for [key]"),
    "unknown model": (answers.unknown_model(MODEL), ChatFault.UNKNOWN_MODEL, f"has no model {MODEL}"),
    "unknown model, Ollama": (
        answers.of_json({"error": {"message": f'model "{MODEL}" not found, try pulling it first'}}, 404),
        ChatFault.UNKNOWN_MODEL,
        "try pulling it",
    ),
    "unknown model, OpenRouter": (
        answers.error(400, f"{MODEL} is not a valid model ID"),
        ChatFault.UNKNOWN_MODEL,
        "has no model",
    ),
    "no access to the model": (
        answers.error(403, "Project `p` does not have access to model `m`", code="model_not_found"),
        ChatFault.UNKNOWN_MODEL,
        "has no model",
    ),
    "no such path": (answers.page(404, "404 page not found"), ChatFault.UNKNOWN_MODEL, "no chat completions"),
    "context": (answers.context_overflow(), ChatFault.CONTEXT_OVERFLOW, "too long"),
    "context, llama.cpp": (
        answers.of_json(
            {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "x"}}, 400
        ),
        ChatFault.CONTEXT_OVERFLOW,
        "too long",
    ),
    "context, vLLM": (
        answers.of_json({"object": "error", "message": "This model's maximum context length is 8 tokens."}, 400),
        ChatFault.CONTEXT_OVERFLOW,
        "too long",
    ),
    "body too large": (answers.page(413, "too large"), ChatFault.CONTEXT_OVERFLOW, "too long"),
    "larger than a minute's tokens": (
        answers.error(429, "Request too large for m on tokens per min (TPM): Limit 1, Requested 2"),
        ChatFault.CONTEXT_OVERFLOW,
        "too long",
    ),
    "rate limit": (answers.rate_limited(), ChatFault.RATE_LIMIT, "limits the rate"),
    "rate limit called quota": (
        answers.error(429, "You exceeded your current quota. Please retry in 36.5s."),
        ChatFault.RATE_LIMIT,
        "limits the rate",
    ),
    "quota": (answers.out_of_quota(), ChatFault.QUOTA, "quota"),
    "quota in words": (answers.error(429, "You exceeded your current quota"), ChatFault.QUOTA, "quota"),
    "balance": (answers.error(402, "Insufficient Balance"), ChatFault.QUOTA, "quota"),
    "content policy": (answers.error(400, "flagged", code="content_filter"), ChatFault.CONTENT_FILTER, "flagged"),
    "bad request": (answers.error(400, "no such thing", param="messages"), ChatFault.BAD_REQUEST, "no such thing"),
    "bad request, LM Studio": (answers.of_json({"error": "nope"}, 400), ChatFault.BAD_REQUEST, "nope"),
    "not a server for posts": (answers.page(501, "x"), ChatFault.BAD_REQUEST, "501"),
    "500": (answers.broken_server(), ChatFault.OVERLOAD, "500"),
    "502 with a page": (answers.page(502, "Bad Gateway"), ChatFault.OVERLOAD, "502"),
    "503": (answers.broken_server(503), ChatFault.OVERLOAD, "503"),
    "504": (answers.page(504, "late"), ChatFault.TIMEOUT, "504"),
    "529": (answers.broken_server(529), ChatFault.OVERLOAD, "529"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_named(name: str) -> None:
    answer, fault, words = REFUSALS[name]
    with says(answer) as server, chat(server) as asked:
        error = fault_of(asked)
    assert error.fault is fault
    assert words in error.message
    _one_line_without_key(error)
    assert len(server.requests) == 1


def test_a_key_of_any_shape_is_never_repeated() -> None:
    key = "0123456789abcdef0123456789abcdef"
    with says(answers.error(400, f"bad header: Bearer {key}!")) as server, chat(server, api_key=key) as asked:
        error = fault_of(asked)
    assert error.message == f"{server.host} refuses the request (400): bad header: Bearer [key]!"


def test_a_stand_in_for_a_key_leaves_messages_as_they_are() -> None:
    with says(answers.error(400, "none of it is right")) as server, chat(server, api_key=None) as asked:
        assert fault_of(asked).message.endswith("none of it is right")


BROKEN = {
    "cut at the limit": (answers.completion("{", finish_reason="length"), ChatFault.TRUNCATED),
    "filtered": (answers.completion("{", finish_reason="content_filter"), ChatFault.CONTENT_FILTER),
    "refusal": (answers.completion(None, refusal="I can't help with that."), ChatFault.REFUSAL),
    "no finish reason": (answers.completion("{}", finish_reason=None), ChatFault.MALFORMED),
    "tool calls": (answers.completion("{}", finish_reason="tool_calls"), ChatFault.MALFORMED),
    "null content": (answers.completion(None), ChatFault.MALFORMED),
    "empty content": (answers.completion(" \n"), ChatFault.MALFORMED),
    "no choices": (answers.of_json({"choices": []}), ChatFault.MALFORMED),
    "choices of another kind": (answers.of_json({"choices": ["x"]}), ChatFault.MALFORMED),
    "no message": (answers.of_json({"choices": [{"finish_reason": "stop"}]}), ChatFault.MALFORMED),
    "a list": (answers.of_json([1]), ChatFault.MALFORMED),
    "half a JSON": (answers.raw(b'{"choices": ['), ChatFault.MALFORMED),
    "nothing": (answers.raw(b""), ChatFault.MALFORMED),
    "not UTF-8": (answers.raw(b'{"choices": "\xff\xfe"}'), ChatFault.MALFORMED),
    "garbage": (answers.raw(b"x" * 100_000), ChatFault.MALFORMED),
    "nested": (answers.raw(b"[" * 100_000), ChatFault.MALFORMED),
    "a page": (answers.page(200, "Welcome"), ChatFault.MALFORMED),
    "an error that calls itself success": (
        answers.of_json({"error": {"code": 429, "message": "slow down"}}),
        ChatFault.RATE_LIMIT,
    ),
    "endless": (answers.raw(b"x" * 17_000_000), ChatFault.MALFORMED),
    "reset": (answers.RESET, ChatFault.CONNECTION),
    "cut off": (answers.completion("{}").ends("cut"), ChatFault.CONNECTION),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_named(name: str) -> None:
    answer, fault = BROKEN[name]
    with says(answer) as server, chat(server) as asked:
        error = fault_of(asked)
    assert error.fault is fault
    _one_line_without_key(error)


def _one_line_without_key(error: ChatError) -> None:
    for text in (error.message, error.hint):
        assert text.isprintable()
        assert KEY not in text
        assert "<html" not in text
    assert KEY not in repr(error.__cause__)


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("retry-after", "3", 3.0),
        ("retry-after", "1.5", 1.5),
        ("retry-after-ms", "250", 0.25),
        ("retry-after", "-3", 0.0),
        ("retry-after", "inf", 86_400.0),
        ("retry-after", "nan", None),
        ("retry-after", "soon", None),
    ],
)
def test_the_wait_a_server_asks_for(header: str, value: str, seconds: float | None) -> None:
    with says(answers.rate_limited(value, header)) as server, chat(server) as asked:
        assert fault_of(asked).retry_after_s == seconds


def test_the_wait_until_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    with says(answers.rate_limited(date)) as server, chat(server) as asked:
        waiting = fault_of(asked).retry_after_s
    assert waiting is not None
    assert 50 < waiting <= 60
