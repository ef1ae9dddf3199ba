"""A hundred chunks against an endpoint that admits few requests a minute; a minute is 2.4 s here."""

import pytest

import gateway_stage as stage
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ReviewReport
from loopback_model import LoopbackModel
from narrow_gate import Gate, clock

CHUNKS = 100


@pytest.mark.slow
@pytest.mark.parametrize("slides", [False, True])
@pytest.mark.parametrize("pool", [8, 64])
@pytest.mark.parametrize(
    ("tells", "asks_to_wait", "most"), [(True, True, 110), (True, False, 110), (False, True, 125), (False, False, 125)]
)
def test_a_hundred_chunks_pass_a_narrow_gate_with_few_requests_in_vain(
    *, tells: bool, asks_to_wait: bool, most: int, pool: int, slides: bool
) -> None:
    gate = Gate(tells=tells, slides=slides, asks_to_wait=asks_to_wait)
    with LoopbackModel(gate) as server:
        report = stage.reviewed(
            stage.diff(CHUNKS), [stage.chat(server)], clock=clock(), max_parallel=pool, deadline_s=20_000
        )
        sent = len(server.requests)
    require_whole(report)
    assert sent <= most, f"{gate.refused} refused"


def require_whole(report: ReviewReport) -> None:
    assert report.ledger.count(HunkState.REVIEWED) == CHUNKS, [each.reason for each in report.ledger.entries][:3]
    assert len({finding.file for finding in report.findings}) == len(report.findings) == CHUNKS
