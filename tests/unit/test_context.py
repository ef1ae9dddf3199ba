from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from hunkwise.core import bindings, context, hunk_keys, mentions, packing, scopes
from hunkwise.core.context import Sight
from hunkwise.core.packing import RedactedLines
from hunkwise.model.material import ContextKind, ContextPiece
from hunkwise.model.outline import Definition, DefinitionKind, Import, Located, Outline
from material_builder import WIDE, material, words

SCOPE, IMPORT, DEFINITION = ContextKind


def function(name: str, first: int, last: int, signature: int | None = None) -> Definition:
    return Definition(kind=DefinitionKind.FUNCTION, name=name, first=first, signature=signature or first, last=last)


def located(path: str, definition: Definition) -> Located:
    return Located(raw_path=path.encode(), definition=definition)


def sight(*rows: str, new: int = 10, path: str = "pkg/app.py", outline: Outline | None = None) -> Sight:
    hunk = builders.hunk(*rows, old=new, new=new)
    return Sight(
        raw_path=path.encode(),
        hunk=hunk,
        texts=[line.text for line in hunk.lines],
        rows=["x"] * 100,
        outline=Outline() if outline is None else outline,
    )


def found(seen: Sight, *definitions: Located) -> list[tuple[str, int, int]]:
    index: dict[str, list[Located]] = {}
    for each in definitions:
        index.setdefault(each.definition.name, []).append(each)
    return [(each.raw_path.decode(), each.first, each.last) for each in context.wanted(seen, index)]


def test_scopes_come_before_imports_before_definitions_before_bodies() -> None:
    outline = Outline(
        definitions=(function("outer", 2, 40), function("call", 60, 63)),
        imports=(Import(first=1, last=1, names=frozenset({"call"}), words=frozenset({"call"})),),
    )
    seen = sight("+    call(1)", outline=outline)
    assert found(seen, located("pkg/app.py", outline.definitions[1])) == [
        ("pkg/app.py", 2, 2),
        ("pkg/app.py", 1, 1),
        ("pkg/app.py", 60, 60),
        ("pkg/app.py", 61, 63),
    ]


def test_the_same_file_is_nearer_than_the_same_folder_than_an_import_than_anywhere() -> None:
    imports = (Import(first=1, last=1, names=frozenset({"third"}), words=frozenset({"far", "third"})),)
    seen = sight("+first() + second() + third() + fourth()", outline=Outline(imports=imports))
    definitions = [
        located("other/x.py", function("fourth", 4, 30)),
        located("lib/far.py", function("third", 3, 30)),
        located("pkg/y.py", function("second", 2, 30)),
        located("pkg/app.py", function("first", 50, 80)),
    ]
    paths = [path for path, first, _ in found(seen, *definitions) if first != 1]
    assert paths == ["pkg/app.py", "pkg/y.py", "lib/far.py", "other/x.py"]


def test_what_an_added_line_calls_and_what_is_rare_comes_first() -> None:
    seen = sight("-gone()", "+here() + twice()")
    definitions = [
        located("pkg/a.py", function("gone", 1, 30)),
        located("pkg/a.py", function("twice", 3, 30)),
        located("pkg/b.py", function("twice", 3, 30)),
        located("pkg/z.py", function("here", 2, 30)),
    ]
    assert [path for path, _, _ in found(seen, *definitions)] == ["pkg/z.py", "pkg/a.py", "pkg/b.py", "pkg/a.py"]


@pytest.mark.parametrize(
    ("row", "definition"),
    [
        ("+x = thing", located("else/b.py", function("thing", 1, 30))),  # not called: a variable, as a rule
        ("+_thing()", located("pkg/b.py", function("_thing", 1, 30))),  # private to its file
    ],
)
def test_a_name_elsewhere_has_to_say_more_than_one_in_its_own_file(row: str, definition: Located) -> None:
    assert found(sight(row), definition) == []
    own = replace(definition, raw_path=b"pkg/app.py", definition=replace(definition.definition, first=50, signature=50))
    assert found(sight(row), own) != []


def test_a_name_that_many_define_tells_nothing() -> None:
    twice = [located(f"else/{number}.py", function("thing", 1, 30)) for number in range(2)]
    assert found(sight("+thing()"), twice[0]) != []
    assert found(sight("+thing()"), *twice) == []
    many = [located("pkg/app.py", function("thing", 50 + number, 50 + number)) for number in range(context.MAX_KNOWN)]
    assert found(sight("+thing()"), *many) != []
    assert found(sight("+thing()"), *many, many[0]) == []


def test_lines_that_the_hunk_shows_are_left_out_and_what_is_left_is_cut_in_two() -> None:
    outline = Outline(definitions=(function("f", 8, 40, signature=12),))
    assert found(sight(" a", "+b", outline=outline)) == [("pkg/app.py", 8, 9), ("pkg/app.py", 12, 12)]


def test_one_hunk_wants_at_most_fifty_lines() -> None:
    definitions = [located("pkg/app.py", function(f"name{number}", 20 + number, 20 + number)) for number in range(70)]
    seen = sight("+" + " ".join(f"name{number}" for number in range(70)))
    assert len(found(seen, *definitions)) == context.MAX_LINES


def test_a_long_body_is_left_out() -> None:
    short = located("pkg/app.py", function("thing", 50, 49 + context.MAX_BODY))
    long = located("pkg/app.py", function("thing", 50, 50 + context.MAX_BODY))
    assert len(found(sight("+thing()"), short)) == 2
    assert len(found(sight("+thing()"), long)) == 1


def test_a_scope_is_guessed_only_where_the_tree_does_not_know() -> None:
    rows = ["def f():", "    x", "    y"]
    seen = replace(sight("+    x", new=2), rows=rows)
    assert found(seen) == []
    assert found(replace(seen, outline=Outline(is_whole=False))) == [("pkg/app.py", 1, 1)]
    assert found(replace(seen, outline=None)) == [("pkg/app.py", 1, 1)]
    assert found(replace(seen, outline=None, hunk=builders.hunk(" x", new=2))) == []


def piece(text: str, *, line: int = 5, kind: ContextKind = SCOPE, path: str = "a.py") -> ContextPiece:
    return context.piece(kind, path, line, text.split("\n"), words)


def test_a_piece_is_numbered_and_long_lines_are_cut() -> None:
    made = context.piece(DEFINITION, "a.py", 9, ["def f():", "x" * 999], words)
    assert made.text == "9 |def f():\n10 |" + "x" * context.MAX_CHARS
    assert made.tokens == words(made.text)
    assert context.piece(SCOPE, "a.py", 0, ["def f():"], words).text == " |def f():"


def test_a_block_says_first_what_it_is_and_holds_one_file() -> None:
    pieces = [piece("b", line=9, kind=IMPORT), piece("z", path="b.py"), piece("c", line=2, kind=IMPORT), piece("a")]
    assert context.blocks(pieces) == (
        "file: a.py (not reviewed, for understanding only)\nscope:\n5 |a\nimport:\n2 |c\n9 |b",
        "file: b.py (not reviewed, for understanding only)\nscope:\n5 |z",
    )
    assert context.blocks(()) == ()


def with_context(body: str, *pieces: ContextPiece, **more: object) -> RedactedLines:
    return replace(material(body, **more), context=pieces)  # type: ignore[arg-type]


def allotted(*hunks: RedactedLines, share: float = 1.0, each_file_alone: bool = False) -> list[list[str]]:
    sent = context.allot(hunks, share, words, each_file_alone=each_file_alone)
    return [[each.text for each in lines.context] for lines in sent]


def test_nothing_is_sent_twice_in_a_run() -> None:
    first = with_context("+x", piece("a\nb", path="lib.py"))
    second = with_context("+y", piece("b\nc", line=6, path="lib.py"), piece("a", path="lib.py"), file=1)
    assert allotted(first, second) == [["5 |a\n6 |b"], ["7 |c"]]


def test_nothing_is_sent_that_a_hunk_of_the_run_shows() -> None:
    shows = material("+a", path="lib.py", new=5, file=1)
    assert allotted(with_context("+x", piece("a\nb", path="lib.py")), shows) == [["6 |b"], []]
    assert allotted(with_context("+x", piece("a", path="lib.py")), shows) == [[], []]


def test_of_files_that_stand_alone_none_takes_a_line_or_the_room_of_another() -> None:
    long = " ".join(["w"] * 80)
    both = [piece("a\nb", path="lib.py"), piece(long, path="big.py")]
    first, again = with_context("+x", *both), with_context("+w", *both, index=1, new=9)
    second = with_context("+y", *both, file=1)
    assert allotted(first, second, again, each_file_alone=True) == [[each.text for each in both]] * 2 + [[]]
    assert allotted(first, second, again) == [[each.text for each in both], [], []]
    shows = material("+a", path="lib.py", new=5, file=1)
    assert allotted(first, shows, each_file_alone=True) == [[each.text for each in both], []]


def test_a_heading_without_a_number_is_sent_once_too() -> None:
    same = piece("def f():", line=0)
    assert allotted(with_context("+x", same), with_context("+y", same, index=1)) == [[" |def f():"], []]


def test_the_best_of_every_hunk_comes_before_the_second_best_of_any() -> None:
    long = " ".join(["w"] * 49)
    first = with_context("+x", piece(f"1{long}"), piece(f"2{long}", line=6))
    second = with_context("+y", piece(f"3{long}", line=7), file=1)
    assert 3 * piece(f"1{long}").tokens > context.LEAST_TOKENS
    assert [len(texts) for texts in allotted(first, second, share=0.01)] == [1, 1]


def test_a_share_of_nothing_allows_nothing() -> None:
    assert context.allowance(10_000, 0) == 0
    assert context.allowance(10_000, 0.3) == 3_000
    assert context.allowance(10, 0.3) == context.LEAST_TOKENS
    assert allotted(with_context("+x", piece("a")), share=0) == [[]]


def test_a_digest_knows_no_line_numbers_and_no_numbers_of_placeholders() -> None:
    one = piece("key = <redacted:credential:1>\nother = <redacted:credential:2>")
    same = piece("key = <redacted:credential:7>\nother = <redacted:credential:9>", line=99)
    other = piece("key = <redacted:credential:7>\nother = <redacted:credential:7>")
    assert context.digest([one]) == context.digest([same])
    assert len({context.digest(each) for each in ([], [one], [other], [replace(one, path="b.py")])}) == 4
    assert context.digest([one]) != context.digest([replace(one, kind=IMPORT)])


@given(st.integers(1, 9_999))
def test_a_hunk_is_known_again_only_under_the_context_it_was_read_under(line: int) -> None:
    def key(*pieces: ContextPiece) -> list[str]:
        return list(hunk_keys.by_hunk([with_context("+x", *pieces)]).values())

    assert key(piece("def f(a):")) == key(piece("def f(a):", line=line))
    assert len({*key(), *key(piece("def f(a):")), *key(piece("def f(a, b):"))}) == 3


def test_a_placeholder_is_numbered_alike_in_a_hunk_and_in_its_context() -> None:
    def key(body: str, text: str) -> list[str]:
        return list(hunk_keys.by_hunk([with_context(body, piece(text))]).values())

    assert key("+<redacted:key:3>", "<redacted:key:3>") == key("+<redacted:key:1>", "<redacted:key:1>")
    assert key("+<redacted:key:3>", "<redacted:key:3>") != key("+<redacted:key:1>", "<redacted:key:2>")


def test_context_counts_in_the_budget_and_goes_where_its_hunk_goes() -> None:
    hunks = [with_context("+x", piece("a " * 30, line=n), index=n, new=n * 10) for n in range(1, 5)]
    (chunk,) = packing.pack(hunks, WIDE, words).chunks
    assert chunk.tokens == sum(each.load for each in chunk.passages) > 4 * 30
    assert len(packing.pack(hunks, chunk.tokens - 1, words).chunks) == 2
    halves = packing.split(chunk)
    assert [each.line for half in halves for each in half.context] == [1, 2, 3, 4]
    assert all(len(half.context) == len(half.passages) for half in halves)
    assert packing.without_context(chunk).context == ()
    assert packing.without_context(chunk).tokens < chunk.tokens


def test_a_hunk_that_fills_its_request_goes_without_what_does_not_fit() -> None:
    lines = with_context("+" + "x " * 50, piece("a " * 30), piece("b", line=9))
    (chunk,) = packing.pack([lines], 62, words).chunks
    assert [each.line for each in chunk.context] == [9]


def test_the_first_half_of_a_cut_passage_keeps_the_context() -> None:
    (chunk,) = packing.pack([with_context("+x\n+y\n+z", piece("a"))], WIDE, words).chunks
    first, *rest = packing.cut(chunk.passages[0], words)
    assert len(first.context) == 1
    assert all(each.context == () for each in rest)


def test_changed_lines_alone_keep_their_numbers() -> None:
    bare = packing.changed_only(material(" a\n-b\n+c\n d", new=7))
    assert [(line.number, text) for line, text in zip(bare.hunk.lines, bare.texts, strict=True)] == [(8, "b"), (8, "c")]
    assert bare.hunk.header == material(" a\n-b\n+c\n d", new=7).hunk.header


def test_a_deleted_line_counts_for_the_line_that_stands_there_now() -> None:
    assert scopes.changed_numbers(builders.hunk(" a", "-b", "-c", " d", "+e", old=5, new=5)) == (5, 5, 7)
    assert scopes.changed_numbers(builders.hunk("-a", old=1, new=1)) == (1,)


def test_the_innermost_scope_comes_first_and_callbacks_in_named_functions_are_left_out() -> None:
    outline = Outline(
        definitions=(
            Definition(kind=DefinitionKind.TYPE, name="C", first=1, signature=1, last=90),
            function("f", 2, 40),
            function("", 5, 9),
            Definition(kind=DefinitionKind.VALUE, name="V", first=6, signature=6, last=6),
            Definition(kind=DefinitionKind.TYPE, name="", first=50, signature=50, last=60),
            function("", 51, 52),
            function("", 53, 58),
        )
    )
    assert [each.name for each in scopes.enclosing(outline, [6])] == ["f", "C"]
    assert [each.first for each in scopes.enclosing(outline, [51, 54])] == [53, 1]
    assert scopes.enclosing(outline, [95]) == ()


@pytest.mark.parametrize(
    ("rows", "number", "headers"),
    [
        (["def f():", "  if x:", "    y", ""], 4, [1]),
        (["int f(int a)", "{", "    x;"], 3, [1]),
        (["class A {", "  void f() {", "    for (;;) {", "      x"], 4, [2, 1]),
        (["a: 1", "b: 2"], 2, []),
        (["plain words", "  more words"], 2, []),
        ([""], 1, []),
        (["", "x"], 9, []),
        (["def f():", *["  x"] * (scopes.MAX_CLIMB + 5)], scopes.MAX_CLIMB + 3, []),
        (["def a():", "\tclass B:", "\t\tdef c():", "\t\t\tx"], 4, [3, 2]),
    ],
)
def test_headers_are_told_by_indentation(rows: list[str], number: int, headers: list[int]) -> None:
    assert [each.first for each in scopes.guessed(rows, number)] == headers


@pytest.mark.parametrize(
    ("section", "header"),
    [
        ("def open(self, key):", "def open(self, key):"),
        ("func (d *Door) Open(key string) error {", "func (d *Door) Open(key string) error {"),
        ('def f(password="hunter2', "def f(password"),
        ("API_KEY = 'sk-live-abc", ""),
        ("some words", ""),
        ("", ""),
    ],
)
def test_of_git_s_heading_only_a_header_is_kept_up_to_where_a_string_may_begin(section: str, header: str) -> None:
    assert scopes.of_section(section) == header


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("def open(key):", {"open"}),
        ("    return open(key)", set()),
        ("open(key)", set()),
        ("  open(key);", set()),
        ("static int *open(int key) {", {"open"}),
        ("LIMIT = 3", {"LIMIT"}),
        ("  x = LIMIT", set()),
        ("words about open", set()),
    ],
)
def test_a_line_that_defines_a_name_is_told_from_one_that_uses_it(row: str, names: set[str]) -> None:
    assert scopes.defined(row, ["open", "LIMIT"]) == names


def test_names_are_those_of_changed_code_without_comments_and_what_was_taken_out() -> None:
    hunk = builders.hunk("+x = load(<redacted:credential:1>)", "+# said(here)", " kept(1)", "-gone + if(this) + ab(1)")
    found_names = mentions.of(hunk.lines, [line.text for line in hunk.lines])
    assert {name: (each.called, each.added, each.deleted) for name, each in found_names.items()} == {
        "load": (True, 1, 0),
        "gone": (False, 0, 1),
    }


@pytest.mark.parametrize(
    ("row", "is_sought"),
    [("+load(1)", True), ("+Loader", True), ("+load", False), ("-load(1)", False), ("+run(1)", False)],
)
def test_a_search_is_for_what_added_lines_call_or_name_like_a_type(row: str, is_sought: bool) -> None:  # noqa: FBT001
    hunk = builders.hunk(row)
    ((name, mention),) = mentions.of(hunk.lines, [hunk.lines[0].text]).items()
    assert mentions.is_sought(name, mention) is is_sought


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("import os.path, sys as system", "python", {"os", "system"}),
        ("from a.b import (c as d,\n  e)", "python", {"d", "e"}),
        ("from . import x", "python", {"x"}),
        ("import a, {b as c} from './lib/d.js'", "javascript", {"a", "c"}),
        ("import './style.css'", "javascript", {"style"}),
        ('"example.org/go/yaml.v3"', "go", {"yaml"}),
        ('x "example.org/gate/v2"', "go", {"x", "gate"}),
        ("import java.util.List;", "java", {"List"}),
        ("use a::{self, b as c};", "rust", {"a", "c"}),
        ("require 'gate_keeper'", "ruby", {"gate_keeper", "GateKeeper"}),
        ("using X = A.B;", "csharp", {"X", "B"}),
        ('#include "lib/gate.h"', "c", {"gate"}),
        ("import ...", "python", set()),
    ],
)
def test_names_that_an_import_binds(text: str, language: str, names: set[str]) -> None:
    assert bindings.names(text, language) == names


def test_words_of_an_import_tell_where_from() -> None:
    assert bindings.words("from lib.far import third") == {"lib", "far", "third"}
