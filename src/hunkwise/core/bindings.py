"""Names that an import statement binds, told from its text alone: enough to know whether changed lines use it.

A name too many costs a line of context at worst, so one reading serves all languages.
"""

import re

WORD = re.compile(r"[^\W\d]\w*")
"""An identifier."""

_KEYWORDS = frozenset(
    {
        "as", "const", "crate", "export", "from", "function", "global", "import", "include", "let", "local",
        "namespace", "package", "pub", "require", "require_relative", "self", "static", "super", "type", "typeof",
        "use", "using", "var",
    }
)  # fmt: skip
"""Words of import statements that bind nothing."""

_VERSION = re.compile(r"[./]v\d+$")
"""The version at the end of a Go module's path."""

_SUFFIX = re.compile(r"\.(?:h|hh|hpp|hxx|js|mjs|cjs|ts|tsx|jsx|rb|json|css)$")
"""Ends of file names that are imported by name."""

_PYTHON_FROM = re.compile(r"\s*from\s+\S+\s+import\b")
_JS_FROM = re.compile(r"\sfrom\s+[\"'][^\"']*[\"']")
_ITEM = re.compile(r"(?P<path>[\w$@~.:\\/-]+)(?:\s+(?:as|=>)\s+(?P<alias>\w+)|\s*(?P<given>=)(?!=))?")
_SEPARATOR = re.compile(r"[.:\\/]+")


def names(text: str, language: str) -> frozenset[str]:
    """Return the names bound by the import statement `text`."""
    text = _PYTHON_FROM.sub(" ", text)
    takes_first = language == "python" and text.lstrip().startswith("import")
    bare = _JS_FROM.sub(" ", text)
    found: set[str] = set()
    for item in _ITEM.finditer(bare):
        path = _SUFFIX.sub("", _VERSION.sub("", item["path"]))
        parts = [part for part in _SEPARATOR.split(path) if part]
        name = item["alias"] or (parts[0 if takes_first else -1] if parts else "")
        if name and name not in _KEYWORDS:
            found.update({name, _camel(name)} if language == "ruby" else {name})
    return frozenset(found)


def words(text: str) -> frozenset[str]:
    """Return all words of an import statement that may say where it imports from."""
    return frozenset(WORD.findall(text)) - _KEYWORDS


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
