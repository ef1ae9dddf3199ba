"""Names that a hunk's changed lines use: what its reader may want to see the definition of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hunkwise.core import redact
from hunkwise.model.diff import DiffLine, LineKind

MIN_CHARS = 3
"""Characters of a name worth looking up."""

MAX_LINE_CHARS = 2_000
"""Characters of a line that are searched for names."""

_NAME = re.compile(r"(?<![\w$])([A-Za-z_$][\w$]*)(?=(\s*(?:<[\w, ]{1,40}>)?!?\()?)")
_COMMENT = re.compile(r"\s*(?:#(?!include)|//|/\*|\*|--|<!--)")

_COMMON = frozenset(
    {
        "and", "assert", "async", "await", "bool", "break", "case", "catch", "char", "class", "const", "continue",
        "def", "default", "defer", "delete", "double", "elif", "else", "elsif", "end", "enum", "except", "export",
        "extends", "false", "final", "finally", "float", "for", "foreach", "from", "func", "function", "global",
        "goto", "implements", "import", "include", "instanceof", "int", "interface", "isinstance", "lambda", "len",
        "let", "long", "match", "mut", "namespace", "new", "nil", "none", "nonlocal", "not", "null", "object",
        "override", "package", "pass", "print", "private", "protected", "pub", "public", "raise", "range", "require",
        "return", "self", "static", "str", "string", "struct", "super", "switch",
        "this", "throw", "throws", "trait", "true", "try", "type", "typeof",
        "unless", "unsigned", "use", "using", "var", "virtual", "void", "when", "where", "while", "with", "yield",
    }
)  # fmt: skip
"""Words, in lower case, that languages own or every file uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """How a name is used: whether it is called, and on how many added and other changed lines it stands."""

    called: bool
    added: int
    deleted: int


def of(lines: Sequence[DiffLine], texts: Sequence[str]) -> Mapping[str, Mention]:
    """Return the names on changed lines, by their redacted `texts` (what was taken out names nothing)."""
    found: dict[str, Mention] = {}
    for line, text in zip(lines, texts, strict=True):
        if line.kind is LineKind.CONTEXT or _COMMENT.match(text):
            continue
        is_added = line.kind is LineKind.ADDED
        for name, call in set(_NAME.findall(redact.PLACEHOLDER.sub(" ", text[:MAX_LINE_CHARS]))):
            if len(name) < MIN_CHARS or name.lower() in _COMMON:
                continue
            known = found.get(name, Mention(called=False, added=0, deleted=0))
            found[name] = Mention(
                called=known.called or bool(call),
                added=known.added + is_added,
                deleted=known.deleted + (not is_added),
            )
    return found


def is_sought(name: str, mention: Mention) -> bool:
    """Whether a name is worth a search of the whole repository: called or named like a type, where lines were added."""
    return mention.added > 0 and len(name) > MIN_CHARS and (mention.called or name[:1].isupper())
