"""A hundred chunks against an endpoint that admits few requests a minute; a minute is 0.6 s here."""

import pytest

import narrow_gate
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ReviewReport
from narrow_gate import Gate

pytestmark = pytest.mark.alone

CHUNKS = 100
RUNS = 3
"""A run on a machine that comes late itself (`narrow_gate.LATE_S`) is repeated, but for the last one."""


@pytest.mark.slow
@pytest.mark.parametrize("slides", [False, True])
@pytest.mark.parametrize("pool", [8, 64])
@pytest.mark.parametrize(
    ("tells", "asks_to_wait", "most"), [(True, True, 110), (True, False, 110), (False, True, 125), (False, False, 125)]
)
def test_a_hundred_chunks_pass_a_narrow_gate_with_few_requests_in_vain(
    *, tells: bool, asks_to_wait: bool, most: int, pool: int, slides: bool
) -> None:
    for _ in range(RUNS):
        passed = narrow_gate.through(Gate(tells=tells, slides=slides, asks_to_wait=asks_to_wait), CHUNKS, pool)
        require_whole(passed.report)
        if passed.sent <= most or not passed.was_late:
            break
    assert passed.sent <= most, f"{passed.refused} refused"


def require_whole(report: ReviewReport) -> None:
    assert report.ledger.count(HunkState.REVIEWED) == CHUNKS, [each.reason for each in report.ledger.entries][:3]
    assert len({finding.file for finding in report.findings}) == len(report.findings) == CHUNKS
