"""Whether a text that is posted does anything where GitHub shows it, by an independent reader of Markdown."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

OURS = re.compile(r"</?(details|summary|code|sub|span)>")
LIVE = re.compile(r"(?<![\w`])@[A-Za-z]|https?://|www\.", re.IGNORECASE)
"""What GitHub makes a mention or a link of, in text that is no code."""

READER = MarkdownIt("commonmark").enable("table")


def assert_harmless(texts: Sequence[str]) -> None:
    """Assert that no text holds an image, a link, HTML that is not ours, a mention or a suggestion."""
    for text in texts:
        for token in READER.parse(text):
            for each in [token, *(token.children or ())]:
                assert each.type not in {"image", "link_open"}, text
                assert each.info.strip() != "suggestion", text
                if each.type in {"html_block", "html_inline"}:
                    assert "<" not in OURS.sub("", each.content), each.content
                if each.type in {"text", "html_block"}:
                    assert not LIVE.search(each.content), each.content
