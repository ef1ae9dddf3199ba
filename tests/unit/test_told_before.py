"""A stored description: of which other change it may be told, and what of it is then said."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import compact, describing, told_before
from hunkwise.core.describing import Excerpt
from hunkwise.model.description import Description, Risk, Step
from hunkwise.model.intent import Intent
from hunkwise.model.material import HunkKey
from material_builder import passage

SHOP = (" def total(rows):", "-    return 0", "+    found = sum(rows)", "+    report(found, 30)", "+    return found")
PAGE = ("+Totals are reported.",)
INTENT = Intent(title="Report totals", body="It reports.", branch="totals", commits=("One",))
SAID = Description(
    summary="Totals are reported above 30.",
    walkthrough=(Step(file="shop.py", what="Adds a report."),),
    risks=(Risk(file="shop.py", line=3, why="Sends it twice."), Risk(file="page.md", line=None, why="All of it.")),
    read=2,
    hunks=2,
)


def shown(shop: tuple[str, ...] = SHOP, page: tuple[str, ...] = PAGE, paths: str = "shop.py page.md") -> Excerpt:
    one, two = paths.split()
    return describing.excerpt(
        [passage("\n".join(shop), path=one), passage("\n".join(page), path=two, file=1)], {}, 1_000
    )


def again(now: Excerpt, intent: Intent = INTENT, said: Description = SAID) -> Description | None:
    kept = told_before.unpacked(told_before.packed(told_before.told(shown(), INTENT, said)))
    assert kept is not None
    return told_before.placed(kept, now, intent)


def other(old: str, new: str) -> tuple[str, ...]:
    assert any(old in row for row in SHOP)
    return tuple(row.replace(old, new) for row in SHOP)


def test_the_same_change_has_the_same_description_whatever_its_commits() -> None:
    assert again(shown()) == SAID
    assert again(shown(), replace(INTENT, commits=("One", "Two"))) == SAID


def test_a_small_difference_is_served_and_places_are_looked_for_anew() -> None:
    moved = again(shown((SHOP[0], SHOP[1], "+    # rows are numbers", *SHOP[2:])))
    assert moved is not None
    assert [each.line for each in moved.risks] == [4, None]
    gone = again(shown(other("report(found, 30)", "report(30, found)")))
    assert gone is not None
    assert [each.line for each in gone.risks] == [None, None]
    twice = again(shown((*SHOP[:2], "+", "+    report(found, 30)", *SHOP[2:])))
    assert twice is not None
    assert (twice.read, twice.hunks, twice.summary) == (2, 2, SAID.summary)


@pytest.mark.parametrize(
    "now",
    [
        shown(paths="shop.py pages.md"),
        shown(paths="page.md shop.py"),
        shown(other("30", "60")),
        shown(page=("+Sums are sent.",)),
        shown(other("found = sum(rows)", "token = sum(rows)")),
        shown((*SHOP, *(f"+    row{number} = 1" for number in range(13)))),
    ],
)
def test_what_may_not_hold_is_not_said(now: Excerpt) -> None:
    assert again(now, said=replace(SAID, summary="Totals are reported above 30, and Reported.")) is None


@pytest.mark.parametrize("word", [{"title": "x"}, {"body": "x"}, {"branch": "x"}, {"issues": ("x",)}])
def test_other_words_of_the_author_want_another_description(word: Mapping[str, str]) -> None:
    assert again(shown(), replace(INTENT, **word)) is None  # type: ignore[arg-type]  # names of its texts


def test_only_a_whole_change_without_a_secret_is_compared() -> None:
    assert told_before.is_comparable(shown())
    assert not told_before.is_comparable(shown(page=("+<redacted:token:1>",)))
    assert not told_before.is_comparable(shown(page=("+a",) * 400))
    left = describing.excerpt([passage("\n".join(SHOP))], {HunkKey(file=9, hunk=0): "wide.py"}, 1_000)
    assert not told_before.is_comparable(left)
    assert not told_before.is_comparable(describing.excerpt([], {}, 1_000))


def test_what_stands_for_a_change_names_its_files_and_rows() -> None:
    assert told_before.asked(shown()).splitlines() == ["shop.py", *SHOP, "page.md", *PAGE]


@given(st.binary(max_size=80) | st.recursive(st.integers() | st.text(), st.lists, max_leaves=9).map(compact.packed))
def test_whatever_is_stored_a_description_comes_of_it_or_nothing(content: bytes) -> None:
    found = told_before.unpacked(content)
    assert found is None or told_before.unpacked(told_before.packed(found)) == found
