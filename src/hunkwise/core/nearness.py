"""What a near answer is worth: one to a hunk that is alike, but not the same.

Vectors can't tell a bug from its fix, so being near proves nothing of code. A near answer serves by itself only for
prose: where nobody found anything, and where the two differ in plain words alone. For code it may save a long request
by a short one that judges the difference (`core.confirming`).
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import compact, context, finding_form, lifetimes, redact, risk
from hunkwise.core.packing import RedactedLines
from hunkwise.model.finding import Finding
from hunkwise.model.material import QueryType

THRESHOLD = 0.88
"""How alike a text must be to count as near, the cosine."""

OFF = 2.0
"""A likeness that nothing reaches."""

MAX_ROWS = 400
"""Rows of a hunk that is kept to be compared: a longer one is asked whole."""

MAX_DIFFERENCE = 12
"""Rows that differ of two hunks of which one stands for the other: more is another change."""

MAX_WORDS = 8
"""Words that came and went between two texts of which one answer serves both: more says something new."""

MAX_FINDINGS = 10
"""Findings that a short request can confirm."""

CONFIRMED_TYPES = frozenset({QueryType.CODE, QueryType.TEST, QueryType.REFACTORING, QueryType.DOCUMENTATION})
"""Types whose near answers may be confirmed: in the others each line is a decision."""

_MARKS = ".,;:!?()\"'\u2018\u2019\u201c\u201d"
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
_CODE_ROW = re.compile(r"(?: {4}|\t|\s*(?:[$>%#|]\s|\.\. ))")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_TURNS = re.compile(
    r"(?:all|any|always|never|none|no|not|only|off|on|if|unless|until|without|except|true|false|optional|required"
    r"|may|might|must|can|should|cannot|(?:dis)?allow\w*|den(?:y|ies|ied)|(?:dis|en)able\w*|un\w+|in\w+|\w+n['\u2019]t)"
)
"""Words that turn what a sentence says into another thing, and more of them than need be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearAnswer:
    """What was found in a hunk: its path, rows as a model was shown them, digest of its context, and who read it.

    Findings have no line and no fingerprint.
    """

    by: str
    path: str
    rows: tuple[str, ...]
    context: str
    findings: tuple[Finding, ...]


def thresholds(given: Iterable[str]) -> dict[str, float]:
    """Return likenesses by pool as a setting gives them, `pool=0.9` or `pool=off`; raises ValueError."""
    found: dict[str, float] = {}
    for each in given:
        pool, _, value = (part.strip() for part in each.partition("="))
        if pool not in lifetimes.LIFETIMES:
            raise ValueError(f"{pool!r} is no pool; there are {', '.join(sorted(map(str, lifetimes.LIFETIMES)))}")
        found[pool] = OFF if value in {"off", "False"} else _likeness(pool, value)
    return found


def threshold(pool: str, over: Mapping[str, float]) -> float:
    """Return how alike a text of a pool must be."""
    return over.get(pool, THRESHOLD)


def is_comparable(lines: RedactedLines) -> bool:
    """Whether a hunk can stand for another one, or have one stand for it: short enough, and with no secret in it."""
    if len(lines.texts) > MAX_ROWS:
        return False
    rows = zip(lines.hunk.lines, lines.texts, strict=True)
    return all(line.text == text and not redact.PLACEHOLDER.search(text) for line, text in rows)


def rows(lines: RedactedLines) -> tuple[str, ...]:
    """Return the rows of a hunk with their signs and without their numbers."""
    return tuple(f"{line.kind.value}{text}" for line, text in zip(lines.hunk.lines, lines.texts, strict=True))


def asked(lines: RedactedLines) -> str:
    """Return the text that stands for a hunk."""
    return "\n".join((lines.path, *rows(lines)))


def key(exact: str) -> str:
    """Return the key of the near answer to the hunk whose exact key is `exact`."""
    return hashlib.sha256(f"near {exact}".encode()).hexdigest()


def space(embedder: str, ground: str) -> str:
    """Return the space of vectors: of one embedder, one repository, one trust, one prompt and one set of models."""
    return f"{embedder} {ground[:32]}"


def answer(lines: RedactedLines, findings: Sequence[Finding], by: str) -> NearAnswer:
    """Return what is kept of a hunk that was read."""
    bare = (replace(each, line=0, end_line=0, fingerprint="", status="new") for each in findings)
    return NearAnswer(
        by=by, path=lines.path, rows=rows(lines), context=context.digest(lines.context), findings=tuple(bare)
    )


def packed(near: NearAnswer) -> bytes:
    """Return a near answer as bytes."""
    found = [finding_form.values(each) for each in near.findings]
    return compact.packed([near.by, near.path, list(near.rows), near.context, found])


def unpacked(content: bytes) -> NearAnswer | None:
    """Return the near answer that `content` holds, None for anything else."""
    try:
        by, path, shown, around, found = finding_form.listed(compact.unpacked(content))
        return NearAnswer(
            by=finding_form.text(by),
            path=finding_form.text(path),
            rows=tuple(finding_form.text(each) for each in finding_form.listed(shown)),
            context=finding_form.text(around),
            findings=tuple(finding_form.finding(each) for each in finding_form.listed(found)),
        )
    except compact.FAULTS:
        return None


def difference(near: NearAnswer, lines: RedactedLines) -> tuple[str, ...]:
    """Return the rows in which a hunk differs from the one that was answered: `- ` for the old, `+ ` for the new."""
    compared = difflib.ndiff(near.rows, rows(lines)) if near.rows != rows(lines) else ()
    return tuple(row for row in compared if row[:2] in {"- ", "+ "})


def serves(near: NearAnswer, lines: RedactedLines) -> bool:
    """Whether a near answer about prose stands for this hunk too."""
    if lines.query_type is not QueryType.DOCUMENTATION or near.findings or near.path != lines.path:
        return False
    changed = difference(near, lines)
    if len(changed) > MAX_DIFFERENCE or any(_FENCE.match(row[1:]) for row in (*near.rows, *rows(lines))):
        return False
    if any(_CODE_ROW.match(row[3:]) for row in changed):
        return False
    before, after = _words(changed, "-"), _words(changed, "+")
    other = (Counter(before) - Counter(after)) + (Counter(after) - Counter(before))
    if other.total() > MAX_WORDS or not all(map(_is_plain, other)) or set(before) & set(after) & set(other):
        return False
    return [word for word in before if word not in other] == [word for word in after if word not in other]


def may_be_confirmed(near: NearAnswer, lines: RedactedLines) -> bool:
    """Whether a short request may decide if a near answer holds: a small difference of which nothing is grave."""
    if lines.query_type not in CONFIRMED_TYPES or near.path != lines.path:
        return False
    if near.context != context.digest(lines.context) or len(near.findings) > MAX_FINDINGS:
        return False
    changed = difference(near, lines)
    return 0 < len(changed) <= MAX_DIFFERENCE and not risk.is_grave(lines.path, changed)


def _words(changed: Iterable[str], sign: str) -> list[str]:
    words = (word.strip(_MARKS).lower() for row in changed if row[0] == sign for word in row[3:].split())
    return [word for word in words if word]


def _is_plain(word: str) -> bool:
    return bool(_PLAIN_WORD.fullmatch(word)) and not _TURNS.fullmatch(word)


def _likeness(pool: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = OFF
    if not 0.5 <= number <= 1:
        raise ValueError(f"{pool}={value}: a likeness from 0.5 to 1 is wanted, or off, as in {pool}=0.9")
    return number
