"""REST: repositories, pull requests, commits, files."""

import base64
from typing import Any
from urllib.parse import quote

from loopback_github import refusals
from loopback_github.accounts import Account
from loopback_github.calls import Call, Reply, route
from loopback_github.comparison import ChangedFile, Comparison
from loopback_github.objects import Commit, File
from loopback_github.records import Pull
from loopback_github.shapes import shown

REPO = "/repos/{owner}/{repo}"


@route("GET", REPO)
def repository(call: Call) -> Reply:
    role = call.state.role(call.token.account) if call.token else "read"
    return Reply(status=200, payload=call.shapes.whole_repository(call.repo, role))


@route("GET", f"{REPO}/pulls")
def pulls(call: Call) -> Reply:
    call.may("read", "pull-requests")
    found = [pull for pull in call.state.pulls.values() if _is_asked(call, pull)]
    return call.listed(sorted(found, key=lambda pull: -pull.number), call.pulls.short)


def _is_asked(call: Call, pull: Pull) -> bool:
    state, head = call.query.get("state", "open"), call.query.get("head", "")
    owner = pull.head_repo.owner.login if pull.head_repo else ""
    return (
        state in {pull.state, "all"}
        and call.query.get("base", pull.base_ref) == pull.base_ref
        and (":" not in head or head == f"{owner}:{pull.head_ref}")  # a head without an owner is ignored
        and call.repo is pull.repo
    )


@route("GET", f"{REPO}/pulls/{{number}}")
def pull(call: Call, number: str) -> Reply:
    call.may("read", "pull-requests")
    found = call.pull(number)
    if call.wants("diff"):
        return _diff(call, call.state.comparison(found))
    return Reply(status=200, payload=call.pulls.whole(found))


def _diff(call: Call, comparison: Comparison) -> Reply:
    limits = call.limits
    if len(comparison.files) > limits.diff_files:
        raise refusals.too_large("files", limits.diff_files)
    if comparison.diff.count(b"\n") > limits.diff_lines:
        raise refusals.too_large("lines", limits.diff_lines)
    if len(comparison.diff) > limits.diff_bytes:
        raise refusals.too_large("bytes", limits.diff_bytes)
    return Reply(status=200, payload=comparison.diff, media="application/vnd.github.diff; charset=utf-8")


@route("GET", f"{REPO}/pulls/{{number}}/files")
def files(call: Call, number: str) -> Reply:
    call.may("read", "pull-requests")
    found = call.pull(number)
    home = found.head_repo or found.repo
    listed = call.state.comparison(found).files[: call.limits.files]
    return call.listed(listed, lambda file: call.shapes.file(home, found.head_sha, file, _patch(call, file)))


def _patch(call: Call, file: ChangedFile) -> str | None:
    patch = file.patch
    if patch is None or len(patch) > call.limits.patch_bytes or patch.count("\n") > call.limits.patch_lines:
        return None
    return patch


@route("GET", f"{REPO}/pulls/{{number}}/commits")
def pull_commits(call: Call, number: str) -> Reply:
    call.may("read", "pull-requests")
    found = call.pull(number)
    commits = call.state.objects.between(found.base_sha, found.head_sha)[: call.limits.compare_commits]
    return call.listed(commits, lambda commit: call.shapes.commit(call.repo, commit))


@route("GET", f"{REPO}/compare/{{basehead}}")
def compare(call: Call, basehead: str) -> Reply:
    call.may("read", "contents")
    base_name, dots, head_name = basehead.partition("...")
    if not dots:
        raise refusals.not_found()
    base, head = (_commit(call, name) for name in (base_name, head_name))
    objects = call.state.objects
    middle = objects.merge_base(base.sha, head.sha)
    if middle is None:
        raise refusals.refusal(404, "No common ancestor between the two commits.")
    comparison = objects.compare(middle, head.sha)
    if call.wants("diff"):
        return _diff(call, comparison)
    ahead, behind = objects.between(base.sha, head.sha), objects.between(head.sha, base.sha)
    shown_commits, headers = call.page(ahead)
    url, page = f"{call.shapes.repo_url(call.repo)}/compare/{basehead}", f"{call.shapes.web}/{call.repo.full_name}"
    payload: dict[str, Any] = {
        "url": url,
        "html_url": f"{page}/compare/{basehead}",
        "permalink_url": f"{page}/compare/{base.sha}...{head.sha}",
        "diff_url": f"{page}/compare/{basehead}.diff",
        "patch_url": f"{page}/compare/{basehead}.patch",
        "base_commit": call.shapes.commit(call.repo, base),
        "merge_base_commit": call.shapes.commit(call.repo, objects.commits[middle]),
        "status": _standing(ahead, behind),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [call.shapes.commit(call.repo, each) for each in shown_commits[: call.limits.compare_commits]],
    }
    if call.query.get("page", "1") == "1":  # files come with the first page alone
        listed = comparison.files[: call.limits.compare_files]
        payload["files"] = [call.shapes.file(call.repo, head.sha, file, _patch(call, file)) for file in listed]
    return Reply(status=200, payload=payload, headers=headers)


def _standing(ahead: list[Commit], behind: list[Commit]) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def _commit(call: Call, name: str) -> Commit:
    """Return the commit a branch, `owner:branch` or commit id names."""
    owner, colon, branch = name.rpartition(":")
    homes = [repo for repo in call.state.repositories if not colon or repo.owner.login == owner]
    home = call.repo if not colon else homes[0] if homes else None
    sha = home.branches.get(branch.removeprefix("refs/").removeprefix("heads/"), branch) if home else branch
    found = call.state.objects.commits.get(sha)
    if found is None:
        matching = [each for key, each in call.state.objects.commits.items() if len(sha) >= 7 and key.startswith(sha)]
        if len(matching) != 1:
            raise refusals.not_found()
        found = matching[0]
    return found


@route("GET", f"{REPO}/commits/{{sha}}/pulls")
def commit_pulls(call: Call, sha: str) -> Reply:
    call.may("read", "pull-requests")
    commit = _commit(call, sha)
    holding = [
        pull
        for pull in call.state.pulls.values()
        if commit.sha in {each.sha for each in call.state.objects.between(pull.base_sha, pull.head_sha)}
    ]
    return call.listed(holding, call.pulls.short)


@route("GET", f"{REPO}/git/blobs/{{sha}}")
def blob(call: Call, sha: str) -> Reply:
    call.may("read", "contents")
    content = call.state.objects.blob(sha)
    if content is None:
        raise refusals.not_found()
    if call.wants("raw"):
        return Reply(status=200, payload=content, media="application/vnd.github.raw; charset=utf-8")
    payload = {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(content),
        "url": f"{call.shapes.repo_url(call.repo)}/git/blobs/{sha}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
    return Reply(status=200, payload=payload)


@route("GET", f"{REPO}/git/commits/{{sha}}")
def git_commit(call: Call, sha: str) -> Reply:
    call.may("read", "contents")
    return Reply(status=200, payload=call.shapes.git_commit(call.repo, _commit(call, sha)))


@route("GET", f"{REPO}/git/trees/{{ref}}")
def tree(call: Call, ref: str) -> Reply:
    """Return the tree of a commit, by the commit's or the tree's name; of subfolders only with `recursive`."""
    call.may("read", "contents")
    by_tree = {each.tree_sha: each for each in call.state.objects.commits.values()}
    commit = by_tree.get(ref) or _commit(call, ref)
    url = call.shapes.repo_url(call.repo)
    shown_files = [
        {
            "path": shown(path),
            "mode": file.mode,
            "type": "commit" if file.mode == "160000" else "blob",
            "sha": file.sha,
            "size": len(file.content),
            "url": f"{url}/git/blobs/{file.sha}",
        }
        for path, file in sorted(commit.files.items())
        if "recursive" in call.query or "/" not in path
    ]
    payload = {"sha": commit.tree_sha, "url": f"{url}/git/trees/{commit.tree_sha}", "truncated": False}
    return Reply(status=200, payload={**payload, "tree": shown_files})


@route("GET", f"{REPO}/git/ref/{{ref}}")
def git_ref(call: Call, ref: str) -> Reply:
    call.may("read", "contents")
    sha = call.repo.branches.get(ref.removeprefix("heads/"))
    if sha is None or not ref.startswith("heads/"):
        raise refusals.not_found()
    url = call.shapes.repo_url(call.repo)
    target = {"type": "commit", "sha": sha, "url": f"{url}/git/commits/{sha}"}
    payload = {"ref": f"refs/{ref}", "node_id": f"REF_{sha}", "url": f"{url}/git/refs/{ref}", "object": target}
    return Reply(status=200, payload=payload)


@route("GET", f"{REPO}/contents/{{path}}")
def contents(call: Call, path: str) -> Reply:
    call.may("read", "contents")
    commit = _commit(call, call.query.get("ref", call.repo.default_branch))
    file = commit.files.get(path)
    if file is None:
        inside = [each for each in commit.files if each.startswith(f"{path}/")]
        if not inside:
            raise refusals.not_found()
        return Reply(status=200, payload=_folder(call, commit, path))
    if call.wants("raw"):
        return Reply(status=200, payload=file.content, media="application/vnd.github.raw; charset=utf-8")
    return Reply(status=200, payload=_content(call, commit, path, file))


def _folder(call: Call, commit: Commit, folder: str) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for path, file in commit.files.items():
        if path.startswith(f"{folder}/"):
            name, slash, _ = path.removeprefix(f"{folder}/").partition("/")
            entry = _content(call, commit, f"{folder}/{name}", file)
            entry |= {"type": "dir", "size": 0} if slash else {}
            made[name] = {key: value for key, value in entry.items() if key not in {"content", "encoding"}}
    return list(made.values())


def _content(call: Call, commit: Commit, path: str, file: File) -> dict[str, Any]:
    url, page = call.shapes.repo_url(call.repo), f"{call.shapes.web}/{call.repo.full_name}"
    place = quote(path.encode("utf-8", "surrogateescape"))
    links = {
        "self": f"{url}/contents/{place}?ref={commit.sha}",
        "git": f"{url}/git/blobs/{file.sha}",
        "html": f"{page}/blob/{commit.sha}/{place}",
    }
    is_large = len(file.content) > 1_000_000  # then the content must be asked for as raw
    return {
        "type": "file",
        "encoding": "none" if is_large else "base64",
        "size": len(file.content),
        "name": shown(path.rpartition("/")[2]),
        "path": shown(path),
        "content": "" if is_large else base64.encodebytes(file.content).decode(),
        "sha": file.sha,
        "url": links["self"],
        "git_url": links["git"],
        "html_url": links["html"],
        "download_url": f"{page}/raw/{commit.sha}/{place}",
        "_links": links,
    }


@route("GET", f"{REPO}/collaborators/{{login}}/permission")
def permission(call: Call, login: str) -> Reply:
    if call.who.kind == "user" and not call.state.may_push(call.who.account):
        raise refusals.forbidden("Must have push access to view collaborator permission.")
    account: Account | None = call.state.accounts.get(login)
    if account is None:
        raise refusals.refusal(404, f"{login} is not a user")
    role = call.state.role(account)
    legacy = {"maintain": "write", "triage": "read"}.get(role, role)
    user = {**call.shapes.user(account), "permissions": call.shapes.repository(call.repo, role)["permissions"]}
    return Reply(status=200, payload={"permission": legacy, "role_name": role, "user": {**user, "role_name": role}})


# The routes below come last: their paths hold a reference, which may hold slashes.


@route("GET", f"{REPO}/commits/{{ref}}")
def commit_by_ref(call: Call, ref: str) -> Reply:
    call.may("read", "contents")
    return Reply(status=200, payload=call.shapes.commit(call.repo, _commit(call, ref)))
