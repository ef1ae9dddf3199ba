"""What the fault matrices share: where a fault strikes, how a review of six files ended, and the tables in the docs."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport

PAGE = Path(__file__).parents[1] / "docs" / "faults.md"
FILES = 6

PLACES: dict[str, Callable[[int], bool]] = {
    "the first request": lambda index: index == 0,
    "one amid the run": lambda index: index == 3,
    "all requests": lambda index: index >= 0,
}

COMPLETE = "complete"
PASSES = (COMPLETE, COMPLETE)
NONE_READ = "0 of 6 read: model unavailable"


def become(report: ReviewReport) -> str:
    """Return how a review ended, after holding its ledger and findings against each other."""
    entries = report.ledger.entries
    assert len(entries) == FILES
    read = [entry.file for entry in entries if entry.state is HunkState.REVIEWED]
    failed = [entry for entry in entries if entry.state is HunkState.FAILED]
    assert len(read) + len(failed) == FILES
    assert sorted(finding.file for finding in report.findings if finding.file in read) == sorted(read)
    assert len({finding.file for finding in report.findings}) == len(report.findings), "a finding is doubled"
    if not failed:
        assert report.verdict.outcome is Outcome.APPROVE
        return COMPLETE
    assert report.verdict.outcome is Outcome.INCOMPLETE
    (kind,) = {(entry.reason or "").partition(":")[0].partition(";")[0].partition(",")[0] for entry in failed}
    return f"{len(read)} of {FILES} read: {kind}"


def require_page(test: str, declared: Mapping[str, tuple[str, str, str]]) -> None:
    """Hold the table that `test` declares against the page; HUNKWISE_WRITE_DOCS=1 writes it anew."""
    mark = f"<!-- matrix: written by {test} -->\n"
    rows = [f"| {fault} | {' | '.join(ends)} |" for fault, ends in declared.items()]
    table = "\n".join([f"| fault at | {' | '.join(PLACES)} |", "|---|---|---|---|", *rows])
    text = PAGE.read_text("utf-8")
    before, found, rest = text.partition(mark)
    assert found, f"the page has no place for {test}"
    after = rest.partition("\n\n")[2]
    wanted = f"{before}{mark}{table}\n\n{after}"
    if os.environ.get("HUNKWISE_WRITE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted
