"""What a format of secrets is, and the helpers to write one down; the formats themselves stand in the modules beside.

Every pattern is RE2: linear in the text. Where a pattern has a group, the group is the secret, else the whole match is.
Prefixes and lengths are the providers' own documentation, or the secret-scanning partner lists they are named in.
"""

from dataclasses import dataclass

ALNUM = "[0-9A-Za-z]"
WORD = "[0-9A-Za-z_-]"
START = r"(?:^|[^0-9A-Za-z_]|\\[abfnrtv]|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,8}m)"
"""What may stand before a token: no letter, digit or underscore, unless an escape in source or in a URL ends in one."""

ALONE = r"(?:^|[^0-9A-Za-z_+/-]|\\[abfnrtv])"
"""What may stand before a value that base64 holds by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of secret. `certain` formats are findings of their own; others are masked only.

    A text that has none of `words` (exact case) can't match and is not searched. A match counts where the value

    - `random`: looks drawn by chance, which keeps words, names and paths out;
    - `issued`: the same, but also digits alone and what is counted up;
    - `mixed`: has a digit or a capital behind its first two characters;
    - `literal`: is no reference to a variable;
    - `alone`: is followed by no letter, digit or sign of base64;
    - `near`: has one of these words (lower case) within `NEAR_CHARS`.
    """

    type: str
    words: tuple[str, ...]
    pattern: str
    certain: bool = True
    random: bool = False
    issued: bool = False
    alone: bool = False
    mixed: bool = False
    literal: bool = False
    near: tuple[str, ...] = ()


NEAR_CHARS = 300
"""Characters before and after a value in which its `near` words are looked for: about four lines of code."""


def token(kind: str, words: str, body: str, *, certain: bool = True) -> Format:
    """Return the format of a token that starts with letters nothing else starts with; `words` are apart by blanks."""
    return Format(type=kind, words=tuple(words.split()), pattern=f"{START}({body})", certain=certain)


def lookalike(kind: str, words: str, body: str) -> Format:
    """Return the format of a token that base64 may hold by chance: it must stand alone, and is only masked."""
    return Format(
        type=kind, words=tuple(words.split()), pattern=f"{ALONE}({body})", certain=False, random=True, alone=True
    )
