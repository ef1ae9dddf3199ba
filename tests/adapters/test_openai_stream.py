"""Streamed answers over real HTTP: heard while they come, and each way a stream can go wrong."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loopback_answers as answers
import loopback_streams as streams
from chat_builder import KEY, chat, request
from hunkwise.adapters.openai_chat import OpenAIChat, endpoint
from hunkwise.adapters.openai_chat.heard import Heard
from hunkwise.adapters.openai_chat.incoming import Incoming
from hunkwise.errors import ChatError, ChatFault
from loopback_answers import Answer
from loopback_model import LoopbackModel

TEXT = json.dumps({"findings": [], "reviewed": ["0123456789abcdef"], "approved": True})


def says(answer: Answer) -> LoopbackModel:
    return LoopbackModel(lambda body, index: answer)  # noqa: ARG005  # a script's arguments


def broken(asked: OpenAIChat, hear: Callable[[str], object] | None = None) -> ChatError:
    with pytest.raises(ChatError) as caught:
        asked.complete(request(), hear)
    return caught.value


def test_the_text_is_heard_as_it_comes() -> None:
    heard: list[str] = []
    with says(streams.of_chunks(streams.answer(TEXT)).paced(0.05)) as server, chat(server) as asked:
        reply = asked.complete(request(), heard.append)
    assert reply.text == heard[-1] == TEXT
    assert len(heard) > 3
    assert all(later.startswith(earlier) and later != earlier for earlier, later in itertools.pairwise(heard))
    assert reply.first_text_s is not None
    assert 0 < reply.first_text_s < reply.latency_s - 0.2
    assert (reply.model, reply.usage.prompt, reply.usage.completion) == ("loopback-1", 100, 10)


def test_an_answer_in_one_piece_is_read_where_an_endpoint_does_not_stream() -> None:
    heard: list[str] = []
    with LoopbackModel(streams=False) as server, chat(server) as asked:
        reply = asked.complete(request(), heard.append)
    assert json.loads(reply.text)["reviewed"] == ["0123456789abcdef"]
    assert (heard, reply.first_text_s) == ([], None)


SOUND = {
    "CRLF": streams.of_chunks(streams.answer(TEXT), end="\r\n"),
    "CR": streams.of_chunks(streams.answer(TEXT), end="\r"),
    "no DONE": streams.of_chunks(streams.answer(TEXT)[:-1]),
    "no DONE, no counts": streams.of_chunks(streams.answer(TEXT)[:-2]),
    "no DONE, no end": streams.of_chunks(streams.answer(TEXT)[:-1]).ends("open"),
    "DONE, no end": streams.of_chunks(streams.answer(TEXT)).ends("open"),
    "no last blank line": Answer(body=streams.of_chunks(streams.answer(TEXT)[:-2]).body[:-1], headers=streams.HEADERS),
    "no last line end": Answer(body=streams.of_chunks(streams.answer(TEXT)[:-2]).body[:-2], headers=streams.HEADERS),
    "called JSON": answers.raw(streams.of_chunks(streams.answer(TEXT)).body),
    "an event in two lines": streams.of_lines(
        [
            f'data: {{"choices": [{{"delta": {{"content": {json.dumps(TEXT)}}},',
            'data: "finish_reason": "stop"}]}',
            "",
        ],
        end="\r\n",
    ),
    "comments": streams.of_lines(
        [": OPENROUTER PROCESSING", "", *(f"data:{json.dumps(each)}\n: ping\n\n" for each in streams.answer(TEXT)[:-1])]
    ),
    "other fields": streams.of_lines(
        ["retry: 10", "id: 1", "event: message", *(f"data: {json.dumps(each)}\n" for each in streams.answer(TEXT)[:-1])]
    ),
    "a filter's results first, another choice, a ping": streams.of_chunks(
        [
            {"choices": [], "prompt_filter_results": []},
            {"type": "ping"},
            {"choices": [{"index": 1, "delta": {"content": "x"}, "finish_reason": "length"}]},
            {"choices": [{"delta": None}]},
            {"choices": ["x"]},
            *streams.answer(TEXT),
        ]
    ),
    "thoughts beside it": streams.of_chunks(
        [streams.chunk(reasoning_content="let me see"), *streams.answer(TEXT), streams.chunk("late")]
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_stream_in_another_dress(name: str) -> None:
    with says(SOUND[name]) as server, chat(server, timeout_s=30) as asked:
        assert asked.complete(request()).text == TEXT


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("name", SOUND)
def test_parts_of_few_bytes_make_the_same_answer(name: str, size: int) -> None:
    body, incoming = SOUND[name].body, Incoming(endpoint.endpoint(model="m", at=None), Heard())
    for start in range(0, len(body), size):
        incoming.feed(body[start : start + size])
    assert incoming.reply().text == TEXT


@given(st.sampled_from(sorted(set(SOUND) - {"called JSON"})), st.data())
def test_parts_of_any_size_make_the_same_answer(name: str, data: st.DataObject) -> None:
    body, asked = SOUND[name].body, endpoint.endpoint(model="m", at=None)
    cuts = [0, *sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=40))), len(body)]
    incoming = Incoming(asked, Heard())
    for start, end in itertools.pairwise(cuts):
        incoming.feed(body[start:end])
    assert incoming.reply().text == TEXT


@pytest.mark.parametrize("body", [b" " * 9000 + b"{}", b"\n" * 20_000, b"\xef\xbb\xbf", b"", b"dat", b": ping\n\n" * 9])
def test_a_body_without_an_answer_is_a_fault_however_it_comes(body: bytes) -> None:
    for size in (1, 7, 4096):
        incoming = Incoming(endpoint.endpoint(model="m", at=None), Heard())
        for start in range(0, len(body), size):
            incoming.feed(body[start : start + size])
        with pytest.raises(ChatError):
            incoming.reply()


def test_characters_are_never_torn() -> None:
    text = '{"q": "漢字 🎉 é"}'
    halves = [streams.chunk('{"q": "漢字 \ud83c'), streams.chunk('\udf89 é"}'), streams.chunk(finish="stop")]
    escaped = streams.of_chunks([json.dumps(each) for each in halves])
    alone = streams.of_chunks([json.dumps(streams.chunk("a\ud83c")), streams.chunk("b"), streams.chunk(finish="stop")])
    last = streams.of_chunks([json.dumps(streams.chunk("a\ud83c")), streams.chunk(finish="stop")])
    plain = streams.of_chunks([*streams.pieces(text, 1), streams.chunk(finish="stop")])
    for answer, expected in ((escaped, text), (alone, "a\ufffdb"), (last, "a\ufffd"), (plain, text)):
        with says(answer) as server, chat(server) as asked:
            assert asked.complete(request()).text == expected


def test_what_the_listener_raises_cuts_the_request() -> None:
    def hear(text: str) -> None:
        raise LookupError(text[:1])

    with says(streams.of_chunks(streams.answer("x" * 4000, 4)).paced(0.01)) as server, chat(server) as asked:
        started = time.monotonic()
        with pytest.raises(LookupError, match="x"):
            asked.complete(request(), hear)
        while not server.broken_off:
            assert time.monotonic() - started < 5, "the stream goes on for 10 s, and nobody hears it"
            time.sleep(0.02)
    assert len(server.requests) == 1


def test_nothing_that_came_is_left_unheard_whoever_reads_it() -> None:
    heard, told = Heard(), list[str]()
    heard.more("a")
    assert heard.text == "a"
    heard.more("b")
    assert heard.text == "ab"
    heard.end()
    heard.tell(told.append)
    assert (told, heard.text) == (["ab"], "ab")


def test_a_slow_listener_holds_up_nobody() -> None:
    told: list[int] = []

    def hear(text: str) -> None:
        told.append(len(text))
        time.sleep(0.3)

    with says(streams.of_chunks(streams.answer("x" * 900, 3))) as server, chat(server) as asked:
        slow = threading.Thread(target=asked.complete, args=(request(), hear))
        slow.start()
        started = time.monotonic()
        for _ in range(3):
            asked.complete(request())
        assert slow.is_alive() or told
        assert time.monotonic() - started < 2
        slow.join()
    assert told[-1] == 900
    assert len(told) < 20


PART = '{"findings": [{"line": 1}, '
LOOP = '{"severity": "low", "file": "a.py", "line": 1, "quote": "x = 1", "description": "an unused name"}, '
FAULTS: dict[str, tuple[Answer, ChatFault, str, str]] = {
    "stall": (
        streams.of_chunks([streams.chunk(PART), streams.chunk(PART), *[streams.chunk()] * 2]).ends("stall"),
        ChatFault.TIMEOUT,
        "sent nothing for 0.3 s",
        PART,
    ),
    "cut off": (
        streams.of_chunks([streams.chunk(PART), *[streams.chunk()] * 3]).ends("cut"),
        ChatFault.CONNECTION,
        "broke the connection off",
        PART,
    ),
    "early end": (
        streams.of_chunks([streams.chunk(PART)]),
        ChatFault.CONNECTION,
        "ended the stream before the answer was whole",
        PART,
    ),
    "early end amid an event": (
        Answer(body=streams.of_chunks([streams.chunk(PART), streams.chunk("x")]).body[:-9], headers=streams.HEADERS),
        ChatFault.CONNECTION,
        "ended the stream",
        PART,
    ),
    "nothing": (streams.of_lines([": ping"]), ChatFault.CONNECTION, "ended the stream", ""),
    "DONE alone": (streams.of_chunks([streams.DONE]), ChatFault.MALFORMED, "without a choice", ""),
    "DONE, no finish reason": (
        streams.of_chunks([streams.chunk(PART), streams.DONE]),
        ChatFault.MALFORMED,
        "no finish reason",
        PART,
    ),
    "another finish reason": (
        streams.of_chunks([streams.chunk(PART, "tool_calls"), streams.DONE]),
        ChatFault.MALFORMED,
        "'tool_calls'",
        PART,
    ),
    "empty": (streams.of_chunks([streams.chunk("", "stop")]), ChatFault.MALFORMED, "empty answer", ""),
    "truncated": (
        streams.of_chunks([streams.chunk(PART), streams.chunk(finish="length"), streams.usage(), streams.DONE]),
        ChatFault.TRUNCATED,
        "token limit",
        PART,
    ),
    "filtered": (
        streams.of_chunks([streams.chunk(PART), streams.chunk(finish="content_filter")]),
        ChatFault.CONTENT_FILTER,
        "content filter",
        PART,
    ),
    "refusal": (
        streams.of_chunks(
            [streams.chunk(refusal="I can't "), streams.chunk(refusal="help."), streams.chunk(finish="stop")]
        ),
        ChatFault.REFUSAL,
        "I can't help.",
        "",
    ),
    "overload amid it": (
        streams.of_chunks([streams.chunk(PART), streams.error(f"overloaded, {KEY}")]),
        ChatFault.OVERLOAD,
        "overloaded, [key]",
        PART,
    ),
    "rate limit amid it": (
        streams.of_chunks([streams.chunk(PART), streams.error("slow down", 429, "rate_limit_exceeded")]),
        ChatFault.RATE_LIMIT,
        "slow down",
        PART,
    ),
    "filter as an error": (
        streams.of_chunks([streams.error("flagged", "content_filter")]),
        ChatFault.CONTENT_FILTER,
        "flagged",
        "",
    ),
    "an error by the event's name": (
        streams.of_lines([f"data: {json.dumps(streams.chunk(PART))}\n", "event: error", 'data: {"message": "dead"}\n']),
        ChatFault.OVERLOAD,
        "dead",
        PART,
    ),
    "an error by its object": (
        streams.of_chunks([streams.chunk(PART), {"object": "error", "message": "too many", "code": 429}]),
        ChatFault.RATE_LIMIT,
        "too many",
        PART,
    ),
    "not JSON": (
        streams.of_chunks([streams.chunk(PART), '{"choices": [']),
        ChatFault.MALFORMED,
        "not JSON",
        PART,
    ),
    "not UTF-8": (
        Answer(
            body=streams.of_chunks([streams.chunk(PART)]).body + b'data: {"a": "\xff"}\n\n', headers=streams.HEADERS
        ),
        ChatFault.MALFORMED,
        "not JSON",
        PART,
    ),
    "nested": (streams.of_chunks(["[" * 100_000]), ChatFault.MALFORMED, "not JSON", ""),
    "a list": (streams.of_chunks([streams.chunk(PART), [1]]), ChatFault.MALFORMED, "no completion", PART),
    "a page called a stream": (
        Answer(body=b"<html>busy</html>", headers=streams.HEADERS),
        ChatFault.MALFORMED,
        "not JSON",
        "",
    ),
    "garbage called a stream": (Answer(body=b"x" * 100_000, headers=streams.HEADERS), ChatFault.MALFORMED, "JSON", ""),
    "endless": (
        streams.of_lines(["data: " + "x" * 17_000_000]),
        ChatFault.MALFORMED,
        "more than 16000000 bytes",
        "",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_stream_is_named_and_keeps_what_had_come(name: str) -> None:
    answer, fault, words, text = FAULTS[name]
    with says(answer) as server, chat(server, stall_s=0.3) as asked:
        error = broken(asked)
    assert error.fault is fault
    assert words in error.message
    assert error.text == text
    assert error.message.isprintable()
    assert KEY not in repr((error, error.__cause__, error.message, error.hint))
    assert len(server.requests) == 1


@pytest.mark.parametrize("unit", [LOOP, " ", "\n", "\\n ", "very ", LOOP * 10], ids=len)
def test_an_answer_that_repeats_itself_is_cut(unit: str) -> None:
    beginning = TEXT + "".join(f"{number}," for number in range(400))
    endless = streams.of_chunks(streams.pieces(beginning + unit * (60_000 // len(unit)), 7))
    heard: list[str] = []
    with says(endless) as server, chat(server, timeout_s=30) as asked:
        error = broken(asked, heard.append)
    assert (error.fault, error.message) == (ChatFault.TRUNCATED, "the answer of loopback-1 repeats itself endlessly")
    assert error.text.startswith(beginning)
    assert error.text == heard[-1]
    assert len(error.text) < len(beginning) + 9000


@pytest.mark.parametrize(
    "text", ["=" * 5000, "0, " * 1600, LOOP * 40 + "x", "".join(f"{n} = {n}\n" for n in range(3000))]
)
def test_an_answer_that_repeats_a_little_is_whole(text: str) -> None:
    parts = [text[start : start + 5000] + f"<{start}>" for start in range(0, len(text), 5000)]
    with says(streams.of_chunks(streams.answer("".join(parts), 97))) as server, chat(server) as asked:
        assert asked.complete(request()).text == "".join(parts)


def test_a_silence_before_the_first_text_is_no_stall() -> None:
    thinks = [streams.chunk("", role="assistant"), streams.chunk(TEXT), streams.chunk(finish="stop")]
    with says(streams.of_chunks(thinks).paced(0.3)) as server, chat(server, stall_s=0.1) as asked:
        error = broken(asked)
    assert error.text == TEXT  # the role's silence passed, the text's did not
    late = streams.of_chunks([thinks[0], streams.chunk(TEXT, "stop")]).paced(0.3).late(0.3)
    with says(late) as server, chat(server, stall_s=0.1) as asked:
        assert asked.complete(request()).text == TEXT


def test_keep_alives_without_an_end_run_into_the_whole_timeout() -> None:
    lines = [f"data: {json.dumps(streams.chunk(PART))}\n", *[": ping\n"] * 200]
    with says(streams.of_lines(lines).paced(0.02)) as server, chat(server, timeout_s=0.6, stall_s=0.3) as asked:
        error = broken(asked)
    assert (error.fault, error.text) == (ChatFault.TIMEOUT, PART)
    assert "no whole answer within 0.6 s" in error.message


def test_closing_amid_a_stream_keeps_what_had_come() -> None:
    first = threading.Event()
    ends: list[ChatError] = []
    stalls = streams.of_chunks([streams.chunk(PART), *[streams.chunk()] * 3]).ends("stall")
    with says(stalls) as server, chat(server, timeout_s=60) as asked:
        thread = threading.Thread(target=lambda: ends.append(broken(asked, lambda _: first.set())))
        thread.start()
        assert first.wait(5)
        asked.close()
        thread.join(2)
    assert [(end.fault, end.text) for end in ends] == [(ChatFault.CANCELLED, PART)]


def test_a_connection_serves_again_after_a_stream() -> None:
    with LoopbackModel() as server, chat(server) as asked:
        for _ in range(5):
            asked.complete(request())
    assert len({sent.connection for sent in server.requests}) == 1


REFUSED = {
    "counts": ({"stream_options": answers.unsupported_parameter("stream_options")}, [(True, True), (True, False)]),
    "counts, FastAPI": ({"stream_options": answers.extra_forbidden("stream_options")}, [(True, True), (True, False)]),
    "streams": (
        {"stream": answers.error(400, "Your organization must be verified to stream this model.", param="stream")},
        [(True, True), (False, False)],
    ),
    "streams, in words": (
        {"stream": answers.error(400, "Streaming is not supported by this model")},
        [(True, True), (False, False)],
    ),
    "streams, a sentence": (
        {"stream": answers.of_json({"error": "this endpoint does not support streaming"}, 501)},
        [(True, True), (False, False)],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_an_endpoint_can_not_stream_is_learnt(name: str) -> None:
    refuses, expected = REFUSED[name]
    with LoopbackModel(refuses=refuses) as server, chat(server) as asked:
        replies = [asked.complete(request()) for _ in range(2)]
    sent: list[Any] = [(bool(body.get("stream")), "stream_options" in body) for body in server.bodies]
    assert sent == [*expected, expected[-1]]
    assert all(json.loads(reply.text)["reviewed"] for reply in replies)


def test_a_broken_server_teaches_nothing_about_streams() -> None:
    with says(answers.error(500, "unexpected EOF amid the upstream's stream")) as server, chat(server) as asked:
        assert broken(asked).fault is ChatFault.OVERLOAD
    assert len(server.requests) == 1
