"""Whether a stored description of a change is true of another one that is nearly the same.

A description decides nothing, so being near may be enough; but what it says must hold. It serves a change of the same
files, under the same words of its author, that differs in a few rows of which none is grave, and only while every word
of it that stood in the described rows still stands there. Places are looked for anew.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from hunkwise.core import compact, finding_form, intents, nearness, redact, risk
from hunkwise.core.describing import Excerpt
from hunkwise.model.description import Description, Risk, Step
from hunkwise.model.intent import Intent

MAX_DIFFERENCE = 12
"""Rows that came and went between two changes of which one is described as the other was."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it was shown: its path, its number on the head side (0 for a removed one), its sign and text."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A description with the rows it was made of, and a digest of what their author said."""

    rows: tuple[Row, ...]
    said: str
    description: Description


def is_comparable(shown: Excerpt) -> bool:
    """Whether what is shown is the whole change, short enough to be compared, and without a secret."""
    rows = tuple(_rows(shown))
    is_whole = not shown.unread and 0 < len(rows) <= nearness.MAX_ROWS
    return is_whole and not any(redact.PLACEHOLDER.search(row.text) for row in rows)


def asked(shown: Excerpt) -> str:
    """Return the text that stands for a change."""
    return "\n".join(chain.from_iterable((path, *texts) for path, texts in _by_path(tuple(_rows(shown)))))


def told(shown: Excerpt, intent: Intent, description: Description) -> Told:
    """Return what is kept of a description."""
    return Told(rows=tuple(_rows(shown)), said=_said(intent), description=description)


def placed(before: Told, shown: Excerpt, intent: Intent) -> Description | None:
    """Return what was told before as a description of what is shown now, None where it may not be true of that."""
    rows = tuple(_rows(shown))
    old, new = _by_path(before.rows), _by_path(rows)
    if before.said != _said(intent) or [path for path, _ in old] != [path for path, _ in new]:
        return None
    changed = 0
    for (path, were), (_, are) in zip(old, new, strict=True):
        if ((Counter(were) - Counter(are)) + (Counter(are) - Counter(were))).total() > MAX_DIFFERENCE:
            return None  # before rows are laid on each other, which takes the cube of their number
        difference = [row for row in difflib.ndiff(were, are) if row[:2] in {"- ", "+ "}] if were != are else []
        changed += len(difference)
        if changed > MAX_DIFFERENCE or (difference and risk.is_grave(path, difference)):
            return None
    gone = _words(row.text for row in before.rows) - _words(row.text for row in rows)
    if gone & _words(_texts(before.description)):
        return None
    risks = tuple(replace(each, line=_line(each, before.rows, rows)) for each in before.description.risks)
    return replace(before.description, risks=risks, read=shown.hunks, hunks=shown.hunks)


def packed(before: Told) -> bytes:
    """Return it as bytes."""
    said = before.description
    return compact.packed(
        [
            [[row.path, row.number, row.text] for row in before.rows],
            before.said,
            said.summary,
            [[each.file, each.what] for each in said.walkthrough],
            [[each.file, each.line or 0, each.why] for each in said.risks],
        ]
    )


def unpacked(content: bytes) -> Told | None:
    """Return what `content` holds, None for anything else."""
    try:
        rows, said, summary, steps, risks = finding_form.listed(compact.unpacked(content))
        return Told(
            rows=tuple(Row(path=path, number=number, text=text) for path, number, text in _triples(rows)),
            said=finding_form.text(said),
            description=Description(
                summary=finding_form.text(summary),
                walkthrough=tuple(_step(*finding_form.listed(each)) for each in finding_form.listed(steps)),
                risks=tuple(Risk(file=file, line=line or None, why=why) for file, line, why in _triples(risks)),
                read=0,
                hunks=0,
            ),
        )
    except compact.FAULTS:
        return None


def _rows(shown: Excerpt) -> Iterator[Row]:
    for passage in shown.passages:
        for line in passage.lines:
            number = 0 if line.sign == "-" else line.number
            yield Row(path=passage.path, number=number, text=f"{line.sign}{line.text}")


def _by_path(rows: Sequence[Row]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.path, []).append(row.text)
    return list(found.items())


def _said(intent: Intent) -> str:
    """Digest an author's words but for the subjects of commits: each push has one more."""
    return hashlib.sha256(intents.told(replace(intent, commits=())).encode("utf-8", "surrogatepass")).hexdigest()


def _texts(said: Description) -> Iterator[str]:
    yield said.summary
    for step in said.walkthrough:
        yield step.what
    for each in said.risks:
        yield each.why


def _words(texts: Iterator[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.lower())}


def _line(risk: Risk, before: Sequence[Row], rows: Sequence[Row]) -> int | None:
    """Return where the row of a risk stands now, None where that is not clear."""
    there = {row.text for row in before if (row.path, row.number) == (risk.file, risk.line)}
    numbers = [row.number for row in rows if row.path == risk.file and row.number and row.text in there]
    return risk.line if risk.line in numbers else (numbers[0] if len(numbers) == 1 else None)


def _triples(value: object) -> Iterator[tuple[str, int, str]]:
    for each in finding_form.listed(value):
        path, number, text = finding_form.listed(each)
        yield finding_form.text(path), finding_form.count(number), finding_form.text(text)


def _step(file: object, what: object) -> Step:
    return Step(file=finding_form.text(file), what=finding_form.text(what))
