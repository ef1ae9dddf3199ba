"""What a near answer is worth: one to a hunk that is alike, but not the same.

Vectors can't tell a bug from its fix, so being near proves nothing of code. A near answer serves by itself only for
prose: where nobody found anything, and where the two differ in plain words alone (`core.wording`). For code it may save
a long request by a short one (`core.confirming`), and that only where local names or comments differ (`core.renaming`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import compact, context, finding_form, lifetimes, redact, renaming, risk, wording
from hunkwise.core.packing import RedactedLines
from hunkwise.core.wording import Pair
from hunkwise.model.finding import Finding
from hunkwise.model.material import QueryType

THRESHOLD = 0.88
"""How alike a text must be to count as near, the cosine."""

OFF = 2.0
"""A likeness that nothing reaches."""

MAX_ROWS = 400
"""Rows of a hunk that is kept to be compared: a longer one is asked whole."""

MAX_DIFFERENCE = 6
"""Rows that are other ones in two hunks of which one stands for the other: more is another change."""

MAX_FINDINGS = 10
"""Findings that a short request can confirm."""

CONFIRMED_TYPES = frozenset({QueryType.CODE, QueryType.TEST, QueryType.REFACTORING, QueryType.DOCUMENTATION})
"""Types whose near answers may be confirmed: in the others each line is a decision."""


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


def key(exact: str, privacy: str) -> str:
    """Return the key of the near answer to the hunk whose exact key is `exact`, at a level of privacy."""
    return hashlib.sha256(f"near {privacy} {exact}".encode()).hexdigest()


def space(embedder: str, ground: str, privacy: str) -> str:
    """Return the space of vectors: of one embedder, repository, trust, prompt, set of models and level of privacy."""
    return f"{embedder} {ground[:32]} {privacy}"


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
    """Return the rows in which a hunk differs from the one that was answered: `- ` for the old, `+ ` for the new.

    () where the two can't be laid on each other row by row.
    """
    changed = _changed(_paired(near, lines))
    return tuple(row for old, new in changed or () for row in (f"- {old}", f"+ {new}"))


def serves(near: NearAnswer, lines: RedactedLines) -> bool:
    """Whether a near answer about prose stands for this hunk too."""
    if lines.query_type is not QueryType.DOCUMENTATION or near.findings or near.path != lines.path:
        return False
    paired = _paired(near, lines)
    changed = _changed(paired)
    if changed is None:
        return False
    sides = near.rows, rows(lines)
    if any(map(wording.has_fence, sides)) or not wording.are_alike(changed):
        return False
    places = [place for place, (old, new) in enumerate(paired) if old != new]
    return all(wording.is_prose(side, place) for side in sides for place in places)


def may_be_confirmed(near: NearAnswer, lines: RedactedLines) -> bool:
    """Whether a short request may decide if a near answer holds: other names or comments, and nothing grave about."""
    if lines.query_type not in CONFIRMED_TYPES or near.path != lines.path:
        return False
    if near.context != context.digest(lines.context) or len(near.findings) > MAX_FINDINGS:
        return False
    paired = _paired(near, lines)
    if not _changed(paired) or risk.is_grave(lines.path, (*near.rows, *rows(lines))):
        return False
    return renaming.is_harmless(lines.path, paired, (piece.text for piece in lines.context))


def _paired(near: NearAnswer, lines: RedactedLines) -> Sequence[Pair]:
    """Return each row as it was and as it is, () where rows came, went, or have another sign."""
    now = rows(lines)
    if [row[:1] for row in near.rows] != [row[:1] for row in now]:
        return ()
    return tuple(zip(near.rows, now, strict=True))


def _changed(paired: Sequence[Pair]) -> Sequence[Pair] | None:
    """Return the pairs that differ, None where they are too many or there is nothing to compare."""
    changed = tuple(pair for pair in paired if pair[0] != pair[1])
    return changed if paired and len(changed) <= MAX_DIFFERENCE else None


def _likeness(pool: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = OFF
    if not 0.5 <= number <= 1:
        raise ValueError(f"{pool}={value}: a likeness from 0.5 to 1 is wanted, or off, as in {pool}=0.9")
    return number
