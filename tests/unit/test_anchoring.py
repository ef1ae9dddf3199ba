import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import anchoring
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Unanchored
from hunkwise.model.material import Passage
from material_builder import claim, passage

HUNK = """\
 def total(prices):
-    return sum(prices)
+    result = 0
+    for price in prices:
+        result =  result + price

+    return result"""


def place(quote: str, line: int = 1, body: str = HUNK, new: int = 1) -> Anchor | Unanchored:
    return anchoring.place(claim(quote, line=line), [passage(body, new=new)])


def lines(anchor: Anchor | Unanchored) -> tuple[Side, int, int]:
    assert isinstance(anchor, Anchor), anchor
    return anchor.side, anchor.line, anchor.end_line


def reason(anchor: Anchor | Unanchored) -> str:
    assert isinstance(anchor, Unanchored), anchor
    return anchor.reason


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("    result = 0", (Side.RIGHT, 2, 2)),
        ("result = 0", (Side.RIGHT, 2, 2)),
        ("result = result + price", (Side.RIGHT, 4, 4)),
        ("for price in prices:\n    result = result + price", (Side.RIGHT, 3, 4)),
        ("result = result + price\n\nreturn result", (Side.RIGHT, 4, 6)),
        ("result = result + price\nreturn result", (Side.RIGHT, 4, 6)),
        ("result = 0\n...\nreturn result", (Side.RIGHT, 2, 6)),
        ("result = 0\n# ...\nreturn result", (Side.RIGHT, 2, 6)),
        ("result = 0\n…\nresult = result + price\nreturn result", (Side.RIGHT, 2, 6)),
        ("2+|    result = 0\n3+|    for price in prices:", (Side.RIGHT, 2, 3)),
        ("+    result = 0", (Side.RIGHT, 2, 2)),
        ("for price in prices:", (Side.RIGHT, 3, 3)),
        ("def total(prices):", (Side.RIGHT, 1, 1)),
        ("return sum(prices)", (Side.LEFT, 2, 2)),
        ("-    return sum(prices)", (Side.LEFT, 2, 2)),
    ],
)
def test_the_place_is_found_from_the_quote_whatever_the_number(quote: str, found: tuple[Side, int, int]) -> None:
    for named in (0, 1, 77):
        assert lines(place(quote, named)) == found


def test_one_line_may_leave_out_its_middle() -> None:
    body = "+    send(first_argument, second_argument, timeout=None)"
    assert lines(place("send(first_argument, ..., timeout=None)", body=body)) == (Side.RIGHT, 1, 1)
    assert reason(place("send(second_argument ... first_argument)", body=body)).startswith("the quoted code is on no")


@pytest.mark.parametrize(
    "quote", ["os.remove(path)", "result = 1", "for price in prices:\nreturn result", "result = 0\nreturn result"]
)
def test_invented_or_rearranged_code_has_no_place(quote: str) -> None:
    assert reason(place(quote)) == "the quoted code is on no line of the diff"


@pytest.mark.parametrize("quote", ["", "  \n ", "...", "...\n…"])
def test_no_quote_no_place(quote: str) -> None:
    assert reason(place(quote)) == "no code was quoted"


def test_a_long_quote_is_refused() -> None:
    assert "longer than 60 lines" in reason(place("\n".join(["result = 0"] * 61)))


def test_a_short_quote_must_be_the_whole_line() -> None:
    body = "+foo = {\n+    1: 2,\n+}"
    assert lines(place("}", 3, body)) == (Side.RIGHT, 3, 3)
    assert reason(place("1:", 2, body)) == "the quoted code is on no line of the diff"


def test_a_repeated_quote_is_meant_near_the_named_line_only() -> None:
    body = "\n".join(["+close(handle)", *["+x"] * 30, "+close(handle)"])
    assert lines(place("close(handle)", 3, body)) == (Side.RIGHT, 1, 1)
    assert lines(place("close(handle)", 30, body)) == (Side.RIGHT, 32, 32)
    assert reason(place("close(handle)", 16, body)) == "the quoted code repeats, far from the named line"


def test_of_two_places_as_near_the_changed_one_is_meant() -> None:
    body = " close(handle)\n x\n+close(handle)"
    assert lines(place("close(handle)", 2, body)) == (Side.RIGHT, 3, 3)


def test_a_deleted_line_is_meant_only_by_its_exact_number_when_the_head_has_the_code_too() -> None:
    body = "-check(user)\n" + "\n".join([" x"] * 5) + "\n+check(user)"
    assert lines(place("check(user)", 1, body)) == (Side.LEFT, 1, 1)
    assert lines(place("check(user)", 6, body)) == (Side.RIGHT, 6, 6)
    assert lines(place("check(user)", 3, body)) == (Side.RIGHT, 6, 6)


def test_only_the_request_s_own_file_counts() -> None:
    found = anchoring.place(claim("result = 0", file="other.py"), [passage(HUNK)])
    assert reason(found) == "other.py is not in the part of the diff this request held"


def test_a_quote_does_not_run_from_one_hunk_into_the_next() -> None:
    parts = [passage("+first()\n+second()"), passage("+third()\n+fourth()", index=1, new=50)]
    assert isinstance(anchoring.place(claim("second()\nthird()"), parts), Unanchored)
    assert lines(anchoring.place(claim("third()\nfourth()"), parts)) == (Side.RIGHT, 50, 51)


def test_a_quote_may_run_over_the_cut_of_a_split_hunk() -> None:
    whole = passage("+first()\n+second()\n+third()")
    cut = [_part(whole, 0, 1), _part(whole, 1, 3)]
    assert lines(anchoring.place(claim("first()\nsecond()"), cut)) == (Side.RIGHT, 1, 2)


def _part(whole: Passage, first: int, last: int) -> Passage:
    return Passage(
        id=f"{first}",
        key=whole.key,
        path=whole.path,
        header=whole.header,
        lines=whole.lines[first:last],
        text="",
        tokens=1,
    )


CODE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


@given(st.lists(st.tuples(st.sampled_from("+- "), CODE), min_size=1, max_size=12), st.data())
def test_a_quote_of_shown_lines_lands_on_lines_that_hold_it_or_is_refused(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    body = "\n".join(sign + text for sign, text in rows)
    shown = passage(body)
    first = data.draw(st.integers(0, len(rows) - 1))
    last = data.draw(st.integers(first, min(first + 3, len(rows) - 1)))
    quote = "\n".join(text for _, text in rows[first : last + 1])
    found = anchoring.place(claim(quote, line=shown.lines[first].number), [shown])
    if isinstance(found, Anchor):
        numbers = {line.number for line in shown.lines if line.sign != ("-" if found.side is Side.RIGHT else "+")}
        assert {found.line, found.end_line} <= numbers
        assert found.line <= found.end_line


def test_an_ellipsis_at_the_ends_of_a_quote_stands_for_nothing() -> None:
    assert lines(place("...\nresult = 0\nfor price in prices:\n# ...")) == (Side.RIGHT, 2, 3)


def test_code_that_is_an_ellipsis_is_code() -> None:
    body = "+class A:\n+    ...\n+    b = 1"
    assert lines(place("class A:\n    ...\n    b = 1", body=body)) == (Side.RIGHT, 1, 3)
