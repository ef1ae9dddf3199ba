"""What an earlier run read need not be read again, and what the next run will want to know.

A hunk is known again by its key. Its findings come back at the rows they had, under today's line numbers and
placeholders; when one of them does not stand where it should, or speaks of lines that have moved, the hunk is asked
again. Only a trusted memory saves a reading: what nobody signed
may not complete a verdict.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import answer_keys, answers, bookkeeping, quotes, redact
from hunkwise.core.bookkeeping import Reading
from hunkwise.core.packing import RedactedLines
from hunkwise.model.diff import DiffLine, Side
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import Entry, HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory, Remembered

INCREMENTAL = "incremental"
"""Who answered for a hunk that an earlier run had read, as the ledger names it."""

PROVEN = frozenset({INCREMENTAL, *answer_keys.Level})
"""Reuse that counts as a reading for the next run; what is stale is to be asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """Hunks that need no request, and what was found in them."""

    hunks: frozenset[HunkKey] = frozenset()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as the memory will name it; `counter` is above all that were seen, `spent_usd` what this run cost."""

    head: str
    counter: int
    material: str
    spent_usd: float | None


def reuse(
    memory: Memory | None,
    material: str,
    chosen: Iterable[HunkKey],
    keys: Mapping[HunkKey, str],
    lines_by_key: Mapping[HunkKey, RedactedLines],
) -> Reused:
    """Return which of the `chosen` hunks were read under the same `material`, and their models' findings."""
    if memory is None or not memory.trusted or memory.material != material:
        return Reused()
    remembered: dict[str, list[Remembered]] = {}
    for each in memory.findings:
        if each.finding.origin.startswith("model:"):
            remembered.setdefault(each.hunk, []).append(each)
    hunks: set[HunkKey] = set()
    findings: list[Finding] = []
    for key in chosen:
        if keys.get(key) not in memory.read or key not in lines_by_key:
            continue
        placed = [_placed(each, lines_by_key[key]) for each in remembered.get(keys[key], ())]
        if None not in placed:
            hunks.add(key)
            findings.extend(each for each in placed if each is not None)
    return Reused(hunks=frozenset(hunks), findings=tuple(findings))


def remember(findings: Sequence[Finding], reading: Reading, run: Run, previous: Memory | None) -> Memory:
    """Return the memory after a run that left `findings` open; what is spent is not known once one cost is not."""
    columns = quotes.columns(reading.shown, {each.file for each in findings})
    known = {each.finding.fingerprint: each for each in previous.findings} if previous else {}
    before = previous.spent_usd if previous else 0.0
    return Memory(
        head=run.head,
        counter=run.counter,
        material=run.material,
        read=frozenset(_read(bookkeeping.by_hunk(reading.shown, reading.ledger), reading.keys)),
        findings=tuple(_remembered(each, columns, reading, known.get(each.fingerprint)) for each in findings),
        spent_usd=None if before is None or run.spent_usd is None else before + run.spent_usd,
        trusted=False,
    )


def next_counter(memory: Memory | None, newest_mark: int) -> int:
    """Return the counter of this run's memory: above the one it stands on, and above any a comment proves.

    The marks this run writes prove the one before: `marks.mark(fingerprint, next_counter(...) - 1, keys)`.
    """
    return max(memory.counter if memory else 0, newest_mark) + 1


def _read(entries: Mapping[HunkKey, Entry], keys: Mapping[HunkKey, str]) -> Iterable[str]:
    """Return the keys of hunks that a model read to the end, in this run or in one this run relied on."""
    for key, entry in entries.items():
        by = entry.by or ""
        by_model = entry.state is HunkState.REVIEWED and entry.reason is None and by.startswith("model:")
        if key in keys and (by_model or (entry.state is HunkState.CACHED and by in PROVEN)):
            yield keys[key]


def _remembered(finding: Finding, columns: quotes.Columns, reading: Reading, before: Remembered | None) -> Remembered:
    """Return a finding with its place; one that has none now keeps what was known of it."""
    place = quotes.of(finding, columns)
    if place is not None and place.column.key in reading.keys:
        at = place.column.key
        return Remembered(
            finding=finding,
            hunk=reading.keys[at],
            row=place.row,
            around=quotes.around(place),
            numbers=redact.placeholders([line.text for line in reading.shown.files[at.file].hunks[at.hunk].lines]),
        )
    if before is not None:
        return replace(before, finding=finding)
    return Remembered(finding=finding, hunk="", row=0)


def _placed(remembered: Remembered, lines: RedactedLines) -> Finding | None:
    """Return a finding at its row's line of today, None where its code or its words do not stand there."""
    finding = _under_todays_numbers(remembered, lines)
    rows: Sequence[DiffLine] = lines.hunk.lines
    if finding is None or remembered.row >= len(rows):
        return None
    first = _number(rows[remembered.row], finding)
    if first != finding.line and answers.speaks_of_lines(finding):
        return None
    moved = replace(finding, line=first, end_line=first + finding.end_line - finding.line)
    shown = [
        text
        for line, text in zip(rows, lines.texts, strict=True)
        if moved.line <= _number(line, finding) <= moved.end_line
    ]
    stands = first > 0 and set(quotes.folded(finding.quote)) <= set(quotes.folded("\n".join(shown)))
    return replace(moved, file=lines.path, status="open") if stands else None


def _under_todays_numbers(remembered: Remembered, lines: RedactedLines) -> Finding | None:
    """Return a finding with its hunk's secrets as the file counts them today, None where that is not known."""
    numbers = redact.placeholders(lines.texts)
    if numbers == remembered.numbers:
        return remembered.finding
    return answers.renumbered(remembered.finding, dict(zip(remembered.numbers, numbers, strict=False)))


def _number(line: DiffLine, finding: Finding) -> int:
    """Return a line's number on the finding's side, 0 where it is not on it."""
    return (line.new if finding.side is Side.RIGHT else line.old) or 0
