"""The gate with the real scanner: what holds for every secret, whatever stands around it."""

import re

from hypothesis import given
from hypothesis import strategies as st

import planted
from builders import hunk
from hunkwise.adapters.secret_scanner import DetectSecretsScanner
from hunkwise.core import anchoring, packing, redact
from hunkwise.model.finding import Anchor
from hunkwise.model.material import HunkKey
from material_builder import claim, words

SCANNER = DetectSecretsScanner()
POOL = planted.pool(500)
TOKENS = tuple(
    value
    for each in POOL
    if re.match("github|gitlab|slack|stripe|openai|anthropic|npm$|pypi$|jwt|vault|huggingface|aws-access", each.kind)
    for value in each.values
)
ODD = st.text(
    st.characters(blacklist_categories=["Cs"]) | st.sampled_from("\t \r\n\"'`<>(){}[]=:;,#/\\é\u2028"), max_size=40
)
INDENT = st.sampled_from(["", "\t", "    ", "  - ", "# ", "// ", " * "])
ENDING = st.sampled_from(["", "  ", "\r", "\t", "  # pragma: allowlist secret", "  # nosec"])
CODE = st.sampled_from(
    ["", "def total(prices):", "\tx = 1", "}", "züri = 'ß'", "-- old", "return read_token(request)", "\r"]
)


def masked(text: str) -> str:
    return redact.text(text, SCANNER.scan).text


def survives(secret: planted.Planted, text: str) -> list[str]:
    return [value for value in secret.values if value in text]


@given(st.sampled_from(POOL), ODD, INDENT, ENDING, ODD)
def test_no_planted_secret_survives_what_stands_around_it(
    secret: planted.Planted, before: str, indent: str, ending: str, after: str
) -> None:
    rows = "\n".join(indent + row + ending for row in secret.text.split("\n"))
    text = f"{before}\n{rows}\n{after}"
    once = masked(text)
    assert not survives(secret, once)
    assert once.count("\n") == text.count("\n")
    assert masked(once) == once


@given(st.sampled_from(TOKENS), ODD.filter(lambda text: not re.search(r"\w\Z", text)), ODD)
def test_a_token_does_not_survive_between_any_signs(token: str, before: str, after: str) -> None:
    assert token not in masked(f"{before}{token} {after}")


@given(
    st.sampled_from(POOL), st.sampled_from("+- "), st.lists(st.tuples(st.sampled_from("+- "), CODE), max_size=6), ENDING
)
def test_a_secret_of_any_kind_of_line_is_masked_and_every_line_still_anchors(
    secret: planted.Planted, sign: str, around: list[tuple[str, str]], ending: str
) -> None:
    rows = [sign + row + ending for row in secret.text.split("\n")]
    signed = [kind + text for kind, text in around]
    made = hunk(*signed, *rows, *signed, old=7, new=9)
    got = redact.hunk(made, SCANNER.scan, redact.Placeholders())
    assert len(got.lines) == len(made.lines)
    assert not survives(secret, "\n".join(got.lines))
    lines = packing.RedactedLines(key=HunkKey(file=0, hunk=0), path="app.py", hunk=made, texts=got.lines)
    passages = packing.pack([lines], 1_000_000, words).chunks[0].passages
    for line, text in zip(made.lines[len(signed) :][: len(rows)], got.lines[len(signed) :], strict=False):
        if len(text.strip()) > 8:
            placed = anchoring.place(claim(text, line=line.number), passages)
            assert isinstance(placed, Anchor), (text, placed)
            assert placed.side is line.side


PEM = tuple(each for each in POOL if each.kind.startswith("pem") and "one-line" not in each.kind)


@given(st.sampled_from(PEM), st.data(), st.sampled_from("+- "), st.sampled_from(["", "  ", "\r", "\t"]))
def test_a_key_that_hunk_borders_cut_is_masked_in_each_part(
    secret: planted.Planted, data: st.DataObject, sign: str, ending: str
) -> None:
    rows = secret.text.split("\n")
    first = data.draw(st.integers(0, len(rows) - 3))
    last = data.draw(st.integers(first + 3, len(rows)))
    shown = [sign + row + ending for row in rows[first:last]]
    got = redact.hunk(hunk(*shown), SCANNER.scan, redact.Placeholders())
    assert not survives(secret, "\n".join(got.lines))


@given(st.sampled_from(PEM), st.lists(st.sampled_from(["-old", "+", "-", "-" + "a" * 64]), min_size=1, max_size=4))
def test_a_key_between_whose_lines_old_ones_are_deleted_is_masked(secret: planted.Planted, old: list[str]) -> None:
    rows = [row for line in secret.text.split("\n") for row in ("+" + line, *[each for each in old if each[0] == "-"])]
    got = redact.hunk(hunk(*rows), SCANNER.scan, redact.Placeholders())
    assert not survives(secret, "\n".join(got.lines))
