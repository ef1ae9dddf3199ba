"""Characters that look like ASCII, and what they look like.

Two spellings that a reader takes for one are one here. Only what Unicode's own compatibility forms do not tell stands
in the table; it follows the most used rows of Unicode's confusables (https://www.unicode.org/Public/security/latest/confusables.txt).
"""

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
