import json
from collections.abc import Callable

import pytest

from fakes import Script, ScriptedChat, answer, asked_ids, finding, reads_all
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import packing
from hunkwise.errors import ChatError, ChatFault, DetectorError
from hunkwise.model.chat import ChatRequest, Redacted
from hunkwise.model.material import Chunk
from hunkwise.pipeline import answer as answering
from material_builder import WIDE, material, words

PACK = PromptFiles().load("review", "1.0.0")


def chunk(*bodies: str) -> Chunk:
    hunks = [material(body, index=index, new=1 + 100 * index) for index, body in enumerate(bodies)]
    return packing.pack(hunks, WIDE, words).chunks[0]


def ask(
    script: Script,
    *chunks: Chunk,
    parallel: int = 1,
    seal: Callable[[str], Redacted] = Redacted,
) -> tuple[tuple[answering.Answered, ...], ScriptedChat]:
    chat = ScriptedChat(script)
    asking = answering.Asking(chat=chat, pack=PACK, seal=seal, count=words, end=chat.close, max_parallel=parallel)
    return answering.all_chunks(chunks, asking).chunks, chat


def fails(fault: ChatFault, times: int = 1, retry_after_s: float | None = None) -> Script:
    def script(request: ChatRequest, number: int) -> str:
        if number < times:
            raise ChatError(fault, "it said no", retry_after_s=retry_after_s)
        return reads_all(request, number)

    return script


def test_a_finding_lands_by_its_quote_and_an_invented_one_is_dropped_with_its_reason() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), finding("total = 0", line=99), finding("rm -rf"))

    (got,), _ = ask(script, chunk("+import os\n+total = 0"))
    assert [(row.line, row.title) for row in got.findings] == [(2, "The result is wrong")]
    assert [(row.stage, row.reason) for row in got.dropped] == [("anchor", "the quoted code is on no line of the diff")]
    assert got.unanswered == {}


def test_a_malformed_answer_is_repaired_once_with_its_faults_named() -> None:
    def script(request: ChatRequest, number: int) -> str:
        if number == 0:
            return json.dumps({"findings": [], "reviewed": []})
        return answer(asked_ids(request), finding("total = 0"))

    (got,), chat = ask(script, chunk("+total = 0"))
    assert len(got.findings) == 1
    assert got.unanswered == {}
    assert [message.role for message in chat.requests[1].messages] == ["system", "user", "assistant", "user"]
    assert "'approved' is a required property" in chat.requests[1].messages[-1].content.text


def test_a_second_malformed_answer_fails_the_chunk_and_keeps_its_sound_findings() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del request, number
        return json.dumps({"findings": [finding("total = 0"), {**finding("total = 0"), "severity": "urgent"}]})

    shown = chunk("+total = 0")
    (got,), chat = ask(script, shown)
    assert len(chat.requests) == 2
    assert "malformed answer, also after a repair" in got.unanswered[shown.passages[0].id]
    assert [row.line for row in got.findings] == [1]


def test_a_hunk_that_was_not_acknowledged_is_asked_again_alone() -> None:
    def script(request: ChatRequest, number: int) -> str:
        ids = asked_ids(request)
        return answer(ids[:1] if number == 0 else ids)

    shown = chunk("+first = 1", "+second = 2")
    (got,), chat = ask(script, shown)
    assert got.unanswered == {}
    assert asked_ids(chat.requests[1]) == [shown.passages[1].id]


def test_a_hunk_never_acknowledged_fails_and_the_other_does_not() -> None:
    shown = chunk("+first = 1", "+second = 2")

    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer([each for each in asked_ids(request) if each == shown.passages[0].id])

    (got,), chat = ask(script, shown)
    assert got.unanswered == {shown.passages[1].id: "the model did not acknowledge the hunk"}
    assert len(chat.requests) == 2


def test_one_failed_request_costs_no_other_chunk() -> None:
    def script(request: ChatRequest, number: int) -> str:
        if "secret_word" in request.messages[1].content.text:
            raise ChatError(ChatFault.REFUSAL, "no")
        return reads_all(request, number)

    answers, _ = ask(script, chunk("+x = 1"), chunk("+secret_word = 2"), chunk("+z = 3"), parallel=3)
    assert [len(got.unanswered) for got in answers] == [0, 1, 0]


@pytest.mark.parametrize("fault", [ChatFault.TRUNCATED, ChatFault.CONTEXT_OVERFLOW])
def test_too_much_at_once_is_asked_in_halves(fault: ChatFault) -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        ids = asked_ids(request)
        if len(ids) > 1:
            raise ChatError(fault, "too long")
        return answer(ids)

    (got,), chat = ask(script, chunk("+a = 1", "+b = 2", "+c = 3", "+d = 4"))
    assert got.unanswered == {}
    assert len(chat.requests) == 7


@pytest.mark.parametrize("fault", [ChatFault.TRUNCATED, ChatFault.CONTEXT_OVERFLOW])
def test_a_single_hunk_that_is_too_much_is_cut_and_read_when_all_of_it_was(fault: ChatFault) -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        text = request.messages[1].content.text
        if "a = 1" in text and "d = 4" in text:
            raise ChatError(fault, "too long")
        here = [finding("d = 4")] if "d = 4" in text else []
        return answer(asked_ids(request), *here)

    shown = chunk("+a = 1\n+b = 2\n+c = 3\n+d = 4")
    (got,), chat = ask(script, shown)
    assert got.unanswered == {}
    assert got.read_by == {shown.passages[0].id: "fake"}
    assert [row.line for row in got.findings] == [4]
    assert len(chat.requests) == 3


def test_a_hunk_of_which_a_part_failed_is_not_read_and_keeps_its_findings() -> None:
    def script(request: ChatRequest, number: int) -> str:
        if number == 0:
            raise ChatError(ChatFault.TRUNCATED, "too long")
        if number == 1:
            return answer(asked_ids(request), finding("a = 1"))
        raise ChatError(ChatFault.REFUSAL, "no")

    shown = chunk("+a = 1\n+b = 2\n+c = 3\n+d = 4")
    (got,), _ = ask(script, shown)
    assert got.unanswered == {shown.passages[0].id: "refusal: no"}
    assert got.read_by == {}
    assert [row.line for row in got.findings] == [1]


def test_a_line_that_is_too_much_fails_by_name() -> None:
    shown = chunk("+a = 1")
    (got,), _ = ask(fails(ChatFault.TRUNCATED, 99), shown)
    assert got.unanswered == {shown.passages[0].id: "truncated answer: it said no"}


def test_a_repair_that_fails_keeps_what_was_sound() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del request
        if number:
            raise ChatError(ChatFault.OVERLOAD, "busy")
        return json.dumps({"findings": [finding("total = 0")]})

    shown = chunk("+total = 0")
    (got,), _ = ask(script, shown)
    assert [row.line for row in got.findings] == [1]
    assert "no repair: model unavailable; rules only (overloaded: busy)" in got.unanswered[shown.passages[0].id]


def test_the_first_chunk_asked_is_the_first_of_the_order_and_answers_keep_their_own() -> None:
    chunks = [chunk("+x = 1"), chunk("+y = 2")]
    chat = ScriptedChat()
    asking = answering.Asking(chat=chat, pack=PACK, seal=Redacted, count=words, end=chat.close, max_parallel=1)
    got = answering.all_chunks(chunks, asking, order=(1, 0))
    assert [asked_ids(each) for each in chat.requests] == [[chunks[1].passages[0].id], [chunks[0].passages[0].id]]
    assert [list(each.read_by) for each in got.chunks] == [[chunks[0].passages[0].id], [chunks[1].passages[0].id]]


def test_when_the_detector_fails_nothing_is_sent() -> None:
    def seal(text: str) -> Redacted:
        raise DetectorError(f"stumbled over {len(text)} characters")

    shown = chunk("+a = 1")
    (got,), chat = ask(reads_all, shown, seal=seal)
    assert chat.requests == []
    assert got.unanswered[shown.passages[0].id].startswith("redaction: ")


def test_a_claim_about_another_chunk_is_not_placed() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), finding("y = 2"))

    answers, _ = ask(script, chunk("+x = 1"), chunk("+y = 2"))
    assert [len(got.findings) for got in answers] == [0, 1]
    assert [len(got.dropped) for got in answers] == [1, 0]


def test_no_chunks_no_requests() -> None:
    assert ask(reads_all)[0] == ()
