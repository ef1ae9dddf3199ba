"""Find the lines of the diff that a finding speaks of."""

from hunkwise.model.diff import Diff, DiffLine
from hunkwise.model.finding import Finding

CONTEXT = 1
"""Lines shown before and after the finding's own."""


def lines_around(diff: Diff, finding: Finding, context: int = CONTEXT) -> tuple[DiffLine, ...]:
    """Return the finding's lines with `context` lines of its hunk around them, none where the diff lacks them."""
    for file in diff.files:
        if file.path != finding.file:
            continue
        for hunk in file.hunks:
            rows = [
                row
                for row, line in enumerate(hunk.lines)
                if line.side is finding.side and finding.line <= line.number <= finding.end_line
            ]
            if rows:
                return hunk.lines[max(0, rows[0] - context) : rows[-1] + 1 + context]
    return ()
