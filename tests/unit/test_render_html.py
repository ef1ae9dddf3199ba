from typing import Any

import pytest

import page_reader
from hunkwise.model.diff import Diff, FileStatus, Side
from hunkwise.render import html, html_diff
from page_reader import Element
from report_builder import file_of, finding, hunk_of, report, sample_diff

ARROW = "\N{RIGHTWARDS ARROW}"


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


def test_the_page_grows_with_the_diff_and_no_faster() -> None:
    small, large = (
        len(html.page(report(diff=Diff(files=sample_diff().files * times), findings=()))) for times in (50, 500)
    )
    assert large < 10.5 * small


def test_two_files_of_one_path_show_a_finding_once() -> None:
    twice = Diff(files=sample_diff().files * 2)
    assert len(shown(diff=twice).all("article")) == 4
