"""Sections of a `git diff`, written from what GitHub's list of files says."""

import re

from hunkwise.adapters.github.payloads import File

REGULAR_MODE = b"100644"
"""The mode written where the list does not tell one."""

SUBMODULE_MODE = b"160000"

_CONTROLS = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}
"""The escapes of git's quoted names (quote.c, quote_c_style)."""

_SUBMODULE = re.compile(rb"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@[^\n]*(?:\n[-+]Subproject commit [0-9a-f]{40,64})+\n?")
_MOVES = {"renamed": b"rename", "copied": b"copy"}


def paths(file: File) -> tuple[bytes, bytes]:
    """Return the old and the new path of a file."""
    new = file.filename.encode("utf-8", "surrogatepass")
    return (file.previous_filename or file.filename).encode("utf-8", "surrogatepass"), new


def section(file: File, hunks: bytes) -> bytes:
    """Return the section of a file with `hunks`, which may be none: then only its path or mode changed."""
    old, new = paths(file)
    header = _header(file, hunks)
    if not hunks:
        return header
    left = b"/dev/null" if file.status == "added" else _titled(b"a/", old)
    right = b"/dev/null" if file.status == "removed" else _titled(b"b/", new)
    end = b"" if hunks.endswith(b"\n") else b"\n"
    return header + b"--- " + left + b"\n+++ " + right + b"\n" + hunks + end


def binary(file: File) -> bytes:
    """Return the section of a binary file."""
    old, new = paths(file)
    left = b"/dev/null" if file.status == "added" else _quoted(b"a/", old)
    right = b"/dev/null" if file.status == "removed" else _quoted(b"b/", new)
    return _header(file, b"") + b"Binary files " + left + b" and " + right + b" differ\n"


def _header(file: File, hunks: bytes) -> bytes:
    old, new = paths(file)
    mode = SUBMODULE_MODE if _SUBMODULE.fullmatch(hunks) else REGULAR_MODE
    lines = [b"diff --git " + _quoted(b"a/", old) + b" " + _quoted(b"b/", new)]
    if file.status == "added":
        lines.append(b"new file mode " + mode)
    elif file.status == "removed":
        lines.append(b"deleted file mode " + mode)
    elif file.status in _MOVES:
        word = _MOVES[file.status]
        lines += [word + b" from " + _quoted(b"", old), word + b" to " + _quoted(b"", new)]
    if mode == SUBMODULE_MODE:
        lines.append(b"index 0000000..0000000 " + mode)
    return b"\n".join(lines) + b"\n"


def _titled(prefix: bytes, path: bytes) -> bytes:
    """Return a name as it stands after --- and +++, where a tab ends one with blanks."""
    name = _quoted(prefix, path)
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name


def _quoted(prefix: bytes, path: bytes) -> bytes:
    """Return a name as git writes it: in quotes where it holds controls, quotes or backslashes."""
    if not any(byte < 32 or byte in (34, 92, 127) for byte in path):
        return prefix + path
    shown = b"".join(_escaped(byte) for byte in path)
    return b'"' + prefix + shown + b'"'


def _escaped(byte: int) -> bytes:
    if byte in _CONTROLS:
        return b"\\" + _CONTROLS[byte]
    return b"\\%03o" % byte if byte < 32 or byte == 127 else bytes([byte])
