"""One pull request, and what is known of it: asked once, shared by all that read it and write on it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hunkwise.adapters.github import faults, payloads, queries
from hunkwise.adapters.github.blobs import Blobs
from hunkwise.adapters.github.exchange import Answer, Fault
from hunkwise.adapters.github.wire import Wire
from hunkwise.errors import HostError, NotOnHostError, UsageError
from hunkwise.model.change import POLICY_FILES
from hunkwise.model.intent import Intent
from hunkwise.model.publication import ReviewEvent
from hunkwise.model.pull import CheckRun, Opinion, Overview, OwnComment, Pull, Thread

WRITERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Associations that GitHub gives to people of the repository (docs.github.com/en/graphql/reference/enums,
CommentAuthorAssociation)."""

ATTRIBUTES = ".gitattributes"

_EVENTS = {"APPROVED": ReviewEvent.APPROVE, "CHANGES_REQUESTED": ReviewEvent.REQUEST_CHANGES}

GHOST = "ghost"
"""GitHub's name for an account that is gone."""

_BOT = "[bot]"
_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_HIDEABLE = frozenset({"checkSuites", "status", "associatedPullRequests"})
"""What a token may be denied without harm: who can't see checks can't write them either."""

_NEEDS = "contents: read and pull-requests: read"


class GitHubPull:
    """A pull request of `repo` (owner/name); `check_name` is what our check runs are called."""

    def __init__(self, wire: Wire, repo: str, number: int, *, check_name: str) -> None:
        if not _REPO.fullmatch(repo):
            raise UsageError(f"{repo!r} is no repository", hint="name it as owner/name")
        self.wire = wire
        self.repo = repo
        self.number = number
        self.check_name = check_name
        self.blobs = Blobs(wire, repo)
        self.attributes = b""
        self.policies: Mapping[str, bytes] = {}
        self._overview: Overview | None = None

    @property
    def about(self) -> str:
        """What messages call it."""
        return f"pull request {self.repo}#{self.number}"

    @property
    def variables(self) -> dict[str, Any]:
        """What names it in a query."""
        owner, name = self.repo.split("/")
        return {"owner": owner, "name": name, "number": self.number}

    @property
    def known(self) -> Overview:
        """What the overview brought; asked now if it was not asked yet."""
        return self._overview or self.overview(())

    def overview(self, files: Sequence[str]) -> Overview:
        """Ask for everything that a run must know first, in one query where no list is long; raises HostError."""
        asked = [*dict.fromkeys((*files, ATTRIBUTES, *POLICY_FILES))]
        variables = {**self.variables, "check": self.check_name, **{f"f{at}": path for at, path in enumerate(asked)}}
        got = self._ask(queries.overview(len(asked)), variables)
        self._refuse(got, len(asked))
        read = payloads.read(payloads.Repository, got.data.get("repository"), self.about)
        contents = self._files(asked, read.pull_request.base_ref)
        self.attributes = contents.get(ATTRIBUTES, b"")
        self.policies = {path: contents[path] for path in POLICY_FILES if path in contents}
        self._overview = self._read(read, {path: contents[path] for path in files if path in contents})
        return self._overview

    def head_sha(self) -> str:
        """Return the head commit as it is now; raises HostError."""
        got = self._ask(queries.HEAD, self.variables)
        head = payloads.part(got.data, "repository", "pullRequest", "headRefOid")
        if not isinstance(head, str):
            raise NotOnHostError(f"{self.wire.host} has no {self.about} any more")
        return head

    def comments(self) -> tuple[OwnComment, ...]:
        """Return our own comments in the conversation as they are now; raises HostError."""
        first = self._page(payloads.Page[payloads.Comment], queries.COMMENTS_AFTER, None)
        return _own(self._all(first, queries.COMMENTS_AFTER))

    def intent(self) -> Intent:
        """Return what its author says of it; linked issues that are hidden from this token are left out."""
        got = self._ask(queries.INTENT, self.variables)
        read = payloads.read(payloads.Purpose, payloads.part(got.data, "repository", "pullRequest"), self.about)
        issues = read.closing_issues_references
        return Intent(
            title=read.title,
            body=read.body,
            branch=read.head_ref_name,
            commits=tuple(each.commit.message_headline for each in reversed(read.commits.shown)),
            issues=tuple(each.title for each in issues.shown) if issues else (),
        )

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Answer:
        got = self.wire.graphql(query, variables, about=self.about, needs=_NEEDS)
        if isinstance(got, Fault):
            raise faults.error(got)
        return got

    def _refuse(self, got: Answer, files: int) -> None:
        """Raise what `got` was denied, unless a review can do without."""
        absent = {f"f{at}" for at in range(files)}
        serious = [
            each
            for each in got.errors
            if not _HIDEABLE.intersection(path := {str(part) for part in each.get("path") or ()})
            and not (absent & path and each.get("type") == "NOT_FOUND")
        ]
        if serious:
            raise self.wire.refusal(serious, about=self.about, needs=_NEEDS)
        if not payloads.part(got.data, "repository", "pullRequest"):
            raise NotOnHostError(f"{self.wire.host} has no {self.about}, or hides it from this token")

    def _files(self, asked: Sequence[str], base: payloads.BaseRef | None) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for at, path in enumerate(asked):
            content = self.blobs.content(base.target.get(f"f{at}")) if base else None
            if content is None:
                continue
            if content.data is None:
                raise HostError(f"{path} of the base branch can't be read: it is binary, or over 5 MB")
            found[path] = content.data
        return found

    def _read(self, read: payloads.Repository, files: Mapping[str, bytes]) -> Overview:
        pull = read.pull_request
        head = pull.commits.shown[-1].commit if pull.commits.shown else None
        return Overview(
            pull=_pull(read),
            files=files,
            comments=_own(self._all(pull.comments, queries.COMMENTS_AFTER)),
            threads=tuple(
                _thread(node, first)
                for node in self._all(pull.review_threads, queries.THREADS_AFTER)
                for first in node.comments.shown
                if first.viewer_did_author
            ),
            checks=_checks(head),
            status_passes=_status_passes(head),
            sharing=_sharing(head, pull.number),
            opinion=_opinion(pull),
        )

    def _all(self, page: payloads.Page[payloads.T], query: str) -> list[payloads.T]:
        """Return the nodes of `page` and of all that follow."""
        nodes = list(page.shown)
        while page.page_info.has_next_page:
            page = self._page(type(page), query, page.page_info.end_cursor)
            nodes += page.shown
        return nodes

    def _page(self, kind: type[payloads.Page[payloads.T]], query: str, after: str | None) -> payloads.Page[payloads.T]:
        got = self._ask(query, {**self.variables, "after": after})
        if got.errors:
            raise self.wire.refusal(got.errors, about=self.about, needs=_NEEDS)
        return payloads.read(kind, payloads.part(got.data, "repository", "pullRequest", "page"), self.about)


def _pull(read: payloads.Repository) -> Pull:
    pull = read.pull_request
    target = pull.base_ref.target if pull.base_ref else {}
    return Pull(
        repo=read.name_with_owner,
        repo_id=read.database_id,
        number=pull.number,
        is_open=pull.state == "OPEN",
        is_draft=pull.is_draft,
        author=_login(pull.author),
        author_may_write=pull.author_association in WRITERS,
        labels=tuple(label.name for label in pull.labels.shown) if pull.labels else (),
        base_ref=pull.base_ref_name,
        base_sha=str(target.get("oid") or pull.base_ref_oid),
        head_sha=pull.head_ref_oid,
        changed_files=pull.changed_files,
        changed_lines=pull.additions + pull.deletions,
        title=pull.title,
        body=pull.body,
    )


def _login(author: payloads.Author | None) -> str:
    """Return a login as events and REST spell it: GraphQL leaves out what ends a bot's."""
    if author is None:
        return GHOST
    return f"{author.login.removesuffix(_BOT)}{_BOT}" if author.kind == "Bot" else author.login


def _own(nodes: Sequence[payloads.Comment]) -> tuple[OwnComment, ...]:
    return tuple(_comment(node) for node in nodes if node.viewer_did_author)


def _comment(node: payloads.Comment) -> OwnComment:
    return OwnComment(id=node.full_database_id, node_id=node.id, body=node.body, is_minimized=node.is_minimized)


def _thread(node: payloads.Thread, first: payloads.ThreadStart) -> Thread:
    return Thread(
        node_id=node.id,
        comment_node_id=first.id,
        path=node.path,
        line=None if node.is_outdated or node.subject_type == "FILE" else node.line,
        body=first.body,
        is_resolved=node.is_resolved,
        resolved_by=node.resolved_by.login if node.resolved_by else None,
        is_minimized=first.is_minimized,
    )


def _checks(head: payloads.HeadCommit | None) -> tuple[CheckRun, ...]:
    suites = head.check_suites.shown if head and head.check_suites else ()
    runs = [run for suite in suites if suite.check_runs for run in suite.check_runs.shown]
    return tuple(
        CheckRun(
            id=run.database_id,
            external_id=run.external_id or "",
            is_completed=run.status == "COMPLETED",
            conclusion=run.conclusion.lower() if run.conclusion else None,
        )
        for run in sorted(runs, key=lambda run: run.database_id)
    )


def _status_passes(head: payloads.HeadCommit | None) -> bool | None:
    context = head.status.context if head and head.status else None
    return None if context is None else context.state == "SUCCESS"


def _opinion(pull: payloads.PullRequest) -> Opinion | None:
    own = [each for each in pull.reviews.shown if each.viewer_did_author and each.commit is not None]
    if not own or own[-1].commit is None:
        return None
    return Opinion(event=_EVENTS[own[-1].state], head_sha=own[-1].commit.oid)


def _sharing(head: payloads.HeadCommit | None, own: int) -> tuple[int, ...]:
    others = head.associated_pull_requests.shown if head and head.associated_pull_requests else ()
    return tuple(
        sorted(
            other.number
            for other in others
            if head and other.state == "OPEN" and other.head_ref_oid == head.oid and other.number != own
        )
    )
