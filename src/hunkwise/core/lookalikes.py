"""Characters that look like ASCII, and what they look like.

Two spellings that a reader takes for one are one here. Only what Unicode's own compatibility forms do not tell stands
in the table; it follows the most used rows of Unicode's confusables (https://www.unicode.org/Public/security/latest/confusables.txt).
"""

import re
import unicodedata
from functools import lru_cache

_PAIRS = (
    # Cyrillic
    "аaвbсcԁdеeгrһhіiјjкkӏlмmнhпnоoрpԛqѕsтtцuуyхxѵvѡwԝwүyзzбbєeьb"  # noqa: RUF001  # what looks alike is the point
    # Greek
    "αaβbγyδdεeζzηnθoιiκkλaμuνvοoπnρpσoτtυuφoχxψwωwϲcϳj"  # noqa: RUF001  # what looks alike is the point
    # Armenian, Cherokee and others that draw Latin letters
    "օoսuոnհhցgѐeåaøoɑaɡgıiɩiʟlɴnʀrꜱsᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢz"  # noqa: RUF001  # what looks alike is the point
)
"""A character and what it is read as, by turns."""

_TABLE = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))


def ascii_of(text: str) -> str:
    """Return `text` in lower case, each character as the ASCII one it looks like, or else as it is; same length."""
    return text.lower() if text.isascii() else "".join(map(_ascii, text))


@lru_cache(maxsize=4096)
def _ascii(char: str) -> str:
    """Return one character for one, so that places stay the same."""
    if char.isascii():
        return char.lower()
    plain = "".join(each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each)).casefold()
    plain = plain if len(plain) == 1 else char
    return _TABLE.get(plain, plain)


_WORD = re.compile(r"[^\W\d_]{2,}")
_FOREIGN = ("CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU", "GREEK")
"""Scripts whose letters pass for Latin ones, by how Unicode's names of them begin."""


def mixed_in(text: str) -> list[str]:
    """Return the words of `text` that mix Latin letters with others, all of which pass for Latin ones.

    Greek alone beside Latin is how physics and mathematics name things (`dμ`), so that two of its letters are needed.
    """
    return [] if text.isascii() else [word for word in _WORD.findall(text) if not word.isascii() and _is_mixed(word)]


def _is_mixed(word: str) -> bool:
    names = [(char, unicodedata.name(char, "").partition(" ")[0]) for char in word]
    foreign = [(char, script) for char, script in names if script in _FOREIGN and _is_full(char)]
    if not foreign or all(script != "LATIN" for _, script in names):
        return False
    few = len(foreign) < 2 and foreign[0][1] == "GREEK"
    return not few and all(_ascii(char).isascii() for char, _ in foreign)


def _is_full(char: str) -> bool:
    """Whether a letter stands on the line in full size: raised and lowered ones pass for nothing else."""
    return unicodedata.normalize("NFKC", char) == char
