"""Commits and files of a network of repositories (a repository and its forks), in a git folder of our own.

Contents come from plain mappings and stay in memory; git computes what must be exact: commit ids, merge bases, diffs.
"""

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopback_github import comparison
from loopback_github.comparison import Comparison

EPOCH = 1_760_000_000
"""The time of the first commit; each further one is a minute later, so that ids are the same in every run."""

Content = str | bytes | tuple[str, bytes]
"""A file: text, bytes, or its git mode ("100755", "120000", "160000") and bytes (a submodule's: the commit id)."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a tree."""

    mode: str
    content: bytes

    @property
    def sha(self) -> str:
        if self.mode == "160000":
            return self.content.decode()
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit with its whole tree."""

    sha: str
    tree_sha: str
    parents: tuple[str, ...]
    message: str
    author: str
    at: int
    files: Mapping[str, File]


class Objects:
    """The store; paths are text, bytes that are not UTF-8 kept by surrogates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commits: dict[str, Commit] = {}
        self._blobs: dict[str, bytes] = {}
        self._comparisons: dict[tuple[str, str], Comparison] = {}
        self._merge_bases: dict[tuple[str, str], str | None] = {}
        self._between: dict[tuple[str, str], list[Commit]] = {}
        self._git("init", "-q", "--bare", "-b", "main", ".")

    def commit(
        self, files: Mapping[str, Content], *, parents: Sequence[str] = (), message: str = "change", author: str = "dev"
    ) -> str:
        """Store a tree of exactly `files` as a commit; return its id."""
        tree = {path: _file(content) for path, content in files.items()}
        at = EPOCH + 60 * len(self.commits)
        stream = _stream(tree, parents, message, f"{author} <{author}@example.org> {at} +0000")
        sha = self._git("fast-import", "--quiet", "--force", stdin=stream).decode().strip()
        self.commits[sha] = Commit(
            sha=sha,
            tree_sha=self._git("rev-parse", f"{sha}^{{tree}}").decode().strip(),
            parents=tuple(parents),
            message=message,
            author=author,
            at=at,
            files=tree,
        )
        self._blobs.update({file.sha: file.content for file in tree.values() if file.mode != "160000"})
        return sha

    def blob(self, sha: str) -> bytes | None:
        return self._blobs.get(sha)

    def merge_base(self, one: str, other: str) -> str | None:
        if (one, other) not in self._merge_bases:
            found = self._git("merge-base", one, other, may_fail=True).decode().strip()
            self._merge_bases[one, other] = found or None
        return self._merge_bases[one, other]

    def between(self, base: str, head: str) -> list[Commit]:
        """Return the commits of `head` that `base` lacks, oldest first."""
        if (base, head) not in self._between:
            listed = self._git("rev-list", "--reverse", "--topo-order", f"{base}..{head}").decode().split()
            self._between[base, head] = [self.commits[sha] for sha in listed]
        return self._between[base, head]

    def compare(self, base: str, head: str) -> Comparison:
        """Return the difference from the tree of `base` to the tree of `head` (two dots: take the merge base first)."""
        if (base, head) not in self._comparisons:
            options = ("-c", "core.quotePath=true", "diff", "-M", "--no-ext-diff", "--no-textconv")
            self._comparisons[base, head] = comparison.parse(
                diff=self._git(*options, base, head),
                raw=self._git(*options, "--raw", "-z", "--abbrev=40", base, head),
                numbers=self._git(*options, "--numstat", "-z", base, head),
            )
        return self._comparisons[base, head]

    def since_merge_base(self, base: str, head: str) -> Comparison:
        """Return what a pull request shows: three dots."""
        return self.compare(self.merge_base(base, head) or base, head)

    def _git(self, *arguments: str, stdin: bytes = b"", may_fail: bool = False) -> bytes:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": ".",
            "LC_ALL": "C",
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, input=stdin, capture_output=True, check=not may_fail
        )
        return done.stdout


def _file(content: Content) -> File:
    if isinstance(content, tuple):
        return File(*content)
    return File("100644", content.encode() if isinstance(content, str) else content)


def _stream(tree: Mapping[str, File], parents: Sequence[str], message: str, who: str) -> bytes:
    """Return input for git fast-import that prints the new commit's id."""
    text = message.encode()
    head = b"commit refs/heads/loopback\nmark :1\ncommitter %s\ndata %d\n%s\n" % (who.encode(), len(text), text)
    links = [b"from %s\n" % parents[0].encode()] if parents else []
    links += [b"merge %s\n" % parent.encode() for parent in parents[1:]]
    files = [_entry(path, file) for path, file in tree.items()]
    reset = [] if parents else [b"reset refs/heads/loopback\n"]
    return b"".join([*reset, head, *links, b"deleteall\n", *files, b"get-mark :1\n"])


def _entry(path: str, file: File) -> bytes:
    raw = path.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    if file.mode == "160000":
        return b'M 160000 %s "%s"\n' % (file.content, raw)
    return b'M %s inline "%s"\ndata %d\n%s\n' % (file.mode.encode(), raw, len(file.content), file.content)
