from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import majority, ranking
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding, Severity
from material_builder import claim


def finding(line: int = 1, *, severity: str = "high", quote: str = "x = 1", **changes: object) -> Finding:
    anchor = Anchor(path="app.py", line=line, end_line=line, side=Side.RIGHT, quote=quote)
    made = ranking.from_model(claim(quote, severity=severity), anchor)
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


def test_what_most_passes_find_is_kept_with_the_share_in_its_confidence() -> None:
    elected = majority.elect([[finding(confidence=0.9)], [], [finding(confidence=0.6)]])
    assert [(each.line, each.confidence) for each in elected.findings] == [(1, 0.5)]
    assert elected.dropped == ()


def test_what_fewer_find_is_dropped_and_told() -> None:
    elected = majority.elect([[finding()], [finding(9)], []])
    assert elected.findings == ()
    assert [(each.line, each.stage, each.reason) for each in elected.dropped] == [
        (1, "majority", "found by 1 of 3 passes"),
        (9, "majority", "found by 1 of 3 passes"),
    ]


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        (["high", "high", "low"], "high"),
        (["high", "medium", "low"], "medium"),
        (["high", "low"], "low"),
        (["high", "medium"], "medium"),
    ],
)
def test_the_severity_is_the_gravest_that_most_passes_give_at_least(given_: list[str], wanted: str) -> None:
    elected = majority.elect([[finding(severity=each)] for each in given_] + [[]] * (3 - len(given_)))
    assert [each.severity.value for each in elected.findings] == [wanted]


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (finding(description="Other words entirely for one line and kind of code"), 1),
        (finding(category="security"), 1),
        (finding(category="security", description="Other words entirely for the line"), 0),
        (finding(quote="y = 2", description="Other words entirely for the line"), 0),
        (finding(2), 0),
        (finding(side=Side.LEFT), 0),
        (finding(file="b.py"), 0),
    ],
)
def test_two_passes_agree_on_overlapping_lines_and_one_quote_and_kind_or_alike_words(
    other: Finding, count: int
) -> None:
    assert len(majority.elect([[finding()], [other]]).findings) == count


def test_two_causes_on_one_line_keep_their_own_votes() -> None:
    crash = finding(description="An empty list divides by zero and crashes.")
    wrong = finding(description="The mean of negative numbers is rounded the wrong way.")
    elected = majority.elect([[crash, wrong], [wrong, crash], [wrong]])
    assert sorted((each.description, each.confidence) for each in elected.findings) == [
        (crash.description, 0.6),
        (wrong.description, 0.9),
    ]


def test_it_is_settled_when_no_further_pass_can_change_anything() -> None:
    assert not majority.is_settled([[]], 3)
    assert majority.is_settled([[], []], 3)
    assert majority.is_settled([[finding()], [finding()]], 3)
    assert not majority.is_settled([[finding()], []], 3)
    assert not majority.is_settled([[finding()], [finding(severity="low")]], 3)


def test_a_passage_is_read_when_most_of_the_planned_passes_read_it() -> None:
    passes = [{"a": "m", "b": "m"}, {"a": "m"}, {}]
    assert majority.read(passes, 3) == {"a"}


@given(st.lists(st.lists(st.integers(1, 6), max_size=5, unique=True), min_size=1, max_size=5))
def test_kept_and_dropped_are_all_that_was_found_and_kept_is_the_majority(passes: list[list[int]]) -> None:
    elected = majority.elect([[finding(line, quote=f"x = {line}") for line in each] for each in passes])
    counts = {line: sum(line in each for each in passes) for each in passes for line in each}
    kept = {each.line for each in elected.findings}
    assert kept == {line for line, count in counts.items() if count > len(passes) / 2}
    assert {each.line for each in elected.dropped} == set(counts) - kept
    assert all(0 <= each.confidence <= 0.9 for each in elected.findings)
    assert all(each.severity is Severity.HIGH for each in elected.findings)
