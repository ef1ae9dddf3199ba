"""Which nodes of each grammar define something or import something.

Only grammars named here are asked for: ast-grep ends an unknown one with a PanicException, which is no Exception, and
an unknown kind of node with a RuntimeError (a test asks for every one of them).
"""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Kinds of nodes of one grammar."""

    functions: tuple[str, ...]
    types: tuple[str, ...]
    values: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


_SCRIPT_FUNCTIONS = (
    "function_declaration",
    "generator_function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
)
_TYPESCRIPT = Shape(
    functions=(*_SCRIPT_FUNCTIONS, "function_signature", "abstract_method_signature", "method_signature"),
    types=(
        "class_declaration",
        "abstract_class_declaration",
        "interface_declaration",
        "type_alias_declaration",
        "enum_declaration",
        "internal_module",
    ),
    values=("variable_declarator",),
    imports=("import_statement",),
)
_C_TYPES = ("struct_specifier", "union_specifier", "enum_specifier", "type_definition")

SHAPES = {
    "python": Shape(
        functions=("function_definition",),
        types=("class_definition",),
        values=("assignment",),
        imports=("import_statement", "import_from_statement"),
    ),
    "javascript": Shape(
        functions=_SCRIPT_FUNCTIONS,
        types=("class_declaration", "class"),
        values=("variable_declarator",),
        imports=("import_statement",),
    ),
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "go": Shape(
        functions=("function_declaration", "method_declaration", "func_literal"),
        types=("type_spec", "type_alias"),
        values=("const_spec", "var_spec"),
        imports=("import_spec",),
    ),
    "java": Shape(
        functions=("method_declaration", "constructor_declaration", "compact_constructor_declaration"),
        types=(
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
            "annotation_type_declaration",
        ),
        values=("field_declaration",),
        imports=("import_declaration",),
    ),
    "kotlin": Shape(
        functions=("function_declaration", "secondary_constructor", "anonymous_initializer"),
        types=("class_declaration", "object_declaration", "companion_object", "type_alias"),
        values=("property_declaration",),
        imports=("import_header",),
    ),
    "c": Shape(
        functions=("function_definition", "preproc_function_def"),
        types=_C_TYPES,
        values=("preproc_def",),
        imports=("preproc_include",),
    ),
    "cpp": Shape(
        functions=("function_definition", "preproc_function_def"),
        types=(*_C_TYPES, "class_specifier", "namespace_definition", "alias_declaration"),
        values=("preproc_def",),
        imports=("preproc_include", "using_declaration"),
    ),
    "csharp": Shape(
        functions=(
            "method_declaration",
            "constructor_declaration",
            "destructor_declaration",
            "operator_declaration",
            "property_declaration",
            "indexer_declaration",
            "local_function_statement",
            "delegate_declaration",
        ),
        types=(
            "class_declaration",
            "struct_declaration",
            "interface_declaration",
            "record_declaration",
            "enum_declaration",
            "namespace_declaration",
        ),
        values=("field_declaration",),
        imports=("using_directive",),
    ),
    "rust": Shape(
        functions=("function_item", "function_signature_item", "macro_definition"),
        types=("impl_item", "struct_item", "enum_item", "union_item", "trait_item", "mod_item", "type_item"),
        values=("const_item", "static_item"),
        imports=("use_declaration",),
    ),
    "ruby": Shape(
        functions=("method", "singleton_method", "do_block"),
        types=("class", "module", "singleton_class"),
        values=("assignment",),
        imports=("call",),
    ),
    "php": Shape(
        functions=("function_definition", "method_declaration"),
        types=("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"),
        values=("const_element",),
        imports=("namespace_use_declaration",),
    ),
    "swift": Shape(
        functions=("function_declaration", "init_declaration", "protocol_function_declaration"),
        types=("class_declaration", "protocol_declaration"),
        imports=("import_declaration",),
    ),
    "scala": Shape(
        functions=("function_definition",),
        types=("class_definition", "object_definition", "trait_definition"),
        imports=("import_declaration",),
    ),
    "lua": Shape(functions=("function_declaration", "function_definition"), types=()),
    "bash": Shape(functions=("function_definition",), types=()),
}
"""Shapes by grammar; the kinds are those that tree-sitter's grammars of ast-grep 0.51 print."""

GRAMMARS_BY_SUFFIX = {
    suffix: grammar
    for grammar, suffixes in {
        "python": ".py .pyi .pyw",
        "javascript": ".js .jsx .mjs .cjs",
        "typescript": ".ts .mts .cts",
        "tsx": ".tsx",
        "go": ".go",
        "java": ".java",
        "kotlin": ".kt .kts",
        "c": ".c",
        "cpp": ".h .cc .cpp .cxx .c++ .hh .hpp .hxx .inl",
        "csharp": ".cs",
        "rust": ".rs",
        "ruby": ".rb .rake .gemspec",
        "php": ".php",
        "swift": ".swift",
        "scala": ".scala .sc",
        "lua": ".lua",
        "bash": ".sh .bash",
    }.items()
    for suffix in suffixes.split()
}
"""Grammars by the last suffix of the name, in lower case; a header may be C, of which C++'s grammar reads the most."""


def grammar(path: str) -> str | None:
    """Return the grammar for a file of this name."""
    return GRAMMARS_BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
