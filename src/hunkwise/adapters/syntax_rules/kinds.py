"""Tell what a file is from its name, or a shell script from its first line.

Only languages named here are parsed: ast-grep ends an unknown one with a PanicException, which is no Exception.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file.

    `language` is what rules call it, `grammar` the ast-grep grammar it is parsed with (None: line rules only),
    `pack` the stem of the YAML file that holds its rules.
    """

    language: str
    grammar: str | None
    pack: str


def _tree(language: str, pack: str | None = None) -> FileKind:
    return FileKind(language=language, grammar=language, pack=pack or language)


_BASH = _tree("bash")
_DOCKERFILE = FileKind(language="dockerfile", grammar=None, pack="dockerfile")
_WORKFLOW = FileKind(language="workflow", grammar="yaml", pack="workflow")

KINDS_BY_SUFFIX = {
    ".py": _tree("python"),
    ".pyi": _tree("python"),
    ".pyw": _tree("python"),
    ".js": _tree("javascript"),
    ".jsx": _tree("javascript"),
    ".mjs": _tree("javascript"),
    ".cjs": _tree("javascript"),
    ".ts": _tree("typescript", "javascript"),
    ".mts": _tree("typescript", "javascript"),
    ".cts": _tree("typescript", "javascript"),
    ".tsx": _tree("tsx", "javascript"),
    ".go": _tree("go"),
    ".java": _tree("java"),
    ".rb": _tree("ruby"),
    ".rake": _tree("ruby"),
    ".gemspec": _tree("ruby"),
    ".php": _tree("php"),
    ".cs": _tree("csharp"),
    ".sh": _BASH,
    ".bash": _BASH,
    ".dockerfile": _DOCKERFILE,
}
"""Kinds by the last suffix of the name, in lower case."""

KINDS_BY_NAME = {
    "dockerfile": _DOCKERFILE,
    "containerfile": _DOCKERFILE,
    "action.yml": _WORKFLOW,
    "action.yaml": _WORKFLOW,
    "gemfile": _tree("ruby"),
    "rakefile": _tree("ruby"),
}
"""Kinds by the whole name, in lower case."""

OTHER_TEXT = frozenset({".yml", ".yaml", ".json", ".toml", ".md", ".rst", ".txt", ".html", ".dockerignore"})
"""Endings of files about Dockerfiles that are none: `dockerfile.yml` is data, `Dockerfile.dev` a Dockerfile."""

SHELL_NAMES = frozenset({b"sh", b"bash", b"dash", b"ksh"})
"""Interpreters of a `#!` line whose scripts the bash grammar reads."""


def of(path: str, first_line: bytes) -> FileKind | None:
    """Return the kind of the file at `path` whose first line is `first_line`; None: no rules for it."""
    pure = PurePosixPath(path)
    name = pure.name.lower()
    if name in KINDS_BY_NAME:
        return KINDS_BY_NAME[name]
    ending = pure.suffix.lower()
    if ending in KINDS_BY_SUFFIX:
        return KINDS_BY_SUFFIX[ending]
    if name.startswith(("dockerfile.", "containerfile.")) and ending not in OTHER_TEXT:
        return _DOCKERFILE
    if pure.suffix in {".yml", ".yaml"} and pure.parent.parts[-2:] == (".github", "workflows"):
        return _WORKFLOW
    return _BASH if _is_shell(first_line) else None


def _is_shell(first_line: bytes) -> bool:
    if not first_line.startswith(b"#!"):
        return False
    words = first_line[2:].split()
    names = [word.rpartition(b"/")[2] for word in words[:2]]
    return bool(names) and (names[0] in SHELL_NAMES or (names[0] == b"env" and names[-1] in SHELL_NAMES))
