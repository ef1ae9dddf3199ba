"""Invisible characters: which have an honest use where they stand, and which hide something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import concealed, lookalikes, sanitise

HONEST = {
    "plain code": "if a < b:  # caf\u00e9 \u6f22\u5b57 \u0414\u0430",
    "a tab and a carriage return": "\tx = 1\r",
    "a form feed": "\x0c",
    "an emoji of several": "\u26f9\U0001f3fe\u200d\u2642\ufe0f",
    "more emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525",
    "a keycap and an arrow": "7\ufe0f\u20e3 \u2194\ufe0f",
    "the flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Hindi": "\u0915\u094d\u200d\u0937",
    "Thai": "\u0e20\u0e32\u200b\u0e29\u0e32",
    "a variant of an ideograph": "\u845b\U000e0100\u57ce",
    "old Korean": "\u1112\u1160 \u115f\u1161",
    "Hebrew with marks": "\u05e9\u05dc\u05d5\u05dd\u200f 3.14 \u200e",
    "Arabic with an isolate that is closed": "'\u0645\u0631\u062d\u0628\u0627 \u2068{name}\u2069'",
    "an embedding that is closed": "\u05e9\u05dc \u202aabc\u202c",
}

HIDDEN = {
    "a zero-width space in a name": ("us\u200ber", "\u200b"),
    "a joiner between letters": ("us\u200der", "\u200d"),
    "a joiner behind an emoji alone": ("\U0001f600\u200dx", "\u200d"),
    "a byte order mark that begins nothing": ("\ufeffx", "\ufeff"),
    "a soft hyphen": ("ad\u00admin", "\u00ad"),
    "tags": ("ok\U000e0061\U000e0062", "\U000e0061\U000e0062"),
    "selectors as a code": (".\ufe0f\U000e0130", "\ufe0f\U000e0130"),
    "a selector behind a selector": ("\u2764\ufe0f\ufe0f", "\ufe0f"),
    "a Korean filler": ("\u3164 = 1", "\u3164"),
    "an escape": ("\x1b[8m", "\x1b"),
    "a carriage return inside": ("x = 1\ry = 2", "\r"),
    "a separator of lines": ("x\u2028y", "\u2028"),
    "an annotation": ("\ufff9a\ufffab\ufffb", "\ufff9\ufffa\ufffb"),
    "an override in Hebrew": ("\u05e9 \u202eabc\u202c", "\u202e\u202c"),
    "an isolate that is not closed": ("\u05e9 \u2067 x", "\u2067"),
    "an end of nothing": ("\u05e9 \u2069", "\u2069"),
    "an end of the other kind": ("\u05e9 \u202a x \u2069", "\u202a\u2069"),
    "isolates without right-to-left text": ("\u2066x\u2069", "\u2066\u2069"),
    "a mark without right-to-left text": ("a\u200fb", "\u200f"),
}


@pytest.mark.parametrize("line", HONEST.values(), ids=HONEST)
def test_what_a_script_or_an_emoji_needs_hides_nothing(line: str) -> None:
    assert concealed.hidden_in(line) == ""


@pytest.mark.parametrize(("line", "hidden"), HIDDEN.values(), ids=HIDDEN)
def test_what_nothing_needs_is_found(line: str, hidden: str) -> None:
    assert concealed.hidden_in(line) == hidden


def test_a_file_may_begin_with_a_byte_order_mark_and_be_latin() -> None:
    assert concealed.hidden_in("\ufeffx = 1", begins_file=True) == ""
    assert concealed.hidden_in("\x93quoted\x94", is_latin=True) == ""
    assert concealed.hidden_in("\x93quoted\x94") == "\x93\x94"


@given(st.text(max_size=40))
def test_all_that_is_found_is_also_shown(line: str) -> None:
    found = concealed.hidden_in(line)
    assert all(sanitise.visible(f"a{char}b") != f"a{char}b" for char in found)


@pytest.mark.parametrize(
    "text",
    [
        "caf\u00e9 na\u00efve",
        "\u041f\u0440\u0438\u0432\u0435\u0442 world",
        "USB-\u043f\u043e\u0440\u0442",
        "d\u03bc = 3 k\u03a9",
        "\u03b1\u03b2",
        "HTML\u0441\u0442\u0440\u0430\u043d\u0438\u0446\u0430",
        "\u6f22\u5b57abc",
        "x\u1d5d\u1d5e\u1d66",
    ],
)
def test_words_of_one_alphabet_and_units_are_not_mixed(text: str) -> None:
    assert lookalikes.mixed_in(text) == []


@pytest.mark.parametrize(("text", "word"), [("x = \u0440aypal()", "\u0440aypal"), ("\u03bf\u03c1en", "\u03bf\u03c1en")])
def test_a_word_of_two_alphabets_that_look_alike_is_found(text: str, word: str) -> None:
    assert lookalikes.mixed_in(text) == [word]
