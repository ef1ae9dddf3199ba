import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hunkwise.core import compact, nearness
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.packing import RedactedLines
from hunkwise.model.material import ContextKind, ContextPiece, QueryType
from material_builder import material

PROSE = (" # Title", "+Read the file before it is sent.", "+Then send it to the other side.")


def hunk(*rows: str, path: str = "docs/a.md", query_type: QueryType = QueryType.DOCUMENTATION) -> RedactedLines:
    return replace(material("\n".join(rows), path=path), query_type=query_type)


def near(*rows: str, **more: object) -> NearAnswer:
    return nearness.answer(hunk(*rows, **more), [], "model:m")  # type: ignore[arg-type]


def changed(*pairs: tuple[str, str]) -> Sequence[str]:
    rows = list(PROSE)
    for old, new in pairs:
        rows = [row.replace(old, new) for row in rows]
    return rows


@pytest.mark.parametrize("pair", [("before", "Before"), ("the other side", "the other party"), ("sent.", "sent,")])
def test_words_of_prose_may_differ(pair: tuple[str, str]) -> None:
    assert nearness.serves(near(*PROSE), hunk(*changed(pair)))
    assert nearness.serves(near(*PROSE), hunk(*PROSE))


@pytest.mark.parametrize(
    "pair",
    [
        ("before", "after 3"),
        ("Then", "Never"),
        ("Then", "Unless told"),
        ("Then", "Don't"),
        ("send it", "it send"),
        ("the other side", "the/other"),
        ("Then send it to the other side", "A whole new sentence that says something else entirely follows here"),
        ("+Then", "+    Then"),
        ("+Then", "+$ Then"),
        ("# Title", "~~~"),
        ("Read the file", "Read the the file file"),
        ("+Then", "+ Then"),
        ("side.", "side:"),
        ("side.", "side?"),
    ],
)
def test_what_may_say_another_thing_does_not_serve(pair: tuple[str, str]) -> None:
    assert not nearness.serves(near(*PROSE), hunk(*changed(pair)))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("before", "after"), ("first", "last"), ("beginning", "end"), ("starts", "stops"), ("min", "max"),
        ("minimum", "maximum"), ("public", "private"), ("read", "write"), ("reader", "owner"), ("Reading", "Writing"),
        ("production", "staging"), ("encrypted", "plain"), ("enable", "disable"), ("include", "exclude"),
        ("above", "below"), ("always", "sometimes"), ("required", "optional"), ("three", "five"), ("hourly", "daily"),
        ("seconds", "minutes"), ("to", "from"), ("up", "down"), ("left", "right"), ("accepts", "rejects"),
        ("succeeds", "fails"), ("opened", "closed"), ("Adding", "Removing"), ("sends", "receives"), ("old", "new"),
        ("read-only", "quick"), ("client-side", "server-side"), ("upload", "download"), ("locally", "remotely"),
        ("couldn\u2019t", "could"), ("safely", "quickly"), ("oldest", "nearest"), ("will", "would"),
    ],
)  # fmt: skip
def test_a_word_that_may_turn_the_sense_does_not_serve(word: str, other: str) -> None:
    first, then = (f"+Words about the {each} thing stand in a sentence." for each in (word, other))
    assert not nearness.serves(near(first), hunk(then))
    assert not nearness.serves(near(then), hunk(first))


@pytest.mark.parametrize(
    ("word", "other"),
    [("handy", "useful"), ("seperate", "separate"), ("colour", "color"), ("guide", "handbook"), ("quick", "brisk")],
)
def test_a_word_that_says_the_same_serves(word: str, other: str) -> None:
    first, then = (f"+Words about the {each} thing stand in a sentence." for each in (word, other))
    assert nearness.serves(near(first), hunk(then))


@pytest.mark.parametrize("sign", ["-", " "])
def test_what_was_added_says_nothing_of_what_is_deleted_or_stays(sign: str) -> None:
    other = (*PROSE[:2], f"{sign}{PROSE[2][1:]}")
    assert not nearness.serves(near(*PROSE), hunk(*other))
    assert not nearness.serves(near(*other), hunk(*PROSE))
    assert nearness.difference(near(*PROSE), hunk(*other)) == ()


def test_rows_that_moved_do_not_serve() -> None:
    assert not nearness.serves(near(*PROSE), hunk(PROSE[0], PROSE[2], PROSE[1]))
    blank = ("+Read the file.", "+", "+Send it.")
    assert not nearness.serves(near(*blank), hunk(blank[0], blank[2], blank[1]))
    steps = ("+- First, stop the server.", "+- Then copy the file.")
    assert not nearness.serves(near(*steps), hunk(*steps[::-1]))
    moved = ("+Stop the server gently.", "+Then copy the file.")
    assert not nearness.serves(near(*moved), hunk("+Stop the server.", "+Then gently copy the file."))


@pytest.mark.parametrize(
    "rows",
    [
        ("+Call it so::", "+", "+  Copy the file to WORD server."),
        ("+Call it so:", "+  Copy the file to WORD server."),
        ("+Some words.", "+  Copy the file to WORD server."),
        ("   Copy a file first.", "+  Copy the file to WORD server."),
        ("+- Call it so:", "+", "+  Copy the file to WORD server."),
        ("+- Call it so:", "+  Copy the file to WORD server."),
        ("+- Call it.", "+     Copy the file to WORD server."),
        ("+| Name | Copy the file to WORD server. |",),
        ("+Name | Copy the file to WORD server.",),
        ("+Name    Copy the file to WORD server.",),
        ("+#copy WORD server",),
        ("+copy the file to WORD server",),
        ("+Copy the file to WORD server",),
        ("+docker start WORD server",),
        (" make build", "+docker start WORD server", " make done."),
        ("+1. Copy it.", "+copy WORD server.", "+copy another"),
    ],
)
def test_what_could_be_code_is_no_prose(rows: Sequence[str]) -> None:
    first, other = ([row.replace("WORD", word) for row in rows] for word in ("main", "spare"))
    assert not nearness.serves(near(*first), hunk(*other))


@pytest.mark.parametrize(
    "rows",
    [
        ("+- Call it, and then", "+  copy the file to the WORD server."),
        ("+1. Call it.", "+   - Copy the file to the WORD server.", "+2. Copy it again."),
        ("+## The WORD server",),
        ("+Copy the file, and then", "+start the WORD server", "+as it was."),
        ("+(The WORD server.)",),
    ],
)
def test_lists_headings_and_sentences_over_several_rows_are_prose(rows: Sequence[str]) -> None:
    first, other = ([row.replace("WORD", word) for row in rows] for word in ("main", "spare"))
    assert nearness.serves(near(*first), hunk(*other))


def test_long_tables_are_compared_in_a_few_steps() -> None:
    """Counted as calls, not as seconds: comparing each row with each other one took 42 s for 200 of them."""
    first, other = ([f"+| {name}{row % 7} | yes | 10 | {row} |" for row in range(400)] for name in "ab")
    kept, asked, calls = near(*first), hunk(*other), 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 20_000:
            raise AssertionError(calls)

    sys.setprofile(count)
    try:
        assert nearness.difference(kept, asked) == ()
        assert not nearness.serves(kept, asked)
    finally:
        sys.setprofile(None)


def test_a_long_difference_or_another_path_or_kind_does_not_serve() -> None:
    assert not nearness.serves(near(*PROSE), hunk(*PROSE, "+And more."))
    many = [f"+Send {{}} file {row}." for row in range(nearness.MAX_DIFFERENCE + 1)]
    first, other = ([row.format(word) for row in many] for word in ("that", "That"))
    assert nearness.serves(near(*first[1:]), hunk(*other[1:]))
    assert not nearness.serves(near(*first), hunk(*other))
    assert not nearness.serves(near(*PROSE), hunk(*PROSE, path="docs/b.md"))
    assert not nearness.serves(near(*PROSE), hunk(*PROSE, query_type=QueryType.CODE))


CODE = (" def f(rows):", "+    kept = [row for row in rows if row]", "+    return kept")


def test_only_a_small_difference_that_is_not_grave_may_be_confirmed() -> None:
    known = near(*CODE, path="app.py", query_type=QueryType.CODE)
    other = swapped(CODE, "kept", "left")

    def may(*rows: str, path: str = "app.py", query_type: QueryType = QueryType.CODE, **more: object) -> bool:
        return nearness.may_be_confirmed(known, replace(hunk(*rows, path=path, query_type=query_type), **more))  # type: ignore[arg-type]

    assert may(*other)
    assert not may(*CODE)
    assert not may(*other, path="other.py")
    assert not may(*other, query_type=QueryType.MIGRATION)
    assert not may(*swapped(CODE, "kept", "token"))
    piece = ContextPiece(kind=ContextKind.DEFINITION, path="b.py", line=1, text="1 |def g(): ...", tokens=5)
    assert not may(*other, context=(piece,))
    assert not may(*other, "+    x = 1")


@pytest.mark.parametrize("where", [" def session(rows):", "+    rows = verify(rows)"])
def test_what_is_grave_anywhere_in_a_hunk_is_read_whole(where: str) -> None:
    rows = (where, *CODE[1:])
    known = near(*rows, path="app.py", query_type=QueryType.CODE)
    assert not nearness.may_be_confirmed(
        known, hunk(*swapped(rows, "kept", "left"), path="app.py", query_type=QueryType.CODE)
    )


def swapped(rows: Sequence[str], old: str, new: str) -> Sequence[str]:
    assert any(old in row for row in rows)
    return [row.replace(old, new) for row in rows]


def test_hunks_that_are_long_or_hold_a_secret_stand_for_none() -> None:
    assert nearness.is_comparable(hunk(*PROSE))
    assert not nearness.is_comparable(hunk(*(f"+row {number}" for number in range(nearness.MAX_ROWS + 1))))
    assert not nearness.is_comparable(hunk("+a <redacted:token:1> of its own"))
    masked = hunk("+key = abc")
    assert not nearness.is_comparable(replace(masked, texts=("key = <redacted:token:1>",)))


def test_what_is_kept_comes_back_and_nothing_else_does() -> None:
    known = near(*CODE)
    assert nearness.unpacked(nearness.packed(known)) == known
    for odd in (b"", b"x", nearness.packed(known)[:-1], compact.packed({"a": 1}), compact.packed([1] * 5)):
        assert nearness.unpacked(odd) is None


def test_thresholds_are_read_or_refused() -> None:
    given = nearness.thresholds(["documentation=0.95", "code = off"])
    assert nearness.threshold("documentation", given) == 0.95
    assert nearness.threshold("code", given) > 1
    assert nearness.threshold("test", given) == 0.88
    for odd in ("poetry=0.9", "code=often", "code=0.2", "code=1.5", "code"):
        with pytest.raises(ValueError, match=r"pool|likeness"):
            nearness.thresholds([odd])


def test_spaces_and_keys_are_apart() -> None:
    assert nearness.space("e", "g" * 64, "secrets") != nearness.space("e", "h" * 64, "secrets")
    assert nearness.space("e", "g" * 64, "secrets") != nearness.space("e", "g" * 64, "personal")
    assert nearness.key("a" * 64, "secrets") not in {"a" * 64, nearness.key("a" * 64, "personal")}
    assert nearness.asked(hunk("+a", " b")) == "docs/a.md\n+a\n b"
