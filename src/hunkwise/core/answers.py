"""What a model found in a hunk, kept relative to the hunk, and placed again in one of the same form.

A finding is kept by the rows it stands on, counted in the form. It comes back at today's numbers of these rows; where
that can't be proven, or where its words speak of a line number that is another today, there is no answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hunkwise.core import compact, finding_form, quotes, redact
from hunkwise.core.answer_keys import Form, Level
from hunkwise.core.packing import RedactedLines
from hunkwise.model.diff import DiffLine, LineKind, Side
from hunkwise.model.finding import Finding
from hunkwise.model.material import HunkKey

MAX_FINDINGS = 200
"""Findings of one hunk that are kept."""

_NAMES_A_LINE = re.compile(
    r"\b(?:lines?|rows?|lns?|ll?)\W{0,3}(?:(?:nos?|nr|numbers?)\W{0,3})?\d"  # line 10, rows 10-12, line no. 10, L10
    r"|\d(?:st|nd|rd|th)\W(?:line|row)\b"  # the 10th line
    r"|(?<![\d\[]):\d|[^\W\d]\d{1,9}:\d",  # app.py:10, at :10, v2:10; neither 3:10 nor [:10]
    re.IGNORECASE,
)
"""Words that hold a line's number, and some that only look so: a port, a value after a colon."""

_WORDS = ("title", "description", "scenario", "suggestion", "replacement", "quote", "category")
"""Fields of a finding that may hold a placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finding and its first and last line, as indices into the rows of a form.

    The finding's own numbers are 0, unless its words speak of lines: then they are those it was found at.
    """

    finding: Finding
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that was found in one hunk, and who read it (`model:<name>`)."""

    by: str
    findings: tuple[Kept, ...]


def keep(findings: Sequence[Finding], by: str, form: Form, lines: RedactedLines) -> Answer | None:
    """Return the answer on a hunk in a form of it, None where a finding can't be told by the form alone."""
    kept = [_kept(each, form, lines) for each in findings]
    if len(kept) > MAX_FINDINGS or None in kept:
        return None
    return Answer(by=by, findings=tuple(each for each in kept if each is not None))


def place(answer: Answer, form: Form, lines: RedactedLines) -> tuple[Finding, ...] | None:
    """Return the findings of an answer in a hunk of the same form, None where one does not stand there."""
    placed = [_placed(each, form, lines) for each in answer.findings]
    return None if None in placed else tuple(each for each in placed if each is not None)


def by_hunk(findings: Sequence[Finding], hunks: Sequence[RedactedLines]) -> Mapping[HunkKey, Sequence[Finding]]:
    """Return the findings of each hunk; hunks of a path that the change holds twice are left out."""
    files: dict[str, set[int]] = {}
    for lines in hunks:
        files.setdefault(lines.path, set()).add(lines.key.file)
    found: dict[HunkKey, list[Finding]] = {each.key: [] for each in hunks if len(files[each.path]) == 1}
    at = {
        (lines.path, side, _number(line, side)): lines.key
        for lines in hunks
        for line in lines.hunk.lines
        for side in Side
    }
    for finding in findings:
        key = at.get((finding.file, finding.side, finding.line))
        if key in found:
            found[key].append(finding)
    return found


def packed(answer: Answer) -> bytes:
    """Return an answer as bytes."""
    rows = [[each.first, each.last, *finding_form.values(each.finding)] for each in answer.findings]
    return compact.packed({"by": answer.by, "findings": rows})


def unpacked(content: bytes) -> Answer | None:
    """Return the answer that `content` holds, None for anything else."""
    try:
        values = compact.unpacked(content)
        rows = finding_form.listed(values["findings"])
        if len(rows) > MAX_FINDINGS:
            return None
        return Answer(by=finding_form.text(values["by"]), findings=tuple(_of_row(row) for row in rows))
    except compact.FAULTS:
        return None


def _of_row(row: Any) -> Kept:  # noqa: ANN401  # JSON of unknown form is judged here
    first, last, *values = row
    return Kept(finding=finding_form.finding(values), first=finding_form.count(first), last=finding_form.count(last))


def _kept(finding: Finding, form: Form, lines: RedactedLines) -> Kept | None:
    rows = [_row(number, finding, lines) for number in (finding.line, finding.end_line)]
    ours = renumbered(finding, dict(form.numbers))
    if ours is None or finding.file != lines.path or not set(rows) <= set(form.rows):
        return None
    first, last = (form.rows.index(row) for row in rows if row is not None)
    if not speaks_of_lines(ours):
        ours = replace(ours, line=0, end_line=0)
    return Kept(finding=replace(ours, fingerprint="", status="new"), first=first, last=last)


def _placed(kept: Kept, form: Form, lines: RedactedLines) -> Finding | None:
    theirs = renumbered(kept.finding, {ours: placeholder for placeholder, ours in form.numbers})
    if theirs is None or not kept.first <= kept.last < len(form.rows) or theirs.file != lines.path:
        return None
    first, last = form.rows[kept.first], form.rows[kept.last]
    numbers = [_number(lines.hunk.lines[row], theirs.side) for row in (first, last)]
    if None in numbers or not theirs.origin.startswith("model:"):
        return None
    line, end_line = (number or 0 for number in numbers)
    if line != theirs.line and speaks_of_lines(theirs):
        return None
    quote = _quote(first, last, theirs.side, lines)
    if form.level is Level.EXACT and quotes.folded(quote) != quotes.folded(theirs.quote):
        return None
    replacement = theirs.replacement if quote == theirs.quote else None  # else it has other blanks or comments
    return replace(theirs, line=line, end_line=end_line, quote=quote, replacement=replacement)


def _quote(first: int, last: int, side: Side, lines: RedactedLines) -> str:
    """Return the filled lines of one side from row `first` to row `last`, as anchoring quotes them."""
    rows = range(first, last + 1)
    hidden = LineKind.DELETED if side is Side.RIGHT else LineKind.ADDED
    shown = [lines.texts[row] for row in rows if lines.hunk.lines[row].kind is not hidden]
    return "\n".join(text for text in shown if text.strip())


def speaks_of_lines(finding: Finding) -> bool:
    """Whether words of a finding hold a line's number: they are wrong where the line has moved."""
    said = finding.title, finding.description, finding.scenario, finding.suggestion
    return any(_NAMES_A_LINE.search(redact.PLACEHOLDER.sub(" ", text)) for text in said)


def _row(number: int, finding: Finding, lines: RedactedLines) -> int | None:
    found = (row for row, line in enumerate(lines.hunk.lines) if _number(line, finding.side) == number)
    return next(found, None)


def _number(line: DiffLine, side: Side) -> int | None:
    """Return a line's number on a side, None where it is not on it; LEFT is for deleted lines."""
    if side is Side.RIGHT:
        return line.new
    return line.old if line.kind is LineKind.DELETED else None


def renumbered(finding: Finding, numbers: Mapping[str, str]) -> Finding | None:
    """Return a finding with its placeholders renamed, None where it speaks of one that is not in `numbers`."""
    changed: dict[str, str] = {}
    for name in _WORDS:
        text = getattr(finding, name) or ""
        if "<redacted:" in text:
            if any(found not in numbers for found in redact.PLACEHOLDER.findall(text)):
                return None
            changed[name] = redact.PLACEHOLDER.sub(lambda found: numbers[found.group()], text)
    return replace(finding, **changed) if changed else finding  # type: ignore[arg-type]  # texts all
