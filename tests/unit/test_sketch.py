import random

from hunkwise.core import sketch, vectors

DRAWN = random.Random(7)  # noqa: S311  # drawn for a test


def drawn(dimensions: int) -> tuple[float, ...]:
    return vectors.unit([DRAWN.gauss(0, 1) for _ in range(dimensions)])


def differing(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def test_the_share_of_differing_bits_is_the_angle() -> None:
    for dimensions in (3, 256, 384, 1536):
        one = drawn(dimensions)
        against = tuple(-each for each in one)
        assert differing(sketch.of(one), sketch.of(one)) == 0
        assert differing(sketch.of(one), sketch.of(against)) == sketch.BITS
    near, far = [], []
    for _ in range(50):
        one, other = drawn(512), drawn(512)
        close = vectors.unit([a + 0.5 * b for a, b in zip(one, other, strict=True)])  # about 27 degrees
        near.append(differing(sketch.of(one), sketch.of(close)))
        far.append(differing(sketch.of(one), sketch.of(other)))
    assert max(near) < 70
    assert min(far) > 90
    assert abs(sum(near) / 50 - sketch.BITS * 27 / 180) < 8


def test_a_sketch_is_the_same_at_all_times() -> None:
    assert sketch.of([1.0, -0.5, 0.25]).hex() == SKETCH
    assert len(bytes.fromhex(SKETCH)) == sketch.BYTES


def test_closest_are_those_that_counting_finds() -> None:
    kept = [DRAWN.randbytes(sketch.BYTES - 1) + b"\0" for _ in range(500)]
    asked = kept[41]
    by_column = sketch.columns(kept)
    expected = sorted(range(500), key=lambda place: (differing(asked, kept[place]), place))
    assert sketch.closest(asked, by_column, 7) == tuple(expected[:7])
    assert sketch.closest(asked, by_column, 900) == tuple(expected)
    assert sketch.closest(asked, by_column, 7)[0] == 41


def test_the_farthest_sketch_is_found_too() -> None:
    ones = b"\xff" * (sketch.BYTES - 1) + b"\xfe"
    assert sketch.closest(b"\0" * sketch.BYTES, sketch.columns([ones] * 300), 300) == tuple(range(300))


def test_nothing_is_closest_among_none() -> None:
    assert sketch.closest(b"\0" * sketch.BYTES, (b"",) * sketch.BYTES, 3) == ()


SKETCH = "0000000000000000000000000000000000000000000000000000000000000000"
