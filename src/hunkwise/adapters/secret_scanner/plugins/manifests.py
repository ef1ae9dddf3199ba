"""Kubernetes secrets: each value under `data` and `stringData` of a manifest of kind Secret."""

import re
from collections.abc import Iterator

from hunkwise.adapters.secret_scanner.spans import SpanPlugin, masked_only
from hunkwise.model.finding import SecretSpan

_KIND = re.compile(
    r"(?im)(?:^([ \t#/*-]{0,40})|[\"'`])[\"']?kind[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']?secret[\"']?[ \t]{0,4},?[ \t]{0,4}"
    r"(?:#[^\n]*)?\r?$"
)
_SECTION = re.compile(r"^([ \t-]*)[\"']?(?:data|stringData)[\"']?[ \t]*:[ \t]*\{?[ \t]*(?:#.*)?$")
_ENTRY = re.compile(
    r"^[ \t]*[\"']?[\w.-]+[\"']?[ \t]*:[ \t]+[\"']?([^\s\"'{|>#$][^\"'\n]*?)"
    r"(?:\\{0,2}[\"'].*|[ \t]+#.*|[ \t]*,?[ \t]*)$"
)
_BLOCK = re.compile(r"^[ \t]*[\"']?[\w.-]+[\"']?[ \t]*:[ \t]+[|>][+-]?\d?[ \t]*(?:#.*)?$")
_WORDS = re.compile(r"(?i)kind[^\n]{0,12}secret")
_ESCAPED_END = re.compile(r"\\{1,8}+n")
_Q = r"\\{0,2}[\"']"
_COMPACT_KIND = re.compile(rf"{_Q}kind{_Q}\s{{0,4}}:\s{{0,4}}{_Q}Secret{_Q}")
_COMPACT_SECTION = re.compile(rf"{_Q}(?:data|stringData){_Q}\s{{0,4}}:\s{{0,4}}\{{([^{{}}]{{1,20000}})\}}")
_COMPACT_ENTRY = re.compile(rf":\s{{0,40}}{_Q}([^\"'\\\n]{{1,4000}})")
MAX_LINE = 2000
"""Characters of a line that are looked at."""


class KubernetesSecretDetector(SpanPlugin):
    """Values of Secret manifests, in YAML and in JSON with one entry a line."""

    secret_type = "hunkwise kubernetes secret"  # noqa: S105  # a name, not a secret

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each value."""
        if not _WORDS.search(text) or ("data" not in text and "stringData" not in text):
            return
        if _COMPACT_KIND.search(text):
            for section in _COMPACT_SECTION.finditer(text):
                for entry in _COMPACT_ENTRY.finditer(text, section.start(1), section.end(1)):
                    yield masked_only(*entry.span(1), "kubernetes-secret")
        text = _ESCAPED_END.sub(_line_end, text)
        if not _KIND.search(text):
            return
        at = 0
        for document in re.split(r"(?m)^(?=---)", text):
            kind = _KIND.search(document)
            if kind is not None:
                yield from _values(document, at, kind[1] or "")
            at += len(document)


def _line_end(found: re.Match[str]) -> str:
    """Return a line's end that is as long as its escape in a string of code, or in a string within one."""
    return " " * (len(found.group()) - 1) + "\n"


def _values(document: str, at: int, prefix: str) -> Iterator[SecretSpan]:
    """Yield the values of a manifest; `prefix` stands before its lines, as in one that is commented out."""
    section: int | None = None
    block: int | None = None
    for line in document.split("\n"):
        row = line[:MAX_LINE].rstrip("\r")
        start = at + (len(prefix) if row.startswith(prefix) else 0)
        row = row.removeprefix(prefix)
        at += len(line) + 1
        indent = len(row) - len(row.lstrip(" \t-"))
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        if block is not None and indent > block:
            yield masked_only(start + indent, start + len(row.rstrip()), "kubernetes-secret")
            continue
        block = None
        if section is None or indent <= section:
            found = _SECTION.match(row)
            section = len(found[1]) if found else None
            continue
        entry = _ENTRY.match(row)
        if entry is not None:
            yield masked_only(start + entry.start(1), start + entry.end(1), "kubernetes-secret")
        block = indent if _BLOCK.match(row) else None
