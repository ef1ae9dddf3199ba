"""Load changes from a local clone: the working tree, or a range of commits."""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hunkwise.adapters.local_git import apart, command, contents, identity, revisions, search, work_tree
from hunkwise.adapters.local_git.command import NAMES, PATCH, Git
from hunkwise.errors import ChangeError
from hunkwise.model.change import POLICY_FILES, Change, ChangeRef, CommitRange, DiffText, PullRequest
from hunkwise.model.intent import Intent

MAX_COMMITS = 30
"""Subjects of a range that are told; a longer one is more than one change."""


class LocalGit:
    """Implements `ports.ChangeSource` for working trees and ranges."""

    def load(self, ref: ChangeRef) -> Change:
        """Return the change; raises ChangeError that says what is wrong and what to do."""
        git = command.open_clone(_folder(ref))
        if isinstance(ref, CommitRange):
            return _range(git, ref)
        return _working_tree(git)

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path; links, and files over 5 MB, are left out."""
        git = command.open_clone(_folder(ref))
        if change.head is None:
            return dict(contents.from_disk(git, paths))
        return contents.from_objects(git, change, frozenset(paths))

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return the subjects of a range's commits, the newest first; of a working tree its branch."""
        git = command.open_clone(_folder(ref))
        if change.head is None:
            branch = git.run("symbolic-ref", "--quiet", "--short", "HEAD", fails=True)
            return Intent(branch=branch.decode("utf-8", "replace").strip())
        log = ("log", "--no-show-signature", "--no-color", "--format=%s", "-z", f"--max-count={MAX_COMMITS}")
        said = git.run(*log, f"{change.base}..{change.head}", "--", fails=True)
        return Intent(commits=tuple(each.decode("utf-8", "replace") for each in command.nul_separated(said)))

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return unchanged files that seem to define one of `names`: of the head, for a working tree of its HEAD."""
        tree = change.head or change.base
        try:
            return search.defining(command.open_clone(_folder(ref)), tree, names, besides) if tree else {}
        except ChangeError:
            return {}

    def config_text(self, ref: ChangeRef, names: Sequence[str]) -> tuple[str, bytes] | None:
        """Return name and content of the first of `names` there is: at the base of a range, else on disk."""
        git = command.open_clone(_folder(ref))
        if isinstance(ref, CommitRange):
            return contents.first_at(git, revisions.pair(git, ref.spec).base, names)
        return contents.first_on_disk(git, names)

    def kinds(self, ref: ChangeRef, names: Sequence[str]) -> dict[str, str]:
        """Return what lies under those of `names` there are, `file` or something else: where `config_text` looks."""
        git = command.open_clone(_folder(ref))
        if isinstance(ref, CommitRange):
            return contents.kinds_at(git, revisions.pair(git, ref.spec).base, names)
        return contents.kinds_on_disk(git.place, names)


def _folder(ref: ChangeRef) -> str:
    if isinstance(ref, DiffText):
        raise ChangeError(f"{ref.name} is no git repository")
    if isinstance(ref, PullRequest):
        raise ChangeError(f"{ref.repo}#{ref.number} is no local clone")
    return ref.repo


def _range(git: Git, ref: CommitRange) -> Change:
    pair = revisions.pair(git, ref.spec)
    with apart.nowhere(git) as own:
        diff = own.run(*PATCH, pair.base, pair.head, "--")
        names = command.nul_separated(own.run(*NAMES, pair.base, pair.head, "--"))
    return Change(
        source="git",
        repo=git.place.name,
        base=pair.base,
        head=pair.head,
        diff=diff,
        generated=_generated(git, pair, names),
        notices=pair.notices,
        policies=contents.all_at(git, pair.base, POLICY_FILES),
        recent_commits=revisions.recent_commits(git, pair.head),
        identity=identity.of(git),
    )


def _working_tree(git: Git) -> Change:
    if git.top is None:
        raise ChangeError(f"{git.folder} is a bare repository: it has no working tree", hint="review a range: A..B")
    pair = revisions.head_or_empty(git)
    with apart.over_work_tree(git) as own:
        found = work_tree.announce(own, Path(os.path.realpath(git.top)))
        diff = own.run(*PATCH, pair.base, "--")
        names = command.nul_separated(own.run(*NAMES, pair.base, "--"))
    return Change(
        source="git",
        repo=git.place.name,
        base=None if pair.is_whole else pair.base,
        head=None,
        diff=diff,
        generated=_generated(git, pair, names),
        notices=(*pair.notices, *found.notices),
        unread=found.unread,
        policies={} if pair.is_whole else contents.all_at(git, pair.base, POLICY_FILES),
        recent_commits=0 if pair.is_whole else revisions.recent_commits(git, pair.base),
        identity=identity.of(git),
    )


def _generated(git: Git, pair: revisions.Pair, names: Sequence[bytes]) -> frozenset[bytes]:
    """Return those of `names` that `.gitattributes` of the base marks: the change can't mark itself."""
    if pair.is_whole or not names:
        return frozenset()
    with apart.nowhere(git) as own:
        own.run("read-tree", pair.base)
        answer = own.run("check-attr", "--cached", "-z", "--stdin", "linguist-generated", given=command.joined(names))
    fields = command.nul_separated(answer)
    rows = zip(fields[::3], fields[2::3], strict=True)
    return frozenset(path for path, value in rows if value in (b"set", b"true"))
