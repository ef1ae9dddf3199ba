"""Wrap each datum of a change on its own, in delimiters its author can't guess or end.

A delimiter carries the first 16 hex digits of the SHA-256 of what it wraps: the same change always gives the same
request, and no text can hold its own digest. Inside, whatever reads like one of our delimiters, in any case, spacing,
width or alphabet, loses its bracket, and what can't be seen is written out, both as `[U+003C]`. Places are
found in this form on both sides, so that a quote of what was shown is a quote of what stands there.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from hunkwise.core import lookalikes, sanitise

ID_DIGITS = 16
"""Hex digits of the SHA-256 that names a datum."""

PLACEHOLDER = re.compile(r"\[U\+[0-9A-F]{4,6}\]")
"""What stands for a character that was written out."""


class Kind(StrEnum):
    """What a datum is; the value is its tag."""

    HUNK = "hunk"
    CONTEXT = "context"
    TITLE = "pull-title"
    DESCRIPTION = "pull-description"
    BRANCH = "branch-name"
    COMMIT = "commit-subject"
    ISSUE = "issue-title"
    CANDIDATE = "candidate"
    DIFFERENCE = "difference"
    EVIDENCE = "evidence"
    INSTRUCTIONS = "team-instructions"
    QUESTION = "question"


_BRACKETS = "<\u02c2\u2039\u2329\u27e8\u3008\ufe64\uff1c"
_TAG = re.compile(rf"[<](?=[\s/\\]*(?:{'|'.join(Kind)})(?![a-z0-9_.:-]))")
"""One of our tags in folded text: an opening bracket before a name of ours that ends there."""


def shown(text: str) -> str:
    """Return `text` as a model may see it: nothing invisible, no delimiter of ours; the same again for its result."""
    seen = sanitise.visible(text)
    if not any(bracket in seen for bracket in _BRACKETS):
        return seen
    at = 0
    parts: list[str] = []
    for found in _TAG.finditer(_folded(seen)):
        parts.append(f"{seen[at : found.start()]}[U+{ord(seen[found.start()]):04X}]")
        at = found.start() + 1
    return "".join(parts) + seen[at:]


def identifier(text: str) -> str:
    """Return the id of a datum, which its author can't place inside it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]


def unique(ids: Iterable[str]) -> list[str]:
    """Return `ids` with equal ones told apart, in order."""
    seen: dict[str, int] = {}
    named: list[str] = []
    for each in ids:
        nth = seen[each] = seen.get(each, 0) + 1
        named.append(each if nth == 1 else f"{each}-{nth}")
    return named


def wrapped(kind: Kind, id_: str, text: str) -> str:
    """Return one datum in its delimiters; `id_` is its `identifier`, or made of it."""
    return f'<{kind} id="{id_}">\n{shown(text)}\n</{kind} id="{id_}">'


def each(kind: Kind, texts: Sequence[str]) -> list[str]:
    """Return data of one kind, each in delimiters of its own."""
    ids = unique(identifier(text) for text in texts)
    return [wrapped(kind, id_, text) for id_, text in zip(ids, texts, strict=True)]


def _folded(text: str) -> str:
    """Return `text` in lower-case ASCII as far as it looks like it, character for character."""
    plain = lookalikes.ascii_of(text)
    return "".join("<" if char in _BRACKETS else char for char in plain)
