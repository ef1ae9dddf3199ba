import json
from dataclasses import replace

import pytest

from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import ranking, verification
from hunkwise.core.verification import Mode, Refuted, Upheld, Verdict
from hunkwise.model.chat import Redacted
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding
from hunkwise.model.material import Chunk, QueryType
from material_builder import claim, passage

PACK = PromptFiles().load("verify", "1.0.0")


def finding(path: str = "app.py", **changes: object) -> Finding:
    anchor = Anchor(path=path, line=1, end_line=1, side=Side.RIGHT, quote="x = f(1)")
    return replace(ranking.from_model(claim("x = f(1)"), anchor), **changes)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("given", "mode", "path", "kind", "count"),
    [
        (finding(), Mode.ALL, "app.py", QueryType.CODE, 1),
        (finding(), Mode.OFF, "app.py", QueryType.CODE, 0),
        (finding(), Mode.RISKY, "app.py", QueryType.CODE, 0),
        (finding(), Mode.RISKY, "app.py", QueryType.MIGRATION, 1),
        (finding("auth.py"), Mode.RISKY, "auth.py", QueryType.CODE, 1),
        (finding("auth.py"), Mode.RISKY, "app.py", QueryType.CODE, 0),
        (finding("test_auth.py"), Mode.RISKY, "tests/test_auth.py", QueryType.CODE, 0),
        (finding(origin="rule:r"), Mode.ALL, "app.py", QueryType.CODE, 0),
        (finding(origin="secret:t"), Mode.ALL, "app.py", QueryType.CODE, 0),
        (finding(origin="evidence:t"), Mode.ALL, "app.py", QueryType.CODE, 0),
    ],
)
def test_who_is_put_to_it(given: Finding, mode: Mode, path: str, kind: QueryType, count: int) -> None:
    shown = replace(passage("+x = f(1)", path=path), query_type=kind)
    assert verification.is_candidate(given, mode, [shown]) == bool(count)


def test_equal_claims_get_names_of_their_own() -> None:
    one, other, third = verification.names([finding(), finding(), finding(description="Else.")])
    assert other == f"{one}-2"
    assert third not in {one, other}


def test_a_request_holds_the_hunks_and_then_the_claims() -> None:
    held = Chunk(passages=(passage("+x = f(1)"),))
    shown = verification.request([finding()], held, PACK, Redacted)[1].content.text
    assert shown.index("<hunk") < shown.index("<candidate")
    assert "{{" not in shown


def test_an_answer_that_breaks_the_schema_says_nothing_at_all() -> None:
    said, faults = verification.verdicts(json.dumps({"verdicts": [{"id": "a", "refuted": True}]}), PACK.schema)
    assert said == {}
    assert "'reason' is a required property" in faults[0]
    assert verification.verdicts("no", PACK.schema)[1][0].startswith("not JSON")


def test_reasons_are_kept_on_one_line_and_cut() -> None:
    said = Verdict(refuted=True, reason="a\n" + "b" * 900, quote="x = f(1)", confidence=0.5)
    held = Chunk(passages=(passage("+x = f(1)"),))
    decided = verification.decide(finding(), [said], held, lambda *_: None)
    assert isinstance(decided, Refuted)
    assert decided.reason.startswith("refuted: a b")
    assert len(decided.reason) < 520
    assert verification.decide(finding(), [], held, lambda *_: None) == Upheld()
