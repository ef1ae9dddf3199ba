"""Text and figures on their way into the HTML page.

Every string of a change or a model is hostile: it passes `shown` (element content), `attribute` (inside double
quotes) or `prose` (a model's paragraphs) and nothing else. Characters that draw nothing, or that reorder or
overwrite what is drawn around them, are written out as `[U+202E]`, so that a reader sees what a compiler sees.
"""

import re
import unicodedata

UNKNOWN = "not known"
"""What stands for a figure that nobody gave; never 0."""

DOT = " \N{MIDDLE DOT} "
"""Between facts on one line."""

_CONTROLS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidi, invisible operators
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"  # fillers, selectors, byte order mark, surrogates
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical controls, tags and further selectors
)
"""Character class of what Unicode calls Cc, Cf, Zl, Zp, Cs or default-ignorable; U+FE0F alone, which only asks for
an emoji's coloured form, stays as it is."""

_SPECIAL = re.compile(f"[&<>\"'{_CONTROLS}]")
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


def number(value: float | None) -> str:
    """Return a whole number with thousands separated, or that it is not known."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def money(usd: float | None) -> str:
    """Return US dollars; a sum too small for four decimals is said to be small, not shown as nothing."""
    if usd is None:
        return UNKNOWN
    if 0 < usd < 0.0001:
        return "under $0.0001"
    return f"${usd:,.2f}" if usd == 0 or usd >= 1 else f"${usd:.4f}"


def duration(milliseconds: float | None) -> str:
    """Return milliseconds below a second, else seconds."""
    if milliseconds is None:
        return UNKNOWN
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"


def age(seconds: float) -> str:
    """Return how old an answer is, in its largest fitting unit."""
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.0f} {unit} old"
    return f"{seconds:.0f} s old"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return the count and its noun, which becomes `many`, or takes an s, unless the count is one."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {many or noun + 's'}"


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
