"""Invisible characters without an honest use where they stand.

Emoji, Arabic, Indic and South-East Asian scripts need characters that draw nothing; a right-to-left text needs marks
of direction; a file may begin with a byte order mark. All of that is left aside here. What remains hides something from
the reader of a diff, or shows it in another order than a compiler reads: https://trojansource.codes/trojan-source.pdf
"""

import re

from hunkwise.core import sanitise

_EMOJI = sanitise.EMOJI
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
"""Arabic, Syriac, N'Ko, the scripts of India, Tibetan, Burmese, Khmer, Mongolian."""

_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff"
"""Scripts without spaces, which break lines at zero-width ones: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""

_HONEST = re.compile(
    "|".join(
        (
            f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]",
            f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])",
            "(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,7}\U000e007f",  # flags of regions
            f"(?<=[{_JOINING}])[\u200c\u200d]|[\u200c\u200d](?=[{_JOINING}])",
            f"(?<=[{_SPACELESS}])[\u200b\u2060]|[\u200b\u2060](?=[{_SPACELESS}])",
            "(?<=[\u1820-\u18aa])[\u180b-\u180f]",  # Mongolian
            "(?<=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U000323af])[\ufe00-\ufe0f\U000e0100-\U000e01ef]",  # ideographs
            "(?<=[\u2200-\u22ff\u2a00-\u2aff])\ufe00",  # mathematical variants
            "[\u115f\u1160](?=[\u1100-\u11ff])|(?<=[\u1100-\u11ff])\u1160",  # old Korean syllables
            "\x0c",  # a form feed: a page of a listing
        )
    )
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_MARKS = re.compile("[\u200e\u200f\u061c]")
_DIRECTIONS = re.compile("[\u202a-\u202c\u2066-\u2069]")
_OPENING, _CLOSING = "\u202a\u202b\u2066\u2067\u2068", {"\u202c": "\u202a\u202b", "\u2069": "\u2066\u2067\u2068"}
_HIDDEN = re.compile(f"[{sanitise.CONTROLS}]|\ufe0f")
_C1 = re.compile("[\x80-\x9f]")


def hidden_in(line: str, *, begins_file: bool = False, is_latin: bool = False) -> str:
    """Return the characters of `line` that draw nothing, or turn the order of others, without an honest use.

    `is_latin` tells that the text was decoded byte by byte, where some code pages have letters among the controls.
    """
    if line.isascii() and line.isprintable():
        return ""
    text = line.removesuffix("\r")
    text = text.removeprefix("\ufeff") if begins_file else text
    text = _HONEST.sub("", _C1.sub("", text) if is_latin else text)
    if _RIGHT_TO_LEFT.search(text):
        text = _MARKS.sub("", text)
        text = _DIRECTIONS.sub("", text) if _are_closed(text) else text
    return "".join(_HIDDEN.findall(text))


def _are_closed(text: str) -> bool:
    """Whether every embedding and isolate ends within the line, innermost first: then nothing outside it is moved."""
    still_open: list[str] = []
    for char in _DIRECTIONS.findall(text):
        if char in _OPENING:
            still_open.append(char)
        elif not still_open or still_open.pop() not in _CLOSING[char]:
            return False
    return not still_open
