"""The faults that a server of others can play (npm @copilotkit/aimock), at the first request, amid the run, at all.

What our own loopback model sends and how we read it came from one hand; this server's did not. Each request names, as
its model, what the server is to do: a fault, or the answer for one file. The table in docs/faults.md is what happened
here: HUNKWISE_WRITE_DOCS=1 writes it anew.
"""

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import fakes
import fault_table
import gateway_stage as stage
import independent_model
from fakes import ScriptedChat
from fault_table import FILES, NONE_READ, PASSES, PLACES, become
from hunkwise.adapters.openai_chat import OpenAIChat
from hunkwise.errors import ChatError, ChatFault, ConfigurationError
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.ports import Hear
from independent_model import KEY, IndependentModel

pytestmark = pytest.mark.alone

TIMEOUT_S = 2.0
"""Seconds one request may take here."""

SOUND: dict[str, Any] = {"findings": [], "reviewed": [], "approved": True}


def refuses(status: int, code: str = "", message: str = "It can't be.", **more: Any) -> dict[str, Any]:
    return {"response": {"error": {"message": message, "type": "x", "code": code}, "status": status, **more}}


def says(content: str, **more: Any) -> dict[str, Any]:
    return {"response": {"content": content}, **more}


LONG = json.dumps({**SOUND, "x": "word " * 400})
FAULTS: dict[str, dict[str, Any]] = {
    "429 with Retry-After": refuses(429, "rate_limit_exceeded", retryAfter=3),
    "429, at random": says("{}", chaos={"rateLimitRate": 1}),
    "500": refuses(500),
    "500, at random": says("{}", chaos={"dropRate": 1}),
    "502": refuses(502),
    "503": refuses(503),
    "no answer in time": says("{}", chaos={"latencyMs": int(TIMEOUT_S * 2000)}),
    "connection reset": says("{}", chaos={"disconnectRate": 1}),
    "slow drip": says(LONG, latency=40, chunkSize=4),
    "stalled stream": says(LONG, latency=int(TIMEOUT_S * 2000), chunkSize=100),
    "stream cut off": says(LONG, latency=5, truncateAfterChunks=3),
    "disconnected amid the stream": says(LONG, latency=30, disconnectAfterMs=200),
    "body that is not JSON": says("{}", chaos={"malformedRate": 1}),
    "answer that is not JSON": says("LGTM!"),
    "wrong schema": says(json.dumps({**SOUND, "reviewed": "all"})),
    "extra fields": says(json.dumps({**SOUND, "verdict": "ship it"})),
    "duplicate keys": says(json.dumps(SOUND)[:-1] + ', "approved": false}'),
    "hunk not acknowledged": says(json.dumps(SOUND)),
    "truncated by length": {"response": {"content": '{"findings": [', "finishReason": "length"}},
    "content filter": {"response": {"content": "{", "finishReason": "content_filter"}},
    "blank answer": says(" "),
    "100 kB of garbage": says("".join(chr(33 + (n * n * 7 + n // 3) % 90) for n in range(100_000)), chunkSize=5000),
    "answer that repeats itself": says('{"findings": [' + "again and again, " * 600, chunkSize=500),
    "context overflow": refuses(400, "context_length_exceeded"),
    "400": refuses(400),
    "401": refuses(401, "invalid_api_key"),
    "403": refuses(403),
    "quota used up": refuses(429, "insufficient_quota", "You exceeded your current quota."),
    "unknown model": refuses(404, "model_not_found", "The model does not exist."),
}


def partly(reason: str) -> tuple[str, str, str]:
    return f"5 of 6 read: {reason}", f"5 of 6 read: {reason}", f"0 of 6 read: {reason}"


LOST = ("0 of 6 read: model unavailable", "3 of 6 read: model unavailable", NONE_READ)
MALFORMED = (*PASSES, "0 of 6 read: malformed answer")
DECLARED: dict[str, tuple[str, str, str]] = {
    **dict.fromkeys(FAULTS, (*PASSES, NONE_READ)),
    **dict.fromkeys(("body that is not JSON", "answer that is not JSON", "wrong schema", "extra fields"), MALFORMED),
    **dict.fromkeys(("duplicate keys", "blank answer"), MALFORMED),
    "hunk not acknowledged": (*PASSES, "0 of 6 read: the model did not acknowledge the hunk"),
    "truncated by length": (*PASSES, "0 of 6 read: truncated answer"),
    **dict.fromkeys(("answer that repeats itself", "100 kB of garbage"), (*PASSES, "0 of 6 read: truncated answer")),
    "context overflow": (*PASSES, "0 of 6 read: context overflow"),
    "content filter": partly("content filter"),
    "400": partly("request refused"),
    **dict.fromkeys(("401", "403", "quota used up"), LOST),
    "unknown model": ("configuration error", LOST[1], "configuration error"),
}
"""What becomes of a review, by fault, in the order of PLACES."""


class Played:
    """A chat model whose requests say what the server is to do: `fault` where it strikes, else a file's answer."""

    def __init__(self, server: IndependentModel, fault: str, place: str) -> None:
        self._server, self._fault, self._hits = server, fault, PLACES[place]
        self._lock = threading.Lock()
        self._number = 0
        self._chats: dict[str, OpenAIChat] = {}
        self.name = stage.MODEL

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        with self._lock:
            number, self._number = self._number, self._number + 1
            name = slug(self._fault) if self._hits(number) else answer_of(request)
            chat = self._chats.setdefault(name, self._chat(name))
        return chat.complete(request, hear)

    def close(self) -> None:
        for chat in self._chats.values():
            chat.close()

    def _chat(self, model: str) -> OpenAIChat:
        at = self._server.base_url
        return OpenAIChat(model=model, api_key=KEY, base_url=at, timeout_s=TIMEOUT_S, stall_s=TIMEOUT_S)


def slug(fault: str) -> str:
    return re.sub(r"\W+", "_", fault)


def answer_of(request: ChatRequest) -> str:
    """Return what the server calls the answer to the hunks, or parts of one, that a request shows."""
    return "reads_" + "_".join(fakes.asked_ids(request)).replace("-", "_")


def sound_answers() -> list[dict[str, Any]]:
    """Return an answer for each file and for each half of one: what is shown, and its names, a dry review tells."""

    def is_too_long(request: ChatRequest, number: int) -> str:
        if any("-" not in each for each in fakes.asked_ids(request)):
            raise ChatError(ChatFault.TRUNCATED, "too long")
        return fakes.reads_all(request, number)

    whole, halves = ScriptedChat(), ScriptedChat(is_too_long)
    for chat in (whole, halves):
        stage.reviewed(stage.diff(FILES), [chat], max_parallel=1)
    requests = {answer_of(each): each for each in (*whole.requests, *halves.requests)}
    return [{"match": {"model": name}, "response": {"content": sound(each)}} for name, each in requests.items()]


def sound(request: ChatRequest) -> str:
    """Return an answer that finds one thing where the first line of a file is shown."""
    found = re.search(r"\+\|.*first = (\d+)", request.messages[1].content.text)
    if not found:
        return fakes.answer(fakes.asked_ids(request))
    text = f"Part {found[1]} starts at the wrong number."
    said = fakes.finding(f"first = {found[1]}", file=f"part_{found[1]}.py", line=2, description=text)
    return fakes.answer(fakes.asked_ids(request), said)


@pytest.fixture(scope="module")
def server() -> Iterator[IndependentModel]:
    if independent_model.missing():
        pytest.skip(independent_model.missing())
    faults = [{"match": {"model": slug(fault)}, **played} for fault, played in FAULTS.items()]
    with IndependentModel([*sound_answers(), *faults]) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_server_of_others_ends_as_declared(server: IndependentModel, fault: str, place: str) -> None:
    declared = DECLARED[fault][list(PLACES).index(place)]
    try:
        report = stage.reviewed(stage.diff(FILES), [Played(server, fault, place)], max_parallel=1, fail_on="never")
    except ConfigurationError:
        assert declared == "configuration error"
    else:
        assert become(report) == declared


def test_the_page_shows_what_is_declared() -> None:
    fault_table.require_page("tests/load/test_independent_faults.py", {fault: DECLARED[fault] for fault in FAULTS})
