import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import page_reader
from hunkwise.model.change import Change, Notice
from hunkwise.model.diff import Diff, FileStatus, Side, UnreadableFile
from hunkwise.model.finding import Dropped, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import ModelUsage, Outcome, PromptId, ReviewReport, Usage, Verdict
from hunkwise.render import html, html_diff
from page_reader import Element
from report_builder import empty_report, file_of, finding, hunk_of, report, sample_diff

ARROW = "\N{RIGHTWARDS ARROW}"
HOSTILE = (
    "</script><script>alert(1)</script><img src=http://evil onerror='x'>\"' [a](http://evil) \u202e\u2066\u200b\x1b\x00"
)


def shown(**overrides: Any) -> Element:
    return page_reader.read(html.page(report(**overrides)))


def one_file(text: str, **fields: Any) -> Diff:
    return Diff(files=(file_of("a.py", hunk_of(text), **fields),))


def row_before(comment: Element) -> Element:
    """Return the diff line a comment stands under, past other comments."""
    row = comment
    while "talk" not in row.classes:
        assert row.parent is not None
        row = row.parent
    assert row.parent is not None
    rows = row.parent.all("tr")
    return next(each for each in reversed(rows[: rows.index(row)]) if "talk" not in each.classes)


def cells(row: Element) -> list[str]:
    return [cell.text for cell in row.all("td")]


def test_every_finding_stands_once_under_the_last_line_of_its_anchor() -> None:
    root = shown()
    assert len(root.all("article")) == 4
    places = [cells(row_before(root.by_id(f"finding-{number}"))) for number in (1, 2, 3, 4)]
    assert places == [
        ["", "8", "+", "    return connection.execute(query)"],
        ["", "1", "+", 'TOKEN = "[REDACTED:AWS Access Key]"'],
        ["41", "", "\N{MINUS SIGN}", '    check(user, "admin")'],
        ["", "3", "+", 'curl -k "$1" | tar x'],
    ]


def test_the_lines_an_anchor_spans_are_marked_on_its_side_alone() -> None:
    marked = [cells(row)[:2] for row in shown().all("tr", "m")]
    assert marked == [["", "7"], ["", "8"], ["41", ""], ["", "3"], ["", "1"]]


def test_a_span_reaches_over_lines_of_the_other_side_and_stops_at_its_hunk() -> None:
    diff = one_file(" a\n-b\n+c\n-d\n+e\n")
    found = finding(file="a.py", line=1, end_line=3, side=Side.RIGHT)
    assert [cells(row)[3] for row in shown(diff=diff, findings=(found,)).all("tr", "m")] == ["a", "c", "e"]
    left = finding(file="a.py", line=2, end_line=3, side=Side.LEFT)
    assert [cells(row)[3] for row in shown(diff=diff, findings=(left,)).all("tr", "m")] == ["b", "d"]


def test_findings_on_one_line_stand_together_in_order() -> None:
    root = shown(findings=(finding(title="first"), finding(title="second")))
    titles = [article.one("h4").text for article in root.all("article")]
    assert titles == ["first", "second"]
    assert cells(row_before(root.by_id("finding-2")))[1] == "8"


def test_a_comment_says_all_that_is_known() -> None:
    article = shown().by_id("finding-1")
    text = article.text
    for part in (
        "high",
        "The query is built from user input",
        "src/app/users.py:7\N{EN DASH}8",
        "security",
        "model:gpt-5-mini",
        "confidence 93%",
        "The old code bound it as a parameter.",
        "name = \"x' or '1'='1\" returns every user.",
        "Bind name as a parameter.",
    ):
        assert part in text
    assert [code.text for code in article.all("p")[1].all("code")] == ["name"]
    assert [line.text for line in article.one("pre").all("del")] == [
        '-    query = "select * from users where name = \'" + name + "\'"\n',
        "-    return connection.execute(query)\n",
    ]
    assert len(article.one("pre").all("ins")) == 2


def test_a_comment_leaves_out_what_there_is_not() -> None:
    bare = finding(scenario=" ", suggestion="", replacement=None, title=" ", description="")
    article = shown(findings=(bare,)).one("article")
    assert article.all("h5") == []
    assert article.one("h4").text == "(no title)"


def test_an_empty_replacement_proposes_to_delete_the_lines() -> None:
    block = shown(findings=(finding(replacement=""),)).one("article").one("pre")
    assert len(block.all("del")) == 2
    assert block.all("ins") == []


def test_an_old_finding_says_so_and_where_it_counts() -> None:
    facts = shown().by_id("finding-3").all("p")[0].text
    assert "src/app/users.py:41 (old)" in facts
    assert facts.endswith("open")


@pytest.mark.parametrize("path", [".env", "docs/logo.png", "src/app/users.py"])
def test_a_finding_without_a_line_in_the_diff_stands_below_the_table(path: str) -> None:
    lost = finding(file=path, line=900, end_line=900, replacement="b", quote="a")
    root = shown(findings=(lost,))
    article = root.by_id("findings").one("article")
    assert article.attributes["id"] == "finding-1"
    assert len(root.all("article")) == 1
    assert article.one("del").text == "-a\n"
    assert "On no line of this diff" in [heading.text for heading in root.all("h3")]


def test_the_table_links_every_finding() -> None:
    root = shown()
    links = root.by_id("findings").one("table").all("a")
    assert [link.attributes["href"] for link in links] == [f"#finding-{number}" for number in (1, 2, 3, 4)]
    assert [badge.text for badge in root.by_id("findings").all("span", "badge")] == ["high", "high", "medium", "low"]


def test_every_link_leads_to_a_place_on_the_page_and_ids_are_unique() -> None:
    root = shown()
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = {link.attributes["href"] for link in root.all("a")}
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    named = {each.attributes["aria-labelledby"] for each in root.all() if "aria-labelledby" in each.attributes}
    assert named <= set(ids)


def test_the_policy_allows_the_one_style_and_nothing_else() -> None:
    root = shown()
    digest = b64encode(sha256(root.one("style").text.encode()).digest()).decode()
    policies = [meta.attributes["content"] for meta in root.all("meta") if "http-equiv" in meta.attributes]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert not re.search(r"url\(|@import|https?:", root.one("style").text)


def test_the_diff_is_shown_with_its_numbers_and_signs() -> None:
    table = shown().by_id("file-2").one("table")
    rows = [cells(row) for row in table.all("tbody")[0].all("tr") if row.classes & {"a", "d", "c"}]
    assert rows == [
        ["1", "1", "", "#!/bin/sh"],
        ["2", "2", "", "set -eu"],
        ["3", "", "\N{MINUS SIGN}", 'unpack "$1"'],
        ["", "3", "+", 'curl -k "$1" | tar x'],
        ["4", "4", "", "echo done"],
    ]


def test_a_missing_last_line_feed_is_told() -> None:
    assert [cells(row)[2:] for row in shown().all("tr", "x")] == [["\\", "No newline at end of file"]]


def test_headers_tell_renames_modes_counts_and_what_has_no_lines() -> None:
    root = shown()
    heads = [root.by_id(f"file-{number}").one("summary").text for number in range(1, 8)]
    assert heads == [
        "src/app/users.pymodified+6 \N{MINUS SIGN}3",
        f"scripts/get.sh {ARROW} scripts/fetch.shrenamedmode 100644 {ARROW} 100755+1 \N{MINUS SIGN}1",
        "package-lock.jsonmodified+1 \N{MINUS SIGN}1",
        "src/app/grüße.pyaddedmode 100644+2 \N{MINUS SIGN}0",
        "docs/logo.pngmodified",
        "third_party/zlibmodified",
        "src/app/legacy.pydeletedmode 100644",
    ]
    notes = [root.by_id(f"file-{number}").one("p", "note").text for number in (5, 6, 7)]
    assert [note.partition(":")[0] for note in notes] == ["A binary file", "A submodule", "An empty file."]
    assert "hunk 2 is shorter than its header says. About 2 hunks not shown" in root.one("section", "torn").text


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"status": FileStatus.RENAMED, "old_path": "b"}, "Renamed without a change to its lines."),
        ({"old_mode": "100644", "new_mode": "100755"}, "Only the mode changes."),
        ({}, "No line changes."),
        ({"undecodable": True, "is_binary": True}, "Not valid UTF-8: its text is shown as Latin-1."),
    ],
)
def test_a_file_without_lines_says_why(fields: dict[str, Any], note: str) -> None:
    assert note in [each.text for each in shown(diff=Diff(files=(file_of("a", **fields),))).all("p", "note")]


def test_a_skipped_file_is_closed_and_others_are_open() -> None:
    is_open = ["open" in each.attributes for each in shown().all("details", "file")]
    assert is_open == [True, True, False, True, True, True, True]


def test_in_a_big_change_files_without_findings_are_closed_and_no_line_is_lost() -> None:
    many = "+x\n" * html_diff.MAX_OPEN_LINES
    diff = Diff(files=(file_of("a.py", hunk_of(many)), file_of("b.py", hunk_of("+y\n"))))
    root = shown(diff=diff, findings=(finding(file="b.py", line=1, end_line=1),))
    assert ["open" in each.attributes for each in root.all("details", "file")] == [False, True]
    assert len(root.all("tr", "a")) == html_diff.MAX_OPEN_LINES + 1
    assert "This change shows 5,001 lines. Files without findings are closed" in root.by_id("changes").text


def test_a_very_long_line_is_cut_and_says_by_how_much() -> None:
    root = shown(diff=one_file("+" + "x" * (html_diff.MAX_LINE_CHARS + 7) + "\n"), findings=())
    assert cells(root.one("tr", "a"))[3] == "x" * html_diff.MAX_LINE_CHARS + " 7 more characters not shown"
    assert "Shown up to 4,000 characters only: 1 long line." in root.by_id("changes").text


def test_many_files_are_listed_closed() -> None:
    diff = Diff(files=tuple(file_of(f"{number}.py") for number in range(html_diff.MAX_OPEN_FILES + 1)))
    assert "open" not in shown(diff=diff, findings=()).one("nav").one("details").attributes
    assert "open" in shown().one("nav").one("details").attributes


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


def hostile() -> ReviewReport:
    diff = Diff(
        files=(
            file_of(HOSTILE, hunk_of(f"+{HOSTILE}\n", section=HOSTILE), old_path="<b>", old_mode="<i>", new_mode="<u>"),
        ),
        unreadable=(UnreadableFile(path=HOSTILE, reason=HOSTILE, hunks=1),),
    )
    texts = dict.fromkeys(("title", "description", "scenario", "suggestion", "replacement", "quote"), HOSTILE)
    found = finding(file=HOSTILE, line=1, end_line=1, category=HOSTILE, origin=HOSTILE, status=HOSTILE, **texts)
    entry = Entry(file=HOSTILE, hunk=HOSTILE, added=1, deleted=0, state=HunkState.FAILED, by=HOSTILE, reason=HOSTILE)
    claim = Dropped(file=HOSTILE, line=1, stage=HOSTILE, reason=HOSTILE, severity=Severity.HIGH, description=HOSTILE)
    return report(
        version=HOSTILE,
        engine=HOSTILE,
        models=(HOSTILE,),
        prompt=PromptId(name=HOSTILE, version=HOSTILE, sha256=HOSTILE),
        change=Change(source="git", repo=HOSTILE, base=HOSTILE, head=HOSTILE, diff=b""),
        diff=diff,
        verdict=Verdict(outcome=Outcome.BLOCK, reasons=(HOSTILE,)),
        findings=(found, replace(found, line=9, end_line=9)),
        dropped=(claim,),
        ledger=Ledger(entries=(entry,)),
        redactions_by_type={HOSTILE: 1},
        usage=Usage(
            by_model={HOSTILE: ModelUsage(requests=1, prompt_tokens=1, cached_prompt_tokens=1, completion_tokens=1)}
        ),
        notices=(Notice(code=HOSTILE, text=HOSTILE),),
        timings_ms={HOSTILE: 1.0},
    )


def test_hostile_text_stays_text_everywhere() -> None:
    written = html.page(hostile())
    root = page_reader.read(written)
    assert not {"script", "img", "b", "i", "u", "link", "base", "iframe", "form"} & {each.tag for each in root.all()}
    for element in root.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "srcset", "action"}
            assert name != "href" or re.fullmatch(r"#[a-z0-9-]+", value)
            assert name != "id" or re.fullmatch(r"[a-z0-9-]+", value)
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", written)
    marks = [mark.text for mark in root.one("tr", "a").all("span", "ctl")]
    assert marks == ["[U+202E]", "[U+2066]", "[U+200B]", "[U+001B]", "[U+0000]"]


def test_a_carriage_return_and_a_lone_surrogate_are_written_out() -> None:
    root = shown(diff=one_file("+x\r\n"), findings=(finding(title="\ud800", file="z"),))
    assert cells(root.one("tr", "a"))[3] == "x\N{SYMBOL FOR CARRIAGE RETURN}"
    assert root.one("h4").text == "[U+D800]"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_comes_out_as_itself_or_marked(text: str) -> None:
    written = html.page(empty_report(verdict=Verdict(outcome=Outcome.BLOCK, reasons=(text,))))
    written.encode()
    reason = page_reader.read(written).one("section", "verdict").one("li").text
    restored = re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda found: chr(int(found[1], 16)), reason)
    if "[U+" not in text:
        assert restored.replace("\N{SYMBOL FOR CARRIAGE RETURN}", "\r") == text.replace(
            "\N{SYMBOL FOR CARRIAGE RETURN}", "\r"
        )


def test_the_page_grows_with_the_diff_and_no_faster() -> None:
    small, large = (
        len(html.page(report(diff=Diff(files=sample_diff().files * times), findings=()))) for times in (50, 500)
    )
    assert large < 10.5 * small


def test_two_files_of_one_path_show_a_finding_once() -> None:
    twice = Diff(files=sample_diff().files * 2)
    assert len(shown(diff=twice).all("article")) == 4
