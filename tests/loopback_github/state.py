"""All that the loopback GitHub remembers, and how a test arranges it: repositories, people, pull requests, pushes."""

import io
import itertools
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loopback_github import threads
from loopback_github.accounts import ACTIONS_BOT, Account, AccountKind, App, Token
from loopback_github.comparison import Comparison
from loopback_github.objects import Content, Objects
from loopback_github.records import (
    Artifact,
    Association,
    CheckRun,
    Comment,
    Label,
    Pull,
    QueueEntry,
    Repository,
    Review,
    ReviewComment,
    Status,
    Upload,
)

START = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
WRITING_ROLES = frozenset({"admin", "maintain", "write"})
MAY_WRITE: frozenset[Association] = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class State:
    """One repository, its forks, and everything in them.

    `roles` holds what collaborators may: admin, maintain, write, triage, read; anyone else on a public repository has
    read. `actions_may_approve` is the repository's setting of that name.
    """

    def __init__(self, folder: Path, full_name: str, *, private: bool = False) -> None:
        self.objects = Objects(folder)
        self.accounts: dict[str, Account] = {ACTIONS_BOT.login: ACTIONS_BOT}
        self.roles: dict[str, str] = {}
        self.actions_may_approve = False
        self.repositories: list[Repository] = []
        self.pulls: dict[int, Pull] = {}
        self.checks: list[CheckRun] = []
        self.statuses: list[Status] = []
        self.queue: list[QueueEntry] = []
        self.artifacts: list[Artifact] = []
        self.uploads: list[Upload] = []
        self.tokens: dict[str, Token] = {}
        self.apps: dict[str, App] = {}
        self._former_names: dict[str, Repository] = {}
        self._ids = itertools.count(1001)
        self._ticks = itertools.count(1)
        owner, _, name = full_name.partition("/")
        self.repo = Repository(
            id=self.next_id(), owner=self.account(owner, kind="Organization"), name=name, private=private, branches={}
        )
        self.repositories.append(self.repo)

    def next_id(self) -> int:
        return next(self._ids)

    def now(self) -> str:
        """Return the next second of a clock that only our own calls drive, as GitHub writes it."""
        return (START + timedelta(seconds=next(self._ticks))).strftime("%Y-%m-%dT%H:%M:%SZ")

    def account(self, login: str, *, kind: AccountKind = "User", role: str | None = None) -> Account:
        """Return the account, made when new; a login that ends with `[bot]` is a bot's."""
        if login not in self.accounts:
            made = Account(id=self.next_id(), login=login, kind="Bot" if login.endswith("[bot]") else kind)
            self.accounts[login] = made
        if role is not None:
            self.roles[login] = role
        return self.accounts[login]

    def role(self, account: Account) -> str:
        """Return what an account may: admin, maintain, write, triage, read or none."""
        fallback = "admin" if account is self.repo.owner else "none" if self.repo.private else "read"
        return self.roles.get(account.login, fallback)

    def may_push(self, account: Account) -> bool:
        return self.role(account) in WRITING_ROLES

    def repository(self, full_name: str) -> Repository | None:
        """Return a repository by its name, now or formerly."""
        current = {repo.full_name.lower(): repo for repo in self.repositories}
        return current.get(full_name.lower()) or self._former_names.get(full_name.lower())

    def rename(self, name: str) -> None:
        """Rename the repository: its former name is redirected."""
        self._former_names[self.repo.full_name.lower()] = self.repo
        self.repo.name = name

    def fork(self, owner: str) -> Repository:
        """Return the fork of `owner`, made when new."""
        known = self.repository(f"{owner}/{self.repo.name}")
        if known is not None:
            return known
        made = Repository(
            id=self.next_id(),
            owner=self.account(owner),
            name=self.repo.name,
            private=self.repo.private,
            branches=dict(self.repo.branches),
            parent=self.repo,
        )
        self.repositories.append(made)
        return made

    def delete_fork(self, owner: str) -> None:
        """Delete a fork: its pull requests stay, without a head repository."""
        gone = self.fork(owner)
        self.repositories.remove(gone)
        for pull in self.pulls.values():
            if pull.head_repo is gone:
                pull.head_repo = None

    def commit(
        self,
        files: Mapping[str, Content],
        *,
        branch: str = "main",
        repo: Repository | None = None,
        message: str = "change",
        parents: Sequence[str] | None = None,
    ) -> str:
        """Put a tree of exactly `files` on a branch; `parents` replaces the branch's tip (a force-push)."""
        home = repo or self.repo
        tip = home.branches.get(branch)
        links = parents if parents is not None else [tip] if tip else []
        sha = self.objects.commit(files, parents=links, message=message)
        home.branches[branch] = sha
        self._follow(home, branch)
        return sha

    def open_pull(
        self,
        *,
        head: Mapping[str, Content] | None = None,
        base_branch: str = "main",
        branch: str = "topic",
        author: str = "dev",
        fork_of: str | None = None,
        association: Association | None = None,
        title: str = "A change",
        body: str | None = "What it does.",
        draft: bool = False,
        labels: Sequence[str] = (),
        number: int | None = None,
    ) -> Pull:
        """Open a pull request whose head tree is exactly `head` (None: the branch is there already).

        `fork_of` names the owner of the fork the branch lies in. `association` defaults to what the author's role says.
        """
        home = self.fork(fork_of) if fork_of else self.repo
        if head is not None:
            base = self.repo.branches[base_branch]
            home.branches.setdefault(branch, base)
            self.commit(head, branch=branch, repo=home, parents=[base])
        who = self.account(author)
        at = self.now()
        pull = Pull(
            id=self.next_id(),
            number=number or max(self.pulls, default=0) + 1,
            repo=self.repo,
            author=who,
            association=association or self._association(who),
            title=title,
            body=body,
            base_ref=base_branch,
            head_repo=home,
            head_ref=branch,
            head_sha=home.branches[branch],
            draft=draft,
            labels=[Label(id=self.next_id(), name=name) for name in labels],
            created_at=at,
            updated_at=at,
        )
        self.pulls[pull.number] = pull
        return pull

    def push(self, pull: Pull, files: Mapping[str, Content], *, message: str = "push", force: bool = False) -> str:
        """Put a tree of exactly `files` on the head of a pull request; a forced one starts again from the base."""
        home = pull.head_repo
        assert home is not None, "the fork was deleted"
        parents = [pull.base_sha] if force else [pull.head_sha]
        return self.commit(files, branch=pull.head_ref, repo=home, message=message, parents=parents)

    def enqueue(self, pull: Pull) -> QueueEntry:
        """Put a pull request into the merge queue: its group's commit merges it onto what stands before it."""
        before = [entry for entry in self.queue if entry.pull.base_ref == pull.base_ref]
        onto = before[-1].head_sha if before else pull.base_sha
        entry = QueueEntry(
            id=self.next_id(),
            pull=pull,
            state="AWAITING_CHECKS",
            position=len(before) + 1,
            base_sha=onto,
            head_sha=self._merged(pull, onto),
            enqueued_at=self.now(),
        )
        self.repo.branches[entry.branch] = entry.head_sha
        self.queue.append(entry)
        return entry

    def close(self, pull: Pull, *, merge: bool = False) -> None:
        """Close a pull request, merged onto its base branch or not."""
        pull.closed_on = pull.base_sha
        if merge:
            self.repo.branches[pull.base_ref] = self._merged(pull, pull.base_sha)
            pull.merged_at = self.now()
        pull.state = "closed"
        pull.updated_at = self.now()

    def _merged(self, pull: Pull, onto: str) -> str:
        """Return the commit that merges a pull request onto another; whole files are taken from its head."""
        changed = self.comparison(pull).files
        head = self.objects.commits[pull.head_sha].files
        gone = {each.previous or each.path for each in changed if each.status in {"removed", "renamed"}}
        tree = {path: file for path, file in self.objects.commits[onto].files.items() if path not in gone}
        tree |= {each.path: head[each.path] for each in changed if each.status != "removed"}
        return self.objects.commit(
            {path: (file.mode, file.content) for path, file in tree.items()},
            parents=[onto, pull.head_sha],
            message=f"Merge pull request #{pull.number}",
        )

    def comparison(self, pull: Pull) -> Comparison:
        """Return what the pull request changes: from the merge base to its head."""
        return self.objects.since_merge_base(pull.base_sha, pull.head_sha)

    def review_comments(self, pull: Pull, viewer: Account) -> list[ReviewComment]:
        """Return the comments of all threads that `viewer` sees, in the order they were made."""
        every = itertools.chain.from_iterable(thread.comments for thread in pull.threads)
        seen = (each for each in every if each.is_published or each.author is viewer)
        return sorted(seen, key=lambda each: each.id)

    def all_review_comments(self) -> Iterator[ReviewComment]:
        for pull in self.pulls.values():
            for thread in pull.threads:
                yield from thread.comments

    def reviews(self, pull: Pull, viewer: Account) -> list[Review]:
        """Return the reviews that `viewer` sees: pending ones are their author's alone."""
        return [each for each in pull.reviews if each.state != "PENDING" or each.author is viewer]

    def add_comment(self, pull: Pull, author: Account, body: str) -> Comment:
        at = self.now()
        made = Comment(id=self.next_id(), author=author, body=body, pull=pull, created_at=at, updated_at=at)
        pull.comments.append(made)
        pull.updated_at = at
        return made

    def add_artifact(self, run_id: int, name: str, files: Mapping[str, str | bytes], *, head_sha: str) -> Artifact:
        """Leave files as a workflow run's artifact."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        made = Artifact(
            id=self.next_id(),
            run_id=run_id,
            run_head_sha=head_sha,
            name=name,
            archive=packed.getvalue(),
            created_at=self.now(),
        )
        self.artifacts.append(made)
        return made

    def _association(self, who: Account) -> Association:
        if who is self.repo.owner:
            return "OWNER"
        return "COLLABORATOR" if who.login in self.roles else "NONE"

    def _follow(self, repo: Repository, branch: str) -> None:
        """Let pull requests whose head or base is this branch see what was pushed."""
        for pull in self.pulls.values():
            if pull.state != "open":
                continue
            if pull.head_repo is repo and pull.head_ref == branch:
                before, pull.head_sha = pull.head_sha, repo.branches[branch]
                pull.past_heads.append(before)
                threads.follow_push(pull, self.objects.compare(before, pull.head_sha), self.comparison(pull))
                pull.updated_at = self.now()
