"""Stored answers in a whole review: what they save, and that nothing else is answered by them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from fake_cache import FakeCache, Shelf
from fakes import (
    DrivenClock,
    GivenChange,
    GivenRules,
    PlantedSecrets,
    Script,
    ScriptedChat,
    WordCounter,
    answer,
    asked_ids,
    finding,
    upholds_all,
)
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals, AstGrepPlainLines
from hunkwise.cli.review import exit_code
from hunkwise.core import reuse, sealing
from hunkwise.core.reconcile import Before
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest, PromptPack
from hunkwise.model.ledger import UNVERIFIED, HunkState
from hunkwise.model.report import Outcome, PoolUse, ReviewReport
from hunkwise.pipeline import review
from hunkwise.pipeline.review import NOTHING_BEFORE
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
SEALS = sealing.keys([b"a key of the test's own"])
HOUR = 3_600.0


def diff(*rows: str, path: str = "app.py", start: int = 1) -> bytes:
    new, old = sum(row[0] != "-" for row in rows), sum(row[0] != "+" for row in rows)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{start},{old} +{start},{new} @@\n"
    return (head + "\n".join(rows) + "\n").encode()


def head(*rows: str, before: int = 0) -> bytes:
    return ("pass\n" * before + "\n".join(row[1:] for row in rows if row[0] != "-") + "\n").encode()


def finds(*quotes: str, **more: Any) -> Script:
    """Report each of `quotes` that a request shows, and read everything."""

    def script(request: ChatRequest, number: int) -> str:
        del number
        shown = request.messages[1].content.text
        found = [finding(quote, **more) for quote in quotes if quote in shown]
        return answer(asked_ids(request), *found)

    return script


def down(request: ChatRequest, number: int) -> str:
    del request, number
    raise ChatError(ChatFault.BAD_KEY, "it is down")


class SilentOnComments(PromptFiles):
    def load(self, name: str, version: str) -> PromptPack:
        return replace(super().load(name, version), judges_comments=False)


class Runs:
    """Runs that share a cache; `requests` counts those of the last one, `remembered` is what it leaves to the next."""

    remembered: Before

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.clock = DrivenClock()
        self.cache = FakeCache(self.shelf)
        self.requests = 0

    def __call__(
        self,
        change: bytes,
        script: Script,
        heads: dict[bytes, bytes] | None = None,
        *,
        secrets: Sequence[str] = (),
        seals: Any = SEALS,
        prompts: PromptFiles | None = None,
        scope: str = "",
        recent: int | None = 0,
        unasked: str | None = None,
        verifier: Script = upholds_all,
        endpoint: str = "",
        identity: str = "given",
        policies: Mapping[str, bytes] | None = None,
        before: Before = NOTHING_BEFORE,
        name: str = "fake",
        **settings: Any,
    ) -> ReviewReport:
        chat = ScriptedChat(script, verify=verifier, name=name)
        changes = GivenChange(change, heads)
        changes._change = replace(changes._change, recent_commits=recent, identity=identity, policies=policies or {})
        ports = Ports(
            changes=changes,
            secrets=PlantedSecrets(*secrets),
            tokens=WordCounter(),
            rules=GivenRules(),
            prompts=prompts or PromptFiles(),
            chat=chat,
            clock=self.clock,
            progress=str,
            cache=self.cache,
            seals=seals,
            plain=AstGrepPlainLines(),
            literals=AstGrepLiterals(),
            endpoint=endpoint,
        )
        told = {"verify": "off", "max_tries": 1, **settings}
        found = review.run(REF, ports, Settings(**told), before, scope=scope, unasked=unasked)
        self.requests = len(chat.requests)
        run = reuse.Run(head="a" * 40, counter=1, material=found.material, spent_usd=0.0)
        left = reuse.remember(found.open, found.reading, run, before.memory)
        self.remembered = Before(head="b" * 40, memory=replace(left, trusted=True))
        return found.report


@pytest.fixture
def runs() -> Runs:
    return Runs()


def ends(report: ReviewReport) -> list[tuple[HunkState, str | None, float | None]]:
    return [(entry.state, entry.by, entry.age_s) for entry in report.ledger.entries]


BODY = (" def f(xs):", "     print(xs)", "+    return xs[0]", " ")


def test_the_very_same_hunk_is_not_asked_again_and_its_finding_stands_at_today_s_line(runs: Runs) -> None:
    first = runs(diff(*BODY), finds("return xs[0]"))
    assert (runs.requests, first.findings[0].line, first.cache) == (1, 3, {"code": PoolUse(misses=1)})
    runs.clock.now += 60
    second = runs(diff(*BODY, start=41), finds("return xs[0]"))
    assert runs.requests == 0
    assert ends(second) == [(HunkState.CACHED, "exact", 60.0)]
    assert second.cache == {"code": PoolUse(exact_hits=1)}
    assert second.findings == (replace(first.findings[0], line=43, end_line=43),)
    assert second.verdict.outcome is Outcome.BLOCK


def test_one_look_up_for_all_hunks_and_one_put(runs: Runs) -> None:
    change = b"".join(diff(f"+x = {number}", path=f"f{number}.py") for number in range(5))
    runs(change, finds())
    asked = [(pool, len(keys)) for pool, keys in runs.cache.asked]
    assert asked == [("code", 5)]  # no head, so no canonical key
    assert len(runs.shelf.answers) == 5


def test_blanks_and_blank_lines_cost_no_request(runs: Runs) -> None:
    old = (" def f(xs):", "     print(xs)", "+    first = xs[0]", "+    return first", " ")
    new = (" def f(xs):", "     print(xs)", "+    first  =  xs[0]   ", "+", "+    return first", " ")
    runs(diff(*old), finds("return first"), {b"app.py": head(*old)})
    report = runs(diff(*new), finds("return first"), {b"app.py": head(*new)})
    assert runs.requests == 0
    assert ends(report) == [(HunkState.CACHED, "canonical", 0.0)]
    assert (report.findings[0].line, report.findings[0].quote) == (5, "    return first")
    assert report.cache == {"code": PoolUse(canonical_hits=1)}


@pytest.mark.parametrize(
    "row",
    [
        "+    return xs[1]", "+    return xs[-0]", "+     return xs[0]", '+    return "xs[0]"', "+    return xs[0] # x",
        "-    return xs[0]",
    ],
)  # fmt: skip
def test_whatever_may_matter_is_asked(runs: Runs, row: str) -> None:
    runs(diff(*BODY), finds(), {b"app.py": head(*BODY)})
    changed = (*BODY[:2], row, *BODY[3:])
    runs(diff(*changed), finds(), {b"app.py": head(*changed)})
    assert runs.requests == 1


def test_a_comment_counts_unless_the_prompt_does_not_judge_comments(runs: Runs) -> None:
    said = (*BODY[:2], "+    # the first one", *BODY[2:])
    for prompts, requests in ((PromptFiles(), 1), (SilentOnComments(), 0)):
        runs.shelf.answers.clear()
        runs(diff(*BODY), finds("return xs[0]"), {b"app.py": head(*BODY)}, prompts=prompts)
        report = runs(diff(*said), finds("return xs[0]"), {b"app.py": head(*said)}, prompts=prompts)
        assert runs.requests == requests
        assert report.findings[0].line == 4


@pytest.mark.parametrize(
    "other",
    [
        {"scope": "github:1:pull 7"}, {"model": "another"}, {"fallback_models": ("m2",)}, {"cache": False},
        {"seals": sealing.keys([b"another key"])}, {"seals": sealing.keys([])}, {"endpoint": "other.example"},
        {"privacy": "personal"}, {"chunk_tokens": 3_000}, {"examples": 1}, {"context_share": 0.1}, {"passes": 3},
        {"identity": "another"}, {"identity": ""},
    ],
)  # fmt: skip
def test_an_answer_serves_only_on_its_own_terms(runs: Runs, other: dict[str, Any]) -> None:
    runs(diff(*BODY), finds())
    runs(diff(*BODY), finds(), **other)
    assert runs.requests >= 1


def test_no_cache_keeps_nothing(runs: Runs) -> None:
    runs(diff(*BODY), finds(), cache=False)
    assert not runs.shelf.answers


def test_what_is_past_its_time_is_asked_and_kept_anew(runs: Runs) -> None:
    runs(diff(*BODY), finds())
    runs.clock.now += 25 * HOUR
    runs(diff(*BODY), finds())
    assert runs.requests == 1
    runs.clock.now += 23 * HOUR
    runs(diff(*BODY), finds())
    assert runs.requests == 0


@pytest.mark.parametrize("recent", [10, None])
def test_in_an_active_repository_time_is_short(runs: Runs, recent: int | None) -> None:
    runs(diff(*BODY), finds())
    runs.clock.now += 2 * HOUR
    runs(diff(*BODY), finds(), recent=recent)
    assert runs.requests == 1


def test_a_lifetime_is_a_setting(runs: Runs) -> None:
    runs(diff(*BODY), finds(), cache_ttl={"code": "2h/1h"})
    runs.clock.now += 3 * HOUR
    runs(diff(*BODY), finds(), cache_ttl=("code=2h/1h",))
    assert runs.requests == 1


def test_a_stale_answer_serves_where_nobody_can_be_asked_and_says_its_age(runs: Runs) -> None:
    runs(diff(*BODY), finds("return xs[0]"))
    runs.clock.now += 50 * HOUR
    report = runs(diff(*BODY), down)
    assert ends(report) == [(HunkState.CACHED, "stale", 50 * HOUR)]
    assert report.findings[0].line == 3
    assert [notice.text for notice in report.notices if notice.code == "stale-answers"] == [
        "Nobody could be asked about 1 hunk: stored answers serve that are up to 2 d old."
    ]
    assert report.cache == {"code": PoolUse(stale_hits=1)}
    runs(diff(*BODY), finds())
    assert runs.requests == 1


@pytest.mark.parametrize(("script", "limit", "code"), [(down, {}, 4), (finds(), {"max_tokens": 1}, 5)])
def test_a_stale_answer_never_makes_a_review_green(
    runs: Runs, script: Script, limit: dict[str, Any], code: int
) -> None:
    other = diff("+y = 2", path="other.py")
    runs(diff(*BODY), finds())
    runs.clock.now += 50 * HOUR
    report = runs(diff(*BODY), script, **limit)
    assert ends(report) == [(HunkState.CACHED, "stale", 50 * HOUR)]
    assert report.ledger.entries[0].reason
    assert report.verdict.outcome is Outcome.INCOMPLETE
    assert report.verdict.reasons == (
        "1 of 1 hunk could not be reviewed; for 1 of them an answer past its time stands in",
    )
    assert exit_code(report) == code
    both = runs(diff(*BODY) + other, script, **limit)
    assert both.verdict.outcome is Outcome.INCOMPLETE


def test_an_answer_far_past_its_time_does_not_even_stand_in(runs: Runs) -> None:
    runs(diff(*BODY), finds("return xs[0]"))
    runs.clock.now += 32 * 24 * HOUR
    report = runs(diff(*BODY), down)
    assert [entry.state for entry in report.ledger.entries] == [HunkState.FAILED]
    assert not report.findings


def test_an_answer_under_other_words_of_the_team_is_not_reused(runs: Runs) -> None:
    told = ({"paths": ("*.md",), "text": "Mind the tone."},)
    prose = diff("+words", path="a.md")
    runs(diff(*BODY), finds(), instructions=told)
    runs(diff(*BODY), finds(), instructions=told)
    assert runs.requests == 0
    runs(diff(*BODY) + prose, finds(), instructions=told)
    assert len(runs.shelf.answers) == 3  # the code was asked anew, under the words for prose


def test_a_hunk_that_was_not_read_to_the_end_is_not_kept(runs: Runs) -> None:
    runs(diff(*BODY), lambda request, number: answer([]))  # noqa: ARG005  # it acknowledges nothing
    runs(diff(*BODY), down)
    assert not runs.shelf.answers


def test_what_was_to_be_checked_and_was_not_is_not_kept(runs: Runs) -> None:
    report = runs(diff(*BODY), finds("return xs[0]"), verify="all", verifier=down)
    assert "not-verified" in {notice.code for notice in report.notices}
    assert not runs.shelf.answers
    runs(diff(*BODY), finds(), verify="all")
    assert len(runs.shelf.answers) == 1


def test_what_was_not_checked_is_asked_again_until_it_is(runs: Runs) -> None:
    """The pull request's memory knows it no better than the pools do."""
    other = diff("+x = 1", path="other.py")
    change = diff(*BODY) + other
    first = runs(change, finds("return xs[0]"), verify="all", verifier=down, cache=False)
    assert [entry.reason for entry in first.ledger.entries] == [UNVERIFIED, None]
    second = runs(change, finds("return xs[0]"), verify="all", before=runs.remembered, cache=False)
    assert runs.requests == 2, "the hunk is read again, and its claim is checked"
    assert ends(second) == [(HunkState.REVIEWED, "model:fake", None), (HunkState.CACHED, "incremental", None)]
    assert not second.notices
    assert [each.quote for each in second.findings] == ["    return xs[0]"]
    runs(change, finds(), verify="all", before=runs.remembered, cache=False)
    assert runs.requests == 0


def test_what_needs_no_check_is_kept_although_another_claim_was_not_checked(runs: Runs) -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        low = finding("y = 1", file="other.py", severity="low")
        return answer(asked_ids(request), finding("return xs[0]"), low)

    other = diff("+y = 1", path="other.py")
    runs(diff(*BODY) + other, script, verify="all", verifier=down)
    assert len(runs.shelf.answers) == 1
    assert [each.quote for each in runs(other, down, verify="all").findings] == ["y = 1"]


SAYS = "correct-horse-battery"


def test_a_secret_the_detector_learned_since_leaves_in_no_reused_words(runs: Runs) -> None:
    said = finds("return xs[0]", description=f"The password {SAYS} is logged.")
    runs(diff(*BODY), said)
    remembered = runs.remembered
    reports = [runs(diff(*BODY), down, secrets=[SAYS], before=remembered), runs(diff(*BODY), down, secrets=[SAYS])]
    runs.clock.now += 50 * HOUR
    reports.append(runs(diff(*BODY), down, secrets=[SAYS]))
    assert [entry.by for report in reports for entry in report.ledger.entries] == ["incremental", "exact", "stale"]
    reports.append(runs(diff(*BODY, "+x = 1"), finds(), secrets=[SAYS], before=remembered))  # read again, and carried
    assert reports[-1].ledger.count(HunkState.REVIEWED) == 1
    for report in reports:
        assert [each.description for each in report.findings] == ["The password <redacted:planted:1> is logged."]


def test_a_person_who_is_called_like_one_of_our_words_changes_nothing(runs: Runs) -> None:
    owners = {"CODEOWNERS": b"* @exact @model @budget @unread @incremental @stale @rules @fake\n"}
    told: dict[str, Any] = {"privacy": "personal", "policies": owners}
    first = runs(diff(*BODY), finds("return xs[0]"), **told)
    assert [(entry.state, entry.by) for entry in first.ledger.entries] == [
        (HunkState.REVIEWED, "model:<redacted:person:1>")
    ]
    before = runs.remembered
    assert ends(runs(diff(*BODY), down, **told)) == [(HunkState.CACHED, "exact", 0.0)]
    assert [entry[1] for entry in ends(runs(diff(*BODY), down, before=before, **told))] == ["incremental"]
    runs.clock.now += 50 * HOUR
    assert [entry[1] for entry in ends(runs(diff(*BODY), down, **told))] == ["stale"]
    spent = runs(diff("+y = 2"), finds(), max_tokens=1, **told)
    assert (exit_code(spent), spent.cache) == (5, {"code": PoolUse(misses=1)})


def test_equal_hunks_that_were_answered_differently_are_asked_again(runs: Runs) -> None:
    first, second = ("@@ -1,1 +1,2 @@", "@@ -50,1 +51,2 @@")
    rows = " a\n+b = [][0]\n"
    change = f"diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n{first}\n{rows}{second}\n{rows}".encode()
    runs(change, finds("b = [][0]", line=2))
    runs(change, finds())
    assert runs.requests == 1


def test_equal_hunks_that_were_answered_alike_are_one_entry(runs: Runs) -> None:
    first, second = ("@@ -1,1 +1,2 @@", "@@ -50,1 +51,2 @@")
    rows = " a\n+b = [][0]\n"
    change = f"diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n{first}\n{rows}{second}\n{rows}".encode()
    runs(change, finds())
    assert len(runs.shelf.answers) == 1
    runs(change, finds())
    assert runs.requests == 0


def test_words_that_speak_of_a_line_hold_only_where_it_stands(runs: Runs) -> None:
    runs(diff(*BODY), finds("return xs[0]", description="Line 3 fails for an empty list."))
    runs(diff(*BODY), finds())
    assert runs.requests == 0
    runs(diff(*BODY, start=9), finds())
    assert runs.requests == 1


def test_a_secret_is_not_kept_and_a_placeholder_gets_today_s_number(runs: Runs) -> None:
    secrets = ("HUSH-1", "HUSH-2")
    other = diff("+k = 'HUSH-1'", path="app.py").decode() + "@@ -20,0 +21,2 @@\n+j = 'HUSH-2'\n+pass\n"
    alone = diff("+j = 'HUSH-2'", "+pass", path="app.py")
    first = runs(alone, finds("j = '<redacted:planted:1>'"), secrets=secrets)
    assert first.findings
    assert not any(b"HUSH" in each.value for each in runs.shelf.answers.values())
    report = runs(other.encode(), finds("k = '<redacted"), secrets=secrets)
    quotes = {each.quote for each in report.findings if each.origin.startswith("model:")}
    assert quotes == {"k = '<redacted:planted:1>'", "j = '<redacted:planted:2>'"}


def test_who_wrote_a_placeholder_himself_is_asked(runs: Runs) -> None:
    runs(diff("+x = '<redacted:aws:1>'"), finds(), {b"app.py": b"x = '<redacted:aws:1>'\n"})
    runs(diff("+x = '<redacted:aws:2>'"), finds(), {b"app.py": b"x = '<redacted:aws:2>'\n"})
    assert runs.requests == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda each: replace(each, value=each.value[:-1]),
        lambda each: replace(each, value=each.value[:20] + b"\0" + each.value[21:]),
        lambda each: replace(each, value=b""),
        lambda each: replace(each, expires_at=each.expires_at + 1),
        lambda each: replace(each, created_at=each.created_at + 1),
        lambda each: replace(each, created_at=float("nan")),
        lambda each: replace(each, key="0" * 64),
    ],
)
def test_what_we_did_not_write_serves_nobody(runs: Runs, spoil: Any) -> None:
    runs(diff(*BODY), finds())
    ((name, stored),) = runs.shelf.answers.items()
    runs.shelf.answers[name] = spoil(stored)
    runs(diff(*BODY), finds())
    assert runs.requests == 1


def test_an_answer_that_is_put_under_another_hunk_s_name_serves_nobody(runs: Runs) -> None:
    runs(diff(*BODY), finds())
    ((harmless, stored),) = runs.shelf.answers.items()
    runs(diff("+eval(input())"), finds("eval(input())"))
    (other,) = [name for name in runs.shelf.answers if name != harmless]
    runs.shelf.answers[other] = replace(stored, key=other[1])
    assert runs(diff("+eval(input())"), finds("eval(input())")).findings
    assert runs.requests == 1


def test_a_rules_review_neither_reads_nor_writes(runs: Runs) -> None:
    runs(diff(*BODY), finds())
    report = runs(diff(*BODY), finds(), unasked=None, engine="rules")
    assert report.cache == {"code": PoolUse(exact_hits=1)}


def test_a_signal_while_answers_are_stored_loses_nothing_that_was_read(runs: Runs, monkeypatch: Any) -> None:
    def interrupted(answers: Sequence[Any]) -> None:
        del answers
        raise KeyboardInterrupt

    monkeypatch.setattr(runs.cache, "put", interrupted)
    report = runs(diff("+bad = 1"), finds("bad = 1"))
    assert [each.quote for each in report.findings] == ["bad = 1"]
    assert report.ledger.count(HunkState.REVIEWED) == 1
    assert report.notices[0].code == "stopped"
    assert exit_code(report) == 130
