from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import hunk_keys
from hunkwise.core.packing import RedactedLines
from hunkwise.model.chat import Parameters
from material_builder import material

PARAMETERS = Parameters(temperature=0.1, top_p=1.0, max_output_tokens=4_000)
BODY = " before\n-old\n+new\n after"


def key(*hunks: RedactedLines) -> list[str]:
    return list(hunk_keys.by_hunk(hunks).values())


@given(st.integers(1, 10_000), st.integers(0, 50), st.integers(0, 50))
def test_a_key_survives_a_shift_and_a_move_in_the_file(new: int, file: int, index: int) -> None:
    assert key(material(BODY)) == key(material(BODY, new=new, file=file, index=index))
    assert len(key(material(BODY))[0]) == hunk_keys.DIGITS


@pytest.mark.parametrize(
    "other",
    [
        material(BODY, path="b.py"),
        material(BODY.replace("new", "newer")),
        material(BODY.replace("+new", " new")),
        material(BODY.replace(" before", " Before")),
        material(BODY + "\n more"),
    ],
)
def test_what_a_model_would_see_changed_changes_the_key(other: RedactedLines) -> None:
    assert key(other) != key(material(BODY))


def test_equal_hunks_of_one_file_are_told_apart_by_their_order_in_it() -> None:
    first, second, other = material(BODY), material(BODY, index=1, new=90), material(" x\n+y", index=2)
    keys = hunk_keys.by_hunk([second, other, first])
    assert len(set(keys.values())) == 3
    assert keys == hunk_keys.by_hunk([first, second, other])
    assert [keys[first.key], keys[second.key]] == key(first, second)
    assert keys[other.key] == key(other)[0]


def test_where_an_equal_hunk_comes_or_goes_none_of_them_is_known_again() -> None:
    three = [material(BODY, index=index, new=90 * index + 1) for index in range(3)]
    names = [*key(*three[:1]), *key(*three[:2]), *key(*three)]
    assert len(set(names)) == len(names) == 6


def test_a_placeholder_s_number_counts_in_the_hunk_not_in_the_file() -> None:
    def of(*texts: str) -> list[str]:
        made = material("+a\n+b\n+c")
        return key(replace(made, texts=texts))

    one, two, three = (f"<redacted:aws:{n}>" for n in (1, 2, 3))
    assert of(one, two, one) == of(two, three, two)
    assert of(one, two, one) != of(one, two, two)
    assert of(one, two, one) != of(one, "<redacted:pem:1>", one)


def test_material_is_prompt_model_and_parameters() -> None:
    made = hunk_keys.material("a", "m", PARAMETERS)
    assert made == hunk_keys.material("a", "m", PARAMETERS)
    assert len(made) == hunk_keys.DIGITS
    others = {
        hunk_keys.material("b", "m", PARAMETERS),
        hunk_keys.material("a", "n", PARAMETERS),
        hunk_keys.material("a", "m", replace(PARAMETERS, temperature=0.2)),
    }
    assert len(others | {made}) == 4
