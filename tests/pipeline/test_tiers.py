"""Query types, tiers and trivial hunks in a whole review, and the cheap model in the gateway."""

from dataclasses import replace
from typing import Any

import pytest

import gateway_builder
from fakes import DrivenClock, GivenChange, GivenRules, PlantedSecrets, ScriptedChat, WordCounter, asked_ids
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.errors import ChatError, ChatFault, ConfigurationError
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import Tier
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import gateway, review
from hunkwise.pipeline.gateway import Gateway, told
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")


def section(path: str, *rows: str) -> bytes:
    new, old = sum(row[0] != "-" for row in rows), sum(row[0] != "+" for row in rows)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n"
    return (head + "\n".join(rows) + "\n").encode()


CHANGE = (
    section("docs/index.md", "-old words", "+new words")
    + section("src/shape.py", "-a = 1", "+a = 2")
    + section("tests/test_shape.py", "-assert a == 1", "+assert a == 2")
    + section("tests/test_door.py", "+assert login(password)")
)


def reviewed(
    diff: bytes, strong: ScriptedChat, *cheap: ScriptedChat, heads: dict[bytes, bytes] | None = None, **more: Any
) -> ReviewReport:
    trusts = more.pop("trusts_author", True)
    ports = Ports(
        changes=GivenChange(diff, heads),
        secrets=PlantedSecrets("PLANTED"),
        tokens=WordCounter(),
        rules=GivenRules(),
        prompts=PromptFiles(),
        chat=strong,
        clock=DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
        cheap=cheap,
    )
    return review.run(REF, ports, Settings(**more), trusts_author=trusts).report


def readers(report: ReviewReport) -> dict[str, str | None]:
    return {entry.file: entry.by for entry in report.ledger.entries}


def test_documentation_and_plain_tests_go_to_the_cheap_model_and_the_rest_does_not() -> None:
    report = reviewed(CHANGE, ScriptedChat(name="strong"), ScriptedChat(name="small"), cheap_model="small")
    assert readers(report) == {
        "docs/index.md": "model:small",
        "src/shape.py": "model:strong",
        "tests/test_shape.py": "model:small",
        "tests/test_door.py": "model:strong",
    }
    assert set(report.usage.by_model) == {"strong", "small"}
    assert report.verdict.outcome is Outcome.APPROVE


@pytest.mark.parametrize("more", [{}, {"cheap_model": "small", "trusts_author": False}])
def test_without_a_cheap_model_or_a_trusted_author_all_is_read_by_the_strong_one(more: dict[str, Any]) -> None:
    small = ScriptedChat(name="small")
    report = reviewed(CHANGE, ScriptedChat(name="strong"), small, **more)
    assert set(readers(report).values()) == {"model:strong"}
    assert small.requests == []


def test_a_change_of_blanks_alone_needs_no_request_and_may_be_approved() -> None:
    head = "function f() {\n  return 1;\n}\n"
    diff = section("a.js", " function f() {", "-\treturn 1;", "+  return 1;", " }")
    chat = ScriptedChat()
    report = reviewed(diff, chat, heads={b"a.js": head.encode()})
    (entry,) = report.ledger.entries
    assert (entry.state, entry.reason) == (HunkState.SKIPPED, "only whitespace changed, where it means nothing")
    assert (chat.requests, report.verdict.outcome) == ([], Outcome.APPROVE)


def test_blanks_are_read_where_the_file_can_not_be_had_or_mean_something() -> None:
    diff = section("a.js", "-\treturn 1;", "+  return 1;") + section("a.py", "-\treturn 1", "+  return 1")
    chat = ScriptedChat()
    report = reviewed(diff, chat, heads={b"a.py": b"  return 1\n"})
    assert {entry.state for entry in report.ledger.entries} == {HunkState.REVIEWED}
    assert len(asked_ids(chat.requests[0])) == 2


def test_json_needs_no_proof_by_a_tree() -> None:
    diff = section("a.json", " {", '-"a": 1', '+  "a": 1', " }")
    assert reviewed(diff, ScriptedChat()).ledger.entries[0].state is HunkState.SKIPPED


def test_requests_that_begin_alike_have_one_cache_key_and_others_do_not() -> None:
    chat = ScriptedChat()
    reviewed(CHANGE + section("src/edge.py", "+b = 3") + section("src/edge.go", "+b = 3"), chat, trusts_author=False)
    keys_by_system: dict[str, set[str]] = {}
    for request in chat.requests:
        keys_by_system.setdefault(request.messages[0].content.text, set()).add(request.cache_key)
    assert len(keys_by_system) == 4, "Python, Go, tests, documentation"
    assert all(len(keys) == 1 for keys in keys_by_system.values())
    keys = set().union(*keys_by_system.values())
    assert len(keys) == 4
    assert max(map(len, keys)) <= 64, "as OpenAI takes"


def with_cheap(*chats: ScriptedChat, cheap: ScriptedChat, **settings: Any) -> Gateway:
    made = gateway.opened(replace(gateway_builder.ports(*chats), cheap=(cheap,)), Settings(**settings), 0.0)
    assert made is not None
    return made


CHEAPLY = replace(gateway_builder.request(), tier=Tier.CHEAP)


def broken(asked: ChatRequest, number: int) -> str:
    del asked, number
    raise ChatError(ChatFault.OVERLOAD, "it said no")


def test_a_cheap_request_goes_to_the_cheap_model_and_every_other_one_does_not() -> None:
    strong, cheap = ScriptedChat(name="strong"), ScriptedChat(name="cheap")
    models = with_cheap(strong, cheap=cheap)
    assert models.complete(CHEAPLY).model == "cheap"
    assert models.complete(gateway_builder.request()).model == "strong"
    assert (len(strong.requests), len(cheap.requests)) == (1, 1)
    assert [each.asked for each in models.attempts] == ["cheap", "strong"], "one journal"


def test_where_the_cheap_model_fails_the_strong_one_answers_and_it_is_told() -> None:
    models = with_cheap(ScriptedChat(name="strong"), cheap=ScriptedChat(broken, name="cheap"), max_tries=1)
    assert models.complete(CHEAPLY).model == "strong"
    (said,) = told.notices(models)
    assert "cheap could not be asked" in said.text
    assert "strong answered" in said.text


def test_a_strong_request_never_falls_to_the_cheap_model() -> None:
    cheap = ScriptedChat(name="cheap")
    models = with_cheap(ScriptedChat(broken, name="strong"), cheap=cheap, max_tries=1)
    with pytest.raises(ChatError):
        models.complete(gateway_builder.request())
    assert cheap.requests == []


def test_a_fallback_model_that_is_the_cheap_one_too_is_one_model() -> None:
    models = with_cheap(ScriptedChat(name="strong"), ScriptedChat(name="small"), cheap=ScriptedChat(name="small"))
    assert models.complete(CHEAPLY).model == "small"
    assert [each.name for each in models.models] == ["strong", "small"]


def test_a_budget_in_money_needs_the_price_of_the_cheap_model_too() -> None:
    with pytest.raises(ConfigurationError, match="the price of cheap is not known"):
        with_cheap(ScriptedChat(name="a"), cheap=ScriptedChat(name="cheap"), max_cost=1.0, prices=("a=1/2",))
