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


@pytest.mark.parametrize("pair", [("before", "Before"), ("the other side", "the other end"), ("sent.", "sent,")])
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
    ],
)
def test_what_may_say_another_thing_does_not_serve(pair: tuple[str, str]) -> None:
    assert not nearness.serves(near(*PROSE), hunk(*changed(pair)))


def test_a_long_difference_or_another_path_or_kind_does_not_serve() -> None:
    long = (*PROSE, *("+and" for _ in range(nearness.MAX_DIFFERENCE + 1)))
    assert not nearness.serves(near(*PROSE), hunk(*long))
    assert not nearness.serves(near(*PROSE), hunk(*PROSE, path="docs/b.md"))
    assert not nearness.serves(near(*PROSE), hunk(*PROSE, query_type=QueryType.CODE))


CODE = (" def f(rows):", "+    kept = [row for row in rows if row]", "+    return kept")


def test_only_a_small_difference_that_is_not_grave_may_be_confirmed() -> None:
    known = near(*CODE, path="app.py", query_type=QueryType.CODE)
    other = (*CODE[:2], "+    return list(kept)")

    def may(*rows: str, path: str = "app.py", query_type: QueryType = QueryType.CODE, **more: object) -> bool:
        return nearness.may_be_confirmed(known, replace(hunk(*rows, path=path, query_type=query_type), **more))  # type: ignore[arg-type]

    assert may(*other)
    assert not may(*CODE)
    assert not may(*other, path="other.py")
    assert not may(*other, query_type=QueryType.MIGRATION)
    assert not may(*CODE[:2], "+    return verify(kept)")
    piece = ContextPiece(kind=ContextKind.DEFINITION, path="b.py", line=1, text="1 |def g(): ...", tokens=5)
    assert not may(*other, context=(piece,))
    assert not may(*CODE, *(f"+    x{number} = 1" for number in range(13)))


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
    assert nearness.space("e", "g" * 64) != nearness.space("e", "h" * 64)
    assert nearness.key("a" * 64) != "a" * 64
    assert nearness.asked(hunk("+a", " b")) == "docs/a.md\n+a\n b"
