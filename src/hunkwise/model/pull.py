"""A pull request as its code host tells it, and what hunkwise said on it before."""

from collections.abc import Mapping
from dataclasses import dataclass

from hunkwise.model.publication import ReviewEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Facts of a pull request.

    `repo` is the base repository (owner/name) and `repo_id` its number, which no rename changes. `base_sha` is the tip
    of the base branch, not the merge base. `changed_lines` counts added and deleted ones. `author_may_write` is what
    the host says of the author's association: owner, member or collaborator. `title` and `body` are anybody's words.
    """

    repo: str
    repo_id: int
    number: int
    is_open: bool
    is_draft: bool
    author: str
    author_may_write: bool
    labels: tuple[str, ...]
    base_ref: str
    base_sha: str
    head_sha: str
    changed_files: int
    changed_lines: int
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnComment:
    """A comment in the conversation that this token's identity wrote."""

    id: int
    node_id: str
    body: str
    is_minimized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A review thread that this token's identity began; `body` and `comment_node_id` are its first comment's.

    `line` is None where the host calls the thread outdated, and for comments on a whole file.
    """

    node_id: str
    comment_node_id: str
    path: str
    line: int | None
    body: str
    is_resolved: bool
    resolved_by: str | None
    is_minimized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A check run of our name on the head commit; `external_id` tells which pull request it speaks for."""

    id: int
    external_id: str
    is_completed: bool
    conclusion: str | None

    @property
    def has_failed(self) -> bool:
        """Whether it ended so that a pull request which requires it can't be merged."""
        return self.is_completed and self.conclusion == "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The decision of our newest review that made one, and the commit it was made on."""

    event: ReviewEvent
    head_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What one query brings.

    `files` holds those of the asked files that the base branch has, by path. `comments` and `threads` are those of this
    token's identity alone, all pages of them. `sharing` numbers the other open pull requests with the same head commit.
    `status_passes` tells of the commit status that stood in for a check, None where there is none.
    """

    pull: Pull
    files: Mapping[str, bytes]
    comments: tuple[OwnComment, ...]
    threads: tuple[Thread, ...]
    checks: tuple[CheckRun, ...]
    sharing: tuple[int, ...]
    opinion: Opinion | None = None
    status_passes: bool | None = None
