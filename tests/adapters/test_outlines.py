from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ast_grep_py import SgRoot

import builders
from hunkwise.adapters.syntax_rules import AstGrepOutliner, outlines, shapes
from hunkwise.core import context
from hunkwise.core.context import Sight
from hunkwise.model.material import ContextKind
from hunkwise.model.outline import DefinitionKind

CASES = yaml.safe_load((Path(__file__).parents[1] / "outlines.yml").read_text("utf-8"))
LANGUAGES = (
    "python",
    "javascript",
    "typescript",
    "tsx",
    "go",
    "java",
    "kotlin",
    "c",
    "cpp",
    "csharp",
    "rust",
    "ruby",
    "php",
)
OUTLINER = AstGrepOutliner()


def variants() -> Iterator[Any]:
    for case in CASES:
        yield pytest.param(case, case["code"], id=case["path"])
        for number, (part, other) in enumerate(case["broken"], 1):
            assert part in case["code"]
            yield pytest.param(case, case["code"].replace(part, other), id=f"{case['path']}-broken-{number}")


def sight(path: str, code: str) -> Sight:
    """Return a hunk that adds the marked line alone."""
    rows = code.split("\n")
    number = next(at for at, row in enumerate(rows, 1) if "HERE" in row)
    hunk = builders.hunk("+" + rows[number - 1], new=number)
    return Sight(
        raw_path=path.encode(), hunk=hunk, texts=[rows[number - 1]], rows=rows, outline=OUTLINER.outline(path, code)
    )


@pytest.mark.parametrize(("case", "code"), list(variants()))
def test_what_encloses_a_line_is_found_in_whole_and_in_broken_code(case: dict[str, Any], code: str) -> None:
    seen = sight(case["path"], code)
    wanted = context.wanted(seen, {})
    scopes = [seen.rows[each.first - 1].strip() for each in wanted if each.kind is ContextKind.SCOPE]
    assert scopes == case["scopes"]


@pytest.mark.parametrize(
    "case", [each for each in CASES if OUTLINER.knows(each["path"])], ids=lambda case: case["path"]
)
def test_imports_are_shown_whose_names_the_line_uses(case: dict[str, Any]) -> None:
    seen = sight(case["path"], case["code"])
    found = [seen.rows[each.first - 1] for each in context.wanted(seen, {}) if each.kind is ContextKind.IMPORT]
    assert found == case["imports"]


def test_the_table_holds_every_language_that_is_promised() -> None:
    held = {shapes.grammar(case["path"]) for case in CASES if case["broken"]}
    assert set(LANGUAGES) <= held


@pytest.mark.parametrize("grammar", shapes.SHAPES)
def test_every_kind_of_node_exists_in_its_grammar(grammar: str) -> None:
    shape = shapes.SHAPES[grammar]
    root = SgRoot("", grammar).root()
    for kind in (*shape.functions, *shape.types, *shape.values, *shape.imports):
        root.find_all(kind=kind)


def test_every_suffix_leads_to_a_grammar_that_is_known() -> None:
    assert set(shapes.GRAMMARS_BY_SUFFIX.values()) == set(shapes.SHAPES)
    assert not OUTLINER.knows("a.zig")
    assert OUTLINER.outline("a.zig", "x") is None


@pytest.mark.parametrize(
    "code", ["x = 1\n" * (outlines.MAX_BYTES // 6 + 1), "x = '" + "y" * outlines.MAX_LINE_CHARS + "'"]
)
def test_what_is_too_large_to_parse_is_left_alone(code: str) -> None:
    assert OUTLINER.outline("a.py", code) is None


def named(path: str, code: str) -> list[tuple[str, str, int, int, int]]:
    outline = OUTLINER.outline(path, code)
    assert outline is not None
    return [(each.kind.value, each.name, each.first, each.signature, each.last) for each in outline.definitions]


def test_values_are_those_that_other_code_can_use() -> None:
    code = (
        "LIMIT = 1\nclass A:\n    MOST = 2\n    field: int = 3\n\ndef f():\n    local = 4\n    return local\nlast = 5\n"
    )
    values = [each[1] for each in named("a.py", code) if each[0] == DefinitionKind.VALUE]
    assert values == ["LIMIT", "MOST", "last"]


def test_a_type_that_is_only_named_is_no_definition() -> None:
    found = named("a.c", "struct door *f(struct door *d) { return d; }\nstruct door { int a; };\n")
    assert [(each[1], each[2]) for each in found] == [("f", 1), ("door", 2)]


def test_long_signatures_and_values_are_cut() -> None:
    arguments = "".join(f"    a{number},\n" for number in range(40))
    (function, value) = named("a.py", f"def f(\n{arguments}):\n    pass\n\nTABLE = [\n{arguments}]\n")
    assert function == ("function", "f", 1, outlines.MAX_SIGNATURE, 43)
    assert value == ("value", "TABLE", 45, 44 + outlines.MAX_VALUE, 44 + outlines.MAX_VALUE)


def test_a_function_in_a_variable_has_the_variable_s_name_and_is_no_value() -> None:
    code = "export const f = (a) => {\n  return a;\n};\nmodule.exports.g = function () {};\nconst x = 1;\n"
    assert [each[:3] for each in named("a.js", code)] == [("function", "f", 1), ("function", "g", 4), ("value", "x", 5)]


@pytest.mark.parametrize("path", [f"a{suffix}" for suffix in shapes.GRAMMARS_BY_SUFFIX])
@pytest.mark.parametrize(
    "code", ["", "\n", "\0", "((((((((", "}" * 500, "\ufeffx", "def class func fn {", "é\u202e\ud800x"]
)
def test_nothing_that_a_file_holds_makes_the_outline_fail(path: str, code: str) -> None:
    outline = OUTLINER.outline(path, code.encode("utf-8", "replace").decode())
    assert outline is not None
    assert all(1 <= each.first <= each.signature <= max(each.last, each.signature) for each in outline.definitions)
