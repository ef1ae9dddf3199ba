"""REST's JSON of pull requests and of what is said on them."""

from loopback_github.records import Association, Comment, Pull, Repository, Review, ReviewComment
from loopback_github.shapes import JSON, Shapes, shown
from loopback_github.state import State


class PullShapes:
    def __init__(self, shapes: Shapes, state: State) -> None:
        self.shapes = shapes
        self._state = state

    def url(self, pull: Pull) -> str:
        return f"{self.shapes.repo_url(pull.repo)}/pulls/{pull.number}"

    def issue_url(self, pull: Pull) -> str:
        return f"{self.shapes.repo_url(pull.repo)}/issues/{pull.number}"

    def page(self, pull: Pull) -> str:
        return f"{self.shapes.web}/{pull.repo.full_name}/pull/{pull.number}"

    def association(self, pull: Pull, login: str) -> Association:
        if login == pull.author.login:
            return pull.association
        if login == pull.repo.owner.login:
            return "OWNER"
        return "COLLABORATOR" if login in self._state.roles else "NONE"

    def short(self, pull: Pull) -> JSON:
        """Return a pull request as lists show it."""
        url, issue, page = self.url(pull), self.issue_url(pull), self.page(pull)
        repo_url = self.shapes.repo_url(pull.repo)
        links = {
            "self": url,
            "html": page,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{repo_url}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{repo_url}/statuses/{pull.head_sha}",
        }
        return {
            "url": url,
            "id": pull.id,
            "node_id": pull.node_id,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue,
            **{f"{name}_url": link for name, link in links.items() if name not in {"self", "html", "issue"}},
            "number": pull.number,
            "state": pull.state,
            "locked": False,
            "title": pull.title,
            "user": self.shapes.user(pull.author),
            "body": pull.body,
            "labels": [self.shapes.label(pull.repo, label) for label in pull.labels],
            **dict.fromkeys(("milestone", "assignee", "closed_at", "active_lock_reason", "auto_merge")),
            "merged_at": pull.merged_at,
            "merge_commit_sha": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "created_at": pull.created_at,
            "updated_at": pull.updated_at,
            "head": self._end(pull.head_repo, pull.head_ref, pull.head_sha),
            "base": self._end(pull.repo, pull.base_ref, pull.base_sha),
            "_links": {name: {"href": link} for name, link in links.items()},
            "author_association": pull.association,
            "draft": pull.draft,
        }

    def whole(self, pull: Pull) -> JSON:
        """Return a pull request as its own endpoint shows it; `mergeable` is computed later, so it is null."""
        files = self._state.comparison(pull).files
        commits = self._state.objects.between(pull.base_sha, pull.head_sha)
        return {
            **self.short(pull),
            "merged": pull.merged_at is not None,
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "merged_by": None,
            "comments": len(pull.comments),
            "review_comments": sum(each.is_published for thread in pull.threads for each in thread.comments),
            "maintainer_can_modify": pull.is_from_fork,
            "commits": len(commits),
            "additions": sum(file.additions for file in files),
            "deletions": sum(file.deletions for file in files),
            "changed_files": len(files),
        }

    def issue(self, pull: Pull) -> JSON:
        url, page = self.issue_url(pull), self.page(pull)
        return {
            "id": pull.id,
            "node_id": pull.node_id,
            "url": url,
            "repository_url": self.shapes.repo_url(pull.repo),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": page,
            "number": pull.number,
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "user": self.shapes.user(pull.author),
            "labels": [self.shapes.label(pull.repo, label) for label in pull.labels],
            "assignees": [],
            **dict.fromkeys(("assignee", "milestone", "closed_at", "state_reason", "active_lock_reason")),
            "locked": False,
            "comments": len(pull.comments),
            "created_at": pull.created_at,
            "updated_at": pull.updated_at,
            "author_association": pull.association,
            "draft": pull.draft,
            "reactions": self.shapes.reactions(url),
            "pull_request": {
                "url": self.url(pull),
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": pull.merged_at,
            },
        }

    def comment(self, comment: Comment) -> JSON:
        pull = comment.pull
        url = f"{self.shapes.repo_url(pull.repo)}/issues/comments/{comment.id}"
        return {
            "id": comment.id,
            "node_id": comment.node_id,
            "url": url,
            "reactions": self.shapes.reactions(url),
            "html_url": f"{self.page(pull)}#issuecomment-{comment.id}",
            "issue_url": self.issue_url(pull),
            "user": self.shapes.user(comment.author),
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "author_association": self.association(pull, comment.author.login),
            "performed_via_github_app": None,
        }

    def review(self, review: Review) -> JSON:
        pull = review.pull
        page = f"{self.page(pull)}#pullrequestreview-{review.id}"
        made = {
            "id": review.id,
            "node_id": review.node_id,
            "user": self.shapes.user(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": self.url(pull),
            "_links": {"html": {"href": page}, "pull_request": {"href": self.url(pull)}},
            "commit_id": review.commit,
            "author_association": self.association(pull, review.author.login),
        }
        if review.submitted_at is not None:
            made["submitted_at"] = review.submitted_at
        return made

    def review_comment(self, comment: ReviewComment) -> JSON:
        thread = comment.thread
        pull = thread.pull
        url = f"{self.shapes.repo_url(pull.repo)}/pulls/comments/{comment.id}"
        page = f"{self.page(pull)}#discussion_r{comment.id}"
        made = {
            "url": url,
            "pull_request_review_id": comment.review.id,
            "id": comment.id,
            "node_id": comment.node_id,
            "diff_hunk": thread.diff_hunk,
            "path": shown(thread.path),
            "commit_id": thread.original_commit if thread.outdated else pull.head_sha,
            "original_commit_id": thread.original_commit,
            "user": self.shapes.user(comment.author),
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "html_url": page,
            "pull_request_url": self.url(pull),
            "author_association": self.association(pull, comment.author.login),
            "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": self.url(pull)}},
            "side": thread.side,
            "subject_type": thread.subject.lower(),
            "reactions": self.shapes.reactions(url),
            "position": thread.position,
            "original_position": thread.original_position,
        }
        if thread.subject == "LINE":
            made |= {
                "line": thread.line,
                "original_line": thread.original_line,
                "start_line": thread.start_line,
                "original_start_line": thread.original_start_line,
                "start_side": thread.start_side,
            }
        if comment is not thread.comments[0]:
            made["in_reply_to_id"] = thread.comments[0].id
        return made

    def _end(self, repo: Repository | None, ref: str, sha: str) -> JSON:
        owner = repo.owner if repo else None
        return {
            "label": f"{owner.login if owner else 'unknown'}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": self.shapes.user(owner) if owner else None,
            "repo": self.shapes.repository(repo) if repo else None,
        }
