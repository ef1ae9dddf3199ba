"""Every fault, at the first request, amid the run, and at all requests: what becomes of a review of six files.

Real HTTP on loopback. The table in docs/faults.md is what happened here: HUNKWISE_WRITE_DOCS=1 writes it anew.
"""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import fakes
import fault_table
import gateway_stage as stage
import loopback_answers as answers
from fault_table import FILES, PASSES, PLACES, become
from hunkwise.errors import ConfigurationError
from hunkwise.ports import ChatModel
from loopback_answers import Answer
from loopback_model import LoopbackModel, hunk_ids

pytestmark = pytest.mark.alone

TIMEOUT_S = 0.6
"""Seconds one request may take here."""

Faulty = Callable[[dict[str, Any]], Answer]


def same(answer: Answer) -> Faulty:
    return lambda _: answer


def says(text: str | None, **changes: Any) -> Faulty:
    return lambda body: answers.completion(text, model=str(body["model"]), **changes)


def sound(body: dict[str, Any], **changes: Any) -> str:
    return json.dumps({"findings": [], "reviewed": hunk_ids(body), "approved": True, **changes})


GARBAGE = "".join(chr(33 + (index * index * 7 + index // 3) % 90) for index in range(100_000))

FAULTS: dict[str, Faulty] = {
    "429 with Retry-After": same(answers.rate_limited("2")),
    "429 without Retry-After": same(answers.rate_limited()),
    "500": same(answers.broken_server(500)),
    "502": same(answers.page(502, "Bad Gateway")),
    "503": same(answers.broken_server(503)),
    "no answer in time": same(answers.HANG),
    "connection reset": same(answers.RESET),
    "slow drip": lambda body: stage.finds_one(body).ends("drip"),
    "stalled stream": lambda body: stage.finds_one(body).ends("stall"),
    "disconnected amid the stream": lambda body: stage.finds_one(body).ends("cut"),
    "body that is not JSON": same(answers.raw(b'{"choices": [')),
    "answer that is not JSON": says("LGTM!"),
    "wrong schema": lambda body: answers.completion(sound(body, reviewed="all")),
    "extra fields": lambda body: answers.completion(sound(body, verdict="ship it")),
    "duplicate keys": lambda body: answers.completion(sound(body)[:-1] + ', "approved": false}'),
    "truncated by length": lambda body: answers.completion(sound(body)[:20], finish_reason="length"),
    "refusal": says(None, refusal="I can't help with that."),
    "content filter": says("", finish_reason="content_filter"),
    "empty answer": says(""),
    "no choices": same(answers.of_json({"id": "x", "object": "chat.completion", "choices": []})),
    "100 kB of garbage": says(GARBAGE),
    "answer that repeats itself": says('{"findings": [' + "again and again, " * 600),
    "hunk not acknowledged": lambda _: answers.completion(fakes.answer([])),
    "context overflow": same(answers.context_overflow()),
    "400": same(answers.error(400, "No.")),
    "401": same(answers.bad_key()),
    "403": same(answers.forbidden()),
    "quota used up": same(answers.out_of_quota()),
    "unknown model": same(answers.unknown_model("loopback-1")),
}
ELSEWHERE = {"TLS error": "https://{host}/v1", "DNS failure": "http://model.invalid/v1"}
"""Faults of an address: the requests concerned go there."""

DECLARED: dict[str, tuple[str, str, str]] = {
    **dict.fromkeys(("429 with Retry-After", "429 without Retry-After"), (*PASSES, "0 of 6 read: model unavailable")),
    **dict.fromkeys(("500", "502", "503"), (*PASSES, "0 of 6 read: model unavailable")),
    **dict.fromkeys(
        ("no answer in time", "connection reset", "slow drip", "stalled stream", "disconnected amid the stream"),
        (*PASSES, "0 of 6 read: model unavailable"),
    ),
    **dict.fromkeys(("TLS error", "DNS failure"), (*PASSES, "0 of 6 read: model unavailable")),
    **dict.fromkeys(
        ("body that is not JSON", "empty answer", "no choices"), (*PASSES, "0 of 6 read: malformed answer")
    ),
    **dict.fromkeys(
        ("answer that is not JSON", "wrong schema", "extra fields", "duplicate keys"),
        (*PASSES, "0 of 6 read: malformed answer"),
    ),
    "hunk not acknowledged": (*PASSES, "0 of 6 read: the model did not acknowledge the hunk"),
    **dict.fromkeys(("answer that repeats itself", "100 kB of garbage"), (*PASSES, "0 of 6 read: truncated answer")),
    "truncated by length": (*PASSES, "0 of 6 read: truncated answer"),
    "context overflow": (*PASSES, "0 of 6 read: context overflow"),
    "refusal": ("5 of 6 read: refusal", "5 of 6 read: refusal", "0 of 6 read: refusal"),
    "content filter": ("5 of 6 read: content filter", "5 of 6 read: content filter", "0 of 6 read: content filter"),
    "400": ("5 of 6 read: request refused", "5 of 6 read: request refused", "0 of 6 read: request refused"),
    **dict.fromkeys(
        ("401", "403", "quota used up"),
        ("0 of 6 read: model unavailable", "3 of 6 read: model unavailable", "0 of 6 read: model unavailable"),
    ),
    "unknown model": ("configuration error", "3 of 6 read: model unavailable", "configuration error"),
}
"""What becomes of a review, by fault, in the order of PLACES."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One review under one fault."""

    fault: str
    place: str

    def run(self) -> str:
        """Return what became of it."""
        hits = PLACES[self.place]

        def script(body: dict[str, Any], index: int) -> Answer:
            is_faulty = self.fault in FAULTS and hits(index)
            return FAULTS[self.fault](body) if is_faulty else stage.finds_one(body)

        with LoopbackModel(script) as server:
            chat: ChatModel = stage.chat(server, timeout_s=TIMEOUT_S)
            if self.fault in ELSEWHERE:
                url = ELSEWHERE[self.fault].format(host=server.host)
                chat = stage.Detour(chat, stage.chat(server, url=url, timeout_s=TIMEOUT_S), hits)
            try:
                report = stage.reviewed(stage.diff(FILES), [chat], max_parallel=1, fail_on="never")
            except ConfigurationError:
                return "configuration error"
        return become(report)


@pytest.fixture(autouse=True)
def no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the resolver know no name that ends in .invalid, and ask nobody."""
    known = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **options: Any) -> Any:
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return known(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", [*FAULTS, *ELSEWHERE])
def test_each_fault_ends_as_declared(fault: str, place: str) -> None:
    declared = DECLARED[fault][list(PLACES).index(place)]
    # an answer that is refused by its words alone may have had a sound part: nothing of it is doubled (see `become`)
    assert Cell(fault, place).run() == declared


def test_the_page_shows_what_is_declared() -> None:
    fault_table.require_page(
        "tests/load/test_fault_matrix.py", {fault: DECLARED[fault] for fault in (*FAULTS, *ELSEWHERE)}
    )
