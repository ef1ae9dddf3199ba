"""Make hostile text harmless for the place where it is shown.

Text of a change or a model never becomes markup, a mention, a link, an image, a hidden marker, a workflow command or
a terminal escape. Characters that draw nothing, or that reorder or overwrite what is drawn around them, are written out
as `[U+202E]`, so that a reader sees what a compiler sees.
"""

import re

CONTROLS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidi, invisible operators
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"  # fillers, selectors, byte order mark, surrogates
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical controls, tags and further selectors
)
"""Character class of what Unicode calls Cc, Cf, Zl, Zp, Cs or default-ignorable; U+FE0F, which only asks for an
emoji's coloured form, stays as it is behind one."""

EMOJI = "#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
"""Character class of what may have a coloured form."""

JOINER = "\u2060"
"""A word joiner: it breaks a mention, a reference or a command and draws nothing."""

MAX_SPAN = 300
"""Characters of a model's own inline code that stay inline code; longer ones are prose with visible backticks."""

_CONTROL = re.compile(f"[{CONTROLS}]|(?<![{EMOJI}])\ufe0f")
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~$]")
_MENTION = re.compile(r"@(?=\\?\w)")
_REFERENCE = re.compile(r"(?<![A-Za-z0-9])(#|GH-)(?=\d)|(?<=[A-Za-z0-9._-])#(?=\d)", re.IGNORECASE)
_ADDRESS = re.compile(r":(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_COMMAND = re.compile(r"^([^\S\n]*)(?=::)|(?<=##)(?=\[)", re.MULTILINE)
_ORDER = re.compile(
    r"(?<=b)(?=ors[\s:]+(?:r[+=-]|try|merge|delegate|cancel|retry|ping|p=))"
    r"|(?<=t)(?=est\W+this\W+please)|(?<=o)(?=k\W+to\W+test)|(?<=a)(?=dd\W+to\W+whitelist)",
    re.IGNORECASE,
)
"""Where merge queues and builders take orders from plain words of a comment: bors, Jenkins."""

_INDENT = re.compile(r"^(?=[ ]*\t|[ ]{4})[ \t]+", re.MULTILINE)
_BLOCK = re.compile(r"^([ \t]{0,3})([-+#=>:]|\d{1,9}[.)]|/)", re.MULTILINE)
_FENCE = re.compile(r"`{3,}|~{3,}")
_OWN_SPAN = re.compile(rf"(?<!`)`([^`\n]{{1,{MAX_SPAN}}})`(?!`)")
_OPENING = re.compile(r"<(?=[A-Za-z/!?])|(?<=\])(?=[(\[])")


def visible(text: str) -> str:
    """Return `text` with what can't be seen written out; tabs and line feeds stay, and CRLF is a line feed."""
    return _CONTROL.sub(_named, text.replace("\r\n", "\n").removesuffix("\r"))


def line(text: str) -> str:
    """Return `text` visible and on one line."""
    return " ".join(visible(text).split())


def plain(text: str) -> str:
    """Return text for a viewer that may read it as Markdown or HTML, or not: broken by joiners, without escapes."""
    return _unlinked(_OPENING.sub(lambda found: found.group() + JOINER, visible(text)))


def log(text: str) -> str:
    """Return text that a job's log may hold: no line of it is a workflow command.

    A runner takes `::name` at the start of a line, behind any blanks, and `##[name]` anywhere:
    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return _COMMAND.sub(rf"\g<1>{JOINER}", text)


def markdown(text: str) -> str:
    """Return prose for GitHub's Markdown in which nothing of `text` is markup, mention, reference, link or command.

    Inline code of one backtick stays inline code, where GitHub reads nothing.
    """
    pieces = _OWN_SPAN.split(visible(text))
    return log("".join(_spanned(piece) if index % 2 else _prose(piece) for index, piece in enumerate(pieces)))


def inline(text: str) -> str:
    """Return one line of such prose."""
    return markdown(" ".join(text.split()))


def cell(text: str) -> str:
    """Return finished Markdown of one line for a table's cell, which GitHub splits at pipes before all else."""
    return text.replace("|", "\\|")


def html(text: str) -> str:
    """Return one line for inside our own HTML, where Markdown is not read: nothing of `text` is a tag or a mention."""
    escaped = line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return log(_unlinked(escaped).replace("$", "<span>$</span>"))


def code(text: str, language: str = "") -> str:
    """Return a fenced block that `text` can't leave."""
    body = log(visible(text))
    longest = max((len(found) for found in _FENCE.findall(body)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def span(text: str) -> str:
    """Return an inline code span that `text` can't leave."""
    body = log(line(text))
    longest = max((len(found) for found in re.findall("`+", body)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if body.startswith("`") or body.endswith("`") or not body else ""
    return f"{ticks}{pad}{body}{pad}{ticks}"


def _prose(text: str) -> str:
    safe = _MARKUP.sub(_escaped, _INDENT.sub("   ", text).replace("&", "&amp;"))
    return _unlinked(_BLOCK.sub(_escaped_block, safe))


def _spanned(text: str) -> str:
    return span(text) if text.strip() else f"\\`{text}\\`"


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found.group()):04X}]"


def _escaped(found: re.Match[str]) -> str:
    """Escape one character; for a dollar sign GitHub's advice is a tag around it, and the backslash is for its parser.

    https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions
    """
    char = found.group()
    return {"<": "&lt;", ">": "&gt;", "$": "<span>\\$</span>"}.get(char, f"\\{char}")


def _escaped_block(found: re.Match[str]) -> str:
    mark = found.group(2)
    return f"{found.group(1)}{JOINER}{mark}" if mark == "/" else f"{found.group(1)}{mark[:-1]}\\{mark[-1]}"


def _unlinked(text: str) -> str:
    text = _ORDER.sub(JOINER, _MENTION.sub(f"@{JOINER}", text))
    text = _REFERENCE.sub(lambda found: found.group() + JOINER, text)
    return _ADDRESS.sub(lambda found: found.group() + JOINER, text)
