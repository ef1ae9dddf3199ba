"""Read the paths of a file's section in a unified diff.

Git quotes odd names like C strings, puts a tab after names with spaces, and on a `diff --git` line gives two names with
nothing sure between them. Paths are bytes; the text shown for them is made here too.
"""

import re
import unicodedata

_ESCAPE = re.compile(rb"\\([abtnvfr\"\\]|[0-7]{1,3})")
_SIMPLE = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
"""The escapes of git's quoted names (quote.c, unquote_c_style)."""

_PREFIX = re.compile(rb"[abciow12]/")
"""What git puts before a name: a/ b/, with diff.mnemonicPrefix c/ i/ o/ w/, with --no-index 1/ 2/."""

NULL = b"/dev/null"
"""The name of the side on which a file does not exist."""


def unquoted(name: bytes) -> bytes:
    """Return a name with git's quoting undone; a name that is not quoted ends at its first tab."""
    if not name.startswith(b'"'):
        return name.partition(b"\t")[0]
    end = _closing_quote(name)
    return _ESCAPE.sub(_unescaped, name[1:end])


def git_pair(names: bytes) -> tuple[bytes, bytes] | None:
    """Return both names of a `diff --git` line, prefixes and all, or None where it can be read in several ways.

    Unquoted names are told apart by the rule of equal halves: both name the same file (git's apply.c,
    git_header_name), so they have the same length where the prefixes have.
    """
    if names.startswith(b'"'):
        end = _closing_quote(names)
        return unquoted(names[: end + 1]), unquoted(names[end + 2 :])
    if names.endswith(b'"') and b' "' in names:
        left, _, right = names.partition(b' "')
        return left, unquoted(b'"' + right)
    middle = len(names) // 2
    left, right = names[:middle], names[middle + 1 :]
    if len(names) % 2 and names[middle : middle + 1] == b" " and stripped(left, right)[0] == stripped(left, right)[1]:
        return left, right
    return None


def stripped(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Return both names without their prefixes; equal names have none, nor has a name whose partner has none."""
    sides = [name for name in (old, new) if name != NULL]
    if len(sides) == 2 and old == new:
        return old, new
    if not all(_PREFIX.match(name) for name in sides):
        return old, new
    if len(sides) == 2 and old[:1] == new[:1]:
        return old, new
    return (old if old == NULL else old[2:]), (new if new == NULL else new[2:])


def shown(path: bytes) -> str:
    """Return the text for a path: UTF-8, else Latin-1, with control and direction characters escaped."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        text = path.decode("latin-1")
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_plain(char) else char.encode("unicode_escape").decode() for char in text)


def _is_plain(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}


def _closing_quote(name: bytes) -> int:
    at = 1
    while at < len(name) and name[at : at + 1] != b'"':
        at += 2 if name[at : at + 1] == b"\\" else 1
    return at


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    return bytes([_SIMPLE[code] if code in _SIMPLE else int(code, 8) & 0xFF])
