"""The shape of the house: sizes, names, and who may make what."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "hunkwise").rglob("*.py"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_FILE_LINES
    for node in _nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_names_say_what_is_inside(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert path.parent.name not in FORBIDDEN_NAMES


def test_only_the_gate_makes_redacted_text() -> None:
    makers = {
        _name(path)
        for path in SOURCES
        for node in _nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Redacted"
    }
    assert makers == {"src/hunkwise/core/redact.py"}


def test_every_sdk_has_one_adapter() -> None:
    sdks = {"openai", "tiktoken", "detect_secrets", "ast_grep_py", "github"}
    users: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in _nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                if name.partition(".")[0] in sdks:
                    adapter = path.relative_to(ROOT / "src" / "hunkwise").with_suffix("").parts[:2]
                    users.setdefault(name.partition(".")[0], set()).add("/".join(adapter))
    assert all(len(places) == 1 for places in users.values()), users
    assert {place for places in users.values() for place in places} <= {
        f"adapters/{name.stem}" for name in (ROOT / "src" / "hunkwise" / "adapters").iterdir()
    }


def test_broad_except_stands_only_at_the_one_handler() -> None:
    broad = {
        _name(path)
        for path in SOURCES
        for node in _nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    }
    assert broad <= {"src/hunkwise/cli/__init__.py", "src/hunkwise/pipeline/answer.py"}


def test_tests_fake_by_value_not_by_mock() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text("utf-8")
        assert path.name == "test_shape.py" or "unittest.mock" not in text, path
