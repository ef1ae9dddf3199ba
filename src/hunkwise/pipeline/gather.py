"""Gather what a review works on: redacted hunks, and what the embedded engine finds.

Every byte of the change that goes on from here, to a model or into the report, has passed the redaction gate. Rules
and the secret detector see the text as it is; what they find is told in redacted text.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from hunkwise.core import bookkeeping, exposures, packing, ranking, redact, stripping
from hunkwise.errors import DetectorError
from hunkwise.model.change import Notice
from hunkwise.model.diff import Diff, DiffLine, FileDiff, Hunk, Side, UnreadableFile
from hunkwise.model.finding import Finding, RuleHit
from hunkwise.model.material import HunkKey, LiteralPlace
from hunkwise.ports import RuleEngine

WITHHELD = "<not shown: the secret detector failed on this hunk>"
"""What a report shows instead of a line that could not be redacted."""

WITHHELD_NAME = "a file whose name is not shown"
"""What a report calls a file whose name could not be redacted, before its number in the change."""

NOTHING_ALLOWED = exposures.allow_list((), None)
"""No secret is allowed by anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A redacted change.

    `shown` is the diff as reports may show it; `lines_by_key` the redacted text of each hunk, without those in
    `unredacted`, which gives the reason by key; `secrets` are findings about secrets on added lines; `by_type` counts
    redactions. `placeholders` numbers the secrets of each file, by index, for what is to be redacted of it later.
    """

    shown: Diff
    lines_by_key: Mapping[HunkKey, packing.RedactedLines]
    unredacted: Mapping[HunkKey, str]
    secrets: tuple[Finding, ...]
    by_type: Mapping[str, int]
    placeholders: Mapping[int, redact.Placeholders]
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Gathering:
    """What is gathered, file by file."""

    scan: redact.Scan
    withheld: frozenset[HunkKey]
    allowed: exposures.AllowList
    stripped: Mapping[int, stripping.Stripped]
    files: list[FileDiff] = field(default_factory=list)
    lines: dict[HunkKey, packing.RedactedLines] = field(default_factory=dict)
    unredacted: dict[HunkKey, str] = field(default_factory=dict)
    secrets: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    pleas: list[str] = field(default_factory=list)
    placeholders: dict[int, redact.Placeholders] = field(default_factory=dict)

    def add(self, index: int, file: FileDiff) -> None:
        """Take one file; where its name can't be redacted, nothing of it goes on."""
        try:
            path, old_path = redact.text(file.path, self.scan).text, redact.text(file.old_path, self.scan).text
        except DetectorError as error:
            numbers = range(len(file.hunks)) if file.hunks else (bookkeeping.NO_HUNK,)
            keys = [HunkKey(file=index, hunk=number) for number in numbers]
            self.unredacted |= dict.fromkeys(keys, f"redaction: {error.message}")
            hidden = [_with_texts(hunk, [WITHHELD] * len(hunk.lines)) for hunk in file.hunks]
            self.files.append(_named(file, f"{WITHHELD_NAME} {index + 1}", f"{WITHHELD_NAME} {index + 1}", hidden))
            return
        placeholders = self.placeholders[index] = redact.Placeholders()
        hunks = [
            self._hunk(HunkKey(file=index, hunk=number), file, path, placeholders) for number in range(len(file.hunks))
        ]
        self.files.append(_named(file, path, old_path, hunks))

    def _hunk(self, key: HunkKey, file: FileDiff, path: str, placeholders: redact.Placeholders) -> Hunk:
        hunk = file.hunks[key.hunk]
        try:
            masked = redact.hunk(hunk, self.scan, placeholders, self._literals(key, hunk))
        except DetectorError as error:
            self.unredacted[key] = f"redaction: {error.message}"
            return _with_texts(hunk, [WITHHELD] * len(hunk.lines))
        self.counts.update(found.type for found in masked.secrets)
        self.secrets.extend(exposures.findings(file.path, path, hunk, masked, self.allowed))
        self.pleas.extend(exposures.pleas(path, hunk))
        self.lines[key] = packing.RedactedLines(key=key, path=path, hunk=hunk, texts=masked.lines)
        return replace(hunk, section="", lines=()) if key in self.withheld else _with_texts(hunk, masked.lines)

    def _literals(self, key: HunkKey, hunk: Hunk) -> list[Sequence[LiteralPlace]]:
        """Return what is stripped by row; raises DetectorError where that is not known."""
        known = self.stripped.get(key.file, {})
        if isinstance(known, DetectorError):
            raise known
        if isinstance(known, str):
            return [(LiteralPlace(kind="file", line=0, start=0, end=len(line.text)),) for line in hunk.lines]
        return [known.get((key.hunk, row), ()) for row in range(len(hunk.lines))]


def redacted(
    diff: Diff,
    scan: redact.Scan,
    withheld: frozenset[HunkKey],
    allowed: exposures.AllowList = NOTHING_ALLOWED,
    stripped: Mapping[int, stripping.Stripped] = MappingProxyType({}),
) -> Gathered:
    """Pass every hunk of `diff` through the gate; hunks in `withheld` (files never shown) are scanned, not shown."""
    gathering = _Gathering(scan=scan, withheld=withheld, allowed=allowed, stripped=stripped)
    for index, file in enumerate(diff.files):
        gathering.add(index, file)
    return Gathered(
        shown=Diff(files=tuple(gathering.files), unreadable=tuple(_unreadable(each, scan) for each in diff.unreadable)),
        lines_by_key=gathering.lines,
        unredacted=gathering.unredacted,
        secrets=tuple(gathering.secrets),
        by_type=dict(sorted(gathering.counts.items())),
        placeholders=gathering.placeholders,
        notices=(*allowed.notices, *exposures.notices(gathering.pleas)),
    )


def _unreadable(file: UnreadableFile, scan: redact.Scan) -> UnreadableFile:
    try:
        return replace(file, path=redact.text(file.path, scan).text)
    except DetectorError:
        return replace(file, path=WITHHELD_NAME)


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
