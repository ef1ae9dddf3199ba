"""The loopback GitHub against GitHub's published description of REST: every route asked, every answer judged."""

import base64
import gzip
import io
import zipfile
from typing import Any

import pytest

from github_client import Client, line
from github_conformance import (
    DESCRIPTION,
    assert_answers_conform,
    assert_requests_conform,
    operations,
)
from loopback_github import EVERYTHING, READ_ONLY, Content, LoopbackGitHub, faults
from loopback_github.calls import ROUTES

if not DESCRIPTION.is_file():
    pytest.skip(f"the published description {DESCRIPTION} is not here", allow_module_level=True)

BEFORE = "".join(f"line {number}\n" for number in range(1, 41))
AFTER = BEFORE.replace("line 20\n", "line twenty\n")


def arranged(**settings: Any) -> LoopbackGitHub:
    """Return a GitHub with a pull request of every kind of file."""
    github = LoopbackGitHub("acme/shop", **settings)
    github.state.account("ann", role="write")
    base: dict[str, Content] = {
        "a.py": BEFORE,
        "old name.py": BEFORE * 2,
        "bin": b"\0\1",
        "gone": "x\n",
        "doc/é.md": "é\n",
        "sh": "#!\n",
    }
    github.state.commit(base)
    head: dict[str, Content] = {
        "a.py": AFTER,
        "new name.py": BEFORE * 2 + "more\n",
        "bin": b"\0\2",
        "doc/é.md": "è\n",
        "sh": ("100755", b"#!\n"),
    }
    github.state.open_pull(head=head, author="ann", labels=["one"])
    return github


def test_every_route_answers_as_described() -> None:
    with arranged() as github:
        app, ann = (
            Client(github, github.token("actions", EVERYTHING)),
            Client(github, github.token("user", login="ann")),
        )
        pull = github.state.pulls[1]
        head = pull.head_sha
        _read(app, head)
        _converse(app, ann)
        _review(app, ann, head)
        _check(app, head)
        _act(app, head)
        assert ann.get("//user").status == 200
        assert ann.get("//rate_limit").status == 200
    assert [exchange.line for exchange in github.log if exchange.status >= 400] == []
    unasked = [route.template for route in ROUTES if not any(route.pattern.match(r.path) for r in github.requests)]
    assert unasked == []
    log = [exchange for exchange in github.log if not exchange.request.path.startswith("/_artifacts/")]
    assert_requests_conform(log)
    assert_answers_conform(log)


def _read(app: Client, head: str) -> None:
    blob = app.get("/contents/a.py", ref=head).json["sha"]
    for path in (
        "",
        "/pulls",
        "/pulls/1",
        "/pulls/1/files",
        "/pulls/1/commits",
        "/compare/main...topic",
        f"/commits/{head}/pulls",
        f"/commits/{head}",
        f"/git/blobs/{blob}",
        f"/git/commits/{head}",
        "/git/ref/heads/topic",
        f"/git/trees/{head}",
        "/contents/doc",
        "/collaborators/ann/permission",
        "/issues/1",
    ):
        assert app.get(path).status == 200, path


def _converse(app: Client, ann: Client) -> None:
    comment = app.post("/issues/1/comments", body="Hello.").json["id"]
    assert app.patch(f"/issues/comments/{comment}", body="Hello again.").json["body"] == "Hello again."
    assert app.get(f"/issues/comments/{comment}").json["user"]["login"] == "github-actions[bot]"
    assert ann.post(f"/issues/comments/{comment}/reactions", content="eyes").status == 201
    assert app.get("/issues/1/comments").json[0]["author_association"] == "NONE"
    assert [label["name"] for label in app.post("/issues/1/labels", labels=["two"]).json] == ["one", "two"]
    assert app.ask("DELETE", "/issues/1/labels/one").status == 200
    assert app.get("/issues/1/labels").status == 200
    assert app.ask("DELETE", f"/issues/comments/{comment}").status == 204


def _review(app: Client, ann: Client, head: str) -> None:
    review = app.review(line("a.py", 20), line("a.py", 20, side="LEFT"), commit_id=head).json
    assert app.get(f"/pulls/1/reviews/{review['id']}").json["state"] == "COMMENTED"
    assert app.ask("PUT", f"/pulls/1/reviews/{review['id']}", {"body": "Changed."}).json["body"] == "Changed."
    assert len(app.get(f"/pulls/1/reviews/{review['id']}/comments").json) == 2
    on_file = app.post("/pulls/1/comments", path="bin", body="Binary.", commit_id=head, subject_type="file").json
    assert app.get(f"/pulls/comments/{on_file['id']}").json["subject_type"] == "file"
    assert ann.post(f"/pulls/1/comments/{on_file['id']}/replies", body="Yes.").status == 201
    assert app.patch(f"/pulls/comments/{on_file['id']}", body="Binary!").status == 200
    assert len(app.get("/pulls/1/comments").json) == 4
    assert app.ask("DELETE", f"/pulls/comments/{on_file['id']}").status == 204
    pending = app.ask("POST", "/pulls/1/reviews", {"comments": [line("a.py", 21)]}).json["id"]
    assert app.post(f"/pulls/1/reviews/{pending}/events", event="REQUEST_CHANGES", body="No.").status == 200
    assert app.ask("PUT", f"/pulls/1/reviews/{pending}/dismissals", {"message": "Done."}).json["state"] == "DISMISSED"
    pending = app.ask("POST", "/pulls/1/reviews", {}).json["id"]
    assert app.ask("DELETE", f"/pulls/1/reviews/{pending}").status == 200
    assert app.get("/pulls/1/reviews").status == 200
    pull = app.github.state.pulls[1]
    app.github.state.push(pull, {"a.py": BEFORE.replace("line 20\n", "line 20, again\n"), "c.py": "new\n"})
    assert app.get("/pulls/1/comments").json[0]["line"] is None
    assert app.get("/pulls/1/files").status == 200


def _check(app: Client, head: str) -> None:
    run = app.post("/check-runs", name="hunkwise", head_sha=head, status="in_progress", external_id="1").json["id"]
    note = {"path": "a.py", "start_line": 20, "end_line": 20, "annotation_level": "failure", "message": "Bad."}
    output = {"title": "One", "summary": "One finding.", "annotations": [note]}
    assert app.patch(f"/check-runs/{run}", conclusion="failure", output=output).json["output"]["annotations_count"] == 1
    assert app.get(f"/check-runs/{run}").json["status"] == "completed"
    assert app.get(f"/commits/{head}/check-runs").json["total_count"] == 1
    assert app.post(f"/statuses/{head}", state="failure", context="hunkwise", description="Bad.").status == 201
    assert app.get(f"/commits/{head}/statuses").status == 200
    assert app.get(f"/commits/{head}/status").json["state"] == "failure"


def _act(app: Client, head: str) -> None:
    made = app.github.state.add_artifact(42, "target", {"target.json": "{}"}, head_sha=head)
    assert app.get("/actions/runs/42/artifacts", name="target").json["artifacts"][0]["id"] == made.id
    redirect = app.get(f"/actions/artifacts/{made.id}/zip")
    assert redirect.status == 302
    archive = Client(app.github, None).send("GET", redirect.headers["location"], None, "*/*").content
    assert zipfile.ZipFile(io.BytesIO(archive)).read("target.json") == b"{}"
    sarif = base64.b64encode(gzip.compress(b"{}")).decode()
    assert app.post("/code-scanning/sarifs", commit_sha=head, ref="refs/heads/topic", sarif=sarif).status == 202


def test_refusals_are_as_described() -> None:
    with arranged() as github:
        app, reader = Client(github, github.token()), Client(github, github.token("actions", READ_ONLY))
        head = github.state.pulls[1].head_sha
        stranger = Client(github, "wrong")
        refused = [
            stranger.get("/pulls/1"),
            reader.get("/pulls/99"),
            reader.get("//user"),
            reader.review(),
            reader.post("/pulls/1/comments", path="a.py", body="x", commit_id=head, line=20),
            reader.post("/issues/1/comments", body="x"),
            reader.post("/check-runs", name="x", head_sha=head),
            app.review(line("a.py", 1)),
            app.post("/pulls/1/comments", path="a.py", body="x", commit_id=head, line=1),
            app.post("/issues/1/comments", body="x" * 70_000),
        ]
        github.faults.add(faults.secondary_limit(1))
        refused.append(app.post("/issues/1/comments", body="x"))
    assert [answer.status for answer in refused] == [401, 404, 403, 403, 403, 403, 403, 422, 422, 422, 403]
    assert_answers_conform(github.log)


def test_an_enterprise_server_answers_under_its_own_paths() -> None:
    with arranged(enterprise=True) as github:
        app = Client(github, github.token())
        assert github.url.endswith("/api/v3")
        assert github.graphql_url.endswith("/api/graphql")
        assert app.get("/pulls/1").json["url"].startswith(github.url)
        assert app.graphql("{viewer{login}}")["data"]["viewer"]["login"] == "github-actions[bot]"
    assert_answers_conform(github.log)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/pulls/1/nothing", None),
        ("GET", "/pulls?sorted=up", None),
        ("POST", "/issues/1/comments", {"text": "x"}),
        ("POST", "/issues/1/comments", {"body": "x", "marker": 1}),
        ("POST", "/pulls/1/reviews", {"event": "BLOCK"}),
        ("POST", "/pulls/1/reviews", {"comments": [{"path": "a.py", "body": "x", "subject_type": "file"}]}),
        ("POST", "/check-runs", None),
    ],
)
def test_a_request_that_is_not_as_described_is_found(method: str, path: str, body: Any) -> None:
    with arranged() as github:
        Client(github, github.token()).ask(method, path, body)
    with pytest.raises(AssertionError):
        assert_requests_conform(github.log)


def test_what_the_loopback_leaves_out_is_known() -> None:
    served = {operation_of(each.method, each.template) for each in ROUTES if not each.template.startswith("/_")}
    left_out = {f"{each.method} {each.template}" for each in operations() if (each.method, each.pattern) not in served}
    assert left_out == LEFT_OUT


def operation_of(method: str, template: str) -> tuple[str, Any]:
    for each in operations():
        if each.method == method and each.template.count("/") == template.count("/"):
            parts = zip(each.template.split("/"), template.split("/"), strict=True)
            if all(("{" in one and "{" in other) or one == other for one, other in parts):
                return method, each.pattern
    pytest.fail(f"{method} {template} is described nowhere")


LEFT_OUT = {
    "GET /repos/{owner}/{repo}/installation",
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /app",
}
"""What a long-running service asks as an app; to be served when there is one."""
