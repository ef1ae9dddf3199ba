from dataclasses import replace

import builders
from hunkwise.core import quotes
from hunkwise.model.diff import Diff, Side
from memory_builder import finding

SHOWN: Diff = builders.diff(
    builders.file_diff(
        "app.py",
        builders.hunk(" a", "-b", " c", "-d", "+B", "", "+  e   f", "+a", " g", old=10, new=10),
        builders.hunk("+a", "+c", old=90, new=90),
    ),
    builders.file_diff("other.py", builders.hunk("+a")),
)
COLUMNS = quotes.columns(SHOWN, {"app.py"})


def at(quote: str, side: Side = Side.RIGHT, path: str = "app.py") -> list[tuple[int, int]]:
    return [(place.line, place.end_line) for place in quotes.places(quote, path, side, COLUMNS)]


def test_a_quote_stands_wherever_its_lines_do_and_nowhere_else() -> None:
    assert at("a") == [(10, 10), (15, 15), (90, 90)]
    assert at("B\n\n\te f") == [(12, 14)]
    assert at("a\nc") == [(10, 11), (90, 91)]
    assert at("e") == []
    assert at("g\na") == [], "not across hunks"
    assert at("") == at("\n ") == []
    assert at("a", path="other.py") == [], "only files that were asked for"


def test_on_the_left_a_quote_begins_and_ends_with_a_deleted_line() -> None:
    assert at("b", Side.LEFT) == [(11, 11)]
    assert at("b\nc\nd", Side.LEFT) == [(11, 13)]
    assert at("b\nc", Side.LEFT) == []
    assert at("c\nd", Side.LEFT) == []
    assert at("B", Side.LEFT) == []


def test_numbers_of_placeholders_and_width_of_blanks_do_not_count() -> None:
    assert quotes.folded("k =  <redacted:aws:1>") == quotes.folded("k = <redacted:aws:23>")
    assert quotes.folded("k = <redacted:aws:1>") != quotes.folded("k = <redacted:pem:1>")


def test_neighbours_are_the_filled_lines_nearest_first() -> None:
    place = quotes.places("B", "app.py", Side.RIGHT, COLUMNS)[0]
    around = quotes.around(place)
    assert [each[0] for each in around] == ["<", "<", ">", ">", ">"]
    moved = quotes.columns(
        builders.diff(builders.file_diff("app.py", builders.hunk(" a", " c", "+B", "+e f", "+", "+a", " g", new=70))),
        {"app.py"},
    )
    assert quotes.around(quotes.places("B", "app.py", Side.RIGHT, moved)[0]) == around


def test_a_finding_s_own_lines_are_found_by_their_numbers() -> None:
    made = replace(finding(), file="app.py", line=12, end_line=14)
    place = quotes.of(made, COLUMNS)
    assert place is not None
    assert (place.line, place.end_line, place.row) == (12, 14, 4)
    assert quotes.of(replace(made, line=90, end_line=90), COLUMNS) is not None
    assert quotes.of(replace(made, line=50, end_line=60), COLUMNS) is None
    assert quotes.of(replace(made, line=92, end_line=95), COLUMNS) is None
    assert quotes.of(replace(made, side=Side.LEFT, line=11, end_line=11), COLUMNS) is not None
    assert quotes.of(replace(made, file="other.py"), COLUMNS) is None
