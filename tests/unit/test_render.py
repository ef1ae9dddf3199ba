"""The door of the renderers: each format by its name, and the one line that stands for a report."""

from dataclasses import replace

import pytest

from hunkwise import render
from hunkwise.model.report import Outcome, Verdict
from hunkwise.render import markdown
from report_builder import report


@pytest.mark.parametrize(
    ("style", "begins"),
    [("json", "{"), ("sarif", "{"), ("markdown", "## "), ("html", "<!doctype html>"), ("text", "")],
)
def test_each_format_is_had_by_its_name(style: str, begins: str) -> None:
    shown = render.as_text(report(), style)
    assert shown.lower().startswith(begins)
    assert "src/app/users.py" in shown


def test_the_verdict_is_one_line_of_the_text() -> None:
    assert render.verdict_line(report()).startswith("block: ")


def test_a_title_fits_a_commit_status_and_can_t_mention_anybody() -> None:
    long = replace(report(), verdict=Verdict(outcome=Outcome.BLOCK, reasons=("see @everyone\nand #7", "x" * 300)))
    title = markdown.title(long)
    assert len(title) <= markdown.TITLE
    assert "\n" not in title
    assert title.startswith("block: see @\u2060everyone and #\u20607; xxx")
