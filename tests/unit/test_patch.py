import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hunkwise.core import patch, patch_hunks
from hunkwise.errors import ChangeError
from hunkwise.model.diff import Diff, FileDiff, FileStatus, LineKind
from shared_data import sample


def one(diff: bytes) -> FileDiff:
    parsed = patch.parse(diff)
    assert parsed.unreadable == ()
    (file,) = parsed.files
    return file


def rows(diff: Diff, kind: LineKind, *, old_path: bool = False) -> list[list[object]]:
    return [
        [file.old_path if old_path else file.path, line.number, line.text]
        for file in diff.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.kind is kind
    ]


HEAD = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n"


def test_an_empty_diff_has_no_files() -> None:
    assert patch.parse(b"") == patch.parse(b"\n") == Diff(files=())


def test_lines_have_their_numbers_on_both_sides() -> None:
    (hunk,) = one(HEAD + b"@@ -3,3 +3,3 @@ def f():\n a\n-b\n+B\n c\n").hunks
    assert [(line.kind.value, line.old, line.new, line.text) for line in hunk.lines] == [
        (" ", 3, 3, "a"),
        ("-", 4, None, "b"),
        ("+", None, 4, "B"),
        (" ", 5, 5, "c"),
    ]
    assert (hunk.header, hunk.section, hunk.added, hunk.deleted) == ("@@ -3,3 +3,3 @@", "def f():", 1, 1)


def test_a_header_without_counts_means_one_line() -> None:
    (hunk,) = one(HEAD + b"@@ -1 +1 @@\n-a\n+b\n").hunks
    assert hunk.header == "@@ -1,1 +1,1 @@"


def test_content_that_looks_like_a_header_is_content() -> None:
    body = b"@@ -1,3 +1,3 @@\n--- a/x\n-++ b/x\n-@@ -1 +1 @@\n+++ b/y\n+diff --git a/z b/z\n+Index: q\n"
    file = one(HEAD + body)
    assert [line.text for line in file.hunks[0].lines] == [
        "-- a/x",
        "++ b/x",
        "@@ -1 +1 @@",
        "++ b/y",
        "diff --git a/z b/z",
        "Index: q",
    ]


@pytest.mark.parametrize("mark", [b"\x0c", b"\x0b", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\r"])
def test_separators_inside_a_line_stay_inside(mark: bytes) -> None:
    (line,) = one(HEAD + b"@@ -0,0 +1 @@\n+a" + mark + b"b\n").hunks[0].lines
    assert line.raw == b"a" + mark + b"b"


def test_carriage_returns_of_the_content_stay_and_those_of_the_diff_go() -> None:
    body = b"@@ -1 +1,2 @@\n-a\r\n+b\r\n+\r\n"
    assert [line.raw for line in one(HEAD + body).hunks[0].lines] == [b"a\r", b"b\r", b"\r"]
    whole = (HEAD + b"@@ -1 +1 @@\n-a\n+b\n").replace(b"\n", b"\r\n")
    file = one(whole)
    assert (file.path, [line.raw for line in file.hunks[0].lines]) == ("f", [b"a", b"b"])


def test_no_newline_at_the_end_is_noted_on_its_line() -> None:
    body = b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ Kein Zeilenumbruch am Dateiende.\n"
    assert [(line.text, line.ends) for line in one(HEAD + body).hunks[0].lines] == [("a", False), ("b", False)]


def test_an_empty_context_line_may_have_lost_its_blank() -> None:
    assert [line.text for line in one(HEAD + b"@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n").hunks[0].lines] == ["a", "", "b", "c"]


def test_undecodable_text_is_shown_as_latin_1_and_keeps_its_bytes() -> None:
    file = one(b'diff --git "a/caf\\351" "b/caf\\351"\n--- "a/caf\\351"\n+++ "b/caf\\351"\n@@ -0,0 +1 @@\n+na\xefve\n')
    (line,) = file.hunks[0].lines
    assert (file.raw_path, file.path, line.raw, line.text, file.undecodable) == (
        b"caf\xe9",
        "café",
        b"na\xefve",
        "naïve",
        True,
    )


@pytest.mark.parametrize(
    ("head", "old", "new", "status"),
    [
        (b"diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n", b"x y", b"x y", FileStatus.MODIFIED),
        (b"diff --git a/d b/f b/d b/f\n--- a/d b/f\n+++ b/d b/f\n", b"d b/f", b"d b/f", FileStatus.MODIFIED),
        (b"diff --git x/f x/f\n--- x/f\n+++ x/f\n", b"x/f", b"x/f", FileStatus.MODIFIED),
        (b"diff --git a/f a/f\n--- a/f\n+++ a/f\n", b"a/f", b"a/f", FileStatus.MODIFIED),
        (b"diff --git c/f i/f\n--- c/f\n+++ i/f\n", b"f", b"f", FileStatus.MODIFIED),
        (
            b"diff --git a/o b/n\nsimilarity index 90%\nrename from o\nrename to n\n--- a/o\n+++ b/n\n",
            b"o",
            b"n",
            FileStatus.RENAMED,
        ),
        (
            b"diff --git a/o b/n\nsimilarity index 90%\ncopy from o\ncopy to n\n--- a/o\n+++ b/n\n",
            b"o",
            b"n",
            FileStatus.COPIED,
        ),
        (b"--- o.orig\t2013-01-05 16:56:19.000000000 -0600\n+++ n\t2013-01-05\n", b"o.orig", b"n", FileStatus.MODIFIED),
        (b"Index: f\n=====\n--- f\t(revision 1)\n+++ f\t(working copy)\n", b"f", b"f", FileStatus.MODIFIED),
        (b"diff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n", b"f", b"f", FileStatus.MODIFIED),
    ],
)
def test_paths(head: bytes, old: bytes, new: bytes, status: FileStatus) -> None:
    end = b"\r\n" if b"\r\n" in head else b"\n"
    file = one(head + end.join([b"@@ -1 +1 @@", b"-a", b"+b", b""]))
    assert (file.raw_old_path, file.raw_path, file.status) == (old, new, status)
    assert file.added == file.deleted == 1


@pytest.mark.parametrize(
    ("diff", "status", "is_binary"),
    [
        (b"diff --git a/f b/f\nold mode 100644\nnew mode 100755\n", FileStatus.MODIFIED, False),
        (b"diff --git a/f b/f\nnew file mode 100644\nindex 0000000..e69de29\n", FileStatus.ADDED, False),
        (b"diff --git a/f b/f\ndeleted file mode 100644\nindex e69de29..0000000\n", FileStatus.DELETED, False),
        (b"diff --git a/f b/f\nindex 1..2 100644\nBinary files a/f and b/f differ\n", FileStatus.MODIFIED, True),
        (
            b"diff --git a/f b/f\nnew file mode 100644\nindex 0..2\nGIT binary patch\nliteral 1\nIcmZQz\n\n",
            FileStatus.ADDED,
            True,
        ),
        (b"diff --git a/o b/f\nsimilarity index 100%\nrename from o\nrename to f\n", FileStatus.RENAMED, False),
        (b"Binary files a/f and b/f differ\n", FileStatus.MODIFIED, True),
        (b"Binary files /dev/null and b/f differ\n", FileStatus.ADDED, True),
    ],
)
def test_files_without_hunks(diff: bytes, status: FileStatus, is_binary: bool) -> None:  # noqa: FBT001  # a table's cell
    file = one(diff)
    assert (file.path, file.status, file.is_binary, file.hunks) == ("f", status, is_binary, ())


def test_modes_tell_submodules() -> None:
    head = b"diff --git a/s b/s\nindex 1234567..89abcde 160000\n--- a/s\n+++ b/s\n"
    assert one(head + b"@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n").is_submodule
    assert not one(HEAD + b"@@ -1 +1 @@\n-a\n+b\n").is_submodule


def test_control_characters_of_a_path_are_escaped_where_it_is_shown() -> None:
    file = one(b'diff --git "a/x\\ny\\033" "b/x\\ny\\033"\nold mode 100644\nnew mode 100755\n')
    assert (file.raw_path, file.path) == (b"x\ny\x1b", "x\\ny\\x1b")
    direction = one("diff --git a/x\u202ey b/x\u202ey\nold mode 100644\nnew mode 100755\n".encode())
    assert direction.path == "x\\u202ey"


GOOD = b"diff --git a/good b/good\n--- a/good\n+++ b/good\n@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1,3 +1,3 @@\n a\n", "hunk"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1 +1 @@\n-a\n+b\n+c\n", "longer than its header"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1,2 +1 @@\n-a\n+b\n+c\n", "does not have the lines"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1 +1 @@\n-a\n+b\n@@ broken @@\n", "malformed"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -0,0 +0,0 @@\n", "counts no lines"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -x +1 @@\n+b\n", "malformed"),
        (b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1 +1 @@\n\\ No newline\n-a\n+b\n", "end of no line"),
        (
            b"diff --cc bad\nindex 1,2..3\n--- a/bad\n+++ b/bad\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n",
            "combined diff",
        ),
        (
            b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n\x1b[36m@@ -1 +1 @@\x1b[m\n\x1b[32m+b\x1b[m\n",
            "holds colours of a terminal (line",
        ),
        (b"*** bad\t2013\n--- bad\t2014\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n", "context diff"),
    ],
)
def test_one_bad_file_is_told_and_costs_no_other(bad: bytes, reason: str) -> None:
    for diff in (GOOD + bad, bad + GOOD, GOOD + bad + GOOD):
        parsed = patch.parse(diff)
        assert {file.path for file in parsed.files} == {"good"}
        assert len(parsed.files) == diff.count(b"+++ b/good")
        assert [(file.path, reason in file.reason) for file in parsed.unreadable] == [("bad", True)]


def test_what_unidiff_refuses_is_a_fault_of_the_hunk() -> None:
    with pytest.raises(patch_hunks.HunkError, match="shorter than expected"):
        patch_hunks.parsed([b"@@ -1 +1 @@", b"-a"], carriage_returns=False)


def test_a_diff_that_breaks_off_is_told() -> None:
    parsed = patch.parse(GOOD + HEAD + b"@@ -1,2 +1,2 @@\n-a\n")
    assert [(file.path, file.reason, file.hunks) for file in parsed.unreadable] == [
        ("f", "the diff ends inside a hunk", 1)
    ]


@pytest.mark.parametrize("diff", [b"hello\n", b"1c1\n< a\n---\n> b\n", b"1d\n", b"\x00\xff\n"])
def test_what_is_no_unified_diff_is_refused_with_what_to_do(diff: bytes) -> None:
    with pytest.raises(ChangeError, match="unified") as caught:
        patch.parse(diff)
    assert "git diff" in caught.value.hint


def test_colours_of_a_terminal_are_named_for_what_they_are() -> None:
    with pytest.raises(ChangeError, match="colours of a terminal") as caught:
        patch.parse(b"\x1b[1mdiff --git a/a b/a\x1b[m\n\x1b[1m--- a/a\x1b[m\n")
    assert "--no-color" in caught.value.hint
    inside = patch.parse(GOOD.replace(b"+b", b"+\x1b[1mb"))
    assert [line.raw for line in inside.files[0].hunks[0].lines] == [b"a", b"\x1b[1mb"]


def test_mails_of_patches_with_their_signature() -> None:
    mail = (
        b"From 1 Mon Sep 17 00:00:00 2001\nFrom: a\nSubject: [PATCH] x\n\nbody\n---\n f | 2 +-\n\n"
        + GOOD
        + b"-- \n2.39.5\n\n"
    )
    parsed = patch.parse(mail + mail)
    assert [file.path for file in parsed.files] == ["good", "good"]
    assert parsed.unreadable == ()


def test_the_labelled_odd_diffs() -> None:
    for row in sample("odd_diffs"):
        data = row["diff"].encode("utf-8", "surrogateescape")
        try:
            parsed = patch.parse(data)
        except ChangeError:
            assert row["expect"] is None or not (row["expect"]["added"] or row["expect"]["removed"]), row["id"]
            continue
        assert parsed.files or parsed.unreadable or not data.strip(), row["id"]
        if row["expect"] is None or any('"' in path for path, *_ in row["expect"]["added"]):
            continue  # no oracle, or one that leaves quoted names quoted
        assert sorted(map(str, rows(parsed, LineKind.ADDED))) == sorted(map(str, row["expect"]["added"])), row["id"]
        deleted = [sorted(map(str, rows(parsed, LineKind.DELETED, old_path=old_path))) for old_path in (True, False)]
        assert sorted(map(str, row["expect"]["removed"])) in deleted, row[
            "id"
        ]  # oracles differ on a renamed file's name


LINE = st.one_of(
    st.sampled_from(
        [b"", b"a", b"-- x", b"++ y", b"@@ -1 +1 @@", b"diff --git a/q b/q", b"\\ No newline", b"\r", b"x\r"]
    ),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"").replace(b"\0", b"")),
)
CONTENT = st.tuples(st.lists(LINE, max_size=14), st.booleans()).map(
    lambda drawn: b"\n".join(drawn[0]) + (b"\n" if drawn[1] and drawn[0] else b"")
)
NAME = st.text(st.sampled_from('ab "\\\t\né/\u2028'), min_size=1, max_size=9).filter(
    lambda name: not name.startswith("/") and not name.endswith("/") and "//" not in name
)


@settings(max_examples=60)
@given(CONTENT, CONTENT, NAME)
def test_what_git_writes_is_read_back_byte_for_byte(old: bytes, new: bytes, name: str) -> None:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    with tempfile.TemporaryDirectory() as folder:
        for side, content in (("a", old), ("b", new)):
            path = Path(folder) / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        command = ["git", "diff", "--no-index", "--no-prefix", "--text", f"a/{name}", f"b/{name}"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    parsed = patch.parse(done.stdout)
    assert parsed.unreadable == ()
    assert bool(parsed.files) == (old != new)
    for file in parsed.files:
        assert file.raw_path == name.encode()
        assert applied(old, file) == new


def applied(base: bytes, file: FileDiff) -> bytes:
    lines = [line + b"\n" for line in base.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    result, at = [], 0
    for hunk in file.hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        result += lines[at:start]
        at = start + hunk.old_count
        for line in hunk.lines:
            line.text.encode("utf-8")
            result += [] if line.kind is LineKind.DELETED else [line.raw + (b"\n" if line.ends else b"")]
    return b"".join(result + lines[at:])


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(data: bytes) -> None:
    try:
        patch.parse(HEAD + b"@@ -1,2 +1,2 @@\n" + data)
    except ChangeError:
        raise AssertionError("a file that begins is never refused whole") from None


def test_a_hundred_thousand_files_of_headers_end() -> None:
    parsed = patch.parse(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n" * 25_000)
    assert len(parsed.unreadable) == 25_000


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (b'"a/q\\tz" b/plain', b"plain"),
        (b'a/plain "b/q\\tz"', b"q\tz"),
        (b"a/only-one", b"a/only-one"),
        (b"a/x a/y", b"a/x a/y"),
        (b"old/f new/f", b"old/f new/f"),
        (b'"a/\\x\\"\\\\" "b/\\x\\"\\\\"', b'\\x"\\'),
    ],
)
def test_a_line_of_two_names_that_says_all_there_is(names: bytes, path: bytes) -> None:
    file = one(b"diff --git " + names + b"\nold mode 100644\nnew mode 100755\n")
    assert file.raw_path == path


def test_half_of_a_rename_falls_back_to_the_other_names() -> None:
    file = one(b"diff --git a/o b/o\nrename from o\n--- a/o\n+++ b/o\n@@ -1 +1 @@\n-a\n+b\n")
    assert file.raw_path == b"o"


def test_after_a_bad_file_the_next_plain_one_is_found() -> None:
    bad = b"--- a/bad\n+++ b/bad\n@@ -1,9 +1,9 @@\n a\nprose\n"
    parsed = patch.parse(bad + b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n")
    assert [file.path for file in parsed.files] == ["f"]
    assert [file.path for file in parsed.unreadable] == ["bad"]


def test_names_with_the_same_prefix_letter_have_none() -> None:
    assert one(b"--- a/f\n+++ a/g\n@@ -1 +1 @@\n-a\n+b\n").raw_path == b"a/g"
