"""Vectors of an endpoint, over loopback."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import loopback_answers as answers
from embedder_contract import EmbedderContract, redacted
from hunkwise.adapters.openai_chat import Azure, OpenAIEmbedder
from hunkwise.adapters.openai_chat.embeddings import BATCH, MAX_CHARS
from hunkwise.core import vectors
from hunkwise.errors import ChatError, ChatFault
from loopback_answers import Answer
from loopback_model import LoopbackModel

KEY = "sk-loopback-embeddings-0123"


def embedder(server: LoopbackModel, **changes: Any) -> OpenAIEmbedder:
    given = {"api_key": KEY, "base_url": server.base_url, "timeout_s": 10.0, **changes}
    return OpenAIEmbedder(**given)


class TestOpenAI(EmbedderContract):
    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        self.made: list[OpenAIEmbedder] = []
        with LoopbackModel() as self.server:
            yield
            for each in self.made:
                each.close()

    def make(self) -> OpenAIEmbedder:
        self.made.append(embedder(self.server))
        return self.made[-1]


def fault(script: Answer, **changes: Any) -> ChatError:
    with LoopbackModel(embed=lambda _body, _index: script) as server:
        asking = embedder(server, **changes)
        with pytest.raises(ChatError) as raised:
            asking.embed(redacted("one", "two"))
        asking.close()
    assert KEY not in raised.value.message
    return raised.value


def test_texts_go_in_batches_and_what_they_took_is_counted() -> None:
    with LoopbackModel(keys={KEY: "own"}) as server:
        asking = embedder(server)
        asking.embed(redacted(*(f"text {number}" for number in range(2 * BATCH + 1)), "x" * 20_000, ""))
        assert [len(each["input"]) for each in server.bodies] == [BATCH, BATCH, 3]
        assert [len(each) for each in server.bodies[2]["input"]] == [7, MAX_CHARS, 1]
        assert {each["model"] for each in server.bodies} == {"text-embedding-3-small"}
        assert asking.tokens == 21
        asking.close()


def test_an_azure_deployment_is_asked_at_its_own_place() -> None:
    with LoopbackModel() as server:
        at = Azure(url=f"http://{server.host}", api_version="2024-10-21")
        asking = embedder(server, base_url=at, model="small")
        asking.embed(redacted("one"))
        assert [each.path for each in server.requests] == [
            "/openai/deployments/small/embeddings?api-version=2024-10-21"
        ]
        asking.close()


def test_rows_are_told_apart_by_their_index() -> None:
    rows = [[3.0, 4.0], [1.0, 0.0]]
    data = [{"index": place, "embedding": row} for place, row in enumerate(rows)]
    with LoopbackModel(embed=lambda _body, _index: answers.of_json({"data": data[::-1]})) as server:
        asking = embedder(server)
        assert [each.values for each in asking.embed(redacted("one", "two"))] == [vectors.unit(row) for row in rows]
        assert asking.tokens == 0
        asking.close()


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {"data": [1, 2]},
        {"data": [{"index": 0, "embedding": [1.0]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": []}]},
        {"data": [{"embedding": [1.0]}, {"embedding": ["x"]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": [float("nan")]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": [10**400]}]},
        {"data": [{"embedding": [1.0]}, {"embedding": "AACAPw=="}]},
        {"data": [{"embedding": [1.0] * 8_193}, {"embedding": [1.0] * 8_193}]},
    ],
)
def test_what_is_no_list_of_vectors_is_a_fault(payload: Any) -> None:
    assert fault(answers.of_json(payload)).fault is ChatFault.MALFORMED


def test_each_fault_has_its_name() -> None:
    assert fault(answers.raw(b"no json")).fault is ChatFault.MALFORMED
    assert fault(answers.bad_key()).fault is ChatFault.BAD_KEY
    assert fault(answers.out_of_quota()).fault is ChatFault.QUOTA
    assert fault(answers.rate_limited("3")).retry_after_s == 3
    assert fault(answers.unknown_model("text-embedding-3-small")).fault is ChatFault.UNKNOWN_MODEL
    assert fault(answers.broken_server()).fault is ChatFault.OVERLOAD
    assert fault(answers.redirect("https://elsewhere.example.com")).fault is ChatFault.BAD_REQUEST
    assert fault(answers.RESET).fault is ChatFault.CONNECTION
    assert fault(answers.HANG, timeout_s=0.3).fault is ChatFault.TIMEOUT


def test_closing_ends_what_is_under_way_and_refuses_what_comes_later() -> None:
    with LoopbackModel(embed=lambda _body, _index: answers.HANG) as server:
        asking = embedder(server, timeout_s=60.0)
        said: list[ChatError] = []

        def ask() -> None:
            with pytest.raises(ChatError) as raised:
                asking.embed(redacted("one"))
            said.append(raised.value)

        thread = threading.Thread(target=ask)
        thread.start()
        while not server.requests:
            time.sleep(0.01)
        started = time.monotonic()
        asking.close()
        thread.join(10)
        ask()
        assert time.monotonic() - started < 5
        assert [each.fault for each in said] == [ChatFault.CANCELLED] * 2
