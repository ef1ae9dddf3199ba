"""The chat adapter against a server that others wrote: our own loopback model can't be wrong in the same way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import independent_model
from chat_builder import chat, request
from hunkwise.adapters.openai_chat import Azure
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.chat import RateLimits
from independent_model import KEY, IndependentModel

if independent_model.missing():
    pytest.skip(independent_model.missing(), allow_module_level=True)

TEXT = json.dumps(
    {"findings": [], "reviewed": ["0123456789abcdef"], "approved": True, "x": "漢字 🎉"}, ensure_ascii=False
)
FIXTURES: list[dict[str, Any]] = [
    {"match": {"userMessage": "say all", "responseFormat": "json_schema"}, "response": {"content": TEXT}},
    {"match": {"userMessage": "say it slowly"}, "response": {"content": TEXT}, "latency": 60},
    {"match": {"userMessage": "say too much"}, "response": {"content": '{"findings": [', "finishReason": "length"}},
    {"match": {"userMessage": "say a bad word"}, "response": {"content": '{"f', "finishReason": "content_filter"}},
    {"match": {"userMessage": "break off"}, "response": {"content": TEXT}, "latency": 60, "truncateAfterChunks": 3},
    {"match": {"userMessage": "hang up"}, "response": {"content": TEXT}, "latency": 200, "disconnectAfterMs": 500},
    {
        "match": {"userMessage": "too often"},
        "response": {"error": {"message": "Rate limited", "type": "rate_limit_error"}, "status": 429},
    },
    {
        "match": {"userMessage": "too long"},
        "response": {
            "error": {"message": "too long", "type": "x", "code": "context_length_exceeded"},
            "status": 400,
        },
    },
]
USED_UP = RateLimits(
    requests_limit=60,
    requests_left=0,
    requests_reset_s=1.0,
    tokens_limit=150_000,
    tokens_left=0,
    tokens_reset_s=360.0,
)


@pytest.fixture(scope="module")
def running() -> Iterator[IndependentModel]:
    with IndependentModel(FIXTURES) as server:
        yield server


@pytest.fixture
def server(running: IndependentModel) -> Iterator[IndependentModel]:
    yield running
    running.chaos(dropRate=0)


@pytest.mark.parametrize("at", ["openai", "azure by deployment"])
def test_an_answer_streams_with_its_counts(server: IndependentModel, at: str) -> None:
    base_url = server.base_url if at == "openai" else Azure(url=f"http://{server.host}", api_version="2024-10-21")
    heard: list[str] = []
    with chat(base_url=base_url, api_key=KEY) as asked:
        reply = asked.complete(request("say all", cache_key="k"), heard.append)
    assert reply.text == heard[-1] == TEXT
    assert reply.first_text_s is not None
    assert (reply.usage.prompt or 0) > 100
    assert (reply.usage.completion or 0) > 5


def test_an_answer_is_heard_before_it_is_whole(server: IndependentModel) -> None:
    heard: list[str] = []
    with chat(base_url=server.base_url, api_key=KEY) as asked:
        reply = asked.complete(request("say it slowly"), heard.append)
    assert len(heard) > 2
    assert reply.first_text_s is not None
    assert reply.first_text_s < reply.latency_s - 0.1


ENDS = {
    "say too much": (ChatFault.TRUNCATED, '{"findings": ['),
    "say a bad word": (ChatFault.CONTENT_FILTER, '{"f'),
    "break off": (ChatFault.CONNECTION, TEXT[:20]),
    "hang up": (ChatFault.CONNECTION, TEXT[:20]),
    "too often": (ChatFault.RATE_LIMIT, ""),
    "too long": (ChatFault.CONTEXT_OVERFLOW, ""),
    "what it does not know": (ChatFault.OVERLOAD, ""),
}


@pytest.mark.parametrize("said", ENDS)
def test_ends_of_all_kinds(server: IndependentModel, said: str) -> None:
    fault, text = ENDS[said]
    with chat(base_url=server.base_url, api_key=KEY) as asked, pytest.raises(ChatError) as caught:
        asked.complete(request(said))
    assert caught.value.fault is fault
    assert caught.value.text.startswith(text)
    if fault is ChatFault.RATE_LIMIT:
        assert (caught.value.retry_after_s, caught.value.limits) == (1.0, USED_UP)


CHAOS = {
    "dropRate": ChatFault.OVERLOAD,
    "malformedRate": ChatFault.MALFORMED,
    "disconnectRate": ChatFault.CONNECTION,
    "rateLimitRate": ChatFault.RATE_LIMIT,
}


@pytest.mark.parametrize("kind", CHAOS)
def test_chaos_is_named_and_passes(server: IndependentModel, kind: str) -> None:
    with chat(base_url=server.base_url, api_key=KEY) as asked:
        server.chaos(**{kind: 1})
        with pytest.raises(ChatError) as caught:
            asked.complete(request("say all"))
        assert caught.value.fault is CHAOS[kind]
        server.chaos(dropRate=0)
        assert asked.complete(request("say all")).text == TEXT


def test_another_key_is_refused(server: IndependentModel) -> None:
    with chat(base_url=server.base_url, api_key="sk-another-key") as asked, pytest.raises(ChatError) as caught:
        asked.complete(request("say all"))
    assert caught.value.fault is ChatFault.BAD_KEY
