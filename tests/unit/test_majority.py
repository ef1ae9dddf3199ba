from collections.abc import Sequence
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


def elect(passes: Sequence[Sequence[Finding]]) -> majority.Elected:
    """Elect among passes that read everything."""
    return majority.elect(passes, lambda _: range(len(passes)), len(passes))


def is_settled(passes: Sequence[Sequence[Finding]], planned: int) -> bool:
    return majority.is_settled(passes, lambda _: range(len(passes)), planned)


def test_what_most_passes_find_is_kept_with_the_share_in_its_confidence() -> None:
    elected = elect([[finding(confidence=0.9)], [], [finding(confidence=0.6)]])
    assert [(each.line, each.confidence) for each in elected.findings] == [(1, 0.5)]
    assert elected.dropped == ()


def test_what_fewer_find_is_dropped_and_told() -> None:
    elected = elect([[finding()], [finding(9)], []])
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
    elected = elect([[finding(severity=each)] for each in given_] + [[]] * (3 - len(given_)))
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
    assert len(elect([[finding()], [other]]).findings) == count


def test_two_causes_on_one_line_keep_their_own_votes() -> None:
    crash = finding(description="An empty list divides by zero and crashes.")
    wrong = finding(description="The mean of negative numbers is rounded the wrong way.")
    elected = elect([[crash, wrong], [wrong, crash], [wrong]])
    assert sorted((each.description, each.confidence) for each in elected.findings) == [
        (crash.description, 0.6),
        (wrong.description, 0.9),
    ]


def test_it_is_settled_when_no_further_pass_can_change_anything() -> None:
    assert not is_settled([[]], 3)
    assert is_settled([[], []], 3)
    assert is_settled([[finding()], [finding()]], 3)
    assert not is_settled([[finding()], []], 3)
    assert not is_settled([[finding()], [finding(severity="low")]], 3)


def test_a_pass_that_did_not_read_a_place_has_no_vote_on_it() -> None:
    passes = [[finding(confidence=0.9)], [finding(confidence=0.9)], [], [], []]
    elected = majority.elect(passes, lambda _: (0, 1, 2), 5)
    assert [(each.line, each.confidence) for each in elected.findings] == [(1, 0.6)]
    outvoted = majority.elect([[finding()], [], [], [], []], lambda _: (0, 1, 2), 5)
    assert (outvoted.findings, [each.reason for each in outvoted.dropped]) == ((), ["found by 1 of 3 passes"])


def test_who_claims_something_of_a_place_votes_on_it_even_if_it_was_not_acknowledged() -> None:
    passes = [[finding()], [], [], [finding()], [finding()]]
    assert len(majority.elect(passes, lambda _: (0, 1, 2), 5).findings) == 1
    assert majority.elect(passes[:4], lambda _: (0, 1, 2), 5).findings == ()


def test_where_too_few_passes_read_a_place_nobody_is_outvoted() -> None:
    passes = [[finding(severity="low", confidence=0.8)], [finding(confidence=0.6)], [], [], []]
    elected = majority.elect(passes, lambda _: (0, 1), 5)
    assert [(each.severity.value, each.confidence) for each in elected.findings] == [("high", 0.7)]
    assert elected.dropped == ()
    alone = majority.elect([[finding(confidence=0.9)], [], [], [], []], lambda _: (0, 1), 5)
    assert [(each.severity.value, each.confidence) for each in alone.findings] == [("high", 0.9)]


def test_it_is_settled_by_who_may_still_read_the_place() -> None:
    passes: list[list[Finding]] = [[finding()], [finding()], [], []]
    assert majority.is_settled(passes, lambda _: (0,), 5), "it can't be read any more"
    assert not majority.is_settled(passes, lambda _: (0, 1), 5), "the last one may make it read"
    assert majority.is_settled(passes, lambda _: (0, 1, 2), 5) is False, "the last one may make it two of four"


def test_a_passage_is_read_when_most_of_the_planned_passes_read_it() -> None:
    passes = [{"a": "m", "b": "m"}, {"a": "m"}, {}]
    assert majority.read(passes, 3) == {"a"}


@given(st.lists(st.lists(st.integers(1, 6), max_size=5, unique=True), min_size=1, max_size=5))
def test_kept_and_dropped_are_all_that_was_found_and_kept_is_the_majority(passes: list[list[int]]) -> None:
    elected = elect([[finding(line, quote=f"x = {line}") for line in each] for each in passes])
    counts = {line: sum(line in each for each in passes) for each in passes for line in each}
    kept = {each.line for each in elected.findings}
    assert kept == {line for line, count in counts.items() if count > len(passes) / 2}
    assert {each.line for each in elected.dropped} == set(counts) - kept
    assert all(0 <= each.confidence <= 0.9 for each in elected.findings)
    assert all(each.severity is Severity.HIGH for each in elected.findings)
