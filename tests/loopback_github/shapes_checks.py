"""REST's JSON of check runs and statuses."""

from loopback_github.records import CheckRun, Repository, Status
from loopback_github.shapes import JSON, Shapes


class CheckShapes:
    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    def run(self, run: CheckRun) -> JSON:
        url = f"{self._shapes.repo_url(run.repo)}/check-runs/{run.id}"
        page = f"{self._shapes.web}/{run.repo.full_name}/runs/{run.id}"
        return {
            "id": run.id,
            "node_id": run.node_id,
            "name": run.name,
            "head_sha": run.head_sha,
            "external_id": run.external_id or "",
            "url": url,
            "html_url": page,
            "details_url": run.details_url or page,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": run.started_at,
            "completed_at": run.completed_at,
            "output": {
                "title": run.output.get("title"),
                "summary": run.output.get("summary"),
                "text": run.output.get("text"),
                "annotations_count": len(run.annotations),
                "annotations_url": f"{url}/annotations",
            },
            "check_suite": {"id": run.app.id},
            "app": self._shapes.app(run.app),
            "pull_requests": [],
        }

    def status(self, repo: Repository, status: Status) -> JSON:
        return {**self.short_status(repo, status), "creator": self._shapes.user(status.creator)}

    def short_status(self, repo: Repository, status: Status) -> JSON:
        return {
            "url": f"{self._shapes.repo_url(repo)}/statuses/{status.sha}",
            "avatar_url": f"{self._shapes.web}/avatars/{status.creator.id}",
            "id": status.id,
            "node_id": status.node_id,
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": status.created_at,
            "updated_at": status.created_at,
        }
