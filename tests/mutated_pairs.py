"""Pairs of hunks from real code: one with a fault put in, or one that was edited without changing anything.

A site is a line of a real file. The change under review writes this line (its base has another one there); the other
change of the pair writes a mutated line, or stands in a file that was harmlessly edited.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.core import answer_keys, patch
from hunkwise.core.answer_keys import Level
from hunkwise.core.packing import RedactedLines
from hunkwise.model.material import HunkKey
from hunkwise.pipeline.plain_rows import PlainRows
from hunkwise.ports import PlainLines

Rows = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one file: whole base and head, as lines."""

    path: str
    base: tuple[str, ...]
    head: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A change, and one that differs from it by `kind`."""

    kind: str
    one: Change
    other: Change


def _sub(pattern: str, new: str) -> Callable[[str], str]:
    return lambda line: re.sub(pattern, new, line, count=1)


def _next(line: str) -> str:
    return re.sub(r"(?<![\w.])(\d+)(?![\w.])", lambda found: str(int(found[1]) + 1), line, count=1)


def _flipped(line: str) -> str:
    pairs = {"<=": ">", ">=": "<", "==": "!=", "!=": "==", "<": ">=", ">": "<=", "===": "!==", "!==": "==="}
    return re.sub(r"(?<= )(===|!==|<=|>=|==|!=|<|>)(?= )", lambda found: pairs[found[1]], line, count=1)


INTO_A_BLOCK = "moved into a block"

FAULTS: Mapping[str, Sequence[Callable[[str], str]]] = {
    "comparison flipped": (_flipped, _sub(r"(?<= )<(?= )", "<="), _sub(r"(?<= )>(?= )", ">=")),
    "off by one": (_next, _sub(r"\[(\w+)\]", r"[\1 + 1]"), _sub(r"range\((\w+)\)", r"range(\1 - 1)")),
    "null check removed": (
        _sub(r"\bif (\w+) is not None\b", "if True"),
        _sub(r"\bis not None\b", "is None"),
        _sub(r"(\w)\?\.(\w)", r"\1.\2"),
        _sub(r"\bif not (\w+):", "if False:"),
        _sub(r"if \(!(\w+)\)", "if (false)"),
        _sub(r" \|\| \[\]| \?\? \w+", ""),
    ),
    "arguments swapped": (_sub(r"\((\w+), (\w+)\)", r"(\2, \1)"), _sub(r"\(([\w.]+), ([\w.]+),", r"(\2, \1,")),
    "await dropped": (_sub(r"\bawait ", ""),),
    "constant changed": (
        _sub(r"\bTrue\b", "False"),
        _sub(r"\bFalse\b", "True"),
        _sub(r"\btrue\b", "false"),
        _sub(r'"(\w+)"', r'"\1x"'),
        _sub(r"'(\w+)'", r"'\1 '"),
        _sub(r"^([^\"']*([\"'])[^\"']*\w) (\w[^\"']*\2[^\"']*)$", r"\1  \3"),
    ),
    "condition negated": (
        _sub(r"\bif (?!not\b)([\w.]+):", r"if not \1:"),
        _sub(r"\bif not ", "if "),
        _sub(r"\bif \((?!!)(\w[\w.]*)\)", r"if (!\1)"),
        _sub(r"\bwhile (\w+):", r"while not \1:"),
        _sub(r" and ", " or "),
        _sub(r" && ", " || "),
    ),
    "resource leak": (
        _sub(r"^( *)with ([\w.]+\(.*\)) as (\w+):$", r"\1\3 = \2; 1"),
        _sub(r"^( *)(\w+\.close\(\);?)$", r"\1pass"),
        _sub(r"^( *)(\w+\.(?:close|release|unlink|dispose|destroy)\(\);?)$", r"\1"),
        _sub(r"\bfinally:", "else:"),
    ),
    "statement left out": (_sub(r"^( +)(return \w.*)$", r"\1# \2"), _sub(r"^( +)((?:return|throw) .*;)$", r"\1// \2")),
    INTO_A_BLOCK: (_sub(r"^( +)(\w+ = \w.*)$", r"\1    \2"),),
    "operator changed": (
        _sub(r" \+ ", " - "),
        _sub(r" - ", " + "),
        _sub(r" \+= ", " -= "),
        _sub(r"(\w) - (\w)", r"\1 -\2; -\2"),
    ),
}
"""What turns a line into a wrong one, by kind; a line that stays as it is has no such site."""

SPACING = re.compile(r"(?<=\w) (?==|\+|-|\*|<|>|is |in |and |or |&&|\|\|)")


_WORDS = """
and any as assert async await bool boolean break case catch char class const continue def default
defer del delete do done elif else end enum except export extends false False fi final finally float
for foreach from func function if implements import in int interface is lambda let long map None nil
new not null number or package pass private protected public raise range return self static str
string struct super switch this throw throws true True try type typeof undefined using var void
while with yield abstract echo elsif fallthrough go goto instanceof module readonly require select
then unless until use when
"""
KEYWORDS = frozenset(_WORDS.split())
"""Words that no name may be, in any of the languages."""


def _spaced(rows: list[str], at: int) -> list[str]:
    rows[at] = SPACING.sub("  ", rows[at])
    return rows


def _trailing(rows: list[str], at: int) -> list[str]:
    rows[at] += "  "
    return rows


def _blank_line(rows: list[str], at: int) -> list[str]:
    return [*rows[:at], "", *rows[at:]]


def _indent(rows: list[str], at: int) -> list[str]:
    rows[at] = "  " + rows[at]
    return rows


def _mark(path: str) -> str:
    return "#" if path.endswith((".py", ".rb", ".sh")) else "//"


def mutations(path: str, rows: Rows) -> Iterator[tuple[str, int, str]]:
    """Yield kind, index and wrong line for each site of a file; none on a line with a comment."""
    commented = {
        place.line - 1 for place in AstGrepLiterals().find(path, "\n".join(rows)) or () if place.kind == "comment"
    }
    for at, line in enumerate(rows):
        if (
            at in commented
            or not line.strip()
            or line.lstrip().startswith((_mark(path), "*", "/*", "import", "from", '"""', "'"))
        ):
            continue
        for kind, ways in FAULTS.items():
            if kind == INTO_A_BLOCK and not path.endswith(".py"):
                continue  # elsewhere that is a matter of taste
            for way in ways:
                wrong = way(line)
                if wrong != line:
                    yield kind, at, wrong


def changed(path: str, rows: Rows, at: int, new: str) -> Change:
    """Return the change that writes `new` on line `at`, where another name stood before."""
    base = _renamed(rows[at])
    return Change(path=path, base=(*rows[:at], base, *rows[at + 1 :]), head=(*rows[:at], new, *rows[at + 1 :]))


def _renamed(line: str) -> str:
    """Return a line with another name in it, so that it still parses; one without a name has a blank more."""
    names = [
        found
        for found in re.finditer(r"[A-Za-z_]\w{2,}", line)
        if found[0] not in KEYWORDS and not any(line[: found.start()].count(quote) % 2 for quote in "\"'`")
    ]
    return f"{line[: names[-1].end()]}_old{line[names[-1].end() :]}" if names else line + " "


def faults(path: str, rows: Rows, sites: Sequence[tuple[str, int, str]]) -> Iterator[Pair]:
    """Yield pairs of a change and its wrong twin."""
    for kind, at, wrong in sites:
        yield Pair(kind=kind, one=changed(path, rows, at, rows[at]), other=changed(path, rows, at, wrong))


def harmless(path: str, rows: Rows, at: int) -> Iterator[Pair]:
    """Yield pairs of a change and what a person may do around it without changing anything."""
    yield from (pair for pair in _edits(path, rows, at) if pair.one != pair.other)


def _edits(path: str, rows: Rows, at: int) -> Iterator[Pair]:
    one = changed(path, rows, at, rows[at])
    mark = _mark(path)
    above = tuple(f"{mark} line {number} of a notice" for number in range(7))
    if at > 3:  # else what is new above is among what a hunk shows
        yield Pair(kind="line shift", one=one, other=_both(one, lambda side: (*above, *side)))
    if 30 < at < len(rows) - 30:
        yield Pair(kind="rebase", one=one, other=_both(one, lambda side: (*side[: at - 25], *above, *side[at - 20 :])))
        first, last = at - 4, at + 5
        yield Pair(
            kind="moved hunk",
            one=one,
            other=_both(one, lambda side: (*side[:first], *side[last:], *side[first:last])),
        )
    for kind, edit in (("trailing blanks", _trailing), ("blanks inside", _spaced), ("blank line", _blank_line)):
        yield Pair(kind=kind, one=one, other=_head(one, edit, at))
    if not path.endswith(".py"):
        yield Pair(kind="indentation", one=one, other=_head(one, _indent, at))
    space = rows[at][: len(rows[at]) - len(rows[at].lstrip())]
    yield Pair(
        kind="comment added",
        one=one,
        other=_head(
            one, lambda side, here: [*side[:here], f"{space}{mark} what follows is as it was", *side[here:]], at
        ),
    )
    yield Pair(
        kind="comment at the end",
        one=one,
        other=_head(one, lambda side, here: [*side[:here], f"{side[here]}  {mark} as it was", *side[here + 1 :]], at),
    )


def _both(change: Change, edit: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Change:
    return Change(path=change.path, base=edit(change.base), head=edit(change.head))


def _head(change: Change, edit: Callable[[list[str], int], list[str]], at: int) -> Change:
    return Change(path=change.path, base=change.base, head=tuple(edit(list(change.head), at)))


def keys(change: Change, lines: PlainLines, *, comments: bool) -> dict[Level, frozenset[str]]:
    """Return the names of a change's hunks at each level, by the code that a review uses."""
    diff = patch.parse(_diff(change))
    (file,) = diff.files
    rows = PlainRows(diff, {file.raw_path: "\n".join((*change.head, "")).encode()}, lines, comments=comments)
    found: dict[Level, set[str]] = {level: set() for level in Level}
    for number, hunk in enumerate(file.hunks):
        key = HunkKey(file=0, hunk=number)
        shown = RedactedLines(key=key, path=file.path, hunk=hunk, texts=tuple(line.text for line in hunk.lines))
        plain = rows.of(key)
        forms = [answer_keys.exact(shown, "ground")]
        forms += [answer_keys.canonical(shown, plain, "ground")] if plain is not None else []
        for form in forms:
            if form is not None:
                found[form.level].add(form.key)
    return {level: frozenset(names) for level, names in found.items()}


def served(pair: Pair, lines: PlainLines, *, comments: bool) -> Level | None:
    """Return the level at which an answer on the first change would serve the second one, None where it would not."""
    one, other = (keys(each, lines, comments=comments) for each in (pair.one, pair.other))
    return next((level for level in Level if one[level] and other[level] and one[level] & other[level]), None)


def text(change: Change) -> str:
    """Return a change's hunks without line numbers, for who compares texts."""
    rows = _diff(change).decode().split("\n")[3:]
    return "\n".join(row for row in rows if not row.startswith("@@"))


def _diff(change: Change) -> bytes:
    name = f"a/{change.path}", f"b/{change.path}"
    base, head = ([f"{row}\n" for row in side] for side in (change.base, change.head))
    body = "".join(difflib.unified_diff(base, head, *name))
    return f"diff --git {name[0]} {name[1]}\n{body}".encode()


def files(paths: Sequence[Path], most_lines: int = 800) -> Iterator[tuple[str, list[str]]]:
    """Yield name and lines of those files that are text of a length that people write."""
    for path in paths:
        try:
            content = path.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        rows = content.removesuffix("\n").split("\n")
        is_odd = any(each in content for each in "\r\f\v\x1c\x85\u2028")
        if 40 <= len(rows) <= most_lines and max(map(len, rows)) < 400 and not is_odd:
            yield path.name, rows
