import pytest

from hunkwise.model.pull import CheckRun


@pytest.mark.parametrize("conclusion", ["success", "neutral", "failure", None])
def test_a_check_has_failed_only_when_it_is_over(conclusion: str | None) -> None:
    over, running = (
        CheckRun(id=1, external_id="hunkwise/7", is_completed=is_completed, conclusion=conclusion)
        for is_completed in (True, False)
    )
    assert over.has_failed is (conclusion == "failure")
    assert not running.has_failed
