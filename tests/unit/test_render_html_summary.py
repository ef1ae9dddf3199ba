from dataclasses import replace
from typing import Any

import pytest

import page_reader
from hunkwise.model.change import Change, Notice
from hunkwise.model.diff import Diff
from hunkwise.model.finding import Dropped, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import ModelUsage, Outcome, Usage, Verdict
from hunkwise.render import html
from page_reader import Element
from report_builder import empty_report, file_of, hunk_of, report


def shown(**overrides: Any) -> Element:
    return page_reader.read(html.page(report(**overrides)))


def one_file(text: str, **fields: Any) -> Diff:
    return Diff(files=(file_of("a.py", hunk_of(text), **fields),))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_verdict_and_its_reasons_come_first(outcome: Outcome) -> None:
    root = shown(verdict=Verdict(outcome=outcome, reasons=("Because <so>.",)))
    section = root.one("section", "verdict")
    assert section.one("h1").text == outcome.value.capitalize()
    assert [reason.text for reason in section.all("li")] == ["Because <so>."]
    assert root.one("title").text == f"{outcome.value.capitalize()}, 4 findings \N{EN DASH} hunkwise"


def figures(root: Element) -> dict[str, str]:
    return {tile.one("dt").text: tile.one("dd").text for tile in root.all("div", "tile")}


def test_the_figures_are_shown_and_a_missing_one_is_not_known() -> None:
    assert figures(shown()) == {
        "High findings": "2",
        "Medium findings": "1",
        "Low findings": "1",
        "Hunks read": "3 of 9",
        "Tokens": "not known",
        "Cost": "not known",
        "Median latency": "950 ms",
    }
    cells_of = [[cell.text for cell in row.all("td")] for row in shown().one("table", "figures").all("tr")[1:]]
    assert cells_of == [["3", "12,345", "1,024", "890", "$0.0123"], ["1", *["not known"] * 4]]


@pytest.mark.parametrize(
    ("cost", "written"),
    [(0.0, "$0.00"), (0.00001, "under $0.0001"), (0.5, "$0.5000"), (1234.5, "$1,234.50"), (None, "not known")],
)
def test_known_tokens_are_added_and_money_is_exact_enough(cost: float | None, written: str) -> None:
    asked = ModelUsage(requests=1, prompt_tokens=1000, cached_prompt_tokens=0, completion_tokens=24, cost_usd=cost)
    tiles = figures(
        shown(usage=Usage(by_model={"a": asked, "b": replace(asked, cost_usd=0.0 if cost is not None else 1)}))
    )
    assert (tiles["Tokens"], tiles["Cost"], tiles["Median latency"]) == ("2,048", written, "not known")


def test_the_ledger_tells_how_each_hunk_ended() -> None:
    root = shown()
    counts = [item.text for item in root.one("ul", "counted").all("li")]
    assert counts == ["reviewed 2", "cached 1", "skipped 4", "failed 2"]
    widths = [rect.attributes["width"] for rect in root.all("rect")]
    assert widths == ["22.22%", "11.11%", "44.44%", "22.22%"]
    alarm = root.one("section", "alarm")
    assert "2 hunks not reviewed" in alarm.text
    assert [item.text for item in alarm.all("li")] == [
        "scripts/fetch.sh @@ -1,4 +1,4 @@ model unavailable; rules only",
        "data/torn.csv hunk 2 is shorter than its header says",
    ]
    assert [row.text.partition("@@ ")[2].rpartition("@@")[2].strip() for row in root.all("tr", "h")] == [
        "reviewed model:gpt-5-mini",
        "class Admin: cached exact, 2 h old",
        "failed rules, model unavailable; rules only",
        "skipped lock file",
        "reviewed model:gpt-5-mini",
    ]


@pytest.mark.parametrize(
    ("age_s", "written"), [(5.0, "5 s old"), (120.0, "2 min old"), (7200.0, "2 h old"), (172800.0, "2 d old")]
)
def test_the_age_of_a_cached_answer_is_told(age_s: float, written: str) -> None:
    entry = Entry(file="a.py", hunk="@@ -1,0 +1,1 @@", added=1, deleted=0, state=HunkState.CACHED, age_s=age_s)
    root = shown(diff=one_file("+x\n"), ledger=Ledger(entries=(entry,)), findings=())
    assert written in root.one("tr", "h").text


def test_many_failures_are_all_there_and_a_hunk_without_entry_is_told() -> None:
    entry = Entry(file="x", hunk=None, added=0, deleted=0, state=HunkState.FAILED)
    root = shown(diff=one_file("+x\n"), ledger=Ledger(entries=(entry,) * 11), findings=())
    alarm = root.one("section", "alarm")
    assert alarm.one("summary").text == "3 more"
    assert [item.text for item in alarm.all("li")] == ["x no reason was recorded"] * 11
    assert "not in the ledger" in root.one("tr", "h").text


def test_two_entries_of_one_name_go_to_two_hunks() -> None:
    file = file_of("a.py", hunk_of("+x\n"), hunk_of("+x\n"))
    entry = Entry(file="a.py", hunk="@@ -1,0 +1,1 @@", added=1, deleted=0, state=HunkState.REVIEWED)
    failed = replace(entry, state=HunkState.FAILED, reason="timeout")
    root = shown(diff=Diff(files=(file,)), ledger=Ledger(entries=(entry, failed)), findings=())
    assert "reviewed" in root.by_id("hunk-1-1").text
    assert "failed timeout" in root.by_id("hunk-1-2").text


def test_dropped_claims_are_printed_from_medium_up() -> None:
    claims = shown().one("ul", "claims")
    assert len(claims.all("li")) == 3
    assert "The connection is never closed." in claims.text
    assert "Dropped at anchor: the quoted code is on no line of the diff" in claims.text
    assert "Roles are saved once per match." in claims.text
    assert "Bash would be better." not in claims.text
    assert "confidence 0.20 is below 0.30" in claims.text


def test_many_dropped_claims_are_folded() -> None:
    claim = Dropped(file="a", line=1, stage="s", reason="r", severity=Severity.HIGH, description="d")
    fold = shown(dropped=(claim,) * 9).one("ul", "claims").parent
    assert fold is not None
    assert "open" not in fold.attributes
    assert fold.one("summary").text == "9 claims"


def test_notices_redactions_prompt_and_run_are_told_once() -> None:
    notice = Notice(code="root-commit", text="The first commit is compared with the empty tree.")
    change = Change(source="git", repo="app", base="1" * 40, head=None, diff=b"", notices=(notice,))
    text = shown(change=change).one("main").text
    assert text.count("compared with the empty tree") == 1
    assert "3 secrets masked before any text left:AWS Access Key: 1Secret Keyword: 2" in text
    assert "review 1.0.0 9f9f9f9f9f9f" in text
    assert "Headnot known" in text
    assert "p50 950 ms \N{MIDDLE DOT} p95 4.1 s \N{MIDDLE DOT} p99 4.1 s" in text


def test_an_empty_report_is_a_whole_page() -> None:
    root = page_reader.read(html.page(empty_report()))
    text = root.one("main").text
    assert figures(root)["Model requests"] == "none"
    for told in ("No findings.", "No model was asked.", "The change is empty.", "The change holds no files."):
        assert told in text
    assert "Nothing had to be masked." in text
    assert not root.all("section", "alarm")
    assert "Cost" not in figures(root)
