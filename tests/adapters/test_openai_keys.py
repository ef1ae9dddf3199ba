"""Keys of the chat adapter over real HTTP: taken at each request, and never shown."""

import logging
import threading
from collections.abc import Iterator
from itertools import cycle

import pytest
from pydantic import SecretStr

import loopback_answers as answers
from chat_builder import MODEL, chat, fault_of, request
from hunkwise.adapters.openai_chat import Azure, OpenAIChat, endpoint
from hunkwise.errors import ChatError, ChatFault
from loopback_answers import Answer
from loopback_model import LoopbackModel, reads_all

FIRST, SECOND = "first-0123456789abcdef", "second-0123456789abcdef"
KEYS = {FIRST: "first", SECOND: "second"}


def test_each_request_asks_for_its_key() -> None:
    keys = cycle([SecretStr(FIRST), SecretStr(SECOND)])
    with LoopbackModel(keys=KEYS) as server, chat(server, api_key=lambda: next(keys)) as asked:
        for _ in range(4):
            asked.complete(request())
    assert [sent.key for sent in server.requests] == ["first", "second", "first", "second"]
    assert len({sent.connection for sent in server.requests}) == 1


def test_a_lesson_is_learnt_with_the_same_key() -> None:
    keys = cycle([FIRST, SECOND])
    refuses = {"temperature": answers.unsupported_value("temperature", 0.2)}
    with LoopbackModel(keys=KEYS, refuses=refuses) as server, chat(server, api_key=lambda: next(keys)) as asked:
        asked.complete(request())
        asked.complete(request())
    assert [sent.key for sent in server.requests] == ["first", "first", "second"]


@pytest.mark.parametrize("azure", [None, "2024-10-21"])
def test_requests_under_way_at_once_keep_their_own_keys(azure: str | None) -> None:
    mine = threading.local()

    def key() -> str:
        assert isinstance(mine.key, str)
        return mine.key

    def ask(asked: OpenAIChat, own: str) -> None:
        mine.key = own
        for _ in range(5):
            asked.complete(request(own))

    def script(body: dict[str, object], index: int) -> Answer:
        return reads_all(body, index).late(0.01)

    with LoopbackModel(script, keys=KEYS) as server:
        at = Azure(url=f"http://{server.host}", api_version=azure) if azure else server.base_url
        with chat(server, api_key=key, base_url=at) as asked:
            threads = [threading.Thread(target=ask, args=(asked, own)) for own in (FIRST, SECOND) * 4]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert len(server.requests) == 40
    assert all(KEYS[sent.body["messages"][1]["content"]] == sent.key for sent in server.requests)


def test_what_the_source_of_keys_raises_ends_the_request() -> None:
    def none_left() -> str:
        raise ChatError(ChatFault.QUOTA, "all keys are used up")

    with LoopbackModel() as server, chat(server, api_key=none_left) as asked:
        assert fault_of(asked).message == "all keys are used up"
    assert server.requests == []


def test_a_key_that_no_header_can_carry_is_a_bad_key() -> None:
    with LoopbackModel() as server, chat(server, api_key=lambda: "sk-a\nb") as asked:
        error = fault_of(asked)
    assert (error.fault, server.requests) == (ChatFault.BAD_KEY, [])
    assert "sk-a" not in f"{error.message}{error.hint}"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_no_key_is_shown_anywhere(logged: pytest.LogCaptureFixture) -> None:
    keys = cycle([FIRST, SECOND])

    def echoes(body: dict[str, object], index: int) -> Answer:
        del body
        return answers.error(403, f"no access for {FIRST if index % 2 == 0 else SECOND}, key {index}")

    with LoopbackModel(echoes) as server, chat(server, api_key=lambda: next(keys)) as asked:
        errors = [fault_of(asked) for _ in range(2)]
        shown = repr(asked) + repr(vars(asked))
    made = endpoint.keyed(endpoint.endpoint(model=MODEL, at=None), FIRST)
    assert made.key == FIRST
    texts = [shown, repr(made), logged.text, *(f"{e!r} {e.message} {e.hint} {e.__cause__!r}" for e in errors)]
    assert not [text for text in texts if FIRST in text or SECOND in text]
    assert [error.message.endswith(f"no access for [key], key {n}") for n, error in enumerate(errors)] == [True, True]
    for fixed in (FIRST, SecretStr(FIRST)):
        asked = OpenAIChat(model=MODEL, api_key=fixed, base_url=None, timeout_s=1)
        assert FIRST not in repr(asked) + repr(vars(asked))
