"""What the chat adapter learns from an endpoint's refusals, over real HTTP."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import loopback_answers as answers
from chat_builder import chat, fault_of, request
from hunkwise.adapters.openai_chat.dialect import Dialect, Limit, Shape
from hunkwise.adapters.openai_chat.lessons import Lessons, lesson
from hunkwise.adapters.openai_chat.refusal import Refusal, read
from hunkwise.adapters.openai_chat.strict_schema import reduced
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.errors import ChatFault
from loopback_answers import Answer
from loopback_model import LoopbackModel, reads_all


def forms(server: LoopbackModel) -> list[str]:
    return [body.get("response_format", {}).get("type", "none") for body in server.bodies]


SAMPLING = {
    "gpt-5": (answers.unsupported_value("temperature", 0.2), answers.unsupported_parameter("top_p")),
    "by message only": (
        answers.error(400, "`temperature` is deprecated for this model."),
        answers.error(400, "top_p is not supported"),
    ),
    "FastAPI": (answers.extra_forbidden("temperature"), answers.extra_forbidden("top_p")),
    "both at once": (
        answers.error(400, "`temperature` and `top_p` cannot both be specified for this model."),
        answers.error(400, "`temperature` and `top_p` cannot both be specified for this model."),
    ),
}


@pytest.mark.parametrize("name", SAMPLING)
def test_sampling_parameters_are_dropped_and_stay_dropped(name: str) -> None:
    temperature, top_p = SAMPLING[name]
    with LoopbackModel(refuses={"temperature": temperature, "top_p": top_p}) as server, chat(server) as asked:
        asked.complete(request())
        asked.complete(request())
    assert len(server.requests) == 4
    for body in server.bodies[2:]:
        assert "temperature" not in body
        assert "top_p" not in body
        assert body["max_completion_tokens"] == 8000
        assert body["response_format"]["type"] == "json_schema"


def test_a_model_that_takes_one_of_two_keeps_temperature() -> None:
    def script(body: dict[str, Any], index: int) -> Answer:
        if "top_p" in body and "temperature" in body:
            return answers.error(400, "`temperature` and `top_p` cannot both be specified for this model.")
        return reads_all(body, index)

    with LoopbackModel(script) as server, chat(server) as asked:
        asked.complete(request())
    assert [sorted({"temperature", "top_p"} & set(body)) for body in server.bodies] == [
        ["temperature", "top_p"],
        ["temperature"],
    ]


SCHEMA_REFUSALS = {
    "OpenAI, an older model": answers.error(
        400,
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        param="response_format",
    ),
    "by message": answers.error(400, "This model does not support response format `json_schema`."),
    "unavailable": answers.error(400, "This response_format type is unavailable now"),
    "a bare sentence": answers.of_json({"error": "'response_format.type' must be 'text'"}, 400),
    "llama.cpp": answers.of_json({"error": {"code": 400, "message": "Failed to parse grammar", "type": "x"}}, 400),
    "its kin, as 500": answers.of_json(
        {"error": {"code": 500, "message": 'response_format type must be one of "text", but got: x'}}, 500
    ),
    "FastAPI": answers.extra_forbidden("response_format"),
}


@pytest.mark.parametrize("name", SCHEMA_REFUSALS)
def test_structured_output_falls_back_by_steps(name: str) -> None:
    refusal = SCHEMA_REFUSALS[name]
    with LoopbackModel(refuses={"response_format=json_schema": refusal}) as server, chat(server) as asked:
        asked.complete(request())
        asked.complete(request())
    assert forms(server) == ["json_schema", "json_object", "json_object"]
    with LoopbackModel(refuses={"response_format": refusal}) as server, chat(server) as asked:
        asked.complete(request())
        asked.complete(request())
    assert forms(server) == ["json_schema", "json_object", "none", "none"]


@pytest.mark.parametrize("refusal", [answers.unrecognized, answers.unsupported_parameter, answers.extra_forbidden])
def test_the_limit_falls_back_to_its_older_name(refusal: Any) -> None:
    name = "max_completion_tokens"
    with LoopbackModel(refuses={name: refusal(name)}) as server, chat(server) as asked:
        asked.complete(request())
    assert [sorted(key for key in body if key.startswith("max")) for body in server.bodies] == [[name], ["max_tokens"]]


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 8000. This model supports at most 4096 completion tokens.",
        "This model's maximum context length is 8192 tokens. However, you requested 13000 (8000 in the completion).",
        "You passed 2000 input tokens and requested 8000 output tokens. However, the context length is only 8192.",
    ],
)
def test_a_limit_larger_than_the_model_is_left_out(message: str) -> None:
    with LoopbackModel(refuses={"max_completion_tokens": answers.error(400, message)}) as server, chat(server) as asked:
        asked.complete(request())
    assert [[key for key in body if key.startswith("max")] for body in server.bodies] == [["max_completion_tokens"], []]


def test_a_context_that_overflows_anyway_is_said() -> None:
    with LoopbackModel(lambda body, index: answers.context_overflow()) as server, chat(server) as asked:  # noqa: ARG005  # a script's arguments
        assert fault_of(asked).fault is ChatFault.CONTEXT_OVERFLOW
    assert len(server.requests) == 1


def test_a_server_that_refuses_everything_ends_the_learning() -> None:
    named = "temperature top_p response_format max_tokens stream_options 'stream' prompt_cache_key are not supported"
    with LoopbackModel(lambda body, index: answers.error(400, named)) as server, chat(server) as asked:  # noqa: ARG005  # a script's arguments
        assert fault_of(asked).fault is ChatFault.BAD_REQUEST
        assert len(server.requests) == 9
        assert fault_of(asked).fault is ChatFault.BAD_REQUEST
    assert len(server.requests) == 10
    assert set(server.bodies[-1]) == {"model", "messages"}


@pytest.mark.parametrize(
    "refusal",
    [
        answers.error(400, "Invalid 'messages[1].content': the text speaks of temperature", param="messages"),
        answers.error(400, "the temperature outside is 20 degrees"),
        answers.error(401, "temperature is not supported", code="invalid_api_key"),
        answers.error(429, "response_format is not supported so often", code="rate_limit_exceeded"),
    ],
)
def test_other_refusals_teach_nothing(refusal: Answer) -> None:
    with LoopbackModel(lambda body, index: refusal) as server, chat(server) as asked:  # noqa: ARG005  # a script's arguments
        fault_of(asked)
        fault_of(asked)
    assert [set(body) for body in server.bodies] == [set(server.bodies[0])] * 2
    assert len(server.bodies[0]) == 8


def test_threads_that_learn_at_once_learn_each_thing_once() -> None:
    refuses = {
        "temperature": answers.unsupported_value("temperature", 0.2).late(0.03),
        "top_p": answers.unsupported_parameter("top_p").late(0.03),
        "response_format=json_schema": answers.error(400, "json_schema is not supported").late(0.03),
    }
    with LoopbackModel(refuses=refuses) as server, chat(server) as asked:
        threads = [threading.Thread(target=asked.complete, args=(request(),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked.complete(request())
    assert len(server.requests) <= 8 * 4 + 1
    assert sum("temperature" not in body and "top_p" not in body for body in server.bodies) >= 9
    assert forms(server)[-1] == "json_object"
    assert "none" not in forms(server)


def test_the_same_model_under_another_key_knows_what_was_learnt() -> None:
    refuses = {"temperature": answers.unsupported_value("temperature", 0.2)}
    keys = {"key-one": "1", "key-two": "2"}
    with LoopbackModel(keys=keys, refuses=refuses) as server, chat(server, api_key="key-one") as first:
        second = first.with_key("key-two")
        first.complete(request())
        second.complete(request())
        second.close()
        first.complete(request())
    assert [(sent.key, "temperature" in sent.body) for sent in server.requests] == [
        ("1", True),
        ("1", False),
        ("2", False),
        ("1", False),
    ]


def test_lessons_of_a_race_are_put_together() -> None:
    lessons = Lessons(Dialect())
    lessons.learn(Dialect(shape=Shape.JSON_OBJECT))
    lessons.learn(Dialect(shape=Shape.JSON_OBJECT, left_out=frozenset({"top_p"})))
    left = lessons.learn(Dialect(limit=Limit.MAX_TOKENS))
    assert (
        left
        == lessons.dialect
        == Dialect(shape=Shape.JSON_OBJECT, left_out=frozenset({"top_p"}), limit=Limit.MAX_TOKENS)
    )


@given(st.sampled_from([400, 422, 429, 500]), st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_any_error_answer_can_be_read(status: int, body: Any) -> None:
    for shaped in (body, {"error": body}, {"error": {"message": body, "code": body, "param": body}}, {"detail": body}):
        refusal = read(status, shaped, {"retry-after": str(body)})
        assert isinstance(lesson(refusal, Dialect()), Dialect | None)


def test_a_huge_message_is_read_in_bounded_time() -> None:
    assert lesson(read(400, {"error": {"message": "model " * 200_000}}, {}), Dialect()) is None
    assert len(read(400, "x" * 1_000_000, {}).message) == 2000
    assert read(400, {}, {}) == Refusal(status=400)


def test_the_strict_schema_holds_shape_only_and_takes_every_answer_the_full_one_takes() -> None:
    full = PromptFiles().load("review", "1.0.0").schema
    strict = reduced(full)
    assert _keywords(strict) <= {"type", "enum", "properties", "required", "additionalProperties", "items", "title"}
    _closed(strict)
    finding: dict[str, Any] = dict.fromkeys(full["properties"]["findings"]["items"]["required"], "x")
    finding |= {"severity": "low", "category": "security", "line": 1, "confidence": 0.5, "replacement": None}
    answer = {"findings": [finding], "reviewed": ["1"], "approved": False}
    Draft202012Validator(full).validate(answer)
    Draft202012Validator(strict).validate(answer)


def test_properties_named_like_keywords_survive() -> None:
    schema = {
        "$schema": "x",
        "type": "object",
        "properties": {"minLength": {"type": "string", "minLength": 1}, "items": {"oneOf": [{"type": "null"}]}},
        "$defs": {"pattern": {"type": "object", "maxProperties": 2}},
    }
    assert reduced(schema) == {
        "type": "object",
        "properties": {"minLength": {"type": "string"}, "items": {"anyOf": [{"type": "null"}]}},
        "$defs": {"pattern": {"type": "object", "properties": {}, "required": [], "additionalProperties": False}},
        "required": ["minLength", "items"],
        "additionalProperties": False,
    }
    assert "$schema" in json.dumps(schema)


def _keywords(schema: dict[str, Any]) -> set[str]:
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return set(schema).union(*(_keywords(each) for each in inner))


def _closed(schema: dict[str, Any]) -> None:
    if schema.get("type") == "object":
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        for each in schema["properties"].values():
            _closed(each)
    if "items" in schema:
        _closed(schema["items"])
