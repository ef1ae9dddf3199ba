"""Gather what a review works on: redacted hunks, and what the embedded engine finds.

Every byte of the change that goes on from here, to a model or into the report, has passed the redaction gate. Rules
and the secret detector see the text as it is; what they find is told in redacted text.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import packing, ranking, redact
from hunkwise.errors import DetectorError
from hunkwise.model.diff import Diff, DiffLine, FileDiff, Hunk, LineKind, Side
from hunkwise.model.finding import Finding, RuleHit, Severity
from hunkwise.model.material import HunkKey
from hunkwise.ports import RuleEngine

WITHHELD = "<not shown: the secret detector failed on this hunk>"
"""What a report shows instead of a line that could not be redacted."""

ROTATE = "Revoke and rotate it now: it stays in the history even if a later commit removes it."
"""What to do about a secret on an added line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A redacted change.

    `shown` is the diff as reports may show it; `lines_by_key` the redacted text of each hunk, without those in
    `unredacted`, which gives the reason by key; `secrets` are findings about secrets on added lines; `by_type` counts
    redactions.
    """

    shown: Diff
    lines_by_key: Mapping[HunkKey, packing.RedactedLines]
    unredacted: Mapping[HunkKey, str]
    secrets: tuple[Finding, ...]
    by_type: Mapping[str, int]


def redacted(diff: Diff, scan: redact.Scan, withheld: frozenset[HunkKey]) -> Gathered:
    """Pass every hunk of `diff` through the gate; hunks in `withheld` (files never shown) are scanned, not shown."""
    files: list[FileDiff] = []
    lines: dict[HunkKey, packing.RedactedLines] = {}
    unredacted: dict[HunkKey, str] = {}
    secrets: list[Finding] = []
    counts: Counter[str] = Counter()
    for index, file in enumerate(diff.files):
        placeholders = redact.Placeholders()
        path = redact.text(file.path, scan).text
        hunks: list[Hunk] = []
        for number, hunk in enumerate(file.hunks):
            key = HunkKey(file=index, hunk=number)
            try:
                masked = redact.hunk(hunk, scan, placeholders)
            except DetectorError as error:
                unredacted[key] = f"redaction: {error.message}"
                hunks.append(_with_texts(hunk, [WITHHELD] * len(hunk.lines)))
                continue
            counts.update(found.type for found in masked.secrets)
            secrets.extend(_secret_findings(path, hunk, masked))
            lines[key] = packing.RedactedLines(key=key, path=path, hunk=hunk, texts=masked.lines)
            shown = replace(hunk, section="", lines=()) if key in withheld else _with_texts(hunk, masked.lines)
            hunks.append(shown)
        files.append(_named(file, path, redact.text(file.old_path, scan).text, hunks))
    return Gathered(
        shown=Diff(
            files=tuple(files),
            unreadable=tuple(replace(each, path=redact.text(each.path, scan).text) for each in diff.unreadable),
        ),
        lines_by_key=lines,
        unredacted=unredacted,
        secrets=tuple(secrets),
        by_type=dict(sorted(counts.items())),
    )


def rule_findings(
    diff: Diff, gathered: Gathered, chosen: Sequence[HunkKey], heads: Mapping[bytes, bytes], rules: RuleEngine
) -> tuple[Finding, ...]:
    """Return what the rules find on added lines of the `chosen` hunks."""
    numbers_by_file: dict[int, list[int]] = {}
    for key in chosen:
        numbers_by_file.setdefault(key.file, []).append(key.hunk)
    findings: list[Finding] = []
    for index, numbers in numbers_by_file.items():
        file = diff.files[index]
        part = replace(file, hunks=tuple(file.hunks[number] for number in numbers))
        shown = [gathered.lines_by_key.get(HunkKey(file=index, hunk=number)) for number in numbers]
        for hit in rules.check(part, heads.get(file.raw_path)):
            findings.extend(_placed(hit, [lines for lines in shown if lines is not None]))
    return tuple(findings)


def _placed(hit: RuleHit, shown: Sequence[packing.RedactedLines]) -> list[Finding]:
    """Put a hit on the lines of it that lie in one hunk; a comment elsewhere would be refused."""
    for lines in shown:
        inside = [
            (line.number, text)
            for line, text in zip(lines.hunk.lines, lines.texts, strict=True)
            if line.side is Side.RIGHT and hit.line <= line.number <= hit.end_line
        ]
        if inside:
            placed = replace(hit, line=inside[0][0], end_line=inside[-1][0])
            return [ranking.from_rule(placed, lines.path, "\n".join(text for _, text in inside))]
    return []


def _secret_findings(path: str, hunk: Hunk, masked: redact.RedactedHunk) -> list[Finding]:
    findings: list[Finding] = []
    for secret in masked.secrets:
        rows = range(secret.first, secret.last + 1)
        added = [row for row in rows if hunk.lines[row].kind is LineKind.ADDED]
        if not secret.reportable or not added:
            continue
        findings.append(
            Finding(
                fingerprint="",
                file=path,
                line=hunk.lines[added[0]].number,
                end_line=hunk.lines[added[-1]].number,
                side=Side.RIGHT,
                severity=Severity.HIGH,
                category="security",
                confidence=0.95,
                title=f"A secret is added: {secret.type}",
                description=f"This line adds what has the form of a live secret ({secret.type}).",
                scenario="Anyone who can read the repository, now or later, can use it.",
                suggestion=ROTATE,
                replacement=None,
                quote="\n".join(masked.lines[row] for row in added),
                origin=f"secret:{secret.type}",
            )
        )
    return findings


def _named(file: FileDiff, path: str, old_path: str, hunks: Sequence[Hunk]) -> FileDiff:
    return replace(
        file,
        path=path,
        raw_path=path.encode("utf-8"),
        old_path=old_path,
        raw_old_path=old_path.encode("utf-8"),
        hunks=tuple(hunks),
    )


def _with_texts(hunk: Hunk, texts: Sequence[str]) -> Hunk:
    return replace(hunk, section="", lines=tuple(map(_with_text, hunk.lines, texts)))


def _with_text(line: DiffLine, text: str) -> DiffLine:
    return line if line.text == text else replace(line, text=text, raw=text.encode("utf-8"))
