"""The ways in which a text may be read: what a person hides from one reader, another still reads.

Each reading is folded so far that case, spacing, alphabets, comment marks and invisible characters make no difference.
Encodings that a model reads as easily as plain text are undone: base64, hexadecimal digits, the rotation by 13,
digits for letters.
"""

import base64
import binascii
import codecs
import contextlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hunkwise.core import lookalikes, sanitise

_INVISIBLE = re.compile(f"[{sanitise.CONTROLS}]|\\ufe0f")
_TAGGED = re.compile("[\U000e0020-\U000e007e]+")
_GAPS = re.compile(r"\W+")
_BLANKS = re.compile(r"\s+")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_](?P<gap>[ ._*-])(?:[^\W\d_](?P=gap)){3,}[^\W\d_])(?![^\W_])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,4000}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,2000}")
_LEET = str.maketrans("013457@$!", "oieastasi")
_MIXED_DIGITS = re.compile(r"[a-z][013457@$!]+[a-z]|\b[013457@$!]+[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines in one reading: `words` holds words and single spaces, `marks` punctuation too.

    Names with underscores stay one word: code speaks of instructions often enough.
    """

    words: "Folded"
    marks: "Folded"


@dataclass(frozen=True, slots=True)
class Folded:
    """Joined lines; line i begins at `starts[i]`."""

    text: str
    starts: Sequence[int]

    def line(self, at: int) -> int:
        """Return the index of the line at a place."""
        return bisect_right(self.starts, at) - 1


def of(lines: Sequence[str]) -> Iterator[Reading]:
    """Yield the readings of consecutive lines: the plain one, then those that differ and may say something."""
    plain = [_unhidden(line) for line in lines]
    yield _reading([lookalikes.ascii_of(line) for line in plain])
    for other in (_as_written, _decoded, _unrotated, _unleeted):
        read = [other(line) for line in plain]
        if any(read):
            yield _reading(read)


def _reading(lines: Sequence[str]) -> Reading:
    return Reading(words=_joined(lines, _words), marks=_joined(lines, _marks))


def _joined(lines: Sequence[str], fold: Callable[[str], str]) -> Folded:
    starts, parts, at = [], [], 0
    for line in lines:
        folded = fold(line)
        starts.append(at)
        if folded:  # an empty line between two words is no gap that a reader would mind
            parts.append(folded)
            at += len(folded) + 1
    return Folded(" ".join(parts), starts)


def _words(line: str) -> str:
    return _GAPS.sub(" ", line).strip()


def _marks(line: str) -> str:
    return _BLANKS.sub(" ", line).strip()


def _unhidden(line: str) -> str:
    """Return `line` without what can't be seen; tags are read as the letters they are tags of."""
    if not (line.isascii() and line.isprintable()):
        line = _TAGGED.sub(lambda found: "".join(chr(ord(char) - 0xE0000) for char in found.group()), line)
        line = _INVISIBLE.sub("", line.replace("\t", " ").replace("\r", " "))
    return _SPACED.sub(lambda found: found.group().replace(found["gap"], ""), line)


def _as_written(line: str) -> str:
    """Return a line of another script, which the alphabet's lookalikes would tear apart."""
    return "" if line.isascii() else line.casefold()


def _decoded(line: str) -> str:
    said = [_of_base64(found.group()) for found in _BASE64.finditer(line)]
    said += [_of_hex(found.group()) for found in _HEX.finditer(line)]
    return " ".join(each for each in said if each)


def _of_base64(token: str) -> str:
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    body = body[: len(body) // 4 * 4 + (len(body) % 4 if len(body) % 4 > 1 else 0)]
    said = ""
    with contextlib.suppress(binascii.Error):
        said = _said(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    return said


def _of_hex(token: str) -> str:
    return _said(bytes.fromhex(token))


def _said(content: bytes) -> str:
    """Return decoded bytes where they are a sentence."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return lookalikes.ascii_of(_unhidden(text)) if " " in text and text.replace("\n", " ").isprintable() else ""


def _unrotated(line: str) -> str:
    return codecs.encode(line.lower(), "rot13") if " " in line else ""


def _unleeted(line: str) -> str:
    lower = lookalikes.ascii_of(line)
    return lower.translate(_LEET) if " " in line and _MIXED_DIGITS.search(lower) else ""
