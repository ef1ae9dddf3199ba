import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import marks, sanitise, signature
from hunkwise.model.memory import Mark

KEYS = signature.keys(("secret",), 7, 3)
NAME = "0123456789abcdef"


@pytest.mark.parametrize(
    ("salt", "secret", "info", "length", "wanted"),
    [
        (
            bytes(range(13)),
            b"\x0b" * 22,
            bytes(range(0xF0, 0xFA)),
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x60, 0xB0)),
            bytes(range(0x50)),
            bytes(range(0xB0, 0x100)),
            82,
            (
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
        ),
        (
            b"",
            b"\x0b" * 22,
            b"",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_the_derivation_is_that_of_rfc_5869_appendix_a(
    salt: bytes, secret: bytes, info: bytes, length: int, wanted: str
) -> None:
    assert signature.hkdf(salt, secret, info, length).hex() == wanted


def test_empty_keys_sign_nothing() -> None:
    assert signature.keys(("", " "), 7, 3) == signature.UNSIGNED
    assert signature.sign(b"x", signature.UNSIGNED) is None
    assert not signature.holds(b"x", "unsigned", signature.UNSIGNED)
    assert not signature.holds(b"x", "ü", KEYS)


@given(st.integers(0, 10**16 - 1), st.integers(0, 10**9 - 1))
def test_a_mark_is_read_back(number: int, counter: int) -> None:
    name = f"{number:016x}"
    text = f"A comment.\n\n{marks.mark(name, counter, KEYS)}"
    assert marks.read_mark(text, KEYS) == Mark(fingerprint=name, counter=counter, trusted=True)
    assert marks.read_mark(text, signature.UNSIGNED) == Mark(fingerprint=name, counter=counter, trusted=False)
    assert marks.read_mark(marks.mark(name, counter, signature.UNSIGNED), KEYS) == Mark(
        fingerprint=name, counter=counter, trusted=False
    )


def test_a_mark_for_another_finding_run_or_pull_request_is_not_trusted() -> None:
    mark = marks.mark(NAME, 5, KEYS)
    for forged in (mark.replace(NAME, "f" * 16), mark.replace(" 5 ", " 6 ")):
        read = marks.read_mark(forged, KEYS)
        assert read is not None
        assert not read.trusted
    other = marks.read_mark(mark, signature.keys(("secret",), 7, 4))
    assert other is not None
    assert not other.trusted


def test_only_the_last_line_is_a_mark() -> None:
    mark, copied = marks.mark(NAME, 5, KEYS), marks.mark("f" * 16, 9, KEYS)
    read = marks.read_mark(f"{sanitise.code(copied)}\r\n{mark}\r\n\r\n", KEYS)
    assert read is not None
    assert read.fingerprint == NAME
    assert marks.read_mark(sanitise.code(copied), KEYS) is None
    assert marks.read_mark(sanitise.markdown(copied), KEYS) is None
    assert marks.read_mark(f"{mark} and more", KEYS) is None
    assert marks.read_mark("", KEYS) is None


def test_a_mark_is_one_html_comment() -> None:
    for mark in (marks.mark(NAME, 5, KEYS), marks.of_review(5, "abc--><b>", ["--", "-->"])):
        assert mark.startswith("<!-- hunkwise:")
        assert mark.endswith(" -->")
        assert "--" not in mark[4:-3]
        assert ">" not in mark[:-1]


def test_two_reviews_of_one_run_are_told_apart_by_their_comments() -> None:
    one, other = marks.of_review(5, "abc", ["a"]), marks.of_review(5, "abc", ["b"])
    assert one != other
    assert one == marks.of_review(5, "abc", iter(["a"]))


def test_the_newest_trusted_mark_proves_the_counter() -> None:
    read = [
        Mark(fingerprint=NAME, counter=4, trusted=True),
        Mark(fingerprint=NAME, counter=9, trusted=False),
        None,
        Mark(fingerprint=NAME, counter=2, trusted=True),
    ]
    assert marks.newest(read) == 4
    assert marks.newest([]) == 0
