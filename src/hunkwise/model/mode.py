"""What an event asks for: one type for each thing a run may be about."""

from dataclasses import dataclass
from enum import StrEnum

from hunkwise.model.change import Notice


class Trigger(StrEnum):
    """What asked for a review (the host's names of events)."""

    PULL_REQUEST = "pull_request"
    PULL_REQUEST_TARGET = "pull_request_target"
    DISPATCH = "workflow_dispatch"
    COMMENT = "issue_comment"
    WORKFLOW_RUN = "workflow_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a team may skip a pull request for.

    `sender` is who caused the event: on a push the one who pushed, who need not be the author.
    """

    author: str
    sender: str
    labels: tuple[str, ...]
    is_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipPolicy:
    """What is skipped: drafts, authors by login, labels by name; `*` and `?` in a name stand for any text."""

    drafts: bool
    authors: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Review pull request `number`.

    `head_sha` and `is_fork` are None where the event does not tell, which the host then does. `may_use_clone` says
    that the workspace may be read: never in an event that carries secrets to other people's changes.
    `token_is_read_only` is True only where the event leaves no doubt; False means that it takes a probe to know.
    `subject` is None where a person asked for this very review: then nothing is skipped.
    """

    number: int
    trigger: Trigger
    head_sha: str | None
    is_fork: bool | None
    may_use_clone: bool
    token_is_read_only: bool
    subject: Subject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Pull request `number` is not reviewed, by configuration.

    `wants_check` asks for a neutral check on `head_sha`, without which a required check would wait for ever.
    """

    number: int
    head_sha: str | None
    wants_check: bool
    token_is_read_only: bool
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroup:
    """A merge queue asks about a group that is to be merged into the branch `base_ref`."""

    head_sha: str
    base_sha: str
    base_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FromWorkflowRun:
    """A run without rights is over; its pull request is the one whose head is this commit of this repository.

    `actor` is who caused that run, on a push the one who pushed; empty where the event does not tell.
    """

    head_sha: str
    head_repo: str
    head_branch: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The event asks for nothing, which is no failure."""

    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """The event can't be understood: what is wrong, and what to do. A run with it ends as a wrong call does."""

    message: str
    hint: str


Mode = Review | Skipped | MergeGroup | FromWorkflowRun | Nothing | Unusable
