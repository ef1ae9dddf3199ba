from dataclasses import replace

import pytest

import push_builder as push
from hunkwise.core import ranking
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding, Rule, RuleHit, Severity
from material_builder import claim


def finding(line: int = 1, *, severity: str = "high", quote: str = "x = 1", **changes: object) -> Finding:
    anchor = Anchor(path="app.py", line=line, end_line=line, side=Side.RIGHT, quote=quote)
    made = ranking.from_model(claim(quote, severity=severity), anchor)
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


def test_worst_first_then_surest() -> None:
    rows = [
        finding(1, severity="low"),
        finding(5, confidence=0.7),
        finding(9, confidence=0.9),
        finding(13, severity="medium"),
    ]
    kept, dropped = ranking.rank(rows)
    assert [(row.severity.value, row.confidence) for row in kept] == [
        ("high", 0.9),
        ("high", 0.7),
        ("medium", 0.9),
        ("low", 0.9),
    ]
    assert dropped == ()


def test_a_finding_without_a_scenario_is_not_above_low() -> None:
    anchor = Anchor(path="app.py", line=1, end_line=1, side=Side.RIGHT, quote="x")
    assert ranking.from_model(claim("x", scenario=" "), anchor).severity is Severity.LOW


def test_the_same_cause_is_said_once_and_the_merge_is_told() -> None:
    kept, dropped = ranking.rank([finding(), finding(description="It is wrong, really.", confidence=0.5)])
    assert len(kept) == 1
    assert kept[0].confidence == 0.9
    assert [(row.stage, row.reason) for row in dropped] == [
        ("merge", "the same cause as the finding at line 1 (model:m)")
    ]


@pytest.mark.parametrize(
    "other",
    [
        finding(2),
        finding(side=Side.LEFT),
        finding(category="security", description="Another thing altogether, on one line."),
        finding(description="Completely unrelated words describing trouble elsewhere"),
        finding(file="b.py"),
    ],
)
def test_two_causes_stay_two(other: Finding) -> None:
    kept, dropped = ranking.rank([finding(), other])
    assert len(kept) == 2
    assert dropped == ()


def test_a_proven_finding_outlives_a_model_s_unless_the_model_s_is_graver() -> None:
    rule = finding(origin="rule:r", severity="medium")
    kept, _ = ranking.rank([finding(severity="medium"), rule])
    assert [row.origin for row in kept] == ["rule:r"]
    kept, _ = ranking.rank([finding(), rule])
    assert {row.origin for row in kept} == {"model:m", "rule:r"}


def test_fingerprints_survive_a_shift_of_lines_and_tell_twins_apart() -> None:
    first, second = finding(3, origin="rule:r"), finding(8, origin="rule:r")
    kept, _ = ranking.rank([first, second])
    moved, _ = ranking.rank([replace(first, line=13, end_line=13), replace(second, line=18, end_line=18)])
    names = [row.fingerprint for row in kept]
    assert len(set(names)) == 2
    assert names == [row.fingerprint for row in moved]


def test_what_is_found_at_one_place_names_nothing_at_another() -> None:
    """Else a payload that makes a model claim something of its lines, or nothing, would rename what others say."""
    head = "".join(f"{row}\n" for row in ("danger()", *"abcdefgh", "danger()", *"ijklmnop", "danger()"))
    reading = push.read({"app.py": ("", head)})
    places = [push.found(reading, "danger()", nth=nth) for nth in range(3)]

    def names(*found: Finding) -> dict[int, str]:
        ranked, _ = ranking.rank(found, reading.shown)
        return {each.line: each.fingerprint for each in ranked}

    every = names(*places)
    assert len(set(every.values())) == 3
    for place in places:
        assert names(place) == {place.line: every[place.line]}
    other = replace(places[0], description="Something else is amiss with that call of ours, too.")
    twice, _ = ranking.rank([places[0], other, places[2]], reading.shown)
    assert len({each.fingerprint for each in twice}) == 3
    assert every.items() & {(each.line, each.fingerprint) for each in twice} >= {(19, every[19])}


def test_ten_thousand_hits_of_many_files_are_ranked_and_none_is_lost() -> None:
    rows = [finding(n % 7 * 10 + 1, file=f"f{n // 7}.py", origin="rule:r") for n in range(7_000)]
    kept, _ = ranking.rank(rows)
    assert len(kept) == 7_000


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("E.g. this one fails. Then more.", "E.g. this one fails"),
        ("The list is empty here. Then more.", "The list is empty here"),
        ("one line\nand another", "one line and another"),
        ("word " * 40, "word " * 19 + "word …"),
    ],
)
def test_the_title_is_the_first_sentence_on_one_line(description: str, title: str) -> None:
    assert ranking.title(description) == title


def test_a_rule_speaks_with_its_own_words() -> None:
    rule = Rule(
        id="r",
        severity=Severity.LOW,
        confidence=0.8,
        category="security",
        title="t",
        description="d",
        scenario="s",
        suggestion="f",
    )
    made = ranking.from_rule(RuleHit(rule=rule, path="raw", line=2, end_line=3), "shown", "code")
    assert (made.file, made.line, made.end_line, made.origin, made.quote) == ("shown", 2, 3, "rule:r", "code")
    assert (made.severity, made.confidence, made.title) == (Severity.LOW, 0.8, "t")


def test_hits_of_one_rule_that_overlap_are_two_unless_their_lines_are_the_same() -> None:
    wide = finding(1, origin="rule:r", end_line=5)
    kept, _ = ranking.rank([wide, finding(3, origin="rule:r")])
    assert len(kept) == 2
    kept, _ = ranking.rank([wide, finding(1, origin="rule:r", end_line=5)])
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("quote", "line", "replacement", "kept"),
    [
        ("foo(x)", "foo(x)", "foo(y)", True),
        ("12+|foo(x)", "foo(x)", "foo(y)", True),
        ("foo(x)", "bar = foo(x)", "foo(y)", False),
        ("foo(x)", "bar = foo(x)", "bar = foo(y)", True),
        ("foo(x)", "foo(x)  # why", "foo(y)", False),
        ("a()\nb(", "a()\nb(1)", "c()", False),
    ],
)
def test_a_replacement_for_a_part_of_a_line_does_not_take_the_rest_with_it(
    quote: str, line: str, replacement: str, *, kept: bool
) -> None:
    anchor = Anchor(path="app.py", line=1, end_line=1, side=Side.RIGHT, quote=line)
    made = ranking.from_model(replace(claim(quote), replacement=replacement), anchor)
    assert (made.replacement is not None) is kept


def test_words_are_alike_by_what_they_share() -> None:
    assert ranking.likeness("", "") == 1.0
    assert ranking.likeness("a b", "A, c") == 1 / 3


def test_findings_are_compared_only_with_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the findings of one file cost about ten times the comparisons, not a hundred times."""
    compared = 0
    real = ranking._same

    def counted(one: Finding, other: Finding) -> bool:
        nonlocal compared
        compared += 1
        return real(one, other)

    monkeypatch.setattr(ranking, "_same", counted)
    costs = []
    for count in (200, 2_000):
        compared = 0
        rows = [finding(3 * at + 1, quote=f"x = {at}") for at in range(count)]
        kept, _ = ranking.rank(rows)
        assert len(kept) == count
        costs.append(compared)
    assert 0 < costs[0] <= 200 * ranking.WINDOW
    assert costs[1] <= 10.5 * costs[0]


def test_overlapping_findings_are_merged_across_the_edge_of_a_window() -> None:
    edge = ranking.WINDOW
    kept, dropped = ranking.rank([finding(edge - 1, end_line=edge + 1), finding(edge + 1, confidence=0.8)])
    assert (len(kept), len(dropped)) == (1, 1)


def test_very_many_findings_of_one_line_are_compared_with_the_first_of_them() -> None:
    rows = [finding(category=f"kind {at}", description=f"alpha{at} beta{at}") for at in range(ranking.MAX_NEAR + 1)]
    kept, dropped = ranking.rank([*rows, replace(rows[-1], confidence=0.1)])
    assert (len(kept), len(dropped)) == (ranking.MAX_NEAR + 2, 0)
