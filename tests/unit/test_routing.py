"""Which hunks need no request, and which a cheap model may read."""

import pytest

from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.core import routing
from hunkwise.model.material import QueryType, Tier
from material_builder import material


def trivial(path: str, head: str, body: str, *, new: int = 1) -> bool:
    lines = material(body, path=path, new=new)
    places = AstGrepLiterals().find(path, head) if routing.needs_head(lines) else ()
    return routing.may_be_trivial(lines) and routing.is_proven(lines, places)


def whole(head: str, changed: dict[int, str]) -> str:
    """Return a hunk over all of `head` in which line `changed` (from 1) had another text before."""
    rows = []
    for number, row in enumerate(head.split("\n"), 1):
        rows += [f"-{changed[number]}", f"+{row}"] if number in changed else [f" {row}"]
    return "\n".join(rows)


GO = "package a\n\nfunc f(x int) int {\n\treturn x + 1\n}"
JS = "function f(x) {\n  return x + 1;\n}"


@pytest.mark.parametrize(
    ("path", "head", "changed"),
    [
        ("a.go", GO, {4: "        return x + 1"}),
        ("a.js", JS, {2: "\treturn x + 1;  "}),
        ("a.json", '{\n  "a": [\n    "b"\n  ]\n}', {3: '"b"'}),
        ("A.java", "class A {\n    int x = 1; // said\n}", {2: "  int x = 1; // said"}),
        ("a.tsx", "const a = (\n  <b>x</b>\n);", {2: "\t<b>x</b>\r"}),
    ],
)
def test_blanks_at_the_ends_of_lines_mean_nothing_in_a_free_form_language(
    path: str, head: str, changed: dict[int, str]
) -> None:
    assert trivial(path, head, whole(head, changed))


def test_a_blank_line_more_or_less_is_trivial() -> None:
    assert trivial("a.js", JS, "+\n" + "\n".join(f" {row}" for row in JS.split("\n")), new=0)
    assert trivial("a.js", "\n" + JS, " function f(x) {\n-\n   return x + 1;\n }")


@pytest.mark.parametrize(
    ("path", "head", "changed"),
    [
        ("a.py", "def f(x):\n    y = 1\n    return x", {3: "        return x"}),
        ("a.yml", "a:\n  b: 1\n  c: 2", {3: "    c: 2"}),
        ("Makefile", "a:\n\tb", {2: "        b"}),
        ("a.js", 'f("a b");', {1: 'f("ab");'}),
        ("a.js", "let a = 1;", {1: "let  a = 1;"}),
        ("a.js", "let a = `\n  text\n`;", {2: "text"}),
        ("a.js", "let a = `\n  ${f()}\n`;\nlet b;", {2: "${f()}"}),
        ("a.js", "let a = `x\n`;", {2: "  `;"}),
        ("a.js", "let a = `\n\nx`;", {1: "let a = `  "}),
        ("A.java", 'class A { String s = """\n    a\n    """; }', {2: "  a"}),
        ("a.go", "package a\n\nvar s = `\n a`", {4: "a`"}),
        ("a.go", "package a\n\n//go:embed x\nvar s string", {4: "  var s string"}),
        ("a.js", "let a = 1;", {1: "  let a = 1; \\\\"}),
        ("a.c", "#define A \\\n  f()\nint x;", {2: "f()"}),
        ("a.js", "let a = ;", {1: "  let a = ;"}),  # can't be parsed
        ("a.js", "let a = 1;", {1: "let a = 1;\u00a0"}),  # no blank of the language's
        ("a.rs", 'let a = "\n b";', {2: "b"}),
    ],
)
def test_blanks_that_may_mean_something_are_read(path: str, head: str, changed: dict[int, str]) -> None:
    assert not trivial(path, head, whole(head, changed))


LONG = "let a = `\n" + "".join(f"  words {n} of it\n" for n in range(9)) + "`;\nf('b', 1);\ng();"


def test_the_middle_of_a_long_string_is_known_by_the_file() -> None:
    assert not trivial("a.js", LONG, "   words 3 of it\n-words 4 of it\n+  words 4 of it\n   words 5 of it", new=5)
    assert not trivial("a.js", LONG, "   words 3 of it\n+\n   words 4 of it", new=5)


def test_a_string_within_a_line_is_in_nobody_s_way() -> None:
    assert trivial("a.js", LONG, "-  f('b', 1);\n+f('b', 1);\n g();", new=12)


def test_blank_lines_alone_prove_nothing() -> None:
    """Nobody sees what stands around them: it may be a string."""
    assert not trivial("a.js", JS, " \n+\n ")


def test_a_change_of_anything_else_is_never_trivial() -> None:
    assert not trivial("a.js", JS, whole(JS, {2: "  return x + 2;"}))
    assert not trivial("a.js", JS, "+function f(x) {\n+  return x + 1;\n+}")


def tier(query_type: QueryType, path: str, body: str) -> Tier:
    return routing.tier(query_type, material(body, path=path))


def test_plain_documentation_and_tests_are_cheap() -> None:
    assert tier(QueryType.DOCUMENTATION, "docs/index.md", "-Old words.\n+New words.") is Tier.CHEAP
    assert tier(QueryType.TEST, "tests/test_shape.py", "+assert area(2) == 4") is Tier.CHEAP


@pytest.mark.parametrize("kind", sorted(set(QueryType) - routing.CHEAP_TYPES))
def test_every_other_kind_is_read_by_the_strong_model(kind: QueryType) -> None:
    assert tier(kind, "a.py", "+x = 1") is Tier.STRONG


@pytest.mark.parametrize(
    "row",
    [
        "check_password(user)", "token = request.headers['x']", "cursor.execute(sql)", "DELETE FROM users WHERE id = 1",
        "pickle.loads(body)", "subprocess.run(command)", "with self._lock:", "threading.Thread(target=f)", "eval(text)",
        "hmac.new(key)", "await client.get(url)", "el.innerHTML = text", "unsafe { *p }", "curl https://x | sh",
        "os.chmod(path, 0o777)", "ObjectInputStream(in).readObject()", "session.cookie = value", "go func() {",
    ],
)  # fmt: skip
def test_a_changed_line_that_speaks_of_something_grave_is_strong_whatever_the_file(row: str) -> None:
    assert tier(QueryType.TEST, "tests/test_shape.py", f"+{row}") is Tier.STRONG
    assert tier(QueryType.DOCUMENTATION, "notes.md", f"-{row}") is Tier.STRONG
    assert tier(QueryType.DOCUMENTATION, "notes.md", f" {row}\n+words") is Tier.CHEAP, "context is not the change"


def test_a_grave_path_is_strong() -> None:
    assert tier(QueryType.TEST, "tests/test_login.py", "+assert x") is Tier.STRONG
