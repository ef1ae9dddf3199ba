"""A hundred reviews at once in one process."""

import gc
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gateway_stage as stage
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ReviewReport
from loopback_model import LoopbackModel

pytestmark = pytest.mark.alone

REVIEWS, FILES = 100, 4


@pytest.mark.slow
def test_a_hundred_reviews_at_once_all_complete_and_leave_nothing_behind() -> None:
    with LoopbackModel(lambda body, _: stage.finds_one(body)) as server:

        def one(number: int) -> ReviewReport:
            del number
            return stage.reviewed(stage.diff(FILES), [stage.chat(server, timeout_s=60)], max_parallel=4)

        rounds, held = [], []
        with ThreadPoolExecutor(max_workers=REVIEWS) as pool:
            for _ in range(4):
                rounds.append(list(pool.map(one, range(REVIEWS))))
                server.requests.clear()  # what our own server remembers is not theirs
                gc.collect()
                held.append(resident_kb())
    for reports in rounds:
        whole = [each for each in reports if each.ledger.count(HunkState.REVIEWED) == FILES == len(each.findings)]
        assert len(whole) >= 0.99 * REVIEWS
        reports.clear()
    assert held[3] < 1.1 * held[1], f"memory grows: {held} kB"
    assert [each.name for each in threading.enumerate() if each.name == "openai-chat"] == []


def resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024
