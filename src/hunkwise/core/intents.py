"""An author's words about a change as data for a model: bounded, each datum in delimiters of its own."""

from hunkwise.core import wrapping
from hunkwise.core.wrapping import Kind
from hunkwise.model.intent import Intent

MAX_LINE = 200
"""Characters of a title, a branch or a subject: GitHub cuts a title at 256, git's own advice for a subject is 50."""

MAX_BODY = 4_000
"""Characters of a description: its beginning tells what a change is for, and more is room for other things."""

MAX_COMMITS, MAX_ISSUES = 30, 10
"""Subjects and titles that are told."""


def told(intent: Intent) -> str:
    """Return what a request holds of an intent, nothing where there is none."""
    kinds = (
        (Kind.TITLE, (_line(intent.title),)),
        (Kind.DESCRIPTION, (_cut(intent.body.strip(), MAX_BODY),)),
        (Kind.BRANCH, (_line(intent.branch),)),
        (Kind.COMMIT, tuple(map(_line, intent.commits[:MAX_COMMITS]))),
        (Kind.ISSUE, tuple(map(_line, intent.issues[:MAX_ISSUES]))),
    )
    return "\n\n".join(part for kind, texts in kinds for part in wrapping.each(kind, [each for each in texts if each]))


def _line(text: str) -> str:
    return _cut(" ".join(text.split()), MAX_LINE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} …"
