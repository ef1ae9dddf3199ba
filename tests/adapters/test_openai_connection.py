"""The chat adapter's connections over real HTTP: where they go, how they break, and how they are ended."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import loopback_answers as answers
from chat_builder import KEY, MODEL, chat, fault_of, request
from hunkwise.adapters.openai_chat import OpenAIChat
from hunkwise.errors import ChatError, ChatFault, ConfigurationError
from hunkwise.model.chat import ChatReply
from hunkwise.ports import Hear
from loopback_answers import Answer
from loopback_model import LoopbackModel, reads_all


def says(answer: Answer) -> LoopbackModel:
    return LoopbackModel(lambda body, index: answer)  # noqa: ARG005  # a script's arguments


@pytest.mark.parametrize("answer", [answers.HANG, answers.completion("x" * 500).ends("drip")])
def test_a_server_that_takes_too_long(answer: Answer) -> None:
    with says(answer) as server, chat(server, timeout_s=0.2) as asked:
        started = time.monotonic()
        error = fault_of(asked)
    assert error.fault is ChatFault.TIMEOUT
    assert server.host in error.message
    assert time.monotonic() - started < 1


def test_nobody_listens() -> None:
    with chat() as asked:
        error = fault_of(asked)
    assert (error.fault, error.message) == (ChatFault.CONNECTION, "127.0.0.1:1 refuses the connection")
    assert error.hint == "is the server running?"


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, f"unknown {args} {options}")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    with chat(base_url="http://model.invalid/v1") as asked:
        error = fault_of(asked)
    assert (error.fault, error.message) == (ChatFault.CONNECTION, "the name model.invalid can't be resolved")


def test_no_tls_where_tls_is_asked_for() -> None:
    with LoopbackModel() as server, chat(base_url=f"https://{server.host}/v1") as asked:
        error = fault_of(asked)
    assert error.fault is ChatFault.CONNECTION
    assert error.message.startswith(f"no TLS connection to {server.host}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_neither_key_nor_code_follows_a_redirect(status: int) -> None:
    with LoopbackModel() as other, says(answers.redirect(other.base_url, status)) as server, chat(server) as asked:
        error = fault_of(asked)
    assert error.fault is ChatFault.BAD_REQUEST
    assert "redirects" in error.message
    assert other.requests == []


def test_a_proxy_of_the_environment_is_used() -> None:
    with LoopbackModel() as proxy:
        environment = {"HTTP_PROXY": f"http://{proxy.host}"}
        with chat(base_url="http://model.test/v1", environment=environment) as asked:
            fault_of(asked)
    assert [sent.path for sent in proxy.requests] == ["http://model.test/v1/chat/completions"]


@pytest.mark.parametrize(
    "base_url", ["localhost:11434/v1", "ftp://x/v1", "http://", "http://h:port/v1", "http://[::1/v1"]
)
def test_an_address_that_is_none(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="no http"):
        OpenAIChat(model=MODEL, api_key=KEY, base_url=base_url, timeout_s=1)


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-ä", "sk a"])
def test_a_key_that_no_header_can_carry(key: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        OpenAIChat(model=MODEL, api_key=key, base_url=None, timeout_s=1)
    assert key not in f"{error.value.message}{error.value.hint}"


def test_a_password_in_the_address_is_not_shown() -> None:
    with says(answers.page(404, "x")) as server, chat(base_url=f"http://me:hunter2@{server.host}/v1") as asked:
        error = fault_of(asked)
    assert "hunter2" not in error.message
    assert server.base_url in error.message


def _ends(asked: OpenAIChat) -> tuple[threading.Thread, list[ChatReply | ChatError]]:
    ends: list[ChatReply | ChatError] = []

    def ask() -> None:
        try:
            ends.append(asked.complete(request()))
        except ChatError as error:
            ends.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, ends


def _until(condition: Callable[[], bool]) -> None:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < 5
        time.sleep(0.005)


def test_closing_ends_requests_that_hang_and_refuses_more() -> None:
    with says(answers.HANG) as server, chat(server, timeout_s=60) as asked:
        waiting = [_ends(asked) for _ in range(4)]
        _until(lambda: len(server.requests) == 4)
        started = time.monotonic()
        asked.close()
        for thread, _ in waiting:
            thread.join(2)
        assert time.monotonic() - started < 2
        ends = [end for _, [end] in waiting]
        assert {end.fault for end in ends if isinstance(end, ChatError)} == {ChatFault.CANCELLED}
        assert len(ends) == 4
        assert fault_of(asked).fault is ChatFault.CANCELLED
        asked.close()
    assert len(server.requests) == 4
    assert "openai-chat" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def heard_interrupts() -> Iterator[None]:
    """Hear SIGINT also where a shell started the tests in its background, which makes it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("hear", [None, len], ids=["waiting", "listening"])
def test_an_interrupt_is_felt_amid_a_request(hear: Hear | None) -> None:
    with says(answers.HANG) as server, chat(server, timeout_s=60) as asked:
        interrupt = threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT])
        interrupt.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            asked.complete(request(), hear)
        assert time.monotonic() - started < 2
        interrupt.join()
    assert not server.errors


def test_one_request_that_fails_leaves_the_others_alone() -> None:
    def script(body: dict[str, object], index: int) -> Answer:
        return answers.RESET if index % 2 else reads_all(body, index)

    with LoopbackModel(script) as server, chat(server) as asked:
        waiting = [_ends(asked) for _ in range(8)]
        for thread, _ in waiting:
            thread.join()
    ends = [type(end) for _, [end] in waiting]
    assert (ends.count(ChatReply), ends.count(ChatError)) == (4, 4)
