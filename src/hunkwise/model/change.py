"""A change to review: where it comes from, and its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hunkwise.model.diff import UnreadableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTree:
    """Staged, unstaged and untracked (not ignored) files against HEAD."""

    repo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRange:
    """`A..B`, or `A...B` from the merge base; a single revision means that commit against its parent."""

    repo: str
    spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffText:
    """A diff from a file or standard input; `name` is what messages call it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """Pull request `number` of `repo` (owner/name) on a code host.

    `server` is the host's address where the reader gave it; `clone` is a folder that may hold the commits.
    """

    repo: str
    number: int
    server: str | None = None
    clone: str | None = None


CONFIG_FILES = (".hunkwise.yml", ".github/hunkwise.yml")
"""Where a repository's configuration may stand; the first that exists counts."""

MISNAMED_FILES = {".hunkwise.yaml": ".hunkwise.yml", ".github/hunkwise.yaml": ".github/hunkwise.yml"}
"""Names that somebody may give a configuration, which is not read then, and the right ones."""

POLICY_FILES = (".secrets.baseline", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Files of the base, besides configuration, that say how a change is to be treated."""

ChangeRef = WorkingTree | CommitRange | DiffText | PullRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader of the report should know; `code` is stable, `text` one plain sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A loaded change; `number` is a pull request's.

    `diff` is the unified diff's bytes. `base` and `head` are commit or tree ids, None where unknown (a diff
    file) and for `head` of a working tree. `generated` holds the raw paths that `.gitattributes` of the base
    marks `linguist-generated`. `unread` names changed files that the source could not read, so `diff` lacks them.
    `policies` holds those of `POLICY_FILES` that the base has. `recent_commits` counts those of the last seven days
    that lead to the head, None where that is not known. `identity` is a digest that no other repository of this machine
    has, empty where there is none.
    """

    source: Literal["git", "diff", "github"]
    repo: str | None
    base: str | None
    head: str | None
    diff: bytes
    number: int | None = None
    generated: frozenset[bytes] = frozenset()
    notices: tuple[Notice, ...] = ()
    unread: tuple[UnreadableFile, ...] = ()
    policies: Mapping[str, bytes] = field(default_factory=dict)
    recent_commits: int | None = None
    identity: str = ""
