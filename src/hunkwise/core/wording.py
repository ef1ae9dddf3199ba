"""Whether texts of prose say the same in a few other words: rows are compared in place, each with the one it was.

Whatever could be code, or is read by a program, is no prose: indented blocks, tables, prompts, fences, and rows that
stand in no sentence, as those of a block whose fence is out of sight.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

MAX_WORDS = 8
"""Words that came and went between two texts of which one answer serves both: more says something new."""

Pair = tuple[str, str]
"""A row as it was and as it is now, with its sign."""

_MARKS = ".,;()\"'\u2018\u2019\u201c\u201d"
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
_CODE_ROW = re.compile(r"(?: {4}|\t|\s*(?:[$>%|]\s|\.\. ))|.*(?:\s\|\s|[^\s.!?] {2,}\S)|\s*\+[-=]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_HEADING = re.compile(r"#{1,6}\s")
_BEGIN = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})\s+)?[\"'(*_\u201c]*(?=[^\W\d_])")
_END = re.compile(r"[.!?][\"')*_\u201d]*\s*$")
_TURNS = re.compile(
    r"(?:all|any|always|never|none|no|not|only|off|on|if|unless|until|without|except|true|false|optional|required"
    r"|may|might|must|can|should|cannot|(?:dis)?allow\w*|den(?:y|ies|ied)|(?:dis|en)able\w*|un\w+|in\w+|\w+n['\u2019]t)"
)
"""Words that turn what a sentence says into another thing, and more of them than need be."""


def has_fence(rows: Iterable[str]) -> bool:
    """Whether one of the rows opens or ends a block of code."""
    return any(_FENCE.match(row[1:]) for row in rows)


def is_prose(rows: Sequence[str], at: int) -> bool:
    """Whether the row at `at` stands in a sentence, and in no block that could be code."""
    text = rows[at][1:]
    if _CODE_ROW.match(text) or (_indent(text) and not _continues_item(rows, at)):
        return False
    if _HEADING.match(text):
        return True
    first, last = at, at
    while first and _is_filled(rows[first - 1]) and not _ITEM.match(rows[first][1:]):
        first -= 1
    while last + 1 < len(rows) and _is_filled(rows[last + 1]) and not _ITEM.match(rows[last + 1][1:]):
        last += 1
    begin = _BEGIN.match(rows[first][1:])
    is_begun = begin is not None and rows[first][1:][begin.end()].isupper()
    return is_begun and bool(_END.search(rows[last]))


def are_alike(pairs: Sequence[Pair]) -> bool:
    """Whether rows differ in a few plain words: none that turns the sense, none that moved, none out of its order."""
    gone: Counter[str] = Counter()
    come: Counter[str] = Counter()
    for old, new in pairs:
        before, after = _words(old), _words(new)
        lost, got = Counter(before) - Counter(after), Counter(after) - Counter(before)
        other = {*lost, *got}
        if [word for word in before if word not in other] != [word for word in after if word not in other]:
            return False
        if other & set(before) & set(after) or _indent(old[1:]) != _indent(new[1:]):
            return False
        gone, come = gone + lost, come + got
    is_small = gone.total() + come.total() <= MAX_WORDS
    return is_small and not set(gone) & set(come) and all(map(_is_plain, {*gone, *come}))


def _continues_item(rows: Sequence[str], at: int) -> bool:
    """Whether an indented row is one of a list: an item, or the going on of one that announces no code."""
    if _ITEM.match(rows[at][1:]):
        return True
    own, before = _indent(rows[at][1:]), at - 1
    while before >= 0 and _is_filled(rows[before]) and not _ITEM.match(rows[before][1:]):
        before -= 1
    item = _ITEM.match(rows[before][1:]) if before >= 0 else None
    announced = any(row.rstrip().endswith(":") for row in rows[max(before, 0) : at])
    return item is not None and len(own.expandtabs()) <= item.end() and not announced


def _is_filled(row: str) -> bool:
    return bool(row[1:].strip())


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _words(row: str) -> list[str]:
    words = (word.strip(_MARKS).lower() for word in row[1:].split())
    return [word for word in words if word]


def _is_plain(word: str) -> bool:
    return bool(_PLAIN_WORD.fullmatch(word)) and not _TURNS.fullmatch(word)
