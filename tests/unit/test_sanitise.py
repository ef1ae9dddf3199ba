import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hunkwise.core import sanitise
from shared_data import sample

ODD = st.text(st.sampled_from("ab@#1<>[]()!`~|:/\\\n\r\t \x1b\u202e\u200b-=+*_.&;wht$^"), max_size=60) | st.text(
    max_size=40
)
CONTROL = re.compile(f"[{sanitise.CONTROLS}]")
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PROSE = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "code_inline", "html_inline"}
LIVE = re.compile(r"@\w|\w#\d|(?<!\w)#\d|\bGH-\d|://|www\.\w", re.IGNORECASE | re.ASCII)


def assert_prose(safe: str) -> None:
    """Fail if a Markdown parser sees more than paragraphs and inline code, or GitHub would link what they say."""
    parsed = GITHUB.parse(safe)
    tokens = [token for outer in parsed for token in (outer, *(outer.children or ()))]
    assert {token.type for token in tokens} <= PROSE
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<span>", "</span>"}
    read = "".join(token.content if token.type == "text" else "\n" for token in tokens if not token.children)
    assert not LIVE.search(read)
    assert "$" not in read.replace("$", "", safe.count("<span>\\$</span>"))


@given(ODD)
def test_what_is_invisible_is_written_out(text: str) -> None:
    assert not CONTROL.search(sanitise.visible(text))
    assert "\n" not in sanitise.line(text)


@given(ODD)
def test_prose_has_no_markup_mention_link_or_command(text: str) -> None:
    safe = sanitise.markdown(text)
    assert_prose(safe)
    assert not re.search(r"^\s*::", safe, re.MULTILINE)
    assert "##[" not in safe
    assert "\n" not in sanitise.inline(text)


@given(ODD)
def test_a_cell_stays_one_cell(text: str) -> None:
    row = sanitise.cell(f"{sanitise.inline(text)} {sanitise.span(text)}")
    tokens = [token.type for token in GITHUB.parse(f"| a | b |\n|---|---|\n| {row} | last |\n")]
    assert tokens.count("td_open") == 2
    assert tokens.count("table_open") == 1


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
        ("bors r+", "bors r+"),
        ("Bors: merge", "Bors: merge"),
        ("retest this please", "test this please"),
        ("ok to test", "ok to test"),
        ("add to whitelist", "add to whitelist"),
    ],
)
def test_known_tricks(text: str, gone: str) -> None:
    for form in (sanitise.markdown(f"a\n{text}"), sanitise.inline(text)):
        assert gone not in f"\n{form}"


def test_plain_prose_stays_readable() -> None:
    text = "The list is empty (see line 3): use x > 0, not x - 1."
    assert sanitise.markdown(text) == "The list is empty (see line 3): use x &gt; 0, not x - 1."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call `a_b(*c)` twice", "call `a_b(*c)` twice"),
        ("``two`` and `open", r"\`\`two\`\` and \`open"),
        ("a blank ` ` one", r"a blank \` \` one"),
        ("costs $5", r"costs <span>\$</span>5"),
        ("@@ -1,4 +1,4 @@", "@@ -1,4 +1,4 @@"),
    ],
)
def test_inline_code_and_signs_read_as_they_were_written(text: str, shown: str) -> None:
    assert sanitise.markdown(text) == shown


@given(ODD)
def test_plain_text_is_inert_where_a_viewer_reads_markdown_or_html(text: str) -> None:
    tokens = [each for outer in GITHUB.parse(sanitise.plain(text)) for each in (outer, *(outer.children or ()))]
    assert not {token.type for token in tokens} & {"image", "html_inline", "html_block"}
    assert not [token for token in tokens if token.type == "link_open"]


def test_the_labelled_output_attacks_leave_nothing_live() -> None:
    for row in sample("output_attacks"):
        safe = sanitise.markdown(str(row["raw"]))
        assert_prose(safe)
        assert not CONTROL.search(safe.replace(sanitise.JOINER, "")), row["id"]
