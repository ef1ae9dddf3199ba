import math
import random

from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import vectors

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=64)


@given(NUMBERS)
def test_every_vector_has_length_one(numbers: list[float]) -> None:
    assert math.isclose(math.hypot(*vectors.unit(numbers)), 1.0)


def test_what_is_no_direction_is_near_to_nothing_else() -> None:
    for odd in ([0.0, 0.0, 0.0], [math.inf, 1.0, 0.0], [math.nan, 0.0, 0.0]):
        assert vectors.unit(odd) == (1.0, 0.0, 0.0)


def test_likeness_is_the_cosine_and_none_between_dimensions() -> None:
    assert vectors.likeness(vectors.unit([1, 1]), (1.0, 0.0)) == 1 / math.sqrt(2)
    assert vectors.likeness((1.0,), (1.0, 0.0)) == -1.0


def test_packing_moves_a_likeness_by_less_than_a_hundredth() -> None:
    drawn = random.Random(1)  # noqa: S311  # drawn for a test
    for _ in range(200):
        one, other = (vectors.unit([drawn.gauss(0, 1) for _ in range(512)]) for _ in range(2))
        near = vectors.unit([a + 0.4 * b for a, b in zip(one, other, strict=True)])
        kept = vectors.unpacked(vectors.packed(near))
        assert len(vectors.packed(near)) == 512
        assert abs(vectors.likeness(one, kept) - vectors.likeness(one, near)) < 0.01


def test_an_empty_vector_packs_to_nothing() -> None:
    assert vectors.packed(()) == b""


def test_a_packed_vector_is_as_alike_as_the_unpacked_one() -> None:
    drawn = random.Random(2)  # noqa: S311  # drawn for a test
    one, other = (vectors.unit([drawn.gauss(0, 1) for _ in range(64)]) for _ in range(2))
    kept = vectors.packed(other)
    assert math.isclose(vectors.likeness_to_packed(one, kept), vectors.likeness(one, vectors.unpacked(kept)))
    assert vectors.likeness_to_packed(one, kept[:-1]) == -1.0
    assert vectors.likeness_to_packed(one, bytes(64)) == -1.0
