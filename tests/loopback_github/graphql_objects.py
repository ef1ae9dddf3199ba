"""GraphQL's answers about branches, commits, trees and files."""

from dataclasses import dataclass
from typing import Any

from loopback_github import refusals
from loopback_github.graphql_checks import statuses, suites
from loopback_github.graphql_context import GraphContext, Resolvers, connection, ordered, too_much
from loopback_github.objects import Commit, File
from loopback_github.records import Repository
from loopback_github.shapes import shown, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    repo: Repository
    name: str

    @property
    def node_id(self) -> str:
        return f"REF_{self.repo.id}_{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A path in a commit's tree; `file` is None for a folder, "" is the root."""

    commit: Commit
    path: str
    file: File | None


def _is_binary(file: File) -> bool:
    return b"\0" in file.content[:8_000]


def _blob_text(file: File, context: GraphContext) -> str | None:
    """Return the text, None for a binary file; bytes that are not UTF-8 are replaced."""
    return None if _is_binary(file) else file.content[: context.limits.blob_text].decode("utf-8", "replace")


def _file_of(commit: Commit, context: GraphContext, path: str) -> Entry | None:
    if next(context.files_asked) > context.limits.query_files:
        raise too_much()
    if path in context.limits.slow_files:
        raise refusals.refusal(502, "We couldn't respond to your request in time. Sorry about that.")
    file = commit.files.get(path)
    if file is None and not any(each.startswith(f"{path}/") for each in commit.files):
        return None
    return Entry(commit=commit, path=path, file=file)


def _entries(tree: Entry, _: GraphContext) -> list[Entry]:
    prefix = f"{tree.path}/" if tree.path else ""
    inside = [path.removeprefix(prefix) for path in tree.commit.files if path.startswith(prefix)]
    names = sorted({path.partition("/")[0] for path in inside})
    return [Entry(commit=tree.commit, path=prefix + name, file=tree.commit.files.get(prefix + name)) for name in names]


def _git_object(sha: Any) -> dict[str, Any]:
    return {
        "id": lambda each, _: f"GO_{sha(each)}",
        "oid": lambda each, _: sha(each),
        "abbreviatedOid": lambda each, _: sha(each)[:7],
        "repository": lambda _, context: context.state.repo,
    }


def branch(repo: Repository | None, name: str) -> Branch | None:
    return Branch(repo=repo, name=name) if repo and name in repo.branches else None


def _kind(entry: Entry) -> str:
    if entry.file is None:
        return "tree"
    return "commit" if entry.file.mode == "160000" else "blob"


def _pulls_of_commit(commit: Commit, context: GraphContext, **given: Any) -> dict[str, Any]:
    order = given.pop("orderBy", None)
    objects = context.state.objects
    holding = [
        pull
        for pull in context.state.pulls.values()
        if commit.sha in {each.sha for each in objects.between(pull.base_sha, pull.head_sha)}
    ]
    return connection(ordered(holding, order), **given)


def commit_at(sha: str | None, context: GraphContext) -> Commit | None:
    return context.state.objects.commits.get(sha) if sha else None


RESOLVERS: Resolvers = {
    "Ref": {
        "id": lambda ref, _: ref.node_id,
        "name": lambda ref, _: ref.name,
        "prefix": lambda _, __: "refs/heads/",
        "target": lambda ref, context: commit_at(ref.repo.branches[ref.name], context),
        "repository": lambda ref, _: ref.repo,
    },
    "Commit": {
        **_git_object(lambda commit: commit.sha),
        "message": lambda commit, _: commit.message,
        "messageHeadline": lambda commit, _: commit.message.partition("\n")[0],
        "committedDate": lambda commit, _: time(commit.at),
        "url": lambda commit, context: f"{context.shapes.web}/{context.state.repo.full_name}/commit/{commit.sha}",
        "file": _file_of,
        "tree": lambda commit, _: Entry(commit=commit, path="", file=None),
        "parents": lambda commit, context, **given: connection(
            [context.state.objects.commits[sha] for sha in commit.parents], **given
        ),
        "checkSuites": suites,
        "associatedPullRequests": _pulls_of_commit,
        "status": statuses,
    },
    "Blob": {
        **_git_object(lambda file: file.sha),
        "byteSize": lambda file, _: len(file.content),
        "isBinary": lambda file, _: _is_binary(file),
        "isTruncated": lambda file, context: not _is_binary(file) and len(file.content) > context.limits.blob_text,
        "text": _blob_text,
    },
    "Tree": {
        **_git_object(lambda tree: tree.commit.tree_sha),
        "entries": _entries,
    },
    "TreeEntry": {
        "name": lambda entry, _: shown(entry.path.rpartition("/")[2]),
        "path": lambda entry, _: shown(entry.path),
        "mode": lambda entry, _: int(entry.file.mode, 8) if entry.file else 0o040000,
        "type": lambda entry, _: _kind(entry),
        "oid": lambda entry, _: entry.file.sha if entry.file else entry.commit.tree_sha,
        "object": lambda entry, _: None if _kind(entry) == "commit" else entry.file or entry,
        "size": lambda entry, _: len(entry.file.content) if entry.file else 0,
    },
}
