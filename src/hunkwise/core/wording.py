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
_PARTS = re.compile(r"[-'\u2019]")
_CODE_ROW = re.compile(r"(?: {4}|\t|\s*(?:[$>%|]\s|\.\. ))|.*(?:\s\|\s|[^\s.!?] {2,}\S)|\s*\+[-=]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_HEADING = re.compile(r"#{1,6}\s")
_BEGIN = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})\s+)?[\"'(*_\u201c]*(?=[^\W\d_])")
_END = re.compile(r"[.!?][\"')*_\u201d]*\s*$")
_TURNING = """
not no nor none never nothing nobody *n't *n\u2019t cannot without except* unless but otherwise instead dis* un* in*
im* non*
all any every* each both either neither some* only just also always often usual* rare* seldom sometimes once twice
again if when whenever while until till since then because though although even still yet already
may might must can could shall should will would need* ought optional* require* mandatory recommend* suggest* allow*
deny denies denied permit* forbid* forbidden prohibit* refus* reject* accept* grant* revok* approv* trust* ignor*
skip* fail* success* succeed* error* warn* true false yes right wrong valid* correct* legal* safe* secur* danger*
sensitive harm*
zero one two three four five six seven eight nine ten eleven twelve *teen twenty thirty forty fifty sixty seventy
eighty ninety hundred* thousand* million* half double* triple* single* several few* many most* more less* least much
first second* third fourth fifth last* next previous* prior former* latter* earl* late* before* after* ago now old*
new* current* recent* past future today tomorrow yesterday soon* day* daily night* hour* minute* week* month* quarter*
year* millisecond* bit* byte* kilo* mega* giga* kb mb gb
to from with by of out on off up down over under above below onto through beyond near far left top bottom upper*
lower* high* low* big* small* large* long* short* wide* narrow* min* max* front back* forward* ascend* descend* great*
full* empty partial* complet*
begin* began start* stop* end* finish* paus* resum* continu* open* clos* lock* add* remov* delet* drop* creat*
destroy* keep* kept los* lost sav* *load* read* writ* wrote send* sent receiv* get* got set* put* push* pull* fetch*
export* encrypt* decrypt* encod* decod* plain* clear* hash* sign* enabl* decreas* deprecat* show* shown hid* expos*
reveal* mask* rais* rise* fall* fell grow* shrink* expand* collaps* attach* detach* connect* join* leav* split* merg*
enter* exit* wait* block*
public* private* protect* secret* shared own* admin* user* guest* member* maintain* contribut* manag* root anonym*
author* local* remote* external* global* client* server* host* master* primary secondary source* target* product*
stag* test* dev* live dead beta alpha stable* experiment* support* activ* passiv* default* custom*
sync* async* parallel* serial* sequen* auto* manual* static* dynamic* strict* lax loose* strong* weak* hard* soft*
constant* mutable fixed variable* same differ* unique equal* like good bad better worse best worst fast* slow* free*
paid cheap* expens*
"""
"""Words that turn what a sentence says, by kind, and more of them than need be; a star stands for any letters.

Negation; condition and extent; duty and outcome; number; time; place and measure; what is done; who and where; manner.
"""

_TURNS = re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in _TURNING.split()))


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
    return bool(_PLAIN_WORD.fullmatch(word)) and not any(map(_TURNS.fullmatch, (word, *_PARTS.split(word))))
