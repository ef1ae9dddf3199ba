"""hunkwise's requests and the loopback model's answers against OpenAI's published description."""

import contextlib
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import loopback_answers as answers
import loopback_streams as streams
import shared_data
from chat_builder import chat, request
from hunkwise.errors import ChatError
from loopback_answers import Answer
from loopback_model import LoopbackModel

DESCRIPTION = shared_data.FOLDER / "openapi" / "openai.json"
HOME = "urn:openai"

if not DESCRIPTION.is_file():
    pytest.skip(f"the published description {DESCRIPTION} is not here", allow_module_level=True)


def in_draft_2020(schema: Any) -> Any:
    """Return the description with OpenAPI 3.0's `nullable`, which it still holds, in JSON Schema's own words."""
    if isinstance(schema, list):
        return [in_draft_2020(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: in_draft_2020(each) for name, each in schema.items() if name != "nullable"}
    return {"anyOf": [kept, {"type": "null"}]} if schema.get("nullable") is True else kept


REGISTRY: Registry[Any] = Registry().with_resource(
    HOME, DRAFT202012.create_resource(in_draft_2020(json.loads(DESCRIPTION.read_text("utf-8"))))
)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{HOME}#/components/schemas/{name}"}, registry=REGISTRY)


REQUEST = validator("CreateChatCompletionRequest")
COMPLETION = validator("CreateChatCompletionResponse")
CHUNK = validator("CreateChatCompletionStreamResponse")
ERROR = validator("ErrorResponse")
MODELS = validator("ListModelsResponse")

DIALECTS = {
    "all": {},
    "no sampling": {
        "temperature": answers.unsupported_value("temperature", 0.2),
        "top_p": answers.unsupported_parameter("top_p"),
    },
    "JSON mode": {"response_format=json_schema": answers.error(400, "no support", param="response_format")},
    "prompt only": {"response_format": answers.error(400, "no support", param="response_format")},
    "no cache key": {"prompt_cache_key": answers.unrecognized("prompt_cache_key")},
    "no token counts": {"stream_options": answers.unsupported_parameter("stream_options")},
    "no stream": {
        "stream_options": answers.unsupported_parameter("stream_options"),
        "stream": answers.unsupported_value("stream", "true"),
    },
    "old limit": {"max_completion_tokens": answers.unrecognized("max_completion_tokens")},
    "no limit": {
        "max_completion_tokens": answers.unrecognized("max_completion_tokens"),
        "max_tokens": answers.unrecognized("max_tokens"),
    },
}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_request_and_answer_is_as_described(name: str) -> None:
    with LoopbackModel(refuses=DIALECTS[name]) as server, chat(server) as asked:
        asked.complete(request(cache_key="0123456789abcdef"))
        asked.complete(request("once more", cache_key="0123456789abcdef"))
    assert len(server.requests) == 2 + len(DIALECTS[name]) + (name == "prompt only")
    for sent in server.requests:
        REQUEST.validate(sent.body)
        judge(sent.answer)


def judge(answer: Answer) -> None:
    if streams.is_stream(answer):
        for chunk in streams.chunks_of(answer):
            CHUNK.validate(chunk)
        return
    (COMPLETION if answer.status == 200 else ERROR).validate(json.loads(answer.body))


@pytest.mark.parametrize(
    "answer",
    [
        answers.completion("{}"),
        answers.completion(None, refusal="no"),
        streams.of_chunks(streams.answer("{}")),
        streams.of_completion(answers.completion(None, refusal="no"), {"stream_options": {"include_usage": True}}),
        answers.completion("{", finish_reason="length"),
        answers.completion("{", finish_reason="content_filter"),
        answers.bad_key(),
        answers.forbidden(),
        answers.unknown_model("x"),
        answers.context_overflow(),
        answers.unsupported_value("temperature", 0.2),
        answers.unsupported_parameter("top_p"),
        answers.unrecognized("top_p"),
        answers.rate_limited("3"),
        answers.out_of_quota(),
        answers.broken_server(503),
    ],
    ids=lambda answer: str(answer.status),
)
def test_hand_written_answers_are_as_described(answer: Answer) -> None:
    judge(answer)


def test_the_server_answers_as_described_by_itself() -> None:
    with LoopbackModel(models=("m-1",), keys={"k": "mine"}) as server:
        for key, model in (("wrong", "m-1"), ("k", "m-2"), ("k", "m-1")):
            with chat(server, api_key=key, model=model) as asked, contextlib.suppress(ChatError):
                asked.complete(request())
    assert [sent.answer.status for sent in server.requests] == [401, 404, 200]
    for sent in server.requests:
        REQUEST.validate(sent.body)
        judge(sent.answer)
    MODELS.validate(json.loads(answers.models(("m-1",)).body))


def test_the_description_is_really_asked() -> None:
    assert not REQUEST.is_valid({"model": "m"})
    assert not REQUEST.is_valid({"model": "m", "messages": [{"role": "user", "content": "x"}], "top_p": 2})
    assert not COMPLETION.is_valid({"choices": []})
    assert not CHUNK.is_valid(streams.chunk("x") | {"object": "chat.completion"})
    assert not ERROR.is_valid({"error": {"message": "x"}})
