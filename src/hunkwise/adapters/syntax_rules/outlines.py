"""The outline of a file by its syntax tree. Trees of broken code are used as far as they reach."""

import re
from collections.abc import Iterator, Sequence
from typing import cast

from ast_grep_py import Config, SgNode, SgRoot

from hunkwise.adapters.syntax_rules import shapes
from hunkwise.core import bindings
from hunkwise.model.outline import Definition, DefinitionKind, Import, Outline

MAX_BYTES = 2_500_000
"""A larger file is not parsed (1 MB takes 0.3 to 0.6 s, see bench/context.md)."""

MAX_LINE_CHARS = 20_000
"""A file with a longer line is not parsed: minified code, where the parser is slowest."""

MAX_DECORATORS = 3
"""Lines of decorators, annotations or template heads above the name that count as part of a signature."""

MAX_SIGNATURE = 6
"""Lines of a signature from the name on; a longer one is cut."""

MAX_VALUE = 3
"""Lines of the definition of a value; a longer one is cut."""

BODIES = re.compile(
    r"(?:.*_)?(?:block|body|body_declarations|declaration_list|member_declaration_list|compound_statement|variant_list"
    r"|accessor_list|enumerator_list|statement_block|field_declaration_list|object_type|arrow_expression_clause)"
)
"""Kinds of nodes that hold what comes after a signature."""

NAMES = re.compile(r"(?:.*_)?identifier|name|constant|operator_name|word")
"""Kinds of nodes that are names."""

WRAPPERS = frozenset({"decorated_definition", "export_statement", "template_declaration"})
"""Nodes around a definition that begin with its decorators or modifiers."""

NAMING = frozenset(
    {"variable_declarator", "pair", "field_definition", "public_field_definition", "assignment_expression"}
)
"""Nodes that give a function without a name of its own the one it is known by."""

SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
"""Grammars in which a value may be an import: `const a = require("b")`."""

_REQUIRE = re.compile(r"\brequire(?:_relative|_once)?\b")


class AstGrepOutliner:
    """Implements `ports.Outliner`."""

    def knows(self, path: str) -> bool:
        """Whether there is a grammar for a file of this name."""
        return shapes.grammar(path) is not None

    def outline(self, path: str, text: str) -> Outline | None:
        """Return the outline of a whole file, also of a broken one; None without a grammar, or over a cap of size."""
        grammar = shapes.grammar(path)
        if grammar is None or len(text) > MAX_BYTES or max(map(len, text.split("\n"))) > MAX_LINE_CHARS:
            return None
        shape = shapes.SHAPES[grammar]
        root = SgRoot(text, grammar).root()
        scopes = [
            *(_scope(node, DefinitionKind.FUNCTION) for node in _found(root, shape.functions)),
            *(_scope(node, DefinitionKind.TYPE) for node in _found(root, shape.types) if _defines(node)),
        ]
        values, imports = _values(root, shape, grammar, scopes)
        imports += [_import(node, grammar) for node in _found(root, shape.imports) if _imports(node)]
        return Outline(
            definitions=tuple(sorted((*scopes, *values), key=lambda each: (each.first, -each.last))),
            imports=tuple(sorted(imports, key=lambda each: each.first)),
            is_whole=root.find(kind="ERROR") is None,
        )


def _found(root: SgNode, kinds: Sequence[str]) -> Sequence[SgNode]:
    rule = {"rule": {"any": [{"kind": kind} for kind in kinds]}}
    return root.find_all(cast("Config", rule)) if kinds else ()


def _defines(node: SgNode) -> bool:
    """Whether a node of a kind of types defines one: `struct s *p` in C only names it."""
    return not node.kind().endswith("_specifier") or _body(node) is not None


def _scope(node: SgNode, kind: DefinitionKind) -> Definition:
    start, end = node.range().start.line + 1, _last(node)
    name = _name(node)
    outer = node.parent()
    if outer is not None and (outer.kind() in WRAPPERS or (not name and outer.kind() in NAMING)):
        name = name or _name(outer)
        start = max(outer.range().start.line + 1, start - MAX_DECORATORS)
    named_at = max(start, _name_line(node))
    body = _body(node)
    signature = end if body is None else _before(body, named_at)
    first = max(start, named_at - MAX_DECORATORS)
    return Definition(
        kind=kind, name=name, first=first, signature=min(max(signature, first), named_at + MAX_SIGNATURE - 1), last=end
    )


def _last(node: SgNode) -> int:
    """Return the last line of a node; one that ends with its line feed ends before it."""
    end = node.range().end
    return max(end.line + (end.column > 0), node.range().start.line + 1)


def _body(node: SgNode) -> SgNode | None:
    found = node.field("body")
    if found is not None:
        return found
    return next((child for child in node.children() if BODIES.fullmatch(child.kind())), None)


def _before(body: SgNode, least: int) -> int:
    """Return the last line of what stands before a body: that of its brace, where the brace ends a line of it."""
    before = body.prev()
    return max(least, _last(before) if before is not None else body.range().start.line + 1)


def _name_line(node: SgNode) -> int:
    named = _named(node)
    return named.range().start.line + 1 if named is not None else node.range().start.line + 1


def _name(node: SgNode) -> str:
    named = _named(node)
    if named is None:
        return ""
    text = named.text().partition("\n")[0]
    words = bindings.WORD.findall(text.partition("<")[0] if node.kind() == "impl_item" else text)
    return words[-1] if words else ""


def _named(node: SgNode) -> SgNode | None:
    """Return the node that holds the name: the field of it, the innermost declarator's, or the first name."""
    for field in ("name", "type", "key", "property", "left"):
        found = node.field(field)
        if found is not None and (field != "type" or node.kind() == "impl_item"):
            return found
    declarator = node.field("declarator")
    while declarator is not None:
        inner = declarator.field("declarator")
        if inner is None:
            return declarator if NAMES.fullmatch(declarator.kind()) else _first_name(declarator) or declarator
        declarator = inner
    return None if node.kind() in {"arrow_function", "do_block", "func_literal"} else _first_name(node)


def _first_name(node: SgNode) -> SgNode | None:
    return next((child for child in node.children() if NAMES.fullmatch(child.kind())), None)


def _values(
    root: SgNode, shape: shapes.Shape, grammar: str, scopes: Sequence[Definition]
) -> tuple[list[Definition], list[Import]]:
    """Return the values that other code can use, which no function holds, and what is imported like a value."""
    functions = sorted((each.first, each.last) for each in scopes if each.kind is DefinitionKind.FUNCTION)
    values: list[Definition] = []
    imports: list[Import] = []
    at, held_until = 0, 0
    for node in _found(root, shape.values):
        first = node.range().start.line + 1
        while at < len(functions) and functions[at][0] <= first:
            held_until = max(held_until, functions[at][1])
            at += 1
        if grammar in SCRIPTS and _REQUIRE.search(node.text()[:MAX_LINE_CHARS]):
            imports.append(_import(node, grammar))
        elif first > held_until:
            values.extend(_value(_name(_declared(node)), first, _last(node), scopes))
    return values, imports


def _value(name: str, first: int, last: int, scopes: Sequence[Definition]) -> Iterator[Definition]:
    """Yield a value of a module, or a constant of a type: its other fields are known by their type."""
    if name.isupper() or not any(each.first <= first <= each.last for each in scopes):
        last = min(last, first + MAX_VALUE - 1)
        yield Definition(kind=DefinitionKind.VALUE, name=name, first=first, signature=last, last=last)


def _declared(node: SgNode) -> SgNode:
    """Return the node that names a field or property, which may stand some levels below."""
    inner = node
    while inner.field("name") is None and inner.field("declarator") is None:
        below = next((child for child in inner.children() if child.kind().startswith("variable_declar")), None)
        if below is None:
            return inner
        inner = below
    return inner


def _imports(node: SgNode) -> bool:
    """Whether a node of a kind of imports is one: in Ruby it is a call like any other."""
    return node.kind() != "call" or _REQUIRE.match(node.text()) is not None


def _import(node: SgNode, grammar: str) -> Import:
    """Return an import; of `const {a, b: c} = require("d")` the names stand before the sign."""
    text = node.text()
    told = text.partition("=")[0] if node.kind() == "variable_declarator" else text
    first = node.range().start.line + 1
    return Import(first=first, last=_last(node), names=bindings.names(told, grammar), words=bindings.words(text))
