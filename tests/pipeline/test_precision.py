"""What the stages do to planted faults among invented, misplaced, repeated and vague claims (bench/verify.md)."""

import itertools

import pytest

import planted_faults


@pytest.mark.slow
def test_no_stage_lowers_precision_and_the_planted_faults_survive_them() -> None:
    sums = planted_faults.measure(12)
    rows = [sums[name] for name in planted_faults.STAGES]
    assert rows[0].planted > 50
    assert all(after.precision >= before.precision for before, after in itertools.pairwise(rows))
    assert sums["posted"].precision > 2 * sums["raw"].precision
    for name in ("anchored", "scenario", "merged"):
        assert sums[name].found == sums["raw"].found, name
    assert sums["majority"].found >= sums["merged"].found
    assert sums["verified"].recall >= 0.8
    assert sums["verified"].claims < sums["majority"].claims < sums["merged"].claims < sums["raw"].claims
