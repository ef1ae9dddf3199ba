from collections.abc import Sequence
from dataclasses import replace

import pytest

import push_builder as push
from hunkwise.core import marks, publication, signature, suggestions
from hunkwise.core.publication import Policy, Unplaced
from hunkwise.core.reconcile import Reconciled
from hunkwise.core.suggestions import Proven, Unproven
from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.publication import Conclusion, ReviewEvent
from hunkwise.model.report import Outcome
from hunkwise.render import comment

BASE = "".join(f"line {n}\n" for n in range(1, 61))
HEAD = BASE.replace("line 10\n", "one\n").replace("line 20\nline 21\n", "two\nthree\n").replace("line 40\n", "")
READING = push.read({"app.py": (BASE, HEAD)})
KEYS = signature.keys(("secret",), 7, 3)
UNPROVEN = Unproven(reason="none was given")


def found() -> list[Finding]:
    return [
        push.found(READING, "one", severity=Severity.LOW),
        push.found(READING, "two\nthree", severity=Severity.HIGH, end_line=21),
        push.found(READING, "line 40", side=Side.LEFT, severity=Severity.MEDIUM),
    ]


def held(findings: Sequence[Finding]) -> Reconciled:
    return push.run(READING, findings)


def plan(
    reconciled: Reconciled,
    outcome: Outcome = Outcome.BLOCK,
    most: int = 10,
    *,
    approves: bool = False,
    has_approved: bool = False,
) -> publication.Plan:
    return publication.plan(
        reconciled,
        READING.shown,
        outcome,
        Policy(max_comments=most, approves=approves),
        mark=lambda name: marks.mark(name, 1, KEYS),
        body=lambda finding, mark: comment.body(finding, UNPROVEN, mark),
        has_approved=has_approved,
    )


def test_every_finding_is_said_on_its_own_lines_worst_first() -> None:
    made = plan(held(found()))
    assert [(each.path, each.side, each.start_line, each.line) for each in made.comments] == [
        ("app.py", Side.RIGHT, 20, 21),
        ("app.py", Side.LEFT, None, 40),
        ("app.py", Side.RIGHT, None, 10),
    ]
    for each in made.comments:
        assert each.body.endswith(each.marker)
        assert marks.read_mark(each.body, KEYS) is not None
    assert made.summary_only == {}
    assert publication.review_body(3, 0) == (
        "3 new findings on the lines below. The verdict and all findings stand in the summary comment."
    )


def test_over_the_limit_the_worst_are_said_in_place_and_none_is_lost() -> None:
    reconciled = held(found())
    made = plan(reconciled, most=1)
    assert [each.line for each in made.comments] == [21]
    assert set(made.summary_only.values()) == {Unplaced.OVER_LIMIT}
    assert len(made.summary_only) + len(made.comments) == len(reconciled.create)
    assert publication.review_body(1, 2).startswith("1 new finding on the lines below, 2 more in the summary.")


def test_where_files_take_turns_no_file_s_claims_drive_out_what_is_proven_or_another_s_worst() -> None:
    reading = push.read({path: ("", "".join(f"line {n}\n" for n in range(1, 31))) for path in ("a.py", "b.py", "c.py")})

    def said(path: str, line: int, severity: Severity, origin: str = "model:m") -> Finding:
        return push.found(
            reading, f"line {line}", path=path, severity=severity, origin=origin, description=f"{path} {line}"
        )

    loud = [said("a.py", line, Severity.HIGH) for line in range(1, 31)]
    quiet = [said("b.py", 1, Severity.MEDIUM), said("b.py", 2, Severity.LOW), said("c.py", 1, Severity.LOW)]
    proven = [said("c.py", line, Severity.MEDIUM, f"rule:r{line}") for line in (4, 8)]
    held = push.run(reading, [*loud, *quiet, *proven])

    def places(most: int, *, shares: bool) -> list[tuple[str, int]]:
        made = publication.plan(
            held, reading.shown, Outcome.BLOCK, Policy(max_comments=most, shares=shares), mark=str, body=lambda *_: ""
        )
        assert len(made.comments) + len(made.summary_only) == 35
        return [(each.path, each.line) for each in made.comments]

    assert {path for path, _ in places(10, shares=False)} == {"a.py"}
    first = [("a.py", 1), ("b.py", 1), ("c.py", 4), ("c.py", 8), ("c.py", 1)]
    assert [set(places(most, shares=True)) for most in (1, 2, 5)] == [
        {("a.py", 1)},
        {("a.py", 1), ("c.py", 4)},
        set(first),
    ]
    assert set(places(7, shares=True)) == {*first, ("a.py", 2), ("b.py", 2)}
    assert places(10, shares=True)[:5] == [("a.py", line) for line in range(1, 6)]
    assert places(35, shares=True) == places(35, shares=False)


def test_a_place_that_the_host_would_refuse_is_never_sent() -> None:
    first = found()[0]
    rows = [
        replace(first, line=300, end_line=300),
        replace(first, line=12, end_line=18, quote="a"),
        replace(first, file="other.py", quote="b"),
        replace(first, file="<redacted:aws:1>.py", quote="c"),
        replace(first, line=38, end_line=38, side=Side.LEFT, quote="d"),
    ]
    made = plan(held(rows))
    assert made.comments == ()
    assert sorted(made.summary_only.values()) == sorted([Unplaced.NO_PLACE] * 4 + [Unplaced.HIDDEN_PATH])
    assert made.annotations == ()
    assert made.event is None


def test_annotations_stand_on_head_lines_with_a_level_each() -> None:
    made = plan(held(found()))
    assert [(each.path, each.start_line, each.end_line, each.level) for each in made.annotations] == [
        ("app.py", 20, 21, "failure"),
        ("app.py", 10, 10, "notice"),
    ]
    assert made.annotations[0].message == "It is wrong.\n\nWhen: s\n\nMend it."


def test_annotations_keep_the_host_s_limits_and_hold_no_markup() -> None:
    hostile = replace(found()[0], title="t" * 400, description="<!-- x --> @team" + "é" * 70_000, scenario="")
    made = plan(held([hostile])).annotations[0]
    assert len(made.title) == publication.MAX_TITLE
    assert len(made.message.encode()) <= publication.MAX_MESSAGE
    assert "<!--" not in made.message
    assert "@team" not in made.message
    bare = replace(found()[0], description="", scenario="", suggestion="")
    assert plan(held([bare])).annotations[0].message == "It is wrong"


def test_what_is_dismissed_is_not_annotated() -> None:
    reconciled = held(found())
    names = frozenset(each.fingerprint for each in reconciled.findings)
    assert plan(replace(reconciled, dismissed=names)).annotations == ()


@pytest.mark.parametrize(
    ("outcome", "approves", "findings", "event"),
    [
        (Outcome.APPROVE, False, [], None),
        (Outcome.BLOCK, False, found(), ReviewEvent.COMMENT),
        (Outcome.APPROVE, False, found(), ReviewEvent.COMMENT),
        (Outcome.APPROVE, True, [], ReviewEvent.APPROVE),
        (Outcome.BLOCK, True, found(), ReviewEvent.REQUEST_CHANGES),
        (Outcome.INCOMPLETE, True, [], None),
        (Outcome.INCOMPLETE, True, found(), ReviewEvent.COMMENT),
    ],
)
def test_a_review_decides_only_when_that_was_chosen(
    outcome: Outcome,
    approves: bool,  # noqa: FBT001  # a table's column
    findings: list[Finding],
    event: ReviewEvent | None,
) -> None:
    made = plan(held(findings), outcome, approves=approves)
    assert made.event is event
    assert publication.review_body(len(made.comments), 0).startswith("No new comments.") is not bool(findings)


@pytest.mark.parametrize("outcome", [Outcome.INCOMPLETE, Outcome.BLOCK])
def test_an_approval_of_an_earlier_commit_is_taken_back(outcome: Outcome) -> None:
    assert plan(held([]), outcome, has_approved=True).event is ReviewEvent.REQUEST_CHANGES
    assert plan(held([]), Outcome.APPROVE, has_approved=True).event is None


@pytest.mark.parametrize(
    ("outcome", "incomplete_as", "conclusion"),
    [
        (Outcome.APPROVE, Conclusion.FAILURE, Conclusion.SUCCESS),
        (Outcome.BLOCK, Conclusion.NEUTRAL, Conclusion.FAILURE),
        (Outcome.INCOMPLETE, Conclusion.NEUTRAL, Conclusion.NEUTRAL),
        (Outcome.INCOMPLETE, Conclusion.FAILURE, Conclusion.FAILURE),
    ],
)
def test_the_check_ends_as_the_outcome_says(
    outcome: Outcome, incomplete_as: Conclusion, conclusion: Conclusion
) -> None:
    assert publication.conclusion(outcome, Policy(max_comments=1, incomplete_as=incomplete_as)) is conclusion


def test_halving_ends() -> None:
    comments = plan(held(found())).comments
    first, second = publication.halves(comments)
    assert (*first, *second) == comments
    assert (len(first), len(second)) == (2, 1)
    assert publication.halves(comments[:1]) == (comments[:1], ())


MARK = marks.mark("0" * 16, 1, KEYS)


def test_a_comment_holds_its_suggestion_once_and_ends_with_its_mark() -> None:
    finding = replace(found()[0], replacement="uno")
    text = comment.body(finding, Proven(text="uno"), MARK)
    assert text.count("uno") == 1
    assert "```suggestion\nuno\n```" in text
    assert text.endswith(f"\n\n{MARK}")
    prose = comment.body(finding, UNPROVEN, MARK)
    assert "suggestion\n" not in prose
    assert "```\nuno\n```" in prose


@pytest.mark.parametrize("limit", [65_536, 3_000, 900, 500, 200])
def test_a_comment_keeps_its_limit_and_its_mark(limit: int) -> None:
    finding = replace(found()[0], description="d" * 70_000, scenario="s" * 9_000, replacement="r" * 8_000)
    for suggestion in (UNPROVEN, Proven(text="r" * 8_000)):
        text = comment.body(finding, suggestion, MARK, limit=limit)
        assert len(text) <= limit
        assert text.endswith(MARK)
        block = suggestions.block(Proven(text="r" * 8_000))
        assert (block in text) is (limit == 65_536 and isinstance(suggestion, Proven))


def test_where_not_even_that_fits_the_mark_stays() -> None:
    assert comment.body(found()[0], UNPROVEN, MARK, limit=len(MARK)) == MARK


def test_hostile_text_in_a_comment_forges_no_mark_and_opens_no_suggestion() -> None:
    forged = marks.mark("f" * 16, 9, KEYS)
    hostile = f"{forged}\n```suggestion\nrm -rf /\n```\n![x](http://evil) @team"
    finding = replace(found()[0], title=hostile, description=hostile, scenario=hostile, replacement=hostile)
    text = comment.body(finding, UNPROVEN, MARK)
    read = marks.read_mark(text, KEYS)
    assert read is not None
    assert read.fingerprint == "0" * 16
    outside = text.split("````")[0]
    assert "<!--" not in outside
    assert "```suggestion" not in outside
