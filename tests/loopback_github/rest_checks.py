"""REST: check runs, which belong to the app that made them, and statuses.

A completed run can't be opened again: a status other than `completed` is ignored without a word, while another
conclusion is taken (https://github.com/lyft/atlantis/pull/265, https://github.com/tektoncd/pipelines-as-code/pull/2305,
https://github.com/flutter/cocoon/pull/5136). A further run of the same name stands before it.
"""

from typing import Any

from loopback_github import refusals
from loopback_github.accounts import App
from loopback_github.calls import Call, Reply, route
from loopback_github.records import CheckRun, Status

REPO = "/repos/{owner}/{repo}"
LEVELS = {"notice", "warning", "failure"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"}
NOTE_FIELDS = ("path", "start_line", "end_line", "annotation_level", "message")


def _app(call: Call) -> App:
    """Return the app that asks: people can't write checks."""
    if call.who.app is None:
        raise refusals.forbidden("You must authenticate via a GitHub App.")
    call.may("write", "checks")
    return call.who.app


@route("POST", f"{REPO}/check-runs")
def create_run(call: Call) -> Reply:
    app = _app(call)
    call.need("name", "head_sha")
    sha = call.text("head_sha")
    if sha not in call.state.objects.commits:
        raise refusals.refusal(422, f"No commit found for SHA: {sha}")
    conclusion = _conclusion(call)
    made = CheckRun(
        id=call.state.next_id(),
        app=app,
        repo=call.repo,
        name=call.text("name"),
        head_sha=sha,
        external_id=call.field("external_id"),
        details_url=call.field("details_url"),
        status="completed" if conclusion else call.text("status") or "queued",
        conclusion=conclusion,
        started_at=call.text("started_at") or call.state.now(),
        completed_at=call.text("completed_at") or (call.state.now() if conclusion else None),
        output={},
        annotations=[],
    )
    _take_output(call, made)
    call.state.checks.append(made)
    return Reply(status=201, payload=call.checks.run(made))


def _run(call: Call, run_id: str) -> CheckRun:
    for each in call.state.checks:
        if str(each.id) == run_id:
            return each
    raise refusals.not_found()


@route("PATCH", f"{REPO}/check-runs/{{run_id}}")
def update_run(call: Call, run_id: str) -> Reply:
    app = _app(call)
    found = _run(call, run_id)
    if found.app.id != app.id:
        raise refusals.forbidden(
            f"Invalid app_id `{app.id}` - check run can only be modified by the GitHub App that created it."
        )
    conclusion = _conclusion(call)
    _take_output(call, found)
    for name in ("name", "external_id", "details_url", "started_at"):
        if call.field(name) is not None:
            setattr(found, name, call.text(name))
    if conclusion:
        found.status, found.conclusion = "completed", conclusion
        found.completed_at = call.text("completed_at") or call.state.now()
    elif call.field("status") and found.status != "completed":  # a completed run keeps its end; GitHub says nothing
        found.status = call.text("status")
    return Reply(status=200, payload=call.checks.run(found))


def _conclusion(call: Call) -> str | None:
    conclusion: str | None = call.field("conclusion")
    if conclusion is not None and conclusion not in CONCLUSIONS:
        raise refusals.invalid_request(
            f"For 'properties/conclusion', {conclusion} is not a member of {sorted(CONCLUSIONS)}."
        )
    if call.field("status") == "completed" and conclusion is None:
        raise refusals.invalid_request('"conclusion" wasn\'t supplied.')
    return conclusion


def _take_output(call: Call, run: CheckRun) -> None:
    """Check an output and keep it; annotations add up from request to request."""
    output = call.field("output")
    if output is None:
        return
    missing = [name for name in ("title", "summary") if not isinstance(output.get(name), str)]
    if missing and call.url.endswith("/check-runs"):
        raise refusals.invalid_request(f"For 'properties/output', \"{missing[0]}\" wasn't supplied.")
    for name in ("summary", "text"):
        _check_text(call, name, output.get(name) or "")
    notes = output.get("annotations") or []
    if len(notes) > call.limits.annotations:
        raise refusals.invalid_request(
            f"No more than {call.limits.annotations} items are allowed; {len(notes)} were supplied."
        )
    for note in notes:
        _check_note(note)
    run.output = {**run.output, **{name: output[name] for name in ("title", "summary", "text") if name in output}}
    run.annotations += notes


def _check_text(call: Call, name: str, text: str) -> None:
    """Refuse a text that is too long: the front door counts characters, the back door bytes."""
    most = call.limits.check_text
    if len(text) > most:
        raise refusals.invalid_request(f"Only {most} characters are allowed; {len(text)} were supplied.")
    if len(text.encode()) > most:
        message = f"{name} exceeds a maximum bytesize of {most}"
        raise refusals.invalid({"resource": "CheckRun", "code": "custom", "field": name, "message": message})


def _check_note(note: dict[str, Any]) -> None:
    missing = [name for name in NOTE_FIELDS if note.get(name) is None]
    if missing:
        raise refusals.invalid_request(f"For 'items', \"{missing[0]}\" wasn't supplied.")
    if note["annotation_level"] not in LEVELS:
        raise refusals.invalid_request(f"{note['annotation_level']} is not a member of {sorted(LEVELS)}.")
    has_columns = note.get("start_column") is not None or note.get("end_column") is not None
    if not 1 <= note["start_line"] <= note["end_line"] or (has_columns and note["start_line"] != note["end_line"]):
        raise refusals.invalid({"resource": "CheckAnnotation", "code": "invalid", "field": "annotations"})
    if len(note["message"].encode()) > 65_536 or len(note.get("title") or "") > 255:
        field = "message" if len(note["message"].encode()) > 65_536 else "title"
        raise refusals.invalid({"resource": "CheckAnnotation", "code": "too_long", "field": field})


@route("GET", f"{REPO}/check-runs/{{run_id}}")
def run_by_id(call: Call, run_id: str) -> Reply:
    call.may("read", "checks")
    return Reply(status=200, payload=call.checks.run(_run(call, run_id)))


@route("GET", f"{REPO}/commits/{{ref}}/check-runs")
def runs_of_commit(call: Call, ref: str) -> Reply:
    call.may("read", "checks")
    sha = call.repo.branches.get(ref, ref)
    found = [run for run in call.state.checks if run.head_sha == sha]
    name, status, app_id = (call.query.get(key) for key in ("check_name", "status", "app_id"))
    found = [run for run in found if name in {None, run.name} and status in {None, run.status}]
    found = [run for run in found if app_id in {None, str(run.app.id)}]
    if call.query.get("filter", "latest") == "latest":
        found = list({(run.app.id, run.name): run for run in found}.values())
    chosen, headers = call.page(sorted(found, key=lambda run: -run.id))
    payload = {"total_count": len(found), "check_runs": [call.checks.run(run) for run in chosen]}
    return Reply(status=200, payload=payload, headers=headers)


@route("POST", f"{REPO}/statuses/{{sha}}")
def create_status(call: Call, sha: str) -> Reply:
    call.may("write", "statuses")
    call.may_push()
    call.need("state")
    if sha not in call.state.objects.commits:
        raise refusals.refusal(422, f"No commit found for SHA: {sha}")
    state, description = call.text("state"), call.field("description")
    if state not in {"error", "failure", "pending", "success"}:
        raise refusals.invalid(
            {"resource": "Status", "code": "custom", "field": "state", "message": "state is unknown"}
        )
    if description is not None and len(description) > 140:
        message = "description is too long (maximum is 140 characters)"
        raise refusals.invalid({"resource": "Status", "code": "custom", "field": "description", "message": message})
    made = Status(
        id=call.state.next_id(),
        creator=call.who.account,
        sha=sha,
        context=call.text("context") or "default",
        state=state,
        description=description,
        target_url=call.field("target_url"),
        created_at=call.state.now(),
    )
    call.state.statuses.append(made)
    return Reply(status=201, payload=call.checks.status(call.repo, made))


@route("GET", f"{REPO}/commits/{{ref}}/statuses")
def statuses(call: Call, ref: str) -> Reply:
    call.may("read", "statuses")
    sha = call.repo.branches.get(ref, ref)
    found = [each for each in reversed(call.state.statuses) if each.sha == sha]
    return call.listed(found, lambda each: call.checks.status(call.repo, each))


@route("GET", f"{REPO}/commits/{{ref}}/status")
def combined_status(call: Call, ref: str) -> Reply:
    call.may("read", "statuses")
    sha = call.repo.branches.get(ref, ref)
    latest = list({each.context: each for each in call.state.statuses if each.sha == sha}.values())
    states = {each.state for each in latest}
    worst = (
        "failure" if states & {"failure", "error"} else "pending" if "pending" in states or not states else "success"
    )
    url = call.shapes.repo_url(call.repo)
    payload = {
        "state": worst,
        "statuses": [call.checks.short_status(call.repo, each) for each in latest],
        "sha": sha,
        "total_count": len(latest),
        "repository": call.shapes.repository(call.repo),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }
    return Reply(status=200, payload=payload)
