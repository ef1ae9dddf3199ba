from dataclasses import replace

import pytest

from hunkwise.core import packing, proof
from hunkwise.model.diff import Side
from hunkwise.model.material import Chunk, ContextKind, ContextPiece, LiteralPlace
from material_builder import material, passage, words


def unknown(path: str, side: Side, number: int, text: str) -> None:
    """Know no syntax."""


def held(body: str) -> Chunk:
    return Chunk(passages=(passage(body),))


def missing(quote: str, body: str, side: Side = Side.RIGHT) -> str | None:
    return proof.missing(quote, side, held(body), unknown)


@pytest.mark.parametrize(
    "quote",
    [
        "if (rows == null) {",
        "rows == null",
        "if   (rows  ==  null) {",
        "if (rows == null) {\n    return zero(rows);",
        "2+|if (rows == null) {",
        "+if (rows == null) {\n+    return zero(rows);",
        "return zero(rows);\n\nreturn sum(rows);",
    ],
)
def test_code_that_was_shown_proves(quote: str) -> None:
    body = " def total(rows) {\n+if (rows == null) {\n+    return zero(rows);\n \n return sum(rows);"
    assert missing(quote, body) is None


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        ("# checked by callers (all)", "checked by callers (all)"),
        ("x = f(y)  # checked = always", "checked = always"),
        ("x = f(y)  // checked = always", "checked = always"),
        ("   * checked = by callers;", "checked = by callers;"),
        ("<!-- checked = by callers -->", "checked = by callers"),
        ('say("checked = by callers")', "checked = by callers"),
        ("all callers check that rows is full", "all callers check that rows is full"),
        ("x = f(y) /* checked = yes */", "checked = yes"),
        ("f(x = 1) */ y", "f(x = 1)"),
    ],
)
def test_without_a_tree_a_line_is_words_as_soon_as_it_may_be(line: str, quote: str) -> None:
    assert missing(quote, f"+{line}") == proof.WORDS_ONLY


def test_code_beside_a_comment_or_around_a_string_proves() -> None:
    assert missing("x = f(y)", "+x = f(y)  # anything") is None
    assert missing('open(path, "rb")', '+with open(path, "rb") as file:') is None


def test_what_was_never_shown_or_is_too_little_does_not() -> None:
    assert missing("rm -rf", "+x = f(y)") == proof.NOT_SHOWN
    assert missing(" \n", "+x = f(y)") == proof.NO_QUOTE
    assert missing("(y)", "+x = f(y)") == proof.WORDS_ONLY
    assert missing("});", "+});") == proof.WORDS_ONLY


def test_removed_lines_count_for_claims_about_removed_lines_alone() -> None:
    body = "-check(rows)\n+return sum(rows)"
    assert missing("check(rows)", body) == proof.NOT_SHOWN
    assert missing("check(rows)", body, Side.LEFT) is None
    assert missing("return sum(rows)", body, Side.LEFT) is None


def test_a_syntax_tree_decides_where_there_is_one() -> None:
    def literals(path: str, side: Side, number: int, text: str) -> tuple[LiteralPlace, ...]:
        assert (path, side) == ("app.py", Side.RIGHT)
        return (LiteralPlace(kind="string", line=number, start=0, end=len(text)),) if number == 1 else ()

    shown = held("+if rows: return 0\n+return rows or zero")
    assert proof.missing("if rows: return 0", Side.RIGHT, shown, literals) == proof.WORDS_ONLY
    assert proof.missing("return rows or zero", Side.RIGHT, shown, literals) is None


def test_a_quote_that_repeats_proves_where_one_place_of_it_is_code() -> None:
    assert missing("total = f(x)", "+# total = f(x)\n+total = f(x)") is None


def test_context_proves_as_the_hunks_do() -> None:
    piece = ContextPiece(
        kind=ContextKind.DEFINITION, path="lib.py", line=7, text="7 |def get(key):\n8 |    return table[key]", tokens=9
    )
    seen: list[tuple[str, int]] = []

    def literals(path: str, side: Side, number: int, text: str) -> None:
        del side, text
        seen.append((path, number))

    shown = Chunk(passages=(replace(passage("+x = 1"), context=(piece,)),))
    assert proof.missing("return table[key]", Side.RIGHT, shown, literals) is None
    assert ("lib.py", 8) in seen


def test_two_parts_of_one_hunk_are_one_text() -> None:
    body = "\n".join(f"+step_{at}(x)" for at in range(40))
    chunks = packing.pack([material(body)], 60, words).chunks
    joined = Chunk(passages=tuple(each for chunk in chunks for each in chunk.passages))
    assert len(joined.passages) > 1
    edge = joined.passages[0].lines[-1].text
    after = joined.passages[1].lines[0].text
    assert proof.missing(f"{edge}\n{after}", Side.RIGHT, joined, unknown) is None


def test_the_places_of_a_quote_that_are_looked_at_are_bounded() -> None:
    body = "\n".join(["+# f(x) + y"] * (proof.MAX_PLACES + 1) + ["+f(x) + y"])
    assert missing("f(x) + y", body) == proof.WORDS_ONLY
