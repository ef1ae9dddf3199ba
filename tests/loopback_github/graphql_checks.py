"""GraphQL's answers about checks and statuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopback_github.accounts import App
from loopback_github.graphql_context import GraphContext, Resolvers, connection
from loopback_github.objects import Commit
from loopback_github.records import CheckRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The check runs of one app on one commit."""

    app: App
    sha: str
    runs: tuple[CheckRun, ...]

    @property
    def node_id(self) -> str:
        return f"CS_{self.app.id}_{self.sha}"


def suites(
    commit: Commit,
    context: GraphContext,
    filterBy: dict[str, Any] | None = None,  # noqa: N803  # GitHub\'s name
    **given: Any,
) -> dict[str, Any]:
    wanted = filterBy or {}
    by_app: dict[int, list[CheckRun]] = {}
    for run in context.state.checks:
        if run.head_sha == commit.sha and wanted.get("appId") in {None, run.app.id}:
            by_app.setdefault(run.app.id, []).append(run)
    suites = [Suite(app=runs[0].app, sha=commit.sha, runs=tuple(runs)) for runs in by_app.values()]
    name = wanted.get("checkName")
    kept = [suite for suite in suites if name is None or any(run.name == name for run in suite.runs)]
    return connection(kept, **given)


def _runs(
    suite: Suite,
    _: GraphContext,
    filterBy: dict[str, Any] | None = None,  # noqa: N803  # GitHub\'s name
    **given: Any,
) -> dict[str, Any]:
    wanted = filterBy or {}
    runs = [
        run
        for run in suite.runs
        if wanted.get("checkName") in {None, run.name}
        and wanted.get("appId") in {None, run.app.id}
        and wanted.get("status") in {None, run.status.upper()}
    ]
    if wanted.get("checkType", "LATEST") == "LATEST":
        runs = list({run.name: run for run in runs}.values())
    return connection(runs, **given)


def _suite_conclusion(suite: Suite, _: GraphContext) -> str | None:
    if any(run.status != "completed" for run in suite.runs):
        return None
    ends = {run.conclusion for run in suite.runs}
    worst = next((each for each in ("failure", "cancelled", "timed_out", "action_required") if each in ends), None)
    return (worst or ("success" if "success" in ends else "neutral")).upper()


def statuses(commit: Commit, context: GraphContext) -> dict[str, Any] | None:
    context.need_read(context.state.repo, "statuses")
    latest = list({each.context: each for each in context.state.statuses if each.sha == commit.sha}.values())
    if not latest:
        return None
    states = {each.state.upper() for each in latest}
    worst = next(state for state in ("ERROR", "FAILURE", "PENDING", "SUCCESS") if state in states)
    return {"id": f"ST_{commit.sha}", "state": worst, "contexts": latest}


def _status_of_name(status: Mapping[str, Any], _: GraphContext, name: str) -> Any:
    return next((each for each in status["contexts"] if each.context == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An annotation of a run; they have no ids that anybody sees."""

    node_id: str
    given: Mapping[str, Any]


def _notes(run: CheckRun, _: GraphContext, **page: Any) -> dict[str, Any]:
    return connection([Note(node_id=str(at), given=each) for at, each in enumerate(run.annotations)], **page)


RESOLVERS: Resolvers = {
    "CheckAnnotation": {
        "annotationLevel": lambda note, _: note.given["annotation_level"].upper(),
        "location": lambda note, _: {side: {"line": note.given[f"{side}_line"]} for side in ("start", "end")},
        "message": lambda note, _: note.given["message"],
        "path": lambda note, _: note.given["path"],
        "title": lambda note, _: note.given.get("title"),
    },
    "CheckAnnotationSpan": {
        "start": lambda span, _: span["start"],
        "end": lambda span, _: span["end"],
    },
    "CheckAnnotationPosition": {
        "line": lambda place, _: place["line"],
        "column": lambda place, _: place.get("column"),
    },
    "CheckSuite": {
        "id": lambda suite, _: suite.node_id,
        "databaseId": lambda suite, _: suite.app.id,
        "app": lambda suite, _: suite.app,
        "commit": lambda suite, context: context.state.objects.commits[suite.sha],
        "status": lambda suite, _: "COMPLETED" if all(r.status == "completed" for r in suite.runs) else "IN_PROGRESS",
        "conclusion": _suite_conclusion,
        "checkRuns": _runs,
    },
    "CheckRun": {
        "annotations": _notes,
        "id": lambda run, _: run.node_id,
        "databaseId": lambda run, _: run.id,
        "name": lambda run, _: run.name,
        "externalId": lambda run, _: run.external_id,
        "status": lambda run, _: run.status.upper(),
        "conclusion": lambda run, _: run.conclusion.upper() if run.conclusion else None,
        "detailsUrl": lambda run, context: context.checks.run(run)["details_url"],
        "url": lambda run, context: context.checks.run(run)["html_url"],
        "startedAt": lambda run, _: run.started_at,
        "completedAt": lambda run, _: run.completed_at,
        "title": lambda run, _: run.output.get("title"),
        "summary": lambda run, _: run.output.get("summary"),
        "text": lambda run, _: run.output.get("text"),
        "checkSuite": lambda run, context: Suite(
            app=run.app,
            sha=run.head_sha,
            runs=tuple(r for r in context.state.checks if (r.app, r.head_sha) == (run.app, run.head_sha)),
        ),
    },
    "App": {
        "id": lambda app, _: f"A_{app.id}",
        "databaseId": lambda app, _: app.id,
        "name": lambda app, _: app.name,
        "slug": lambda app, _: app.slug,
    },
    "Status": {"context": _status_of_name},
    "StatusContext": {
        "id": lambda status, _: status.node_id,
        "context": lambda status, _: status.context,
        "state": lambda status, _: status.state.upper(),
        "description": lambda status, _: status.description,
        "targetUrl": lambda status, _: status.target_url,
        "createdAt": lambda status, _: status.created_at,
        "creator": lambda status, _: status.creator,
    },
}
