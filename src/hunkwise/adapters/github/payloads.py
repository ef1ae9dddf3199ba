"""GitHub's answers as checked values; what an answer lacks is found here, not where it is used."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from hunkwise.errors import HostError

T = TypeVar("T")
P = TypeVar("P", bound=BaseModel)
Kind = Literal["comment", "review", "thread"]


class Payload(BaseModel):
    """Part of a GraphQL answer."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")


class RestPayload(BaseModel):
    """Part of a REST answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PageInfo(Payload):
    """Whether there is more, and where it goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class Nodes(Payload, Generic[T]):
    """A connection without paging; GitHub puts null where a node is hidden."""

    nodes: tuple[T | None, ...]

    @property
    def shown(self) -> tuple[T, ...]:
        """The nodes that are not hidden."""
        return tuple(node for node in self.nodes if node is not None)


class Page(Nodes[T], Generic[T]):
    """A page of a connection."""

    page_info: PageInfo


class Author(Payload):
    """Who did something; `kind` tells bots from people."""

    login: str
    kind: str = "User"

    model_config = ConfigDict(alias_generator=lambda name: "__typename" if name == "kind" else name)


class Named(Payload):
    """A label."""

    name: str


class Said(Payload):
    """A comment or a review."""

    body: str
    viewer_did_author: bool


class ThreadStart(Said):
    """A thread's first comment."""

    id: str
    is_minimized: bool


class Comment(ThreadStart):
    """A comment of the conversation."""

    full_database_id: int


class Thread(Payload):
    """A review thread."""

    id: str
    path: str
    line: int | None
    is_resolved: bool
    is_outdated: bool
    subject_type: str
    resolved_by: Author | None
    comments: Nodes[ThreadStart]


class CheckRun(Payload):
    """A check run."""

    database_id: int
    external_id: str | None
    status: str
    conclusion: str | None


class CheckSuite(Payload):
    """The check runs of one app and commit."""

    check_runs: Nodes[CheckRun] | None


class OtherPull(Payload):
    """A pull request that holds a commit."""

    number: int
    state: str
    head_ref_oid: str


class StatusContext(Payload):
    """The newest commit status of a name."""

    state: str


class Status(Payload):
    """The statuses of a commit."""

    context: StatusContext | None


class HeadCommit(Payload):
    """The head commit; what a token may not see is None."""

    oid: str
    status: Status | None
    associated_pull_requests: Nodes[OtherPull] | None
    check_suites: Nodes[CheckSuite] | None


class Oid(Payload):
    """A commit by its id."""

    oid: str


class Decision(Payload):
    """A review that approved or asked for changes; its commit may be gone."""

    state: str
    viewer_did_author: bool
    commit: Oid | None


class CommitNode(Payload):
    """A commit of a pull request."""

    commit: HeadCommit


class Blob(Payload):
    """A blob; `text` is None where GitHub calls it binary, and may differ from its bytes elsewhere."""

    oid: str
    byte_size: int
    is_binary: bool | None
    is_truncated: bool
    text: str | None


class TreeEntry(Payload):
    """A path of a tree; `object` is None or empty for what is no blob."""

    mode: int
    object: Blob | dict[str, Any] | None


class BaseRef(Payload):
    """The base branch; beside `oid` its target holds the asked files under f0, f1 and so on."""

    target: dict[str, Any]


class Headline(Payload):
    """The first line of a commit's message."""

    message_headline: str


class Subject(Payload):
    """A commit of a pull request by its subject."""

    commit: Headline


class Titled(Payload):
    """An issue."""

    title: str


class Purpose(Payload):
    """What an author says of a pull request."""

    title: str
    body: str
    head_ref_name: str
    commits: Nodes[Subject]
    closing_issues_references: Nodes[Titled] | None


class PullRequest(Payload):
    """All that the overview asks of a pull request."""

    number: int
    title: str
    body: str
    state: str
    is_draft: bool
    author_association: str
    changed_files: int
    additions: int
    deletions: int
    author: Author | None
    labels: Nodes[Named] | None
    base_ref_name: str
    base_ref_oid: str
    head_ref_oid: str
    base_ref: BaseRef | None
    comments: Page[Comment]
    reviews: Nodes[Decision]
    review_threads: Page[Thread]
    commits: Nodes[CommitNode]


class Repository(Payload):
    """The repository of the overview."""

    database_id: int
    name_with_owner: str
    pull_request: PullRequest


class ThreadStarts(Payload):
    """The first comment of a thread."""

    comments: Nodes[Said]


class SaidLast(Payload):
    """The newest of what was said on a pull request."""

    comments: Nodes[Said]
    reviews: Nodes[Said]
    review_threads: Nodes[ThreadStarts]

    def of_kind(self, kind: Kind) -> tuple[Said, ...]:
        """Return comments of the conversation, reviews, or the first comments of threads."""
        if kind == "thread":
            return tuple(said for thread in self.review_threads.shown for said in thread.comments.shown)
        return self.comments.shown if kind == "comment" else self.reviews.shown


class File(RestPayload):
    """A changed file as REST lists it; `contents_url` names the commit that the list was made at."""

    filename: str
    status: str
    changes: int
    sha: str | None = None
    patch: str | None = None
    previous_filename: str | None = None
    contents_url: str = ""


def part(data: object, *path: str) -> object:
    """Return what `data` holds under the names of `path`, None where it holds nothing there."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def read(model: type[P], data: object, about: str) -> P:
    """Return `data` as a `model`; raises HostError where it is none."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise HostError(
            f"GitHub's answer on {about} lacks or changes {place or 'what its API describes'}",
            hint="check GITHUB_API_URL; an Enterprise Server may be too old",
        ) from None
