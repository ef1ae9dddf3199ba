"""Whole reviews by the gateway over real HTTP on loopback, on a clock that runs faster than the world's."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import fakes
import loopback_answers as answers
from fakes import GivenChange, GivenRules, PlantedSecrets, WordCounter
from hunkwise.adapters.openai_chat import OpenAIChat
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core.pricing import Price
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatReply, ChatRequest
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import ChatModel, Hear, Ports
from hunkwise.settings import Settings
from loopback_answers import Answer
from loopback_model import LoopbackModel, hunk_ids

MODEL = "loopback-1"


class FastClock:
    """The world's clock, so many times faster: waits are real, and short."""

    def __init__(self, times: float = 100.0) -> None:
        self._times = times
        self._woken = threading.Event()

    def epoch(self) -> float:
        return time.time() * self._times

    def monotonic(self) -> float:
        return time.monotonic() * self._times

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._woken.wait(seconds / self._times)

    def wake(self) -> None:
        self._woken.set()


class Detour:
    """A chat model whose requests go elsewhere where `goes` says so, by their number from 0."""

    def __init__(self, usual: ChatModel, other: ChatModel, goes: Callable[[int], bool]) -> None:
        self._usual, self._other, self._goes = usual, other, goes
        self._lock = threading.Lock()
        self._number = 0
        self.name = usual.name

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        with self._lock:
            number, self._number = self._number, self._number + 1
        return (self._other if self._goes(number) else self._usual).complete(request, hear)

    def close(self) -> None:
        self._usual.close()
        self._other.close()


def diff(files: int) -> bytes:
    """Return a change of so many files, each one hunk of four lines."""
    return b"".join(
        (
            f"diff --git a/part_{number}.py b/part_{number}.py\n--- a/part_{number}.py\n+++ b/part_{number}.py\n"
            f"@@ -1,2 +1,5 @@\n def part_{number}():\n+    first = {number}\n+    second = {number}\n"
            f"+    third = {number}\n     return None\n"
        ).encode()
        for number in range(files)
    )


def finds_one(body: dict[str, Any]) -> Answer:
    """Acknowledge each hunk, and find one thing in each that shows its first line."""
    shown = str(body["messages"][1]["content"])
    found = []
    for line in shown.splitlines():
        if "first = " in line and "+|" in line:
            number = line.rpartition("= ")[2]
            text = f"Part {number} starts at the wrong number."
            found.append(fakes.finding(f"first = {number}", file=f"part_{number}.py", line=2, description=text))
    return answers.completion(fakes.answer(hunk_ids(body), *found), model=str(body["model"]))


def chat(server: LoopbackModel, *, model: str = MODEL, url: str | None = None, timeout_s: float = 20.0) -> OpenAIChat:
    return OpenAIChat(
        model=model, api_key="sk-loopback-1", base_url=url or server.base_url, timeout_s=timeout_s, stall_s=timeout_s
    )


def reviewed(
    change: bytes,
    chats: Sequence[ChatModel],
    *,
    clock: FastClock | None = None,
    say: Callable[[str], object] = lambda _: None,
    prices: dict[str, Price] | None = None,
    **settings: Any,
) -> ReviewReport:
    """Review `change` with one request for each file."""
    ports = Ports(
        changes=GivenChange(change),
        secrets=PlantedSecrets(),
        tokens=WordCounter(),
        rules=GivenRules(),
        prompts=PromptFiles(),
        chat=chats[0],
        clock=clock or FastClock(),
        progress=say,
        others=tuple(chats[1:]),
        prices=prices or {},
    )
    try:
        ref = DiffText(name="test", content=b"")
        given: dict[str, Any] = {"model": MODEL, "verify": "off", **settings}  # a check would be one request more
        return review.run(ref, ports, Settings(**given), trusts_author=False).report
    finally:
        ports.close()
