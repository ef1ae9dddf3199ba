"""Kept descriptions in whole runs: whom they serve, and what they cost."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fake_cache import FakeCache, Shelf
from fakes import DrivenClock, GivenChange, GivenRules, PlantedSecrets, ScriptedChat, WordCounter
from hunkwise.adapters.ngram_embedder import NgramEmbedder
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import sealing
from hunkwise.errors import ChatError, ChatFault, DetectorError
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest, Redacted
from hunkwise.model.finding import SecretSpan
from hunkwise.model.report import Walkthrough
from hunkwise.model.stored import PoolState, Vector
from hunkwise.pipeline import describe
from hunkwise.ports import Embedder, Ports
from hunkwise.settings import Settings

ROWS = tuple(f"+    row_{number} = read(source, {number})" for number in range(20))
SAID = {"summary": "It reads rows.", "walkthrough": [], "risks": [{"file": "app.py", "line": 3, "why": "Slow."}]}


def diff(*rows: str) -> bytes:
    head = "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n"
    return (head + f"@@ -1,0 +1,{len(rows)} @@\n" + "\n".join(rows) + "\n").encode()


NEAR = diff("+def rows(source):", *ROWS)


class DeafEmbedder(NgramEmbedder):
    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        raise ChatError(ChatFault.OVERLOAD, f"the endpoint answers 503 to {len(texts)} texts")


class Runs:
    """Runs that share a cache."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.clock = DrivenClock()
        self.asked = 0

    def __call__(
        self, change: bytes, *, embedder: Embedder | None = None, secrets: Any = None, scope: str = "",
        trusts_author: bool = True, **settings: Any,
    ) -> Walkthrough:  # fmt: skip
        def script(request: ChatRequest, number: int) -> str:
            del request, number
            return json.dumps(SAID)

        chat = ScriptedChat(script)
        changes = GivenChange(change)
        changes._change = replace(changes._change, recent_commits=0)
        ports = Ports(
            changes=changes, secrets=secrets or PlantedSecrets(), tokens=WordCounter(), rules=GivenRules(),
            prompts=PromptFiles(), chat=chat, clock=self.clock, progress=str, cache=FakeCache(self.shelf),
            seals=sealing.keys([b"a key of the test's own"]), embedder=embedder or NgramEmbedder(),
        )  # fmt: skip
        chosen = Settings.model_validate({"max_tries": 1, **settings})
        ref = DiffText(name="test", content=b"")
        found = describe.run(ref, ports, chosen, trusts_author=trusts_author, scope=scope)
        self.asked = len(chat.requests)
        return found


@pytest.fixture
def runs() -> Runs:
    made = Runs()
    made(diff("+def all_rows(source):", *ROWS))
    assert made.asked == 1
    return made


def test_a_nearly_identical_change_costs_no_request_and_is_counted(runs: Runs) -> None:
    runs.clock.now += 90
    found = runs(NEAR)
    assert (runs.asked, found.usage.by_model) == (0, {})
    assert found.description is not None
    assert (found.description.summary, found.description.age_s) == ("It reads rows.", 90.0)
    (state,) = FakeCache(runs.shelf).info()
    assert isinstance(state, PoolState)
    assert (state.pool, state.hits, state.misses) == ("describe", 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"trusts_author": False},
        {"scope": "another/repository"},
        {"cache": False},
        {"near": ("describe=off",)},
        {"near": ("describe=1.0",)},
        {"model": "another"},
        {"embedder": DeafEmbedder()},
    ],
)
def test_it_serves_only_where_it_may(runs: Runs, other: dict[str, Any]) -> None:
    found = runs(NEAR, **other)
    assert runs.asked == 1
    assert found.description is not None
    assert found.description.age_s is None
    assert [each.code for each in found.notices] == ["no-near-answers"] * ("embedder" in other)


def test_what_an_untrusted_author_s_change_was_called_serves_nobody(runs: Runs) -> None:
    runs.shelf.answers.clear()
    runs(NEAR, trusts_author=False)
    assert not runs.shelf.answers


def test_it_is_fresh_for_a_week_and_opens_with_our_seal_alone(runs: Runs) -> None:
    (name,) = runs.shelf.answers
    stored = runs.shelf.answers[name]
    runs.shelf.answers[name] = replace(stored, value=stored.value[:-1] + bytes([stored.value[-1] ^ 1]))
    runs(NEAR)
    assert runs.asked == 1
    runs.clock.now += 7 * 86_400 + 1
    runs(NEAR)
    assert runs.asked == 1


@pytest.mark.parametrize(
    "change",
    [
        diff("+def rows(source):", *ROWS, "+    token = read(source)"),
        diff("+def rows(source):", *ROWS, *(f"+    {'x' * 2_000}" for _ in range(11))),
        diff("+def fetched(source):", *(row.replace("read", "fetch") for row in ROWS)),
    ],
)
def test_another_change_is_asked_about(runs: Runs, change: bytes) -> None:
    runs(change)
    assert runs.asked == 1


class Breaking(PlantedSecrets):
    """Fails on the text that stands for a change: its path and its rows, without numbers."""

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        if text.startswith("app.py\n+"):
            raise DetectorError("it broke")
        return super().scan(text)


def test_what_can_t_be_redacted_is_not_embedded(runs: Runs) -> None:
    assert runs(NEAR, secrets=Breaking()).description is not None
    assert runs.asked == 1
