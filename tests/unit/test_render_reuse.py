"""What a report says of hunks that nobody had to be asked about."""

import json

import jsonschema
import pytest

import report_builder
from hunkwise import render
from hunkwise.model.report import PoolUse
from hunkwise.render.report_schema import report_schema

USED = {
    "code": PoolUse(exact_hits=2, incremental_hits=1_200, misses=4, stale_hits=1),
    "documentation": PoolUse(exact_hits=1, canonical_hits=1, misses=1),
}
LINE = "1,205 hunks not asked again: 1,200 incremental, 3 exact, 1 canonical, 1 stale"


@pytest.mark.parametrize("style", ["text", "markdown", "html"])
def test_one_line_tells_what_was_reused(style: str) -> None:
    assert LINE in render.as_text(report_builder.report(cache=USED), style, width=200)
    assert "not asked again" not in render.as_text(report_builder.report(), style)
    assert "not asked again" not in render.as_text(report_builder.report(cache={"code": PoolUse(misses=3)}), style)


def test_json_tells_each_pool() -> None:
    document = json.loads(render.as_text(report_builder.report(cache=USED), "json"))
    jsonschema.validate(document, report_schema())
    assert document["cache"]["documentation"] == {
        "exact_hits": 1, "canonical_hits": 1, "incremental_hits": 0, "semantic_hits": 0, "confirms": 0, "misses": 1,
        "stale_hits": 0,
    }  # fmt: skip
