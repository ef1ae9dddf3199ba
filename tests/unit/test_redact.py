import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from builders import hunk
from hunkwise.core import redact
from hunkwise.model.finding import SecretSpan

SECRET = re.compile(r"KEY[0-9]{4}(?:\nKEY[0-9]{4})*")


def scan(text: str) -> Sequence[SecretSpan]:
    return [
        SecretSpan(start=found.start(), end=found.end(), type="Test Key", reportable=True)
        for found in SECRET.finditer(text)
    ]


def masked(body: str, placeholders: redact.Placeholders | None = None) -> redact.RedactedHunk:
    return redact.hunk(hunk(*body.split("\n")), scan, placeholders or redact.Placeholders())


def test_only_the_value_goes() -> None:
    assert redact.text('token = read("KEY1234") # why', scan).text == 'token = read("<redacted:test-key:1>") # why'


def test_the_same_secret_has_the_same_placeholder_in_its_file() -> None:
    placeholders = redact.Placeholders()
    assert masked("+a = KEY1111\n+b = KEY2222\n+c = KEY1111", placeholders).lines == (
        "a = <redacted:test-key:1>",
        "b = <redacted:test-key:2>",
        "c = <redacted:test-key:1>",
    )
    assert masked("+d = KEY2222", placeholders).lines == ("d = <redacted:test-key:2>",)


def test_a_secret_over_several_lines_is_found_where_deleted_lines_stand_between() -> None:
    got = masked("+KEY1111\n-old\n+KEY2222\n end")
    assert got.lines == ("<redacted:test-key:1>", "old", "<redacted:test-key:1>", "end")
    assert [(secret.first, secret.last) for secret in got.secrets] == [(0, 2)]


def test_a_secret_on_context_is_told_once() -> None:
    got = masked(" KEY1111\n+x\n-y")
    assert [(secret.first, secret.last, secret.reportable) for secret in got.secrets] == [(0, 0, True)]


def test_a_span_that_swallows_a_placeholder_masks_what_stands_around_it() -> None:
    def greedy(text: str) -> Sequence[SecretSpan]:
        return [SecretSpan(start=0, end=len(text), type="all", reportable=True)]

    assert redact.text("ab<redacted:x:1>cd", greedy).text == "<redacted:all:1><redacted:x:1><redacted:all:2>"


def test_overlapping_spans_leave_nothing_of_either() -> None:
    def two(text: str) -> Sequence[SecretSpan]:
        del text
        return [
            SecretSpan(start=0, end=6, type="a", reportable=True),
            SecretSpan(start=3, end=9, type="b", reportable=True),
        ]

    assert redact.text("ABCDEFGHIJ", two).text == "<redacted:a:1>J"


TEXT = st.text(st.sampled_from("KEY0123456789 \t\r\n<redacted:a-1>é\u2028=\"'"), max_size=80)


@given(TEXT)
def test_no_secret_survives_lines_stay_and_the_gate_is_idempotent(text: str) -> None:
    once = redact.text(text, scan).text
    assert not SECRET.search(redact.PLACEHOLDER.sub("\0", once))
    assert once.count("\n") == text.count("\n")
    assert redact.text(once, scan).text == once


@given(
    st.lists(
        st.tuples(st.sampled_from("+- "), st.sampled_from(["KEY1111", "x KEY2222", "", "plain", "KEY333"])), min_size=1
    )
)
def test_every_line_of_a_hunk_has_its_text_and_no_secret(rows: list[tuple[str, str]]) -> None:
    got = masked("\n".join(sign + text for sign, text in rows))
    assert len(got.lines) == len(rows)
    assert not any(re.search("KEY[0-9]{4}", line) for line in got.lines)


def test_blank_lines_inside_a_secret_stay_blank() -> None:
    def whole(text: str) -> Sequence[SecretSpan]:
        return [SecretSpan(start=0, end=len(text), type="key", reportable=True)] if "<" not in text else []

    assert redact.text("one\r\n\n  \ntwo", whole).text == "<redacted:key:1>\r\n\n  \n<redacted:key:1>"
