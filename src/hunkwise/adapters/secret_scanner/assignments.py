"""Where a text gives a value to a name, in the syntax of any language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_NAME = 60
"""Characters of a name before and after the keyword in it."""

MAX_LINE = 120
"""Characters of a line before a value that are read for what the value is."""

MAX_VALUE = 1000
"""Characters of a value; a longer one is masked as far as that and judged by it."""

_NAME_SIGNS = frozenset("_.$-")
_AFTER = re.compile(
    rf"[\w.$-]{{0,{MAX_NAME}}}+(?:\[\w{{0,8}}\])?"
    r"[\\\"'`\])]{0,4}(?:</key>\s{0,40}<string)?"
    r"(?:[ \t]{0,8}:[ \t]{0,4}[A-Za-z&][\w.\[\]<>| ]{0,30}(?==)|[ \t]{1,4}[A-Za-z]{2,12}(?=[ \t]{1,4}[:=]))?"
    r"(?P<sign>[ \t]{0,12}(?:=>|[=!]={1,2}|:{0,4}=|\.=|\|\||\?=|<-|:{1,3}|,|\(|>|->)\s{0,8}(?:\(\s{0,8})?"
    r"|,?\s{1,40}[\"']?(?:secret_?)?[vV]alue[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
    r"|\s{0,4}\{[^{}]{0,200}?default\s{1,10}=\s{0,4}"
    r"|[ \t]{1,8})"
    r"(?:value[ \t]{0,2}=[ \t]{0,2})?"
)
_QUOTED = re.compile(
    rf"(?:[A-Za-z]{{1,2}}|[$@]{{1,2}})?(?P<open>\\{{0,3}}([\"'`])(?:\2\2|\2(?=\w))?)(?P<value>[^\n]{{0,{MAX_VALUE}}})"
)
_BARE = re.compile(rf"[^\s\"'`<>(){{}}\[\],;\\|&]{{6,{MAX_VALUE}}}")
_REST = re.compile(rf"[^\s]{{6,{MAX_VALUE}}}")
_COMPARED = re.compile(r"([\"'`])([^\"'`\n]{6,200})\1[ \t]{0,4}[=!]={1,2}[ \t]{0,4}\Z")


GIVES = ("=", ":", ":=", "=>", "::=", ":::=", "?=", ".=")
"""Signs that give a value to a name, and can't be a call, an argument or a comparison."""

_OPENINGS = ("", "export", "set", "SET", "setenv", "ENV", "ARG", "-", "#", "//", "*", "$")
"""What may stand before a name that, with its value, has the line for itself."""


class Form(StrEnum):
    """How a value is written: between quotes; bare, as far as it holds no sign of code; or all up to the next blank."""

    QUOTED = "quoted"
    BARE = "bare"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value at `[start, end)` of the text, given to `name` by `sign`.

    `follows` are the two characters behind it; `called` tells that the name is the first argument of a call.
    """

    name: str
    sign: str
    start: int
    end: int
    value: str
    form: Form
    follows: str
    called: bool = False
    name_start: int = 0


def around(text: str, start: int, end: int) -> Iterator[Given]:
    """Yield the values that the name with the keyword at `[start, end)` may be given, surest first."""
    head = text[_name_start(text, start) : start]
    after = _AFTER.match(text, end)
    if after is None:
        yield from _compared(text, start - len(head), text[start - len(head) : end])
        return
    name = head + text[start : after.start("sign")].rstrip("\\\"'`)] \t")
    quoted = _QUOTED.match(text, after.end())
    if quoted is not None:
        first = start - len(head) - 2
        yield from _quoted(quoted, name, after["sign"], called=first >= 0 and text[first] == "(")
        return
    yield from _compared(text, start - len(head), name)
    for form, pattern in ((Form.REST, _REST), (Form.BARE, _BARE)):
        bare = pattern.match(text, after.end())
        if bare is not None:
            yield Given(
                name=name,
                sign=after["sign"],
                start=bare.start(),
                end=bare.end(),
                value=bare.group(),
                form=form,
                name_start=start - len(head),
                follows=text[bare.end() : bare.end() + 2],
            )


def line_before(text: str, at: int) -> str:
    """Return what stands before `at` on its line, `MAX_LINE` characters at most."""
    return text[max(0, at - MAX_LINE) : at].rpartition("\n")[2]


def is_last(given: Given) -> bool:
    """Whether a value is the last thing on its line."""
    return given.follows[:1] in ("", "\n", "\r")


def is_literal(text: str, given: Given) -> bool:
    """Whether a bare value stands where no code can: a line of its own, an option, a URL's query, an element of XML."""
    if given.name.startswith("--") or (given.follows == "</" and ">" in given.sign):
        return True
    if given.sign == "=" and text[max(0, given.name_start - 1) : given.name_start] in ("?", "&", ";"):
        return True
    before = line_before(text, given.name_start).strip()
    return is_last(given) and before in _OPENINGS and (given.sign.strip() in GIVES or _is_setting(given, before))


def _is_setting(given: Given, before: str) -> bool:
    return not given.sign.strip() and (before in ("ENV", "ARG", "setenv") or given.name.islower())


def _quoted(found: re.Match[str], name: str, sign: str, *, called: bool) -> Iterator[Given]:
    opening = found["open"]
    stop = found["value"].find(opening[-1])
    value = found["value"] if stop == -1 else found["value"][:stop]
    if opening.startswith("\\") and value.endswith("\\"):
        value = value.rstrip("\\")
    start = found.start("value")
    end = start + len(value)
    after = found.string[end : end + 2]
    yield Given(name=name, sign=sign, start=start, end=end, value=value, form=Form.QUOTED, follows=after, called=called)


def _compared(text: str, start: int, name: str) -> Iterator[Given]:
    """Yield the literal that stands before the name: `"value" == name`."""
    if not text[max(0, start - 6) : start].rstrip(" \t").endswith(("==", "!=")):
        return
    window = max(0, start - 220)
    found = _COMPARED.search(text[window:start])
    if found is None:
        return
    yield Given(
        name=name,
        sign="==",
        start=window + found.start(2),
        end=window + found.end(2),
        value=found[2],
        form=Form.QUOTED,
        follows=found[1],
    )


def _name_start(text: str, at: int) -> int:
    stop = max(0, at - MAX_NAME)
    while at > stop and (text[at - 1].isalnum() or text[at - 1] in _NAME_SIGNS):
        at -= 1
    return at
