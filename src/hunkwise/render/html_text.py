"""Text and figures on their way into the HTML page.

Every string of a change or a model is hostile: it passes `shown` (element content), `attribute` (inside double
quotes) or `prose` (a model's paragraphs) and nothing else. Characters that draw nothing, or that reorder or
overwrite what is drawn around them, are written out as `[U+202E]`, so that a reader sees what a compiler sees.
"""

import re
import unicodedata

from hunkwise.core.sanitise import CONTROLS

DOT = " \N{MIDDLE DOT} "
"""Between facts on one line."""

_SPECIAL = re.compile(f"[&<>\"'{CONTROLS}]")
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S


def shown(value: str) -> str:
    """Return `value` as the content of an element, invisible characters marked; linear in its length."""
    return _SPECIAL.sub(_element, value)


def attribute(value: str) -> str:
    """Return `value` for a double-quoted attribute or a title, where no mark-up can stand."""
    return _SPECIAL.sub(_plain, value)


def prose(value: str) -> str:
    """Return a model's text as paragraphs, `code` spans being the only mark-up that is understood."""
    paragraphs: list[list[str]] = [[]]
    for line in value.replace("\r\n", "\n").split("\n"):
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "".join(_paragraph(lines) for lines in paragraphs if lines)


def inline(value: str) -> str:
    """Return one run of a model's text, `code` spans marked."""
    pieces = _CODE_SPAN.split(value)
    return "".join(f"<code>{shown(piece)}</code>" if index % 2 else shown(piece) for index, piece in enumerate(pieces))


def age(seconds: float) -> str:
    """Return how old an answer is, in its largest fitting unit."""
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.0f} {unit} old"
    return f"{seconds:.0f} s old"


def _paragraph(lines: list[str]) -> str:
    joined = "\n".join(lines)
    return f"<p>{inline(joined)}</p>"


def _plain(match: re.Match[str]) -> str:
    character = match.group()
    return _ENTITIES.get(character) or f"[U+{ord(character):04X}]"


def _element(match: re.Match[str]) -> str:
    character = match.group()
    entity = _ENTITIES.get(character)
    if entity:
        return entity
    code = f"U+{ord(character):04X}"
    if character == "\r":
        return f'<span class="ctl" title="{code} carriage return">\N{SYMBOL FOR CARRIAGE RETURN}</span>'
    name = unicodedata.name(character, "control character").lower()
    return f'<span class="ctl" title="{code} {name}">[{code}]</span>'
