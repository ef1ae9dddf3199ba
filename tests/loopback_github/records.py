"""What a repository holds beside its commits: pull requests, what is said on them, checks, statuses."""

from dataclasses import dataclass, field
from typing import Any, Literal

from loopback_github.accounts import Account, App
from loopback_github.comparison import Side

Association = Literal["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "NONE"]
ReviewState = Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]


@dataclass(slots=True, kw_only=True, eq=False)
class Repository:
    """A repository; a fork names its `parent`."""

    id: int
    owner: Account
    name: str
    private: bool
    branches: dict[str, str]
    default_branch: str = "main"
    parent: "Repository | None" = None

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return f"R_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Label:
    id: int
    name: str

    @property
    def node_id(self) -> str:
        return f"LA_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Comment:
    """A comment in the conversation."""

    id: int
    author: Account
    body: str
    pull: "Pull"
    created_at: str
    updated_at: str
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return f"IC_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Review:
    id: int
    author: Account
    pull: "Pull"
    state: ReviewState
    body: str
    commit: str
    submitted_at: str | None
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return f"PRR_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Thread:
    """A review thread: one place, and what was said there.

    `line` and `start_line` follow the code over pushes and are None once it is gone; the originals stay. A thread on a
    whole file never had a line.
    """

    id: int
    pull: "Pull"
    path: str
    subject: Literal["LINE", "FILE"]
    side: Side
    line: int | None
    start_line: int | None
    start_side: Side | None
    original_line: int | None
    original_start_line: int | None
    original_commit: str
    diff_hunk: str
    position: int | None
    original_position: int
    outdated: bool = False
    resolved_by: Account | None = None
    comments: list["ReviewComment"] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return f"PRRT_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class ReviewComment:
    id: int
    author: Account
    body: str
    review: Review
    thread: Thread
    created_at: str
    updated_at: str
    minimized: str | None = None

    @property
    def node_id(self) -> str:
        return f"PRRC_{self.id}"

    @property
    def is_published(self) -> bool:
        return self.review.state != "PENDING"


@dataclass(slots=True, kw_only=True, eq=False)
class Issue:
    """An issue that a pull request says it closes."""

    id: int
    title: str

    @property
    def node_id(self) -> str:
        return f"I_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Pull:
    """A pull request; `head_repo` is None where the fork was deleted."""

    id: int
    number: int
    repo: Repository
    author: Account
    association: Association
    title: str
    body: str | None
    base_ref: str
    head_repo: Repository | None
    head_ref: str
    head_sha: str
    draft: bool
    created_at: str
    updated_at: str
    state: Literal["open", "closed"] = "open"
    merged_at: str | None = None
    labels: list[Label] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    past_heads: list[str] = field(default_factory=list)
    closed_on: str | None = None
    closes: list[Issue] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return f"PR_{self.id}"

    @property
    def is_from_fork(self) -> bool:
        return self.head_repo is not self.repo

    @property
    def base_sha(self) -> str:
        """The base branch's tip, which is not the merge base: as it is now, or was when the pull request was closed."""
        return self.closed_on or self.repo.branches[self.base_ref]


@dataclass(slots=True, kw_only=True, eq=False)
class CheckRun:
    id: int
    app: App
    repo: Repository
    name: str
    head_sha: str
    external_id: str | None
    details_url: str | None
    status: str
    conclusion: str | None
    started_at: str
    completed_at: str | None
    output: dict[str, Any]
    annotations: list[dict[str, Any]]

    @property
    def node_id(self) -> str:
        return f"CR_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Status:
    id: int
    creator: Account
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    created_at: str

    @property
    def node_id(self) -> str:
        return f"SC_{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Artifact:
    """What a workflow run left: a zip archive."""

    id: int
    run_id: int
    run_head_sha: str
    name: str
    archive: bytes
    created_at: str


@dataclass(slots=True, kw_only=True, eq=False)
class Upload:
    """A SARIF file given to code scanning."""

    id: str
    commit_sha: str
    ref: str
    sarif: str


@dataclass(slots=True, kw_only=True, eq=False)
class QueueEntry:
    """A pull request in the merge queue of its base branch; `head_sha` is the group's commit."""

    id: int
    pull: Pull
    state: str
    position: int
    base_sha: str
    head_sha: str
    enqueued_at: str

    @property
    def branch(self) -> str:
        return f"gh-readonly-queue/{self.pull.base_ref}/pr-{self.pull.number}-{self.base_sha}"

    @property
    def node_id(self) -> str:
        return f"MQE_{self.id}"
