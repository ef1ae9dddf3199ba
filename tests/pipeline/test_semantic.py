"""Near answers in a whole review: prose is served by them, code only confirmed, and nothing else ever."""

import json
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
from hunkwise.adapters.ngram_embedder import NgramEmbedder
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.core import reuse, sealing
from hunkwise.errors import ChatError, ChatFault
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest, Redacted, Stage
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import PoolUse, ReviewReport
from hunkwise.model.stored import Vector
from hunkwise.pipeline import review, verify
from hunkwise.ports import Ports, Reserve
from hunkwise.render import figures, json_report
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
SEALS = sealing.keys([b"a key of the test's own"])
PROSE = (
    " # Settings",
    " ",
    "+The server reads its settings from the environment, then from a file beside it.",
    "+Restart the server after a change of either: it reads them once, when it begins to work.",
    "+What stands in the environment goes before what stands in the file.",
)
CODE = (
    " def total(rows, limit):",
    "     found = 0",
    "+    for row in rows:",
    "+        if row.amount > limit:",
    "+            found += row.amount",
    "+            report(limit)",
    "+        waited = row.paid_on - row.due_on",
    "+        if waited.days > 30 and not row.customer.is_known:",
    "+            remind(row.customer, waited)",
    "     return found",
)


def diff(*rows: str, path: str = "docs/settings.md") -> bytes:
    new, old = sum(row[0] != "-" for row in rows), sum(row[0] != "+" for row in rows)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n"
    return (head + "\n".join(rows) + "\n").encode()


def code(*rows: str) -> bytes:
    return diff(*rows, path="app.py")


def swapped(rows: Sequence[str], old: str, new: str) -> tuple[str, ...]:
    assert any(old in row for row in rows)
    return tuple(row.replace(old, new) for row in rows)


class ListeningEmbedder(NgramEmbedder):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        self.heard += [each.text for each in texts]
        return super().embed(texts)


class DeafEmbedder(NgramEmbedder):
    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        raise ChatError(ChatFault.OVERLOAD, f"the endpoint answers 503 to {len(texts)} texts")


class PaidEmbedder(NgramEmbedder):
    """A provider's: it counts `counted` tokens for each text, 0 for one that counts none."""

    def __init__(self, counted: int = 30) -> None:
        self.counted = counted
        self.texts = 0

    @property
    def model(self) -> str | None:
        return "small"

    @property
    def tokens(self) -> int:
        return self.texts * self.counted

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        self.texts += len(texts)
        return super().embed(texts)


def reads(*findings: Any) -> Script:
    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), *findings)

    return script


def confirms(difference: str = "harmless", confidence: float = 0.95, **changes: Any) -> Script:
    """Answer a confirm request, and read everything that is asked whole."""

    def script(request: ChatRequest, number: int) -> str:
        if request.stage is not Stage.CONFIRM:
            return reads()(request, number)
        shown = request.messages[1].content.text
        names = [part.split('"')[0] for part in shown.split('<candidate id="')[1:]]
        said = [{"id": name, "holds": True, "line": 5, "quote": "found += row.amount", **changes} for name in names]
        return json.dumps({"reason": "A name.", "difference": difference, "confidence": confidence, "findings": said})

    return script


READS = reads()


class Runs:
    """Runs that share a cache."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.clock = DrivenClock()
        self.asked: list[ChatRequest] = []
        self.told: list[str] = []
        self.last: review.Reviewed

    def __call__(
        self,
        change: bytes,
        script: Script = READS,
        *,
        cheap: Script | None = None,
        verifier: Script = upholds_all,
        embedder: NgramEmbedder | None = None,
        trusts_author: bool = True,
        scope: str = "",
        secrets: Sequence[str] = (),
        reserve: Reserve | None = None,
        heads: Mapping[bytes, bytes] | None = None,
        **settings: Any,
    ) -> ReviewReport:
        chats = [ScriptedChat(script, verify=verifier), *([ScriptedChat(cheap, name="cheap")] if cheap else [])]
        changes = GivenChange(change, heads)
        self.told.clear()
        changes._change = replace(changes._change, recent_commits=0)
        ports = Ports(
            changes=changes,
            secrets=PlantedSecrets(*secrets),
            tokens=WordCounter(),
            rules=GivenRules(),
            prompts=PromptFiles(),
            chat=chats[0],
            cheap=tuple(chats[1:]),
            clock=self.clock,
            progress=self.told.append,
            cache=FakeCache(self.shelf),
            seals=SEALS,
            embedder=embedder or NgramEmbedder(),
            reserve=reserve,
            literals=AstGrepLiterals(),
        )
        given = {"max_tries": 1, "verify": "off", "cheap_model": "cheap" if cheap else None, **settings}
        chosen = Settings.model_validate(given)
        self.last = review.run(REF, ports, chosen, trusts_author=trusts_author, scope=scope)
        report = self.last.report
        self.asked = [request for chat in chats for request in chat.requests]
        return report


@pytest.fixture
def runs() -> Runs:
    return Runs()


def end(report: ReviewReport) -> tuple[HunkState, str | None]:
    (entry,) = report.ledger.entries
    return entry.state, entry.by


def test_prose_in_nearly_the_same_words_is_served_without_a_request(runs: Runs) -> None:
    runs(diff(*PROSE))
    runs.clock.now += 60
    report = runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert not runs.asked
    (entry,) = report.ledger.entries
    assert (entry.state, entry.by, entry.age_s) == (HunkState.CACHED, "semantic", 60.0)
    assert report.cache == {"documentation": PoolUse(semantic_hits=1)}
    assert figures.embedding_tokens(report.usage) is None


PRICES = ("fake=1/1", "small=1000/0")


def test_a_provider_s_vectors_are_paid_for_once_and_told(runs: Runs) -> None:
    report = runs(diff(*PROSE), embedder=PaidEmbedder(), max_cost=1.0, prices=PRICES)
    used = json.loads(json_report.text(report))["usage"]
    assert (used["embedding_tokens"], used["requests"]) == (30, 2)
    assert used["by_model"]["small"]["cost_usd"] == pytest.approx(0.03)
    assert used["cost_usd"] == pytest.approx(0.03 + used["by_model"]["fake"]["cost_usd"])
    assert (used["by_stage"]["embed"]["requests"], used["by_stage"]["first"]["requests"]) == (1, 1)
    assert report.models == ("fake",)


def test_many_texts_are_paid_for_in_parts_and_estimated_where_nobody_counts(runs: Runs) -> None:
    many = b"".join(diff(*PROSE, f"+It is page {number}.", path=f"docs/{number}.md") for number in range(33))
    report = runs(many, embedder=PaidEmbedder(counted=0), prices=PRICES)
    assert report.usage.by_stage["embed"].requests == 2
    assert (report.usage.by_stage["embed"].embedding_tokens or 0) > 33 * 20


def test_where_the_budget_is_spent_nothing_near_is_looked_for_and_the_review_goes_on(runs: Runs) -> None:
    embedder = PaidEmbedder()
    report = runs(diff(*PROSE), embedder=embedder, max_cost=0.02, prices=PRICES)
    assert embedder.texts == 0
    assert end(report) == (HunkState.REVIEWED, "model:fake")
    assert [each.code for each in report.notices] == ["budget"]
    assert figures.embedding_tokens(report.usage) is None


def test_vectors_of_which_no_price_is_known_are_not_bought_under_a_budget_in_money(runs: Runs) -> None:
    embedder = PaidEmbedder()
    report = runs(diff(*PROSE), embedder=embedder, max_cost=1.0, prices=("fake=1/1",))
    assert (embedder.texts, end(report)) == (0, (HunkState.REVIEWED, "model:fake"))
    (notice,) = report.notices
    assert notice.text == "Near answers were not looked for: max_cost can't be held: the price of small is not known."


def test_vectors_leave_less_of_the_budget_for_what_reads(runs: Runs) -> None:
    assert end(runs(diff(*PROSE), max_requests=1)) == (HunkState.REVIEWED, "model:fake")
    runs.shelf.answers.clear()
    report = runs(diff(*PROSE), embedder=PaidEmbedder(), max_requests=1)
    assert end(report)[0] is HunkState.FAILED


def test_near_look_ups_are_counted_beside_the_exact_ones(runs: Runs) -> None:
    runs(diff(*PROSE))
    assert runs.shelf.looked == {"documentation": (0, 2)}
    runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert runs.shelf.looked == {"documentation": (1, 3)}
    runs(diff(*PROSE), embedder=DeafEmbedder())
    assert runs.shelf.looked == {"documentation": (2, 3)}
    runs(diff(*swapped(PROSE, "file beside", "folder beside")), embedder=DeafEmbedder())
    assert runs.shelf.looked == {"documentation": (2, 4)}, "nothing near was looked for"
    runs(code(*CODE), cheap=confirms())
    runs(code(*swapped(CODE, "waited", "passed")), cheap=confirms())
    assert runs.shelf.looked["code"] == (1, 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Restart", "Never restart"),
        ("reads them once", "reads them twice, or 2 times"),
        ("the environment goes before what stands in the file", "the file goes before what stands in the environment"),
        ("a file beside it", "a file at https://example.com"),
        ("a file beside it", "`/etc/server.conf`"),
        ("# Settings", "```"),
        ("+Restart the", "+    Restart the"),
        ("+Restart", "+$ Restart"),
    ],
)
def test_prose_that_says_another_thing_is_asked(runs: Runs, old: str, new: str) -> None:
    runs(diff(*PROSE))
    assert end(runs(diff(*swapped(PROSE, old, new)))) == (HunkState.REVIEWED, "model:fake")


def test_prose_in_which_something_was_found_is_asked_again(runs: Runs) -> None:
    runs(diff(*PROSE), reads(finding(PROSE[2][1:], file="docs/settings.md")))
    runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert len(runs.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"trusts_author": False},
        {"scope": "another/repository"},
        {"near": ("documentation=off",)},
        {"near": ("documentation=1.0",)},
        {"passes": 2},
        {"privacy": "personal"},
        {"embedder": DeafEmbedder()},
    ],
)
def test_near_answers_serve_only_where_they_may(runs: Runs, other: dict[str, Any]) -> None:
    runs(diff(*PROSE))
    report = runs(diff(*swapped(PROSE, "begins to work", "begins to run")), **other)
    assert end(report) == (HunkState.REVIEWED, "model:fake")
    assert [each.code for each in report.notices] == ["no-near-answers"] * ("embedder" in other)


def test_an_untrusted_author_s_prose_serves_nobody(runs: Runs) -> None:
    runs(diff(*PROSE), trusts_author=False)
    runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert len(runs.asked) == 1


def test_near_answers_are_fresh_as_long_as_others(runs: Runs) -> None:
    runs(diff(*PROSE))
    runs.clock.now += 7 * 86_400 + 1
    runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert len(runs.asked) == 1


def test_a_forged_near_answer_serves_nobody(runs: Runs) -> None:
    runs(diff(*PROSE))
    for name, stored in list(runs.shelf.answers.items()):
        runs.shelf.answers[name] = replace(stored, value=stored.value[:-1] + bytes([stored.value[-1] ^ 1]))
    runs(diff(*swapped(PROSE, "begins to work", "begins to run")))
    assert len(runs.asked) == 1


def test_a_hunk_with_a_secret_is_not_near_to_any(runs: Runs) -> None:
    rows = (*PROSE, "+The password is HUSHHUSHHUSH.")
    runs(diff(*rows), secrets=["HUSHHUSHHUSH"])
    assert not any(each.vector for each in runs.shelf.answers.values())


FOUND = finding("found += row.amount", severity="medium")


def test_code_is_never_served_by_a_near_answer(runs: Runs) -> None:
    runs(code(*CODE), reads(FOUND))
    report = runs(code(*swapped(CODE, "row.amount > limit", "row.amount >= limit")), reads(FOUND))
    assert end(report) == (HunkState.REVIEWED, "model:fake")
    assert len(runs.asked) == 1
    assert report.cache == {"code": PoolUse(misses=1)}


def test_a_harmless_difference_costs_a_short_request_to_the_cheap_model(runs: Runs) -> None:
    first = runs(code(*CODE), reads(FOUND), cheap=confirms())
    report = runs(code(*swapped(CODE, "waited", "passed")), cheap=confirms())
    (asked,) = runs.asked
    assert asked.stage is Stage.CONFIRM
    assert len(asked_ids(asked)) == 1
    (entry,) = report.ledger.entries
    assert (entry.state, entry.by) == (HunkState.REVIEWED, "model:cheap")
    assert entry.reason == "a near answer, its difference judged harmless"
    assert report.cache == {"code": PoolUse(confirms=1)}
    (before,), (after,) = first.findings, report.findings
    assert (after.line, after.quote.strip(), after.description) == (5, "found += row.amount", before.description)
    assert after.origin == "model:cheap"
    assert report.usage.by_stage["confirm"].requests == 1
    assert [each.name for each in report.beside] == ["confirm"]
    assert not first.beside


def test_short_requests_are_told_before_any_is_sent_and_their_cost_is_in_the_bound(runs: Runs) -> None:
    prices = ("fake=1/1000", "cheap=0.1/100")
    runs(code(*CODE), cheap=confirms(), prices=prices)
    (plain,) = runs.told
    runs(code(*swapped(CODE, "waited", "passed")), cheap=confirms(), prices=prices)
    (told,) = runs.told
    assert told.startswith("asking fake: 1 short request about near answers, then up to 1 request, at most $")
    assert float(told.rpartition("$")[2]) >= float(plain.rpartition("$")[2]) + 2.0, "an answer of 2,000 tokens more"


@pytest.mark.parametrize(
    "cheap",
    [
        confirms("matters"),
        confirms("unclear"),
        confirms(confidence=0.6),
        confirms(holds=False),
        confirms(id="0123456789abcdef"),
        confirms(quote="nowhere in it"),
        confirms(quote="return found"),
        lambda _request, _number: "no JSON",
    ],
)
def test_whatever_is_not_confirmed_is_read_whole(runs: Runs, cheap: Script) -> None:
    runs(code(*CODE), reads(FOUND), cheap=cheap)
    report = runs(code(*swapped(CODE, "waited", "passed")), reads(FOUND), cheap=cheap)
    assert [each.stage for each in runs.asked] == [Stage.FIRST, Stage.CONFIRM]
    assert end(report) == (HunkState.REVIEWED, "model:fake")
    assert report.cache == {"code": PoolUse(misses=1)}


def test_what_a_short_request_said_is_no_answer_for_the_next_run(runs: Runs) -> None:
    other = code(*swapped(CODE, "waited", "passed"))
    runs(code(*CODE), cheap=confirms())
    runs(other, cheap=confirms())
    assert [each.stage for each in runs.asked] == [Stage.CONFIRM]
    run = reuse.Run(head="h", counter=1, material=runs.last.material, spent_usd=None)
    assert not reuse.remember(runs.last.report.findings, runs.last.reading, run, None).read
    runs(other)
    assert [each.stage for each in runs.asked] == [Stage.FIRST]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("report(limit", "session(limit"),
        ("report(limit", "notify(limit"),
        ("amount > limit", "amount >= limit"),
        ("> 30", "> 31"),
        ("not row", "row"),
        ("row.paid_on - row.due_on", "row.due_on - row.paid_on"),
        ("remind(row.customer, waited)", "remind(waited, row.customer)"),
        ("is_known", "is_new"),
        ("+            report", "-            report"),
    ],
)
def test_what_does_another_thing_is_read_whole_whatever_a_cheap_model_would_say(runs: Runs, old: str, new: str) -> None:
    runs(code(*CODE), cheap=confirms())
    runs(code(*swapped(CODE, old, new)), cheap=confirms())
    assert [each.stage for each in runs.asked] == [Stage.FIRST]


def test_a_signal_while_it_is_confirmed_ends_the_run_without_another_request(runs: Runs) -> None:
    def stops(request: ChatRequest, number: int) -> str:
        if request.stage is Stage.CONFIRM:
            raise KeyboardInterrupt
        return reads()(request, number)

    reserved: list[float] = []

    def reserve(most_usd: float, bound_usd: float) -> None:
        reserved.append(most_usd)
        assert bound_usd

    prices = ("fake=1/1", "cheap=1/1")
    runs(code(*CODE), cheap=confirms())
    report = runs(code(*swapped(CODE, "waited", "passed")), cheap=stops, reserve=reserve, prices=prices, max_cost=1.0)
    assert report.stopped
    assert report.notices[0].code == "stopped"
    assert [each.reason for each in report.ledger.entries] == ["cancelled: the run was stopped"]
    assert [each.stage for each in runs.asked] == [Stage.CONFIRM]
    assert len(reserved) == 1, "short requests are reserved for too"


def test_under_strict_privacy_nothing_near_is_looked_for(runs: Runs) -> None:
    embedder = ListeningEmbedder()
    first, other = CODE, swapped(CODE, "waited", "passed")
    for rows in (first, other):
        head = "\n".join(row[1:] for row in rows if row[0] != "-").encode() + b"\n"
        report = runs(code(*rows), cheap=confirms(), embedder=embedder, heads={b"app.py": head}, privacy="strict")
        assert end(report) == (HunkState.REVIEWED, "model:fake")
        assert [each.stage for each in runs.asked] == [Stage.FIRST]
    assert embedder.heard == []
    assert not any(each.vector for each in runs.shelf.answers.values())


@pytest.mark.parametrize("other", [{"model": "another"}, {"privacy": "personal"}])
def test_a_near_answer_that_was_moved_into_another_space_serves_nobody(runs: Runs, other: dict[str, Any]) -> None:
    """Who may write to a store knows no key, and can say of a vector what he likes."""
    runs(diff(*PROSE))
    (name,) = [name for name, each in runs.shelf.answers.items() if each.vector is not None]
    kept = runs.shelf.answers[name]
    runs.shelf.answers.clear()
    runs(diff("+Another page speaks of cats.", path="docs/cats.md"), **other)
    (space,) = {each.vector.space for each in runs.shelf.answers.values() if each.vector is not None}
    assert kept.vector is not None
    runs.shelf.answers = {name: replace(kept, vector=replace(kept.vector, space=space))}
    again = diff(*swapped(PROSE, "begins to work", "begins to run"))
    assert end(runs(again, **other)) == (HunkState.REVIEWED, "model:fake")
    runs.shelf.answers = {name: kept}
    assert end(runs(again)) == (HunkState.CACHED, "semantic")


def test_what_was_to_be_checked_and_was_not_is_no_near_answer(runs: Runs) -> None:
    def down(request: ChatRequest, number: int) -> str:
        raise ChatError(ChatFault.OVERLOAD, f"nobody is there: {request.stage} {number}")

    report = runs(code(*CODE), reads(FOUND), verifier=down, cheap=confirms(), verify="all")
    assert any(each.code == verify.UNCHECKED for each in report.notices)
    runs(code(*swapped(CODE, "waited", "passed")), reads(FOUND), cheap=confirms(), verify="all")
    assert Stage.CONFIRM not in [each.stage for each in runs.asked]


def test_of_equal_hunks_answered_differently_none_is_near(runs: Runs) -> None:
    twice = [row.replace("@@ -1,", "@@ -{0},").replace("+1,", "+{0},") for row in code(*CODE).decode().splitlines(True)]
    head, at, rows = twice[:3], twice[3], twice[4:]
    both = "".join([*head, at.format(1), *rows, at.format(90), *rows]).encode()

    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), {**FOUND, "line": 5})

    report = runs(both, script, cheap=confirms())
    assert len(report.findings) == 1
    runs(code(*swapped(CODE, "waited", "passed")), cheap=confirms())
    assert [each.stage for each in runs.asked] == [Stage.FIRST]


def test_a_trusted_author_s_change_chooses_its_examples_by_vectors(runs: Runs) -> None:
    by_id = {each.id: each for each in PromptFiles().examples()}

    def chosen(name: str, **settings: Any) -> tuple[str, ...]:
        rows = [row for row in by_id[name].hunk.splitlines() if not row.startswith("@@")]
        prompt = runs(diff(*rows, path="src/a.c"), cache=False, **settings).prompt
        assert prompt is not None
        return prompt.examples

    assert chosen("c-off-by-one") == ("c-off-by-one@1", "rust-unwrap-fine@1"), "words alone choose auth-token-fine"
    names = ("c-off-by-one", "go-defer-in-loop", "php-missing-exit")
    assert len({chosen(name) for name in names}) > 1
    assert len({chosen(name, trusts_author=False) for name in names}) == 1
