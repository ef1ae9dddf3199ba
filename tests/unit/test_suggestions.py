import ast
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
import push_builder as push
from hunkwise.core import suggestions
from hunkwise.core.suggestions import Proven, Unproven
from hunkwise.model.diff import Diff, Side
from hunkwise.model.finding import Finding

BASE = "import os\n\n\ndef size(path):\n    pass\n\n\ndef last():\n    return 1\n"
HEAD = (
    "import os\n\n\ndef size(path):\n    found = os.stat(path)\n    return found.size\n\n\ndef last():\n    return 1\n"
)
LINE = "    return found.size"


def python(path: str, text: str) -> bool | None:
    if not path.endswith(".py"):
        return None
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def shown(head: str = HEAD, base: str = BASE) -> Diff:
    return push.parsed({"app.py": (base, head)})


def finding(replacement: str | None, quote: str = LINE, head: str = HEAD, **changes: object) -> Finding:
    reading = push.read({"app.py": (BASE, head)})
    rows = len(quote.split("\n"))
    made = push.found(reading, quote, replacement=replacement)
    return replace(made, **{"end_line": made.line + rows - 1, **changes})  # type: ignore[arg-type]  # fields by name


def test_a_replacement_that_fits_is_proven() -> None:
    made = suggestions.prove(finding("    return found.st_size\n"), shown(), HEAD, python)
    assert made == Proven(text="    return found.st_size")


@pytest.mark.parametrize(
    "replacement",
    [
        "    return found.st_size",
        "    if found is None:\n        return 0\n\n    return found.st_size",
    ],
)
def test_one_line_may_become_several(replacement: str) -> None:
    assert suggestions.prove(finding(replacement), shown(), HEAD, python) == Proven(text=replacement)


@pytest.mark.parametrize(
    ("replacement", "reason"),
    [
        (None, "no replacement was given"),
        ("", "the replacement is empty"),
        (" \n ", "the replacement is empty"),
        ("    return <redacted:aws:1>", "the replacement holds a placeholder"),
        ("    return found.st_size  # \u202e", "the replacement holds characters that can't be shown as they are"),
        ("    return found.st_size\r\n", "the replacement holds characters that can't be shown as they are"),
        ("::set-env::x", "the replacement holds characters that can't be shown as they are"),
        (f"{LINE}  ", "the replacement changes nothing"),
        ("return found.st_size", "the replacement has another indentation than the lines it replaces"),
        ("        return found.st_size", "the replacement has another indentation than the lines it replaces"),
        ("\treturn found.st_size", "the replacement has another indentation than the lines it replaces"),
        ("    if found:\n\treturn 1", "the replacement has another indentation than the lines it replaces"),
        ("    x = 1\nreturn x", "the replacement has another indentation than the lines it replaces"),
        ("    found = os.stat(path)\n    return found.st_size", "the replacement repeats the line before"),
        ("    return found.st_size(", "the file would no longer parse"),
    ],
)
def test_what_is_not_proven_is_told(replacement: str | None, reason: str) -> None:
    assert suggestions.prove(finding(replacement), shown(), HEAD, python) == Unproven(reason=reason)


def test_the_line_after_is_not_repeated() -> None:
    quote = "    found = os.stat(path)"
    made = suggestions.prove(finding(f"    found = os.lstat(path)\n{LINE}", quote), shown(), HEAD, python)
    assert made == Unproven(reason="the replacement repeats the line after")


def test_a_brace_that_stood_beside_its_like_before_may_do_so_again() -> None:
    head = "f {\n  g {\n    h()\n  }\n}\n"
    of = push.read({"app.c": ("x\n", head)})
    made = push.found(of, "    h()\n  }", path="app.c", replacement="    k()\n  }", end_line=4)
    assert suggestions.prove(made, of.shown, head, python) == Proven(text="    k()\n  }")


def test_deleted_lines_and_files_that_can_t_be_had_get_none() -> None:
    assert suggestions.prove(finding("x", side=Side.LEFT), shown(), HEAD, python) == Unproven(
        reason="deleted lines can't be replaced"
    )
    assert suggestions.prove(finding("x"), shown(), None, python) == Unproven(reason="the head file can't be had")


def test_the_lines_are_those_of_the_head_file_in_one_hunk() -> None:
    elsewhere = Unproven(reason="its lines are not those of the head file")
    good = finding("    return found.st_size")
    assert suggestions.prove(good, shown(), HEAD.replace("found.size", "other"), python) == elsewhere
    assert suggestions.prove(good, shown(), "short\n", python) == elsewhere
    assert suggestions.prove(replace(good, quote="other"), shown(), HEAD, python) == elsewhere
    outside = Unproven(reason="its lines do not lie in one hunk")
    assert suggestions.prove(replace(good, end_line=90), shown(), HEAD, python) == outside
    assert suggestions.prove(replace(good, file="other.py"), shown(), HEAD, python) == outside
    gap = builders.diff(builders.file_diff("app.py", builders.hunk("+a"), builders.hunk("+c", new=3)))
    assert suggestions.prove(replace(good, line=1, end_line=3, quote="a\nc"), gap, "a\nb\nc\n", python) == outside


def test_files_with_carriage_returns_get_none() -> None:
    diff = builders.diff(builders.file_diff("app.py", builders.hunk("+a\r")))
    made = replace(finding("b"), line=1, end_line=1, quote="a")
    assert suggestions.prove(made, diff, "a\r\n", python) == Unproven(reason="its lines end with a carriage return")


def test_a_file_that_did_not_parse_before_or_that_nobody_can_parse_may_be_changed() -> None:
    broken = HEAD.replace("def last():", "def last(:")
    made = finding("    return found.st_size", head=broken)
    assert isinstance(suggestions.prove(made, shown(broken), broken, python), Proven)
    assert isinstance(suggestions.prove(finding("    return ("), shown(), HEAD, lambda *_: None), Proven)


def test_blank_lines_may_be_filled() -> None:
    diff = builders.diff(builders.file_diff("app.py", builders.hunk("+", "+a")))
    made = replace(finding("b"), line=1, end_line=1, quote="")
    assert suggestions.prove(made, diff, "\na\n", python) == Proven(text="b")


def test_the_first_and_the_last_line_have_one_neighbour() -> None:
    diff = builders.diff(builders.file_diff("app.txt", builders.hunk("+a", "+b")))
    first = replace(finding("c"), file="app.txt", line=1, end_line=1, quote="a")
    assert isinstance(suggestions.prove(first, diff, "a\nb", python), Proven)
    last = replace(finding("c"), file="app.txt", line=2, end_line=2, quote="b")
    assert isinstance(suggestions.prove(last, diff, "a\nb", python), Proven)


@given(st.text("`~a\n ", max_size=40))
def test_no_text_ends_its_fence(text: str) -> None:
    made = suggestions.block(Proven(text=text))
    fence = made.split("suggestion")[0]
    assert set(fence) == {"`"}
    assert len(fence) >= 3
    assert made == f"{fence}suggestion\n{text}\n{fence}"
    assert fence not in text
