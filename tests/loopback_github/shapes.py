"""REST's JSON of people, repositories, files and commits, with the server's own address in every URL."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from loopback_github.accounts import Account, App
from loopback_github.comparison import ChangedFile
from loopback_github.objects import Commit
from loopback_github.records import Label, Repository

JSON = dict[str, Any]
REPOSITORY_LINKS = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "{/branch}",
    "collaborators": "{/collaborator}",
    "comments": "{/number}",
    "commits": "{/sha}",
    "compare": "/{base}...{head}",
    "contents": "/{+path}",
    "contributors": "",
    "deployments": "",
    "downloads": "",
    "events": "",
    "forks": "",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "hooks": "",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "{/number}",
    "keys": "{/key_id}",
    "labels": "{/name}",
    "languages": "",
    "merges": "",
    "milestones": "{/number}",
    "notifications": "{?since,all,participating}",
    "pulls": "{/number}",
    "releases": "{/id}",
    "stargazers": "",
    "statuses": "/statuses/{sha}",
    "subscribers": "",
    "subscription": "",
    "tags": "",
    "teams": "",
    "trees": "/git/trees{/sha}",
}
USER_LINKS = {
    "followers": "/followers",
    "following": "/following{/other_user}",
    "gists": "/gists{/gist_id}",
    "starred": "/starred{/owner}{/repo}",
    "subscriptions": "/subscriptions",
    "organizations": "/orgs",
    "repos": "/repos",
    "events": "/events{/privacy}",
    "received_events": "/received_events",
}
ROLES = ("pull", "triage", "push", "maintain", "admin")
ROLE_LEVELS = {"none": 0, "read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}


def shown(path: str) -> str:
    """Return a path as JSON can hold it: bytes that are not UTF-8 are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Shapes:
    """`api` is REST's root, `web` the root of pages."""

    def __init__(self, api: str, web: str) -> None:
        self.api = api
        self.web = web

    def repo_url(self, repo: Repository) -> str:
        return f"{self.api}/repos/{repo.full_name}"

    def user(self, account: Account) -> JSON:
        url = f"{self.api}/users/{quote(account.login)}"
        return {
            "login": account.login,
            "id": account.id,
            "node_id": account.node_id,
            "avatar_url": f"{self.web}/avatars/{account.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{quote(account.bare_login)}",
            **{f"{name}_url": url + tail for name, tail in USER_LINKS.items()},
            "type": account.kind,
            "site_admin": False,
        }

    def me(self, account: Account) -> JSON:
        return {
            **self.user(account),
            **dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio")),
            **dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0),
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2025-01-01T00:00:00Z",
            "user_view_type": "public",
        }

    def app(self, app: App) -> JSON:
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": f"A_{app.id}",
            "owner": self.user(Account(id=9919, login="github", kind="Organization")),
            "name": app.name,
            "description": None,
            "external_url": f"{self.web}/apps/{app.slug}",
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": "2018-07-30T09:30:17Z",
            "updated_at": "2024-04-10T20:33:16Z",
            "permissions": {"checks": "write"},
            "events": [],
        }

    def short_repository(self, repo: Repository) -> JSON:
        """Return a repository as a workflow run shows it."""
        url = self.repo_url(repo)
        return {
            "id": repo.id,
            "node_id": repo.node_id,
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
            "owner": self.user(repo.owner),
            "html_url": f"{self.web}/{repo.full_name}",
            "description": None,
            "fork": repo.parent is not None,
            "url": url,
            **{f"{name}_url": _link(url, name, tail) for name, tail in REPOSITORY_LINKS.items()},
        }

    def repository(self, repo: Repository, role: str | None = None) -> JSON:
        """Return a repository as pull requests and lists show it."""
        made: JSON = {
            **self.short_repository(repo),
            "visibility": "private" if repo.private else "public",
            "git_url": f"git://{self.web.partition('//')[2]}/{repo.full_name}.git",
            "ssh_url": f"git@{self.web.partition('//')[2]}:{repo.full_name}.git",
            "clone_url": f"{self.web}/{repo.full_name}.git",
            "svn_url": f"{self.web}/{repo.full_name}",
            **dict.fromkeys(("mirror_url", "homepage", "language", "license")),
            **dict.fromkeys(("forks_count", "stargazers_count", "watchers_count", "size", "open_issues_count"), 0),
            **dict.fromkeys(("forks", "open_issues", "watchers"), 0),
            **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads", "allow_forking"), True),
            **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled", "is_template"), False),
            "default_branch": repo.default_branch,
            "topics": [],
            "custom_properties": {},
            "web_commit_signoff_required": False,
            **dict.fromkeys(("pushed_at", "created_at", "updated_at"), "2025-01-01T00:00:00Z"),
        }
        if role is not None:
            made["permissions"] = {name: ROLE_LEVELS[role] > level for level, name in enumerate(ROLES)}
        return made

    def whole_repository(self, repo: Repository, role: str) -> JSON:
        """Return a repository as its own endpoint shows it."""
        made = {**self.repository(repo, role), "subscribers_count": 0, "network_count": 0}
        if repo.parent is not None:
            made["parent"] = made["source"] = self.repository(repo.parent)
        return made

    def reactions(self, url: str) -> JSON:
        """Return that nobody reacted."""
        kinds = ("total_count", "+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
        return {"url": f"{url}/reactions", **dict.fromkeys(kinds, 0)}

    def label(self, repo: Repository, label: Label) -> JSON:
        return {
            "id": label.id,
            "node_id": label.node_id,
            "url": f"{self.repo_url(repo)}/labels/{quote(label.name)}",
            "name": label.name,
            "description": "",
            "color": "ededed",
            "default": False,
        }

    def file(self, repo: Repository, head_sha: str, file: ChangedFile, patch: str | None) -> JSON:
        """Return an entry of a list of files; without a patch the key is absent."""
        path = quote(file.path.encode("utf-8", "surrogateescape"))
        made: JSON = {
            "sha": file.sha,
            "filename": shown(file.path),
            "status": file.status,
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{self.web}/{repo.full_name}/blob/{head_sha}/{path}",
            "raw_url": f"{self.web}/{repo.full_name}/raw/{head_sha}/{path}",
            "contents_url": f"{self.repo_url(repo)}/contents/{path}?ref={head_sha}",
        }
        if patch is not None:
            made["patch"] = patch
        if file.previous is not None:
            made["previous_filename"] = shown(file.previous)
        return made

    def git_commit(self, repo: Repository, commit: Commit) -> JSON:
        """Return a commit as the git database shows it."""
        url = f"{self.repo_url(repo)}/git/commits/{commit.sha}"
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "url": url,
            "html_url": f"{self.web}/{repo.full_name}/commit/{commit.sha}",
            **self._written(repo, commit),
            "parents": self._parents(repo, commit, "git/commits"),
        }

    def commit(self, repo: Repository, commit: Commit) -> JSON:
        """Return a commit as lists of commits show it."""
        url = f"{self.repo_url(repo)}/commits/{commit.sha}"
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "url": url,
            "html_url": f"{self.web}/{repo.full_name}/commit/{commit.sha}",
            "comments_url": f"{url}/comments",
            "commit": {
                "url": f"{self.repo_url(repo)}/git/commits/{commit.sha}",
                "comment_count": 0,
                **self._written(repo, commit),
            },
            "author": None,
            "committer": None,
            "parents": self._parents(repo, commit, "commits"),
        }

    def _written(self, repo: Repository, commit: Commit) -> JSON:
        who = {"name": commit.author, "email": f"{commit.author}@example.org", "date": time(commit.at)}
        unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        return {
            "author": who,
            "committer": who,
            "message": commit.message,
            "tree": {
                "sha": commit.tree_sha,
                "url": f"{self.repo_url(repo)}/git/trees/{commit.tree_sha}",
            },
            "verification": unsigned,
        }

    def _parents(self, repo: Repository, commit: Commit, kind: str) -> list[JSON]:
        return [
            {
                "sha": sha,
                "url": f"{self.repo_url(repo)}/{kind}/{sha}",
                "html_url": f"{self.web}/{repo.full_name}/commit/{sha}",
            }
            for sha in commit.parents
        ]


def _link(url: str, name: str, tail: str) -> str:
    """Return a link of a repository; a tail with a folder of its own replaces the name."""
    if tail.startswith(("/git/", "/issues/", "/statuses/")):
        return url + tail
    return f"{url}/{'tarball' if name == 'archive' and not tail else name}{tail}"
