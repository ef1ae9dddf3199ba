"""A short walkthrough of a change: where to look, never whether it is right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What changes in one file, or in all files that change with it."""

    file: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A place where a mistake would be costly; `line` is one of the head file's that was shown, None for the file."""

    file: str
    line: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a model says of a change. It read `read` of `hunks` hunks; `unread` names files of which it saw not all.

    `age_s` tells that it was said so many seconds ago, of a change that is nearly this one.
    """

    summary: str
    walkthrough: tuple[Step, ...]
    risks: tuple[Risk, ...]
    read: int
    hunks: int
    unread: tuple[str, ...] = ()
    age_s: float | None = None
