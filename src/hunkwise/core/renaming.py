"""Whether two hunks of code are the same but for names of local variables, and for plain words of comments.

No syntax tree: a hunk alone has none. So the rule is stricter than need be. All that is no name must be equal, blanks
too; a new name takes the place of an old one everywhere and stands nowhere else; and the hunk itself shows that the
name is local: bound there, used there again, never called, never a member, never on a row with a quote.
"""

import re
from collections.abc import Iterable, Sequence

from hunkwise.core import few_shot, wording
from hunkwise.core.wording import Pair

MAX_NAMES = 2
"""Names that may be other ones: more is another piece of code."""

_NAME = re.compile(r"[^\W\d]\w*")
_HASH, _SLASHES = re.compile(r"\s*# "), re.compile(r"\s*// ")
_COMMENT = {
    "python": _HASH, "ruby": _HASH, "c": _SLASHES, "cpp": _SLASHES, "csharp": _SLASHES, "go": _SLASHES,
    "java": _SLASHES, "javascript": _SLASHES, "php": _SLASHES, "rust": _SLASHES, "swift": _SLASHES,
    "typescript": _SLASHES,
}  # fmt: skip
"""How a comment of its own row begins in the languages whose local variables are known here; in others a name may be
a setting, or stand for an argument (Kotlin, Scala)."""

_BEFORE = re.compile(r"(?:\.|->|::|[@{\\])\s*$")
_AFTER = re.compile(r"\s*(?:\(|::|:(?!=|\s*$)|\}|!(?!=))|=(?!=)")
_OPEN = re.compile(r"[\"'`]|\{.*\}|\b(?:global|nonlocal|export|static|extern|public|protected)\b")
"""What lets a name be seen from elsewhere: text, the fields of an object, words that publish."""

_BINDER = r"(?:const|let|var|auto|final|mut|int|long|float|double|bool|boolean|string|String)"


def is_harmless(path: str, rows: Sequence[Pair], around: Iterable[str]) -> bool:
    """Whether `rows`, all of a hunk as they were and are, differ in local names or in plain words of comments alone.

    `around` are the texts of its context, where no such name may stand.
    """
    comment = _COMMENT.get(few_shot.language(path))
    if comment is None:
        return False
    changed = [pair for pair in rows if pair[0] != pair[1]]
    said = [pair for pair in changed if all(comment.match(row[1:]) for row in pair)]
    names = _renamed([pair for pair in changed if pair not in said])
    if names is None or not wording.are_alike(said):
        return False
    before, after = [old for old, _ in rows], [new for _, new in rows]
    kept = _names(around)
    if set(names) & (kept | _names(after)) or set(names.values()) & (kept | _names(before)):
        return False
    return all(_is_local(old, before) and _is_local(new, after) for old, new in names.items())


def _renamed(changed: Iterable[Pair]) -> dict[str, str] | None:
    """Return the new name of each that is another now, None where rows differ in more or in too many of them."""
    names: dict[str, str] = {}
    for old, new in changed:
        if _NAME.split(old) != _NAME.split(new):
            return None
        both = zip(_NAME.findall(old), _NAME.findall(new), strict=True)
        if any(names.setdefault(one, other) != other for one, other in both if one != other):
            return None
    return names if len(names) == len(set(names.values())) <= MAX_NAMES else None


def _is_local(name: str, rows: Iterable[str]) -> bool:
    """Whether rows bind a name, use it again, and show it to nobody else."""
    word = re.compile(rf"(?<!\w){name}(?!\w)")
    used = [row for row in rows if word.search(row)]
    if any(_OPEN.search(row) or row[1:].strip().rstrip(",:") == name for row in used):
        return False
    places = [(row[: found.start()], row[found.end() :]) for row in used for found in word.finditer(row)]
    if any(_BEFORE.search(before) or _AFTER.match(after) for before, after in places):
        return False
    assigned = rf"\s+(?:{_BINDER}\s+)*{name}\s*:?=(?![=>]).*(?<!,)$"
    walked = rf".*\bfor\s*\(?\s*(?:{_BINDER}\s+)?{name}\s+(?:in|of)\b"
    bound = re.compile(rf"[ +](?:{assigned}|{walked})")
    return len(places) > 1 and any(map(bound.match, used))


def _names(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _NAME.findall(text)}
