from collections.abc import Sequence

import pytest

import builders
from hunkwise.core import patch, redact, stripping
from hunkwise.errors import DetectorError
from hunkwise.model.diff import FileDiff
from hunkwise.model.material import LiteralPlace

BASE = "a\n'old'\nb\n\n'open\nstill'\nc\n"
HEAD = "a\n'new'\nb\nadded\n\n'open\nstill'\nc\n"


def find(path: str, text: str) -> Sequence[LiteralPlace] | None:
    """Take what stands between two quotes for a string, over lines."""
    if path.endswith(".bad"):
        return None
    places, inside = [], False
    for number, row in enumerate(text.split("\n"), 1):
        for at, char in enumerate(row):
            if char == "'":
                inside = not inside
            elif inside:
                places.append(LiteralPlace(kind="string", line=number, start=at, end=at + 1))
    return places


def parsed(rows: str, path: str = "a.py", start: int = 1) -> FileDiff:
    lines = rows.split("\n")
    old, new = sum(row[0] != "+" for row in lines), sum(row[0] != "-" for row in lines)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{start},{old} +{start},{new} @@\n"
    return patch.parse((head + rows + "\n").encode()).files[0]


CHANGED = parsed(" a\n-'old'\n+'new'\n b\n+added\n \n 'open")


def shown(file: FileDiff, head: str | None) -> list[str]:
    places = stripping.places(file, None if head is None else head.encode(), find)
    hunk = file.hunks[0]
    rows = [places[0, row] for row in range(len(hunk.lines))]
    return list(redact.hunk(hunk, lambda _: (), redact.Placeholders(), rows).lines)


def test_strings_of_both_sides_go_and_code_stays() -> None:
    rows = shown(CHANGED, HEAD)
    assert [row.partition("'")[0] for row in rows] == ["a", "", "", "b", "added", "", ""]
    assert not any(word in "\n".join(rows) for word in ("old", "new", "open"))
    assert rows[3:5] == ["b", "added"]


def test_a_hunk_that_begins_inside_a_string_is_known_by_the_whole_file() -> None:
    rows = shown(parsed("-still'\n+again'\n c", start=6), HEAD.replace("added\n", "").replace("still", "again"))
    assert "still" not in rows[0]
    assert "again" not in rows[1]
    assert rows[2] == "c"


def test_new_and_deleted_files_are_whole_in_the_diff() -> None:
    added = builders.file_diff("a.py", builders.hunk("+x = 'secret'"), status="added")
    assert "secret" not in shown(added, None)[0]
    deleted = builders.file_diff("a.py", builders.hunk("-x = 'secret'"), status="deleted")
    assert "secret" not in shown(deleted, None)[0]


@pytest.mark.parametrize(
    ("file", "head", "reason"),
    [
        (CHANGED, None, "whole file"),
        (CHANGED, HEAD.replace("added", "other").encode(), "not the one"),
        (CHANGED, b"\xff", "UTF-8"),
        (parsed("+x", path="a.bad"), b"x\n", "parsed"),
    ],
)
def test_what_can_not_be_told_is_not_sent(file: FileDiff, head: bytes | None, reason: str) -> None:
    with pytest.raises(DetectorError, match=reason):
        stripping.places(file, head, find)
