"""Findings of an answer that is still coming: only whole ones, each once, in linear time."""

import json
import time
from typing import Any

import pydantic_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import parsing
from hunkwise.core.partial import MAX_READINGS, Reading, findings_so_far

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6), lambda inner: st.lists(inner, max_size=3)
)
ITEMS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), max_size=5)


def answer(findings: list[Any]) -> str:
    return json.dumps({"reviewed": ["a"], "findings": findings, "approved": False}, ensure_ascii=False)


@given(ITEMS, st.booleans())
def test_every_beginning_gives_whole_findings_and_the_end_gives_all(items: list[dict[str, Any]], spaced: bool) -> None:  # noqa: FBT001  # a drawn value
    text = json.dumps({"findings": items, "x": [1]}, indent=1 if spaced else None)
    for end in range(len(text)):
        found = list(findings_so_far(text[:end]))
        assert found == items[: len(found)]
        partial = pydantic_core.from_json(text[:end], allow_partial=True) if end else {}  # a second opinion
        assert len(found) >= len(partial.get("findings", [])) - 1
    assert list(findings_so_far(text)) == items


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("{", []),
        ('{"findings"', []),
        ('{"findings": [', []),
        ('{"findings": []}', []),
        ('{"findings": [{"line": 1', []),
        ('{"findings": [{"line": 1}', [1]),
        ('{"findings": [{"line": 1}, {"line": 2', [1]),
        ('{"findings": [{"line": 1}, {"line": 2}], "findings": [{"line": 3}]}', [1, 2]),
        ('{"findings": [{"line": 1}, {"line": 2, "line": 3}, {"line": 4}]}', [1]),
        ('{"findings": [{"line": 1}, {"line": NaN}]}', [1]),
        ('{"findings": [{"line": 1}]} and then some', [1]),
        ('{"findings": [{"line": 1}, "x", {"line": 2}]}', [1, 2]),
        ('{"findings": [{"line": 1} {"line": 2}]}', [1]),
        ('{"a": {"findings": [{"line": 1}]}, "findings": [{"line": 2}]}', [2]),
        ('```json\n{"findings": [{"line": 1}]}\n```', [1]),
        ('\ufeff {"findings": [{"line": 1}]}', [1]),
        ('{"findings": {"line": 1}}', []),
        ('{1: 2, "findings": [{"line": 1}]}', []),
        ('[{"line": 1}]', []),
        ("nothing to report", []),
        ("x" * 100_000, []),
        ('{"findings": ' + "[" * 100_000, []),
        ('{"findings": [' + '{"a":' * 100_000, []),
        ('{"findings": [{"line": 1}], "x": "' + "x" * parsing.MAX_ANSWER_CHARS, []),
    ],
)
def test_what_is_read(text: str, lines: list[int]) -> None:
    assert [each["line"] for each in findings_so_far(text)] == lines


def test_a_growing_answer_gives_each_finding_once_and_soon() -> None:
    items = [{"line": number, "quote": 'a } in "quotes"'} for number in range(20)]
    text, reading, given_at = answer(items), Reading(), {}
    for end in range(1, len(text) + 1):
        for each in reading.more(text[:end]):
            assert each["line"] not in given_at
            given_at[each["line"]] = end
    assert sorted(given_at) == list(range(20))
    last = text.rindex('"line": 19')
    assert given_at[18] <= last


@pytest.mark.parametrize("text", ['{"findings": ["' + "}" * 20_000, "}" * 20_000, '{"findings": [' + "{}," * 7_000])
def test_pieces_of_one_character_are_read_in_linear_time(text: str) -> None:
    reading, started = Reading(), time.perf_counter()
    for end in range(1, len(text) + 1):
        reading.more(text[:end])
    assert reading._read_chars <= MAX_READINGS * len(text)
    assert time.perf_counter() - started < 5


def test_a_text_that_shrinks_gives_nothing_twice() -> None:
    reading = Reading()
    assert len(reading.more('{"findings": [{"line": 1}, {"line": 2}')) == 2
    assert reading.more('{"findings": [{"line": 1}') == ()
    assert reading.more("") == ()
