"""A walkthrough as text, Markdown and JSON: a model's words, made harmless."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

import report_builder
from hunkwise.model.change import Change, Notice
from hunkwise.model.description import Description, Risk, Step
from hunkwise.model.report import ModelUsage, PromptId, Usage, Walkthrough
from hunkwise.render import markdown, walkthrough

EVIL = "See ![x](https://evil.example/a.png) @admin <!-- hunkwise:summary --> \u202e \x1b[31m [a](javascript:b)"


def made(**more: Any) -> Walkthrough:
    described = Description(
        summary="Orders have a total.",
        walkthrough=(Step(file="shop/orders.py", what="Adds `total`."), Step(file="a|b.py", what="Moves it.")),
        risks=(
            Risk(file="shop/orders.py", line=7, why="Rounds money."),
            Risk(file="a|b.py", line=None, why="All of it."),
        ),
        read=2,
        hunks=2,
    )
    values: dict[str, Any] = {
        "version": "1.2.3",
        "prompt": PromptId(name="describe", version="1.0.0", sha256="ab"),
        "change": Change(source="git", repo="r", base="b", head="h", diff=b""),
        "description": described,
        "usage": Usage(
            by_model={
                "m": ModelUsage(
                    requests=1, prompt_tokens=1200, cached_prompt_tokens=0, completion_tokens=9, cost_usd=0.002
                )
            }
        ),
        **more,
    }
    return Walkthrough(**values)


def test_text_names_files_risks_and_cost() -> None:
    assert walkthrough.rendered(made(), "text") == (
        "Orders have a total.\n\n"
        "What changes:\n  shop/orders.py: Adds `total`.\n  a|b.py: Moves it.\n\n"
        "Where to look first:\n  shop/orders.py:7: Rounds money.\n  a|b.py: All of it.\n\n"
        "hunkwise 1.2.3, m, prompt describe 1.0.0, prompt tokens 1,200, cost $0.0020; a model's words, no verdict\n"
    )


def test_what_was_said_of_another_change_is_marked_with_its_age() -> None:
    said = made()
    assert said.description is not None
    stored = made(description=replace(said.description, age_s=300.0))
    mark = "From a stored description of a nearly identical change, 5 min ago."
    for style in ("text", "markdown"):
        assert mark in walkthrough.rendered(stored, style)
        assert mark not in walkthrough.rendered(said, style)
    assert json.loads(walkthrough.rendered(stored, "json"))["description"]["age_s"] == 300.0


def test_markdown_is_a_table_and_a_list() -> None:
    text = walkthrough.rendered(made(), "markdown")
    assert text.startswith("## Walkthrough\n\nOrders have a total.\n\n| file | what changes |\n|---|---|\n")
    assert "| `a\\|b.py` | Moves it. |" in text
    assert "**Where to look first:**\n\n- `shop/orders.py:7`: Rounds money." in text


def test_json_has_all_of_it() -> None:
    values = json.loads(walkthrough.rendered(made(notices=(Notice(code="c", text="t"),)), "json"))
    assert values["version"] == 1
    assert values["tool"]["prompt"] == {"name": "describe", "version": "1.0.0", "sha256": "ab"}
    assert values["description"]["risks"][1] == {"file": "a|b.py", "line": None, "why": "All of it."}
    assert values["usage"]["cost_usd"] == 0.002
    assert values["notices"] == [{"code": "c", "text": "t"}]


def test_what_was_not_read_is_told_and_no_more_than_ten_files_by_name() -> None:
    some = Description(
        summary="s", walkthrough=(), risks=(), read=1, hunks=13, unread=tuple(f"f{n}" for n in range(12))
    )
    for style in ("text", "markdown"):
        text = walkthrough.rendered(made(description=some), style)
        assert "Described without 12 of 13 hunks, for lack of room: " in text
        assert "f9" in text
        assert " and 2 more." in text
        assert "f10" not in text


@pytest.mark.parametrize("style", ["text", "markdown", "json"])
def test_nothing_to_describe_is_said(style: str) -> None:
    text = walkthrough.rendered(made(description=None, usage=Usage()), style)
    assert (json.loads(text)["description"] is None) if style == "json" else ("Nothing to describe" in text)


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_hostile_words_are_harmless(style: str) -> None:
    evil = Description(
        summary=EVIL,
        walkthrough=(Step(file=EVIL, what=EVIL),),
        risks=(Risk(file=EVIL, line=1, why=EVIL),),
        read=1,
        hunks=1,
    )
    text = walkthrough.rendered(made(description=evil, notices=(Notice(code="c", text=EVIL),)), style)
    assert "\u202e" not in text
    assert "\x1b" not in text
    if style == "markdown":
        prose = re.sub(r"`[^`\n]*`", "", text)
        assert not re.search(r"(?<!\\)!?\[[^\]]*\]\(|@admin|<!--|://", prose), prose


def test_a_summary_carries_the_walkthrough_folded_and_lets_it_go_first_where_room_is_short() -> None:
    report = report_builder.report(description=made().description)
    whole = markdown.summary(report)
    assert "<details><summary>Walkthrough: a model's words, no verdict</summary>\n\nOrders have a total." in whole
    assert whole.index("hunkwise:") < whole.index("Walkthrough:")
    long = Description(summary="s" * 2_000, walkthrough=(), risks=(), read=1, hunks=1)
    assert "Walkthrough:" not in markdown.summary(report_builder.report(description=long), limit=1_000)
    assert "Walkthrough:" not in markdown.summary(report_builder.report())
