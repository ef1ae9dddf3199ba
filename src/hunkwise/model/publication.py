"""What is to be said on a pull request, and what became of saying it."""

from dataclasses import dataclass
from enum import StrEnum

from hunkwise.model.diff import Side


class ReviewEvent(StrEnum):
    """What a review does (the host's names)."""

    COMMENT = "COMMENT"
    APPROVE = "APPROVE"
    REQUEST_CHANGES = "REQUEST_CHANGES"


class Conclusion(StrEnum):
    """How a check ends (the host's names)."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineComment:
    """A comment on lines `start_line`..`line` of `side`; `start_line` is None for one line.

    `marker` is the part of `body` by which the comment is known again.
    """

    path: str
    side: Side
    start_line: int | None
    line: int
    body: str
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A note on lines of the head file in the check; `level` is failure, warning or notice."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutput:
    """What a check shows; `summary` is Markdown within the host's limit."""

    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()


class Written(StrEnum):
    """What became of a write."""

    DONE = "done"
    DENIED = "denied"
    """The token may not do this; what depends on it goes another way."""
    REJECTED = "rejected"
    """The host calls what was sent invalid (422); it will not get better by sending it again."""
    LOST = "lost"
    """No answer came, or none but errors, and the host does not show the effect either."""
