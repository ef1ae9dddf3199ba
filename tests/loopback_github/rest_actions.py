"""REST: artifacts of workflow runs, and SARIF given to code scanning."""

import base64
import binascii
import gzip
import json

from loopback_github import refusals
from loopback_github.calls import Call, Reply, route
from loopback_github.records import Artifact, Upload
from loopback_github.shapes import JSON

REPO = "/repos/{owner}/{repo}"


@route("GET", f"{REPO}/actions/runs/{{run_id}}/artifacts")
def artifacts(call: Call, run_id: str) -> Reply:
    call.may("read", "actions")
    name = call.query.get("name")
    found = [each for each in call.state.artifacts if str(each.run_id) == run_id and name in {None, each.name}]
    chosen, headers = call.page(found)
    payload = {"total_count": len(found), "artifacts": [_shape(call, each) for each in chosen]}
    return Reply(status=200, payload=payload, headers=headers)


def _shape(call: Call, artifact: Artifact) -> JSON:
    url = f"{call.shapes.repo_url(call.repo)}/actions/artifacts/{artifact.id}"
    run = {
        "id": artifact.run_id,
        "repository_id": call.repo.id,
        "head_repository_id": call.repo.id,
        "head_branch": "topic",
        "head_sha": artifact.run_head_sha,
    }
    return {
        "id": artifact.id,
        "node_id": f"MDg6QXJ0aWZhY3Q{artifact.id}",
        "name": artifact.name,
        "size_in_bytes": len(artifact.archive),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": False,
        "created_at": artifact.created_at,
        "updated_at": artifact.created_at,
        "expires_at": "2035-01-01T00:00:00Z",
        "workflow_run": run,
    }


@route("GET", f"{REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}")
def download(call: Call, artifact_id: str, archive_format: str) -> Reply:
    """Redirect to the archive; even a public repository's needs a token."""
    if not call.who.has("actions", "read") and call.who.permissions is not None:
        raise refusals.forbidden(call.who.refusal)
    found = [each for each in call.state.artifacts if str(each.id) == artifact_id]
    if not found or archive_format != "zip":
        raise refusals.not_found()
    return Reply(status=302, payload=None, headers={"Location": f"{call.shapes.web}/_artifacts/{artifact_id}"})


@route("GET", "/_artifacts/{artifact_id}")
def archive(call: Call, artifact_id: str) -> Reply:
    """Serve the archive, as a storage service does: without a token, at an address that is a secret."""
    found = [each for each in call.state.artifacts if str(each.id) == artifact_id]
    if not found:
        raise refusals.not_found()
    return Reply(status=200, payload=found[0].archive, media="application/zip")


@route("POST", f"{REPO}/code-scanning/sarifs")
def upload(call: Call) -> Reply:
    """Take SARIF, gzipped and in base64."""
    call.may("write", "security-events")
    call.may_push()
    call.need("commit_sha", "ref", "sarif")
    try:
        text = gzip.decompress(base64.b64decode(call.text("sarif"), validate=True)).decode()
        json.loads(text)
    except (ValueError, binascii.Error, OSError) as fault:
        raise refusals.refusal(400, f"Invalid SARIF. {fault}") from fault
    made = Upload(
        id=f"47177e22-5596-11eb-80a1-{call.state.next_id():012x}",
        commit_sha=call.text("commit_sha"),
        ref=call.text("ref"),
        sarif=text,
    )
    call.state.uploads.append(made)
    url = f"{call.shapes.repo_url(call.repo)}/code-scanning/sarifs/{made.id}"
    return Reply(status=202, payload={"id": made.id, "url": url})
