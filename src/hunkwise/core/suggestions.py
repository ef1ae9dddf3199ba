"""Prove that a finding's replacement may be offered as a suggestion, which one click commits.

What a reader can't see must not be wrong: the replacement fits the head file line for line, keeps its indentation,
repeats no neighbour, and parses no worse. What is not proven is told in prose instead.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hunkwise.core import quotes, redact, sanitise, wrapping
from hunkwise.model.diff import Diff, Hunk, Side
from hunkwise.model.finding import Finding

Parses = Callable[[str, str], bool | None]
"""Whether a text is well-formed for a file of this path, None where nobody can say."""

_INDENT = re.compile(r"[ \t]*")
_TICKS = re.compile("`+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The text that replaces the finding's lines, without a final line feed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """Why a replacement is not offered."""

    reason: str


def prove(finding: Finding, shown: Diff, head: str | None, parses: Parses) -> Proven | Unproven:
    """Return the suggestion for `finding`; `head` is the whole head file as it is, None where it can't be had."""
    if finding.replacement is None:
        return Unproven(reason="no replacement was given")
    if head is None:
        return Unproven(reason="the head file can't be had")
    if finding.side is not Side.RIGHT:
        return Unproven(reason="deleted lines can't be replaced")
    text = finding.replacement.removesuffix("\n")
    rows = head.split("\n")
    first, last = finding.line - 1, finding.end_line
    reason = (
        _unfit_text(text)
        or _unfit_place(finding, shown, rows)
        or _unfit_lines(text.split("\n"), rows, first, last)
        or _worse(finding.file, head, "\n".join([*rows[:first], text, *rows[last:]]), parses)
    )
    return Unproven(reason=reason) if reason else Proven(text=text)


def block(proven: Proven) -> str:
    """Return the suggestion as GitHub reads it, in a fence that its text can't end."""
    longest = max((len(ticks) for ticks in _TICKS.findall(proven.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}suggestion\n{proven.text}\n{fence}"


def _unfit_text(text: str) -> str | None:
    if not text.strip():
        return "the replacement is empty"
    if redact.PLACEHOLDER.search(text) or wrapping.PLACEHOLDER.search(text):
        return "the replacement holds a placeholder"
    if sanitise.log(sanitise.visible(text)) != text:
        return "the replacement holds characters that can't be shown as they are"
    return None


def _unfit_place(finding: Finding, shown: Diff, rows: Sequence[str]) -> str | None:
    """Compare the finding's lines in the shown diff and in the head file."""
    hunks = [hunk for file in shown.files if file.path == finding.file for hunk in file.hunks]
    lines = next((found for hunk in hunks if (found := _right(hunk, finding))), None)
    if lines is None:
        return "its lines do not lie in one hunk"
    replaced = list(rows[finding.line - 1 : finding.end_line])
    if replaced != lines or quotes.folded("\n".join(lines)) != quotes.folded(finding.quote):
        return "its lines are not those of the head file"
    if any(row.endswith("\r") for row in replaced):
        return "its lines end with a carriage return"
    return None


def _right(hunk: Hunk, finding: Finding) -> list[str] | None:
    """Return the head lines of a finding where all of them lie in `hunk`."""
    lines = [line.text for line in hunk.lines if line.new is not None and finding.line <= line.new <= finding.end_line]
    return lines if len(lines) == finding.end_line - finding.line + 1 else None


def _unfit_lines(new: Sequence[str], rows: Sequence[str], first: int, last: int) -> str | None:
    old = rows[first:last]
    if [row.rstrip() for row in new] == [row.rstrip() for row in old]:
        return "the replacement changes nothing"
    if _loses_indentation(new, old):
        return "the replacement has another indentation than the lines it replaces"
    if first > 0 and _repeats(new[0], rows[first - 1], old[0]):
        return "the replacement repeats the line before"
    if last < len(rows) and _repeats(new[-1], rows[last], old[-1]):
        return "the replacement repeats the line after"
    return None


def _loses_indentation(new: Sequence[str], old: Sequence[str]) -> bool:
    """Whether the first line is indented otherwise, another line less than all that go, or by the other character."""
    mine, theirs = _indents(new), _indents(old)
    if not theirs:
        return False
    least = min(theirs, key=len)
    foreign = set("".join(mine)) - set("".join(theirs)) if "".join(theirs) else set()
    return mine[0] != theirs[0] or bool(foreign) or not all(indent.startswith(least) for indent in mine)


def _indents(rows: Sequence[str]) -> list[str]:
    return [_indent(row) for row in rows if row.strip()]


def _indent(row: str) -> str:
    found = _INDENT.match(row)
    return found.group() if found else ""


def _repeats(edge: str, neighbour: str, replaced: str) -> bool:
    """Whether the edge of a replacement says its neighbour again, where the replaced line did not."""
    return bool(edge.strip()) and edge.strip() == neighbour.strip() and edge.strip() != replaced.strip()


def _worse(path: str, before: str, after: str, parses: Parses) -> str | None:
    if parses(path, after) is False and parses(path, before) is not False:
        return "the file would no longer parse"
    return None
