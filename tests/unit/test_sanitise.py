import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import sanitise
from shared_data import sample

ODD = st.text(st.sampled_from("ab@#1<>[]()!`~|:/\\\n\r\t \x1b\u202e\u200b-=+*_.&;wht"), max_size=60) | st.text(
    max_size=40
)
CONTROL = re.compile(f"[{sanitise.CONTROLS}]")


@given(ODD)
def test_what_is_invisible_is_written_out(text: str) -> None:
    assert not CONTROL.search(sanitise.visible(text))
    assert "\n" not in sanitise.line(text)


@given(ODD)
def test_prose_has_no_markup_mention_link_or_command(text: str) -> None:
    safe = sanitise.markdown(text)
    assert not re.search(r"(?<!\\)[`*_\[\]|~]", safe)
    assert "<" not in safe
    assert not re.search(r"@[A-Za-z0-9]", safe)
    assert not re.search(r"(?:^|[^\w&])#\d", safe.replace("\\#", "#\u2060"))
    assert not re.search(r"https?:/", safe)
    assert not re.search(r"^\s*::", safe, re.MULTILINE)
    assert "\n" not in sanitise.inline(text)


@given(ODD)
def test_a_code_block_or_span_can_not_be_left(text: str) -> None:
    block = sanitise.code(text)
    fence = block.split("\n")[0]
    inside = block[len(fence) + 1 : -len(fence) - 1]
    assert fence not in inside
    span = sanitise.span(text)
    ticks = re.match("`+", span)
    assert ticks is not None
    assert not re.search(f"(?<!`){ticks.group()}(?!`)", span[len(ticks.group()) : -len(ticks.group())])


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("@everyone look", "@everyone"),
        ("Fixes #12", "#12"),
        ("see org/repo#12", "repo#12"),
        ("GH-12", "GH-12"),
        ("https://evil.example/?q=1", "https://"),
        ("www.evil.example", "www."),
        ("![x](y)", "![x]"),
        ("<!-- hunkwise:state -->", "<!--"),
        ("# Title", "\n# "),
        ("::set-output name=x::y", "\n::set-output"),
        ("/approve", "\n/approve"),
    ],
)
def test_known_tricks(text: str, gone: str) -> None:
    for form in (sanitise.markdown(f"a\n{text}"), sanitise.inline(text)):
        assert gone not in f"\n{form}"


def test_plain_prose_stays_readable() -> None:
    text = "The list is empty (see line 3): use x > 0, not x - 1."
    assert sanitise.markdown(text) == "The list is empty (see line 3): use x &gt; 0, not x - 1."


def test_the_labelled_output_attacks_leave_nothing_live() -> None:
    for row in sample("output_attacks"):
        safe = sanitise.markdown(str(row["raw"]))
        assert not re.search(r"(?<!\\)!\\?\[[^\\]*\]\(", safe), row["id"]
        assert "<" not in safe
        assert not re.search(r"@[A-Za-z0-9]", safe), row["id"]
        assert not CONTROL.search(safe.replace(sanitise.JOINER, "")), row["id"]
