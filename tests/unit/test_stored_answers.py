"""What is kept of an answer, its seal, its lifetime, and its place in another hunk of the same form."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import answer_keys, answers, compact, lifetimes, sealing
from hunkwise.core.answer_keys import Form
from hunkwise.core.answers import Answer
from hunkwise.core.lifetimes import Lifetime
from hunkwise.core.packing import RedactedLines
from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.material import ContextKind, ContextPiece, QueryType, Tier
from hunkwise.model.stored import Limit, Stored, Vector
from hunkwise.render import figures
from material_builder import material

BODY = " a\n-old\n+new\n+more\n b"
KEYS = sealing.keys([b"first", b"second"])


def found(line: int = 2, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "fingerprint": "", "file": "app.py", "line": line, "end_line": line, "side": Side.RIGHT,
        "severity": Severity.HIGH, "category": "correctness", "confidence": 0.9, "title": "t", "description": "d",
        "scenario": "s", "suggestion": "u", "replacement": "fixed", "quote": "new", "origin": "model:m",
    }  # fmt: skip
    return Finding(**{**values, **more})


def form(lines: RedactedLines) -> Form:
    made = answer_keys.exact(lines, "g")
    assert made is not None
    return made


def kept(*findings: Finding, lines: RedactedLines | None = None) -> Answer | None:
    of = lines or material(BODY)
    return answers.keep(findings, "model:m", form(of), of)


def placed(answer: Answer | None, lines: RedactedLines) -> tuple[Finding, ...] | None:
    assert answer is not None
    return answers.place(answer, form(lines), lines)


def test_a_name_holds_all_that_decides_an_answer() -> None:
    lines = material(BODY)
    piece = ContextPiece(kind=ContextKind.IMPORT, path="a.py", line=3, text="3 |import x", tokens=3)
    others = [
        material(BODY + "\n c"),
        material(BODY.replace("+more", " more")),
        material(BODY, path="test_app.py"),
        replace(lines, query_type=QueryType.TEST),
        replace(lines, tier=Tier.CHEAP),
        replace(lines, context=(piece,)),
        replace(lines, context=(replace(piece, text="3 |import y"),)),
    ]
    names = {form(each).key for each in (lines, *others)}
    names |= {each.key for ground in ("h", "") if (each := answer_keys.exact(lines, ground)) is not None}
    assert len(names) == 10
    assert form(material(BODY, new=70)).key == form(lines).key
    moved = replace(lines, context=(replace(piece, line=4, text="4 |import x"),))
    assert form(moved).key == form(replace(lines, context=(piece,))).key
    assert answer_keys.ground("a", "bc") != answer_keys.ground("ab", "c")


def test_the_levels_have_names_of_their_own() -> None:
    lines = material("+x")
    canonical = answer_keys.canonical(lines, [(None, "x")], "g")
    assert canonical is not None
    assert canonical.key != form(lines).key
    assert answer_keys.canonical(replace(lines, texts=("<redacted:aws:1>",)), [(None, "x")], "g") is None


def test_both_sides_of_a_context_line_count() -> None:
    lines = material(" x\n+y")
    one = answer_keys.canonical(lines, [("x", "x"), (None, "y")], "g")
    other = answer_keys.canonical(lines, [("x", None), (None, "y")], "g")
    assert one is not None
    assert other is not None
    assert one.key != other.key
    gone = answer_keys.canonical(lines, [(None, None), (None, "y")], "g")
    assert gone is not None
    assert gone.rows == (1,)


def test_findings_come_back_at_today_s_lines() -> None:
    left = found(line=2, side=Side.LEFT, quote="old")
    answer = kept(found(line=2, end_line=3, quote="new\nmore"), left)
    assert placed(answer, material(BODY, new=40)) == (
        found(line=41, end_line=42, quote="new\nmore"),
        found(line=41, end_line=41, side=Side.LEFT, quote="old"),
    )


@pytest.mark.parametrize(
    "words",
    [
        "See line 10.", "(lines 10-12)", "Line no. 10 sets it.", "line number 10", "lines `10` and `12`", "L10",
        "ln 10", "row 10 sets it", "rows 10 to 12", "the 10th line", "app.py:10 sets it", "as set at :10",
        "(src/v2:10)",
    ],
)  # fmt: skip
def test_words_that_name_a_line_hold_only_where_it_stands(words: str) -> None:
    for field in ("title", "description", "scenario", "suggestion"):
        said: dict[str, Any] = {field: words}
        answer = kept(found(**said))
        assert placed(answer, material(BODY)) == (found(**said),)
        assert placed(answer, material(BODY, new=9)) is None


@pytest.mark.parametrize(
    "words",
    [
        "at a ratio 3:10", "from 12:30 on", "xs[:10] and xs[1:10]", "retries: 10", "a line of 10 letters",
        "10 lines too long", "inline10", "all 3 of them", "narrows 10 rows",
    ],
)  # fmt: skip
def test_words_that_name_none_hold_elsewhere(words: str) -> None:
    assert placed(kept(found(description=words)), material(BODY, new=9)) is not None


@pytest.mark.parametrize(
    "odd",
    [
        found(line=9), found(end_line=9), found(file="other.py"), found(side=Side.LEFT, line=1),
        found(description="leaks <redacted:aws:1>"),
    ],
)  # fmt: skip
def test_what_the_hunk_alone_does_not_tell_is_not_kept(odd: Finding) -> None:
    assert kept(found(), odd) is None
    assert kept(*[found()] * (answers.MAX_FINDINGS + 1)) is None


@pytest.mark.parametrize(
    "change",
    [{"first": 4, "last": 2}, {"last": 99}, {"first": 1, "last": 1}],
)
def test_what_has_no_place_today_is_no_answer(change: dict[str, Any]) -> None:
    answer = kept(found())
    assert answer is not None
    odd = replace(answer, findings=(replace(answer.findings[0], **change),))
    assert placed(odd, material(BODY)) is None


@pytest.mark.parametrize(
    "change", [{"quote": "else"}, {"file": "b.py"}, {"origin": "rule:r"}, {"title": "<redacted:a:1>"}]
)
def test_what_does_not_fit_the_hunk_is_no_answer(change: dict[str, str]) -> None:
    answer = kept(found())
    assert answer is not None
    odd = replace(answer.findings[0], finding=replace(answer.findings[0].finding, **change))  # type: ignore[arg-type]  # texts
    assert placed(replace(answer, findings=(odd,)), material(BODY)) is None


def test_a_canonical_answer_finds_its_row_and_gives_no_replacement_for_other_blanks() -> None:
    one, other = material("+a = 1\n+b"), material("+\n+a  = 1\n+b")
    forms = [
        answer_keys.canonical(one, [(None, "a = 1"), (None, "b")], "g"),
        answer_keys.canonical(other, [(None, None), (None, "a = 1"), (None, "b")], "g"),
    ]
    assert forms[0] is not None
    assert forms[1] is not None
    assert forms[0].key == forms[1].key
    answer = answers.keep([found(line=1, quote="a = 1")], "model:m", forms[0], one)
    assert answer is not None
    assert answers.place(answer, forms[1], other) == (found(line=2, quote="a  = 1", replacement=None),)
    assert answers.place(answer, forms[0], one) == (found(line=1, quote="a = 1"),)
    assert answers.keep([found(line=1)], "model:m", forms[1], other) is None


def test_findings_belong_to_the_hunk_of_their_line() -> None:
    first, second = material(BODY), material(BODY, index=1, new=50)
    double = [material("+x", path="b.py", file=number) for number in (1, 2)]
    here, there = found(), found(line=51)
    of = answers.by_hunk([here, there, found(line=99), found(file="b.py", line=1)], [first, second, *double])
    assert of == {first.key: [here], second.key: [there]}


def test_an_answer_survives_its_bytes() -> None:
    answer = kept(found(), found(line=3, quote="more", replacement=None))
    assert answer is not None
    assert answers.unpacked(answers.packed(answer)) == answer


@given(st.binary(max_size=60))
def test_other_bytes_are_no_answer(content: bytes) -> None:
    assert answers.unpacked(content) is None
    assert answers.unpacked(zlib.compress(content)) is None


@pytest.mark.parametrize(
    "values",
    [
        None, [], {}, {"by": 1, "findings": []}, {"by": "m", "findings": {}}, {"by": "m", "findings": [[0, 0]]},
        {"by": "m", "findings": [1]}, {"by": "m", "findings": [[]] * (answers.MAX_FINDINGS + 1)},
    ],
)  # fmt: skip
def test_values_of_another_form_are_no_answer(values: object) -> None:
    assert answers.unpacked(compact.packed(values)) is None


def test_a_finding_that_ends_before_it_begins_is_no_answer() -> None:
    answer = kept(found())
    assert answer is not None
    values = json.loads(zlib.decompress(answers.packed(answer)))
    assert answers.unpacked(compact.packed(values)) == answer
    values["findings"][0][4] = 7  # its line; its end is 0
    assert answers.unpacked(compact.packed(values)) is None


def test_a_bomb_does_not_go_off() -> None:
    assert answers.unpacked(zlib.compress(b" " * (compact.MAX_BYTES + 1))) is None


def stored(**more: Any) -> Stored:
    return Stored(**{"pool": "code", "key": "k", "value": b"content", "created_at": 1, "expires_at": 2.5, **more})


def test_a_seal_binds_a_near_answer_to_the_space_it_was_found_in() -> None:
    near = stored(vector=Vector(space="one", values=(1.0,)))
    sealed = replace(near, value=sealing.seal(near, "scope", KEYS))
    assert sealing.opened(sealed, "scope", KEYS, "one") == b"content"
    assert sealing.opened(replace(sealed, vector=None), "scope", KEYS, "one") == b"content"
    moved = replace(sealed, vector=Vector(space="other", values=(1.0,)))
    assert sealing.opened(moved, "scope", KEYS, "other") is None
    assert sealing.opened(sealed, "scope", KEYS) is None, "nor does it pass for one that has a key of its own"


def test_a_seal_binds_an_answer_to_its_name_and_times() -> None:
    sealed = replace(stored(), value=sealing.seal(stored(), "scope", KEYS))
    assert sealing.opened(sealed, "scope", KEYS) == b"content"
    assert sealing.opened(sealed, "scope", sealing.keys([b"newer", b"first"])) == b"content"
    for odd in (
        replace(sealed, pool="test"), replace(sealed, key="j"), replace(sealed, created_at=2),
        replace(sealed, expires_at=3), replace(sealed, value=sealed.value + b"x"), replace(sealed, value=b""),
        replace(sealed, pool="cod", key="ek"),
    ):  # fmt: skip
        assert sealing.opened(odd, "scope", KEYS) is None
    assert sealing.opened(sealed, "other", KEYS) is None
    assert sealing.opened(sealed, "scope", sealing.keys([b"second", b" "])) is None
    assert sealing.opened(sealed, "scope", sealing.keys([])) is None


def test_lifetimes_are_the_table_s_unless_a_setting_says_otherwise() -> None:
    over = lifetimes.lifetimes(["code=2d/90min", " test = 30s/1m "])
    assert over == {"code": Lifetime(stable_s=172_800, active_s=5_400), "test": Lifetime(stable_s=30, active_s=60)}
    assert lifetimes.lifetime("code", over).stable_s == 172_800
    assert lifetimes.lifetime("documentation", over).stable_s == 7 * 86_400
    assert lifetimes.lifetime("another", {}) == lifetimes.OF_CODE
    life = Lifetime(stable_s=2, active_s=1)
    assert [lifetimes.seconds(life, commits) for commits in (0, 9, 10, None)] == [2, 2, 1, 1]


def test_limits_are_answers_and_megabytes() -> None:
    assert lifetimes.limits(["code=5", "describe=7/3MB"]) == {
        "code": Limit(entries=5, bytes=10_000),
        "describe": Limit(entries=7, bytes=3_000_000),
    }


@pytest.mark.parametrize(
    "given_", ["code", "code=1d", "code=1d/x", "code=1d/1h/1h", "cod=1d/1h", "=1d/1h", "code=-1d/1h"]
)
def test_what_is_no_lifetime_is_refused(given_: str) -> None:
    with pytest.raises(ValueError, match=r"cod|pool"):
        lifetimes.lifetimes([given_])


@pytest.mark.parametrize("given_", ["code", "code=0", "code=many", "code=5/5GB", "other=5"])
def test_what_is_no_limit_is_refused(given_: str) -> None:
    with pytest.raises(ValueError, match=r"code|pool"):
        lifetimes.limits([given_])


def test_ages_are_told_in_the_largest_unit_of_which_there_are_two() -> None:
    assert [figures.age(each) for each in (0.4, 119, 120, 7_199, 7_200, 172_800)] == [
        "0 s", "119 s", "2 min", "120 min", "2 h", "2 d"
    ]  # fmt: skip
