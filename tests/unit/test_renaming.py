"""Which differences of code a short request may be about: local names and comments, and nothing that does anything."""

import re
from collections.abc import Sequence

import pytest

from hunkwise.core import renaming

PYTHON = (
    " def total(rows, limit):",
    "+    found = 0",
    "+    # Adds what is owed.",
    "+    for row in rows:",
    "+        if not row.amount > limit and row.kind == 1:",
    "+            found += row.amount",
    "+            report(limit, row)",
    '+            say("found", limit)',
    "     return done(rows)",
)


def harmless(rows: Sequence[str], old: str, new: str, *, path: str = "app.py") -> bool:
    assert any(old in row for row in rows)
    pairs = [(row, row.replace(old, new)) for row in rows]
    return renaming.is_harmless(path, pairs, ())


def renamed(old: str, new: str) -> list[tuple[str, str]]:
    return [(row, re.sub(rf"\b{old}\b", new, row)) for row in PYTHON]


def test_a_local_name_may_be_another_everywhere() -> None:
    assert renaming.is_harmless("app.py", renamed("row", "item"), ())
    assert not renaming.is_harmless("app.py", [*renamed("row", "item"), (" row", " row")], ()), "not everywhere"
    assert not renaming.is_harmless("app.py", renamed("row", "limit"), ()), "two become one"
    assert not renaming.is_harmless("app.py", renamed("row", "item"), ["12 |    item = 4"])
    assert not renaming.is_harmless("app.py", renamed("row", "item"), ["12 |    return row"])
    assert not renaming.is_harmless("settings.toml", renamed("row", "item"), ())
    assert not renaming.is_harmless("query.sql", renamed("row", "item"), ())


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("a.js", ("+  const held = take(rows);", "+  return held + 1;")),
        ("a.ts", ("+  for (const held of rows) {", "+    use(held);")),
        ("a.go", ("+\theld := take(rows)", "+\treturn held")),
        ("A.java", ("+    int held = take(rows);", "+    return held;")),
        ("a.rs", ("+    let mut held = take(rows);", "+    held += 1;")),
    ],
)
def test_other_languages_bind_names_too(path: str, rows: Sequence[str]) -> None:
    assert harmless(rows, "held", "kept", path=path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> limit", ">= limit"),
        ("> limit", "< limit"),
        ("not row", "row"),
        (" and ", " or "),
        ("== 1", "== 2"),
        ("== 1", "!= 1"),
        ("report(", "notify("),
        ("limit, row", "row, limit"),
        (".amount", ".total"),
        ("found += row", "found -= row"),
        ("+            found", "+        found"),
        ("    found = 0", "    found =  0"),
        ('"found"', '"other"'),
        ("found", "other"),
        ("return", "yield"),
        ("total", "summed"),
        ("limit", "least"),
        ("for row in rows", "for row in list"),
        ("Adds what", "Adds not what"),
        ("# Adds", "Adds"),
        ("# Adds what is owed.", "# type: ignore"),
        ("found = 0", "found = None"),
    ],
)
def test_whatever_may_do_another_thing_is_read_whole(old: str, new: str) -> None:
    assert not harmless(PYTHON, old, new)


def test_plain_words_of_a_comment_may_differ() -> None:
    assert harmless(PYTHON, "is owed", "was owed")
    slashes = ("+    // Adds what is owed.", "+    add();")
    assert harmless(slashes, "is owed", "was owed", path="a.go")
    assert not harmless(slashes, "is owed", "was owed", path="a.py"), "a division there"
    assert not harmless(("+# define LIMIT main",), "main", "spare", path="a.c"), "a macro there"


@pytest.mark.parametrize(
    "rows",
    [
        ("+    held = take()", "+    return other"),
        ("+held = take()", "+use(held)"),
        ("-    held = take()", "-    use(held)"),
        ("+    held = take()", "+    held()"),
        ("+    held = take()", "+    self.held += 1"),
        ("+    held = take()", "+    use(held=held)"),
        ("+    held = take()", "+    use({held: 1})"),
        ("+    held = take()", "+    return {a, held, b}"),
        ("+    held = take()", "+    use({", "+        held,", "+    })"),
        ("+    held = take()", "+    use({", "+        held: 1,", "+    })"),
        ("+    held = take()", "+    use(`${held}`)"),
        ("+    held = take()", "+    global held"),
        ("+    held = take()", "+    @held"),
        ("+    use(", "+        held = 1,", "+        other=held)"),
        ("+    held == take()", "+    use(held)"),
        ("+    a, held = take()", "+    use(held)"),
    ],
)
def test_a_name_that_others_may_see_is_read_whole(rows: Sequence[str]) -> None:
    assert not harmless(rows, "held", "kept")


def test_names_stay_apart_and_few() -> None:
    both = [(row, row.replace("a", "x").replace("b", "y")) for row in ("+    a = f()", "+    b = f()", "+    u(a, b)")]
    assert renaming.is_harmless("a.py", both, ())
    one = [(row, row.replace("a", "x").replace("b", "x")) for row in ("+    a = f()", "+    b = f()", "+    u(a, b)")]
    assert not renaming.is_harmless("a.py", one, ())
    crossed = [("+    a = f()", "+    b = f()"), ("+    b = f()", "+    a = f()"), ("+    u(a, b)", "+    u(b, a)")]
    assert not renaming.is_harmless("a.py", crossed, ())
    forked = [("+    a = f()", "+    x = f()"), ("+    u(a, 1)", "+    u(y, 1)")]
    assert not renaming.is_harmless("a.py", forked, ())
    many = [
        *((f"+    a{name} = f()", f"+    b{name} = f()") for name in "xyz"),
        ("+    u(ax, ay, az)", "+    u(bx, by, bz)"),
    ]
    assert not renaming.is_harmless("a.py", many, ())
