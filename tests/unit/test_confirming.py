import json
from typing import Any

from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import confirming, nearness, ranking
from hunkwise.core.nearness import NearAnswer
from hunkwise.model.chat import Redacted
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding
from hunkwise.model.material import Chunk
from material_builder import claim, material, passage

PACK = PromptFiles().load("confirm", "1.0.0")
OLD = " def f(rows):\n+    kept = rows[0]\n+    print(kept)"
NEW = " def f(rows):\n+    kept = rows[0]\n+    print(kept, rows)"


def found(quote: str, line: int) -> Finding:
    raw = claim(quote, line=line)
    place = passage(OLD)
    return ranking.from_model(raw, Anchor(path=place.path, line=line, end_line=line, side=Side.RIGHT, quote=quote))


def known(*quotes: tuple[str, int]) -> NearAnswer:
    return nearness.answer(material(OLD), [found(*each) for each in quotes], "model:m")


def said(near: NearAnswer, difference: str = "harmless", confidence: float = 0.9, **more: Any) -> str:
    given = [
        {"id": name, "holds": True, "line": 2, "quote": each.quote, **more}
        for name, each in zip(confirming.names(near), near.findings, strict=True)
    ]
    return json.dumps({"reason": "r", "difference": difference, "confidence": confidence, "findings": given})


def decide(text: str, near: NearAnswer) -> Any:
    return confirming.decide(text, near, nearness.difference(near, material(NEW)), passage(NEW), PACK.schema)


FIRST = ("    kept = rows[0]", 2)
LAST = ("    print(kept)", 3)


def test_a_harmless_difference_repeats_every_finding_at_its_place() -> None:
    near = known(FIRST)
    claims = decide(said(near), near)
    (placed,) = confirming.place(claims, passage(NEW), "model:cheap") or ()
    assert (placed.line, placed.origin, placed.description) == (2, "model:cheap", near.findings[0].description)
    assert decide(said(known()), known()) == ()
    assert confirming.place((), passage(NEW), "model:cheap") == ()


def test_a_finding_on_a_row_that_changed_is_quoted_as_it_is_now() -> None:
    near = known(LAST)
    claims = decide(said(near, quote="print(kept, rows)", line=3), near)
    (placed,) = confirming.place(claims, passage(NEW), "model:cheap") or ()
    assert (placed.line, placed.quote.strip()) == (3, "print(kept, rows)")
    assert confirming.place(decide(said(near), near), passage(NEW), "model:cheap") is None  # that row is gone


def test_whatever_is_missing_or_in_doubt_is_no_answer() -> None:
    near = known(FIRST, LAST)
    whole = json.loads(said(near, quote="    kept = rows[0]"))
    twice = {**whole, "findings": [*whole["findings"], whole["findings"][0]]}
    less = {**whole, "findings": whole["findings"][:1]}
    odd = {**whole, "findings": [{**whole["findings"][0], "id": "other"}, whole["findings"][1]]}
    for text in (
        "",
        "{}",
        said(near, "matters"),
        said(near, "unclear"),
        said(near, confidence=0.7),
        said(near, holds=False),
        said(near, quote=" def f(rows):"),
        *map(json.dumps, (twice, less, odd)),
    ):
        assert decide(text, near) is None


def test_the_request_holds_one_hunk_its_difference_and_what_was_found() -> None:
    near = known(FIRST)
    lines = material(NEW)
    chunk = Chunk(passages=(passage(NEW),))
    system, user = confirming.request(chunk, near, nearness.difference(near, lines), PACK, Redacted)
    assert "{{" not in system.content.text + user.content.text
    assert user.content.text.count("<hunk id=") == 1
    assert "- +    print(kept)\n+ +    print(kept, rows)" in user.content.text
    assert confirming.names(near)[0] in user.content.text
    bare = confirming.request(chunk, known(), nearness.difference(near, lines), PACK, Redacted)[1]
    assert "<candidate id" not in bare.content.text
