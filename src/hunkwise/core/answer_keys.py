"""Name a hunk by all that decides its answer, so that an answer is found again, and never for anything else.

Line numbers are out: a hunk keeps its name when lines above it come or go. The path is in: a model is shown it, and
judges a test or a migration otherwise than a program. A name at the level `canonical` also leaves out what the file's
syntax tree proves can't matter; which rows count is then told, so that a finding finds its row again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hunkwise.core import context, redact
from hunkwise.core.packing import RedactedLines

VERSION = 2
"""Part of every name: grows when the same name would mean something else, or an answer is kept in another form."""


class Level(StrEnum):
    """How alike a hunk must be to be answered by a stored answer, as the ledger names it."""

    EXACT = "exact"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A hunk at a level: its name, and those of its rows that count, in order.

    `numbers` gives the placeholders of the hunk and its context as the name has them: counted in it.
    """

    level: Level
    key: str
    rows: tuple[int, ...]
    numbers: tuple[tuple[str, str], ...] = ()


def ground(scope: str, material: str) -> str:
    """Return the digest of what decides an answer besides the hunk.

    `scope` names the repository and how far its author is trusted, `material` is that of `hunk_keys`: prompt, models,
    parameters, checks.
    """
    return _digest([scope, material])


def exact(lines: RedactedLines, on: str) -> Form | None:
    """Return the form of a hunk as a model is shown it, on that `ground`.

    None where its author wrote placeholders himself: theirs are code, and ours are numbered anew.
    """
    if any(redact.PLACEHOLDER.search(line.text) for line in lines.hunk.lines):
        return None
    rows = [f"{line.kind.value}{text}" for line, text in zip(lines.hunk.lines, lines.texts, strict=True)]
    return _form(Level.EXACT, lines, on, rows, tuple(range(len(rows))))


Plain = Sequence[tuple[str | None, str | None]]
"""For each row its text on the base and on the head side without what can't matter; None where nothing is left."""


def canonical(lines: RedactedLines, plain: Plain, on: str) -> Form | None:
    """Return the form of a hunk without what can't matter, None where text of it was redacted."""
    if any(
        line.text != text or redact.PLACEHOLDER.search(text)
        for line, text in zip(lines.hunk.lines, lines.texts, strict=True)
    ):
        return None
    kept = [row for row, sides in enumerate(plain) if sides != (None, None)]
    rows = [f"{lines.hunk.lines[row].kind.value}{json.dumps(plain[row])}" for row in kept]
    return _form(Level.CANONICAL, lines, on, rows, tuple(kept))


def _form(level: Level, lines: RedactedLines, on: str, rows: Sequence[str], kept: tuple[int, ...]) -> Form:
    shown = json.dumps([list(rows), list(context.unnumbered(lines.context))], ensure_ascii=False)
    numbers: dict[str, str] = {}
    numbered = redact.PLACEHOLDER.sub(lambda found: redact.renumbered(found.group(), numbers), shown)
    named = [str(VERSION), level.value, on, lines.query_type.value, lines.tier.value, lines.path, numbered]
    return Form(level=level, key=_digest(named), rows=kept, numbers=tuple(numbers.items()))


def _digest(parts: Sequence[str]) -> str:
    framed = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(framed.encode("utf-8", "surrogatepass")).hexdigest()
