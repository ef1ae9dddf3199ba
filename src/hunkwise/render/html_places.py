"""Where things stand on the HTML page: findings on lines, ledger entries on hunks, and the ids of both.

Ids are made of counters alone, never of a path or a model's words. Every finding gets exactly one place: under
the last line of its anchor, or among those that have no line in this diff.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hunkwise.model.diff import DiffLine, FileDiff, LineKind, Side
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import Entry
from hunkwise.model.report import ReviewReport

HunkPlace: TypeAlias = tuple[int, int]
"""Index of a file in the diff and of a hunk in the file."""

LinePlace: TypeAlias = tuple[int, int, int]
"""A hunk's place and the index of a line in it."""

_Spot: TypeAlias = tuple[str, Side, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All places of a report.

    `comments` holds the indices of the findings that stand under a line, `marked` the lines that anchors span,
    `quoted` the anchored lines of each placed finding, `homeless` the findings without a line. `entries` and
    `hunks` join ledger and diff both ways (by entry index); `files` gives a path's first file.
    """

    comments: Mapping[LinePlace, tuple[int, ...]]
    marked: frozenset[LinePlace]
    quoted: Mapping[int, tuple[str, ...]]
    homeless: tuple[int, ...]
    entries: Mapping[HunkPlace, Entry]
    hunks: Mapping[int, HunkPlace]
    files: Mapping[str, int]


def of(report: ReviewReport) -> Places:
    """Find the place of every finding and ledger entry; linear in the diff, plus the spans of the anchors."""
    files = report.diff.files
    ends = _ends(files, _wanted(report.findings, files))
    comments: dict[LinePlace, list[int]] = defaultdict(list)
    marked: set[LinePlace] = set()
    quoted: dict[int, tuple[str, ...]] = {}
    homeless = []
    for index, finding in enumerate(report.findings):
        end = ends.get(_spot(finding))
        if end is None:
            homeless.append(index)
            continue
        span = _span(files, end, finding)
        comments[end].append(index)
        marked.update(place for place, _ in span)
        quoted[index] = tuple(text for _, text in span)
    hunks = _joined(report)
    return Places(
        comments={place: tuple(found) for place, found in comments.items()},
        marked=frozenset(marked),
        quoted=quoted,
        homeless=tuple(homeless),
        entries={place: report.ledger.entries[index] for index, place in hunks.items()},
        hunks=hunks,
        files={file.path: index for index, file in reversed(tuple(enumerate(files)))},
    )


def finding_id(index: int) -> str:
    """Return the id of the finding at `index` of the report."""
    return f"finding-{index + 1}"


def file_id(index: int) -> str:
    """Return the id of the file at `index` of the diff."""
    return f"file-{index + 1}"


def hunk_id(place: HunkPlace) -> str:
    """Return the id of the hunk at `place`."""
    return f"hunk-{place[0] + 1}-{place[1] + 1}"


def _spot(finding: Finding) -> _Spot:
    return finding.file, finding.side, finding.end_line


def _wanted(findings: tuple[Finding, ...], files: tuple[FileDiff, ...]) -> dict[int, set[_Spot]]:
    """Return the spots looked for, by file index, so that files without findings are not walked."""
    spots_by_path: dict[str, set[_Spot]] = defaultdict(set)
    for finding in findings:
        spots_by_path[finding.file].add(_spot(finding))
    return {index: spots_by_path[file.path] for index, file in enumerate(files) if file.path in spots_by_path}


def _ends(files: tuple[FileDiff, ...], wanted: Mapping[int, set[_Spot]]) -> dict[_Spot, LinePlace]:
    """Return the first line at each spot; on the left a deleted line, or context, is at its old number."""
    ends: dict[_Spot, LinePlace] = {}
    for file_index, spots in wanted.items():
        path = files[file_index].path
        for place, line in _lines(file_index, files[file_index]):
            for side, number in ((Side.RIGHT, line.new), (Side.LEFT, line.old)):
                if number is not None and (path, side, number) in spots:
                    ends.setdefault((path, side, number), place)
    return ends


def _lines(file_index: int, file: FileDiff) -> Iterator[tuple[LinePlace, DiffLine]]:
    for hunk_index, hunk in enumerate(file.hunks):
        for line_index, line in enumerate(hunk.lines):
            yield (file_index, hunk_index, line_index), line


def _span(files: tuple[FileDiff, ...], end: LinePlace, finding: Finding) -> list[tuple[LinePlace, str]]:
    """Return the lines of the anchor, walking up from its last one."""
    file_index, hunk_index, last = end
    other = LineKind.DELETED if finding.side is Side.RIGHT else LineKind.ADDED
    lines = files[file_index].hunks[hunk_index].lines
    span: list[tuple[LinePlace, str]] = []
    for line_index in range(last, -1, -1):
        line = lines[line_index]
        if line.kind is other:
            continue
        if ((line.new if finding.side is Side.RIGHT else line.old) or 0) < finding.line:
            break
        span.append(((file_index, hunk_index, line_index), line.text))
    return span[::-1]


def _joined(report: ReviewReport) -> dict[int, HunkPlace]:
    """Return each ledger entry's hunk, matched by path and header, in order where those repeat."""
    waiting: dict[tuple[str, str], deque[HunkPlace]] = defaultdict(deque)
    for file_index, file in enumerate(report.diff.files):
        for hunk_index, hunk in enumerate(file.hunks):
            waiting[file.path, hunk.header].append((file_index, hunk_index))
    joined: dict[int, HunkPlace] = {}
    for index, entry in enumerate(report.ledger.entries):
        queue = waiting.get((entry.file, entry.hunk or ""))
        if queue:
            joined[index] = queue.popleft()
    return joined
