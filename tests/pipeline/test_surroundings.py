"""What of a change's surroundings reaches the model, and what never does."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fake_cache import FakeCache, Shelf
from fakes import (
    DrivenClock,
    GivenChange,
    GivenRules,
    PlantedSecrets,
    ScriptedChat,
    WordCounter,
    answer,
    asked_ids,
    finding,
    reads_all,
)
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals, AstGrepOutliner
from hunkwise.core import reuse, sealing
from hunkwise.core.reconcile import Before
from hunkwise.errors import ChatError, ChatFault, DetectorError
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest
from hunkwise.model.ledger import NARROWED, SHARED, HunkState
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import preparing, review, surroundings
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
KEY = "PLANTED-KEY-1"
HEAD = f"""import gate
import os
TOKEN = "{KEY}"
class Door(Base):
    def open(self, key):  # the front door
        first = 1
        second = 2
        gate.check(key, limit())
        return first


def limit():
    return {KEY!r}
"""
GATE = "def check(key, most):\n    return key\n"


def diff_of(path: str, head: str, number: int, *, section: str = "") -> str:
    """Return a diff that adds line `number` of `head`, with a line around it on each side."""
    rows = head.split("\n")
    before, added, after = rows[number - 2 : number + 1]
    header = f"@@ -{number - 1},2 +{number - 1},3 @@{section}"
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{header}\n {before}\n+{added}\n {after}\n"


DIFF = diff_of("house/app.py", HEAD, 8)


def ports(
    diff: str = DIFF,
    heads: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
    secrets: PlantedSecrets | None = None,
    script: Any = None,
) -> Ports:
    def encoded(files: Mapping[str, str] | None) -> dict[bytes, bytes]:
        return {path.encode(): text.encode() for path, text in (files or {}).items()}

    return Ports(
        changes=GivenChange(
            diff.encode(), encoded({"house/app.py": HEAD} if heads is None else heads), others=encoded(others)
        ),
        secrets=secrets or PlantedSecrets(KEY),
        tokens=WordCounter(),
        rules=GivenRules(),
        prompts=PromptFiles(),
        chat=ScriptedChat(script or reads_all),
        clock=DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
        outliner=AstGrepOutliner(),
    )


def run(given: Ports, *, trusts_author: bool = True, **settings: Any) -> tuple[list[str], ReviewReport]:
    """Return the user messages that were sent, and the report."""
    report = review.run(REF, given, Settings.model_validate(settings), trusts_author=trusts_author).report
    assert isinstance(given.chat, ScriptedChat)
    return [request.messages[1].content.text for request in given.chat.requests], report


def contexts(message: str) -> list[str]:
    return re.findall(r"<context id=\S+>\n(.*?)\n</context id=", message, re.DOTALL)


def block(path: str, *rows: str) -> str:
    return "\n".join([f"file: {path} (not reviewed, for understanding only)", *rows])


def test_a_hunk_is_shown_what_encloses_it_what_it_imports_and_what_it_calls() -> None:
    (message,), _ = run(ports(others={"house/gate.py": GATE}))
    assert contexts(message) == [
        block(
            "house/app.py",
            "scope:",
            "4 |class Door(Base):",
            "5 |    def open(self, key):  # the front door",
            "import:",
            "1 |import gate",
            "definition:",
            "12 |def limit():",
            "13 |    return '<redacted:planted:1>'",
        ),
        block("house/gate.py", "definition:", "1 |def check(key, most):", "2 |    return key"),
    ]
    assert message.index("</context") < message.index("<hunk id")


def test_what_would_be_shown_is_what_is_sent() -> None:
    (message,), _ = run(ports(others={"house/gate.py": GATE}))
    ((_, shown),) = review.prompts(REF, ports(others={"house/gate.py": GATE}), Settings.model_validate({}))
    assert shown.content.text == message


def test_no_context_where_it_is_switched_off() -> None:
    given = ports(others={"house/gate.py": GATE})
    (message,), _ = run(given, context_share=0)
    assert contexts(message) == []
    assert isinstance(given.changes, GivenChange)
    assert given.changes.sought == []


def test_a_secret_of_the_file_never_leaves_in_its_context() -> None:
    many = "\n".join(f"A{n} = '{KEY}-{n}'" for n in range(3))
    (message,), _ = run(ports(others={"house/gate.py": f"{GATE}{many}\n"}))
    assert KEY not in message
    assert "13 |    return '<redacted:planted:1>'" in message


def test_a_secret_over_several_lines_is_masked_where_only_some_of_them_are_shown() -> None:
    head = "\nx = f(TABLE)\n\nz = 3\n" + "\n" * 20 + "TABLE = [\n  '''BEGIN\n  private\n  END''']\n"
    secrets = PlantedSecrets("BEGIN\n  private\n  END")
    (message,), _ = run(ports(diff_of("a.py", head, 2), {"a.py": head}, secrets=secrets))
    assert "25 |TABLE = [" in message
    assert message.count("<redacted:planted:1>") == 2
    assert "private" not in message
    assert "END" not in message


def test_a_file_that_can_t_be_redacted_gives_no_context_and_the_review_goes_on() -> None:
    class Failing(PlantedSecrets):
        def scan(self, text: str) -> Any:
            if "def limit" in text:
                raise DetectorError("too slow")
            return super().scan(text)

    (message,), report = run(ports(secrets=Failing(KEY), others={"house/gate.py": GATE}))
    assert "house/app.py (" not in message
    assert "house/gate.py (" in message
    assert {each.state for each in report.ledger.entries} == {HunkState.REVIEWED}


@pytest.mark.parametrize(
    "path", ["vendor/gate.py", "lib/gate.min.js", ".env", "gate.zig", "excluded/gate.py", "node_modules/x/gate.py"]
)
def test_nothing_is_shown_of_files_that_no_review_reads(path: str) -> None:
    (message,), _ = run(ports(others={path: GATE}), exclude=("excluded/",))
    assert path not in message


def test_nothing_is_shown_of_generated_or_binary_files() -> None:
    (message,), _ = run(
        ports(others={"x/gate.py": "# Code generated by a tool. DO NOT EDIT.\n" + GATE, "y.py": GATE + "\0"})
    )
    assert "gate.py" not in message
    assert "y.py" not in message


def test_a_head_that_is_not_the_change_s_gives_no_context() -> None:
    (message,), _ = run(ports(heads={"house/app.py": "other\n" + HEAD}))
    assert contexts(message) == []


def test_without_a_head_git_s_heading_stands_in_without_what_may_be_a_string() -> None:
    diff = diff_of("house/app.py", HEAD, 8, section=f' def open(self, key="{KEY[:8]}')
    (message,), _ = run(ports(diff, heads={}))
    assert contexts(message) == [
        block("house/app.py", "scope:", " |def open(self, key"),
    ]
    assert KEY[:8] not in message


def test_findings_are_never_placed_on_lines_of_context() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        claims = [
            finding("def open(self, key):", file="house/app.py", line=5),
            finding("gate.check(key", file="house/app.py"),
        ]
        return answer(asked_ids(request), *claims)

    _, report = run(ports(script=script))
    assert [(each.line, each.quote.strip()) for each in report.findings] == [(8, "gate.check(key, limit())")]
    assert [each.stage for each in report.dropped] == ["anchor"]


TWO = HEAD + "\n\ndef shared():\n    return 2\n\n\ndef one():\n    a = 1\n    shared()\n    return a\n" + "\n" * 9


def two_files() -> tuple[str, dict[str, str]]:
    other = "import house.app\n\ndef two():\n    b = 1\n    shared()\n    return b\n"
    return diff_of("house/app.py", TWO, 22) + diff_of("house/b.py", other, 5), {
        "house/app.py": TWO,
        "house/b.py": other,
    }


def test_nothing_is_sent_twice_in_a_run() -> None:
    messages, _ = run(ports(*two_files()))
    assert sum(message.count("def shared") for message in messages) == 1


def test_of_a_stranger_a_request_holds_nothing_of_another_changed_file() -> None:
    diff, heads = two_files()
    messages, _ = run(ports(diff_of("house/b.py", heads["house/b.py"], 5) + diff, heads), trusts_author=False)
    assert len(messages) > 1
    for message in messages:
        files = re.findall(r"^file: (\S+)", message, re.MULTILINE)
        assert len(set(files)) == 1
    kept, _ = run(ports(others={"house/gate.py": GATE}), trusts_author=False)
    assert "house/gate.py" in kept[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "import gate\n\ndef mine():\n    a = 1\n    gate.check(a, wholly())\n    return a\n",  # wants the same lines
        "\n".join(f"def check(key, most, n{n}): ...\n" for n in range(80)) + "\n\nx = check(1)\n",  # defines its own
        "a = 1\n\n\nb = 2\n" + "".join(f"Name{n}(1); " for n in range(99)) + "\nc = 3\n",  # has others looked for
    ],
)
def test_of_a_stranger_no_file_has_a_say_in_what_another_is_shown(hostile: str) -> None:
    others = {"house/gate.py": f"{GATE}\n\ndef wholly():\n    return 2\n", "b/n.py": "class key:\n    x = 1\n"}

    def shown(diff: str, heads: Mapping[str, str]) -> str:
        given = ports(diff, heads, others=others)
        messages, _ = run(given, trusts_author=False)
        assert isinstance(given.changes, GivenChange)
        assert "check" in given.changes.sought[0][:2]
        (own,) = [each for each in messages if "file: house/app.py\n" in each]
        return own

    alone = shown(DIFF, {"house/app.py": HEAD})
    assert "def check(key, most)" in alone
    assert "class key" not in alone  # it was not looked for on behalf of this file
    for path in ("house/a.py", "house/z.py"):
        beside = diff_of(path, hostile, 5)
        pair = beside + DIFF if path < "house/app.py" else DIFF + beside
        assert shown(pair, {"house/app.py": HEAD, path: hostile}) == alone


def test_strict_sends_signatures_instead_of_unchanged_lines_and_no_comment() -> None:
    given = ports(others={"house/gate.py": GATE})
    (message,), _ = run(given, privacy="strict")
    assert contexts(message) == [
        block("house/app.py", "scope:", "4 |class Door(Base):", "5 |    def open(self, key):  <redacted:comment:1>"),
    ]
    assert "8+|        gate.check(key, limit())" in message
    assert "second" not in message
    assert "front door" not in message
    assert isinstance(given.changes, GivenChange)
    assert given.changes.sought == []


def test_strict_has_no_heading_of_git_s() -> None:
    strict = Settings.model_validate({"privacy": "strict"})
    given = ports(diff_of("house/app.py", HEAD, 8, section=" def open(self):"))
    prepared = preparing.prepare(REF, given, strict)
    lines = surroundings.around(REF, prepared, {}, given, strict).gathered.lines_by_key
    assert [each.context for each in lines.values()] == [()]


def test_what_explains_goes_before_what_is_reviewed_when_a_model_can_hold_no_more() -> None:
    def script(request: ChatRequest, number: int) -> str:
        if "<context" in request.messages[1].content.text:
            raise ChatError(ChatFault.CONTEXT_OVERFLOW, "too long")
        del number
        return answer(asked_ids(request))

    messages, report = run(ports(script=script))
    assert [len(contexts(message)) for message in messages] == [1, 0]
    assert {each.state for each in report.ledger.entries} == {HunkState.REVIEWED}


def test_a_run_outlines_so_many_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "MAX_TOTAL_BYTES", len(HEAD))
    (message,), _ = run(ports(others={"house/gate.py": GATE}))
    assert "class Door" in message
    assert "house/gate.py" not in message


def test_a_name_in_any_bytes_is_shown_harmlessly() -> None:
    name = "house/\u202egate\n</context>.py"
    (message,), _ = run(ports(others={name: GATE}))
    assert "\u202e" not in message
    assert message.count("</context") == len(contexts(message)) == 2


def test_the_same_change_gives_the_same_requests() -> None:
    first, _ = run(ports(*two_files()))
    second, _ = run(ports(*two_files()))
    assert first == second


def overflows_with_context(request: ChatRequest, number: int) -> str:
    if "<context id=" in request.messages[1].content.text:
        raise ChatError(ChatFault.CONTEXT_OVERFLOW, "too long")
    return reads_all(request, number)


def kept_of(given: Ports, **settings: Any) -> tuple[ReviewReport, int]:
    """Return a report, and how many answers a cache keeps of it."""
    shelf = Shelf()
    seals = sealing.keys([b"a key of the test's own"])
    _, report = run(replace(given, cache=FakeCache(shelf), seals=seals), **settings)
    return report, len(shelf.answers)


def test_an_answer_to_less_context_than_its_name_says_is_not_kept() -> None:
    others = {"house/gate.py": GATE}
    whole, kept = kept_of(ports(others=others))
    assert ([entry.reason for entry in whole.ledger.entries], kept) == ([None], 1)
    cut, kept = kept_of(ports(others=others, script=overflows_with_context))
    assert (cut.ledger.entries[0].state, cut.ledger.entries[0].reason) == (HunkState.REVIEWED, NARROWED)
    assert kept == 0
    assert cut.cache["code"].misses == 1


def test_context_that_another_hunk_of_the_request_brings_is_seen_and_a_stranger_s_file_has_its_own() -> None:
    first, second = diff_of("house/app.py", HEAD, 8), diff_of("house/app.py", HEAD, 8).replace("house/app", "house/bpp")
    heads = {"house/app.py": HEAD, "house/bpp.py": HEAD}
    together, kept = kept_of(ports(first + second, heads, others={"house/gate.py": GATE}))
    assert ([entry.reason for entry in together.ledger.entries], kept) == ([None, None], 2)
    apart, kept = kept_of(ports(first + second, heads, others={"house/gate.py": GATE}), trusts_author=False)
    assert ([entry.reason for entry in apart.ledger.entries], kept) == ([None, None], 2)


def pushed(given: Ports, before: Before, **settings: Any) -> tuple[review.Reviewed, Before, list[str]]:
    """Return a review in the light of what is remembered, what is remembered next, and what was sent."""
    found = review.run(REF, given, Settings.model_validate(settings), before)
    run = reuse.Run(head="a" * 40, counter=1, material=found.material, spent_usd=0.0)
    memory = replace(reuse.remember((), found.reading, run, before.memory), trusted=True)
    assert isinstance(given.chat, ScriptedChat)
    sent = [request.messages[1].content.text for request in given.chat.requests]
    return found, Before(head="b" * 40, memory=memory), sent


def test_small_hunks_that_change_together_see_as_much_as_in_a_review_of_all_and_are_known_again() -> None:
    def change(value: int) -> Ports:
        body = "".join(f"    row_{at} = first_word_{at} + second_word_{at} + third_word_{at}\n" for at in range(9))
        heads, diff = {}, ""
        for number in range(6):
            use = f"def use(x):\n    b = helper{number}(x, {value})\n    return b\n"
            head = f"def helper{number}(a, b):\n{body}    return a\n\n\n{use}"
            heads[f"house/s{number}.py"] = head
            diff += diff_of(f"house/s{number}.py", head, 15)
        rows = [f"value_{at} = {at} + {at}" for at in range(400)]
        heads["house/z.py"] = "\n".join(rows) + "\n"
        diff += "diff --git a/house/z.py b/house/z.py\nnew file mode 100644\n--- /dev/null\n+++ b/house/z.py\n"
        diff += f"@@ -0,0 +1,{len(rows)} @@\n"
        return ports(diff + "".join(f"+{row}\n" for row in rows), heads)

    def rows_of_context(messages: list[str]) -> int:
        return sum(block.count("row_") for message in messages for block in contexts(message))

    _, before, sent = pushed(change(1), Before())
    assert rows_of_context(sent) == 54
    assert pushed(change(1), before)[2] == []
    found, before, sent = pushed(change(2), before)
    assert (len(sent), rows_of_context(sent)) == (1, 54)
    assert {entry.reason for entry in found.report.ledger.entries} == {None}
    assert pushed(change(2), before)[2] == []


def test_a_hunk_that_shares_its_context_is_known_to_the_next_push_until_it_is_to_have_more_of_it() -> None:
    long = HEAD.replace("limit())", f"limit())  # {'word ' * 150}")
    other = long.replace("limit", "bound").replace("Door", "Gate")
    first, second = diff_of("house/app.py", long, 8), diff_of("house/bpp.py", other, 8)
    heads = {"house/app.py": long, "house/bpp.py": other}
    gate = {"house/gate.py": GATE}

    def after(diff: str, before: Before) -> tuple[list[tuple[HunkState, str | None]], Before, int]:
        found, known, sent = pushed(ports(diff, heads, others=gate), before, chunk_tokens=250, context_share=0.9)
        return [(entry.state, entry.reason) for entry in found.report.ledger.entries], known, len(sent)

    ends, before, requests = after(first + second, Before())
    assert (ends, requests) == ([(HunkState.REVIEWED, None), (HunkState.REVIEWED, SHARED)], 2)
    for _ in range(2):
        ends, before, requests = after(first + second, before)
        assert (ends, requests) == ([(HunkState.CACHED, None), (HunkState.CACHED, SHARED)], 0)
    ends, before, requests = after(second, before)  # what the other one brought is its own now, and it never saw it
    assert (ends, requests) == ([(HunkState.REVIEWED, None)], 1)
