"""The loopback GitHub's limits and permissions."""

from typing import Any

import pytest

from github_client import Client
from loopback_github import READ_ONLY, Limits, LoopbackGitHub

DIFF = "application/vnd.github.v3.diff"
NEAR = Limits(diff_files=3, diff_lines=40, diff_bytes=900, files=4, page=2, patch_lines=20, compare_files=2)


def with_files(count: int, lines: int = 1, limits: Limits = NEAR) -> LoopbackGitHub:
    github = LoopbackGitHub("acme/shop", limits=limits)
    github.state.account("ann", role="write")
    github.state.commit({"README": "x\n"})
    files = {f"f{number}.txt": "y\n" * lines for number in range(count)}
    github.state.open_pull(head={"README": "x\n", **files}, author="ann")
    return github


@pytest.mark.parametrize(
    ("files", "lines", "refused"),
    [(1, 1, ""), (4, 1, "files (3)"), (2, 30, "lines (40)"), (3, 6, "bytes (300)")],
)
@pytest.mark.parametrize("path", ["/pulls/1", "/compare/main...topic"])
def test_a_diff_that_is_too_large_is_406(path: str, files: int, lines: int, refused: str) -> None:
    limits = Limits(diff_files=3, diff_lines=40, diff_bytes=300)
    with with_files(files, lines, limits) as github:
        answer = Client(github, github.token()).get(path, accept=DIFF)
    assert answer.status == (406 if refused else 200)
    if refused:
        assert refused in answer.message
        assert answer.json["errors"][0]["code"] == "too_large"
    else:
        assert answer.content.startswith(b"diff --git a/f0.txt b/f0.txt\nnew file mode 100644\n")


def test_files_come_in_pages_and_end() -> None:
    with with_files(5) as github:
        client = Client(github, github.token())
        first, second = (client.get("/pulls/1/files", per_page=100, page=page) for page in (1, 2))
        whole = client.get("/pulls/1").json["changed_files"]
    assert [each["filename"] for each in first.json + second.json] == ["f0.txt", "f1.txt", "f2.txt", "f3.txt"]
    assert f'<{github.url}/repos/acme/shop/pulls/1/files?per_page=100&page=2>; rel="next"' in first.headers["link"]
    assert 'rel="next"' not in second.headers["link"]
    assert whole == 5


def test_a_patch_that_is_too_large_is_absent() -> None:
    with with_files(1, lines=21) as github:
        (shown,) = Client(github, github.token()).get("/pulls/1/files").json
    assert "patch" not in shown
    assert shown["additions"] == 21


def test_a_comparison_ends_after_its_files() -> None:
    with with_files(5) as github:
        shown = Client(github, github.token()).get("/compare/main...topic").json
    assert len(shown["files"]) == 2
    assert shown["merge_base_commit"]["sha"] == shown["base_commit"]["sha"]


def test_the_merge_base_is_not_the_base() -> None:
    with with_files(1) as github:
        old = github.state.repo.branches["main"]
        new = github.state.commit({"README": "x\n", "other": "z\n"})
        client = Client(github, github.token())
        assert client.get("/pulls/1").json["base"]["sha"] == new
        assert client.get("/compare/main...topic").json["merge_base_commit"]["sha"] == old
        assert client.get("/compare/main...topic").json["status"] == "diverged"
        assert [each["filename"] for each in client.get("/pulls/1/files").json] == ["f0.txt"]


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def test_the_hour_s_requests_run_out_and_come_back() -> None:
    clock = Clock()
    with LoopbackGitHub("acme/shop", limits=Limits(actions_requests_an_hour=2), now=clock) as github:
        client = Client(github, github.token())
        answers = [client.get("") for _ in range(3)]
        clock.at += 3_600
        answers.append(client.get(""))
    assert [each.status for each in answers] == [200, 200, 403, 200]
    assert answers[2].headers["x-ratelimit-remaining"] == "0"
    assert answers[2].headers["x-ratelimit-reset"] == str(1_000_000 + 3_600)
    assert answers[0].headers["x-ratelimit-limit"] == "2"


def test_content_made_too_fast_meets_the_secondary_limit() -> None:
    clock = Clock()
    with with_files(1, limits=Limits(content_a_minute=2)) as github:
        github.budget._now = clock
        client = Client(github, github.token())
        answers = [client.post("/issues/1/comments", body="x") for _ in range(3)]
        clock.at += 61
        answers.append(client.post("/issues/1/comments", body="x"))
    assert [each.status for each in answers] == [201, 201, 403, 201]
    assert answers[2].headers["retry-after"] == "60"
    assert "secondary rate limit" in answers[2].message


def test_points_of_a_minute_run_out() -> None:
    with with_files(1, limits=Limits(rest_points_a_minute=6)) as github:
        client = Client(github, github.token())
        statuses = [client.post("/issues/1/comments", body="x").status, client.get("").status, client.get("").status]
    assert statuses == [201, 200, 403]


def test_graphql_refuses_unbounded_and_wide_connections() -> None:
    query = '{repository(owner: "acme", name: "shop") {pullRequests%s {nodes {comments(first: 100) {totalCount}}}}}'
    with with_files(1, limits=Limits(nodes=1_000)) as github:
        client = Client(github, github.token())
        types = [
            client.graphql(query % bounds).get("errors", [{"type": None}])[0]["type"]
            for bounds in ("", "(first: 101)", "(first: 0)", "(first: 50)", "(first: 5)")
        ]
    assert types == [
        "MISSING_PAGINATION_BOUNDARIES",
        "EXCESSIVE_PAGINATION",
        "EXCESSIVE_PAGINATION",
        "MAX_NODE_LIMIT_EXCEEDED",
        None,
    ]


CHECK = {"name": "hunkwise", "conclusion": "neutral"}
NOTE = {"path": "f", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ({"title": "t", "summary": "x" * 65_536}, "Only 65535 characters are allowed; 65536 were supplied."),
        ({"title": "t", "summary": "é" * 40_000}, "summary exceeds a maximum bytesize of 65535"),
        ({"title": "t", "summary": "s", "text": "x" * 65_536}, "Only 65535"),
        ({"title": "t", "summary": "s", "annotations": [NOTE] * 51}, "No more than 50 items are allowed; 51"),
        ({"title": "t", "summary": "s", "annotations": [{**NOTE, "end_line": 0}]}, "annotations"),
        ({"title": "t", "summary": "s", "annotations": [{**NOTE, "annotation_level": "error"}]}, "error is not"),
        ({"summary": "s"}, "title"),
    ],
)
def test_a_check_s_output_has_limits(output: dict[str, Any], error: str) -> None:
    with with_files(1) as github:
        client = Client(github, github.token())
        answer = client.post("/check-runs", **CHECK, head_sha=github.state.pulls[1].head_sha, output=output)
    assert answer.status == 422
    assert error in answer.message


def test_annotations_add_up_by_update() -> None:
    with with_files(1) as github:
        client = Client(github, github.token())
        output = {"title": "t", "summary": "s", "annotations": [NOTE] * 50}
        run = client.post("/check-runs", name="x", head_sha=github.state.pulls[1].head_sha, output=output).json["id"]
        shown = client.patch(f"/check-runs/{run}", conclusion="failure", output=output).json
    assert shown["output"]["annotations_count"] == 100
    assert shown["status"] == "completed"


def test_a_completed_check_can_not_be_opened_again_but_replaced() -> None:
    with with_files(1) as github:
        client, sha = Client(github, github.token()), github.state.pulls[1].head_sha
        first = client.post("/check-runs", name="x", head_sha=sha, conclusion="success").json["id"]
        again = client.patch(f"/check-runs/{first}", status="in_progress")
        assert (again.status, again.json["status"], again.json["conclusion"]) == (200, "completed", "success")
        assert client.patch(f"/check-runs/{first}", conclusion="neutral").json["conclusion"] == "neutral"
        second = client.post("/check-runs", name="x", head_sha=sha, status="in_progress").json["id"]
        latest = client.get(f"/commits/{sha}/check-runs").json["check_runs"]
        assert [each["id"] for each in latest] == [second]
        assert client.get(f"/commits/{sha}/check-runs", filter="all").json["total_count"] == 2


def test_a_check_belongs_to_its_app() -> None:
    with with_files(1) as github:
        sha = github.state.pulls[1].head_sha
        run = Client(github, github.token()).post("/check-runs", name="x", head_sha=sha).json["id"]
        other = Client(github, github.token("app", {"checks": "write"}, login="other"))
        person = Client(github, github.token("user", login="ann"))
        assert other.patch(f"/check-runs/{run}", conclusion="success").status == 403
        assert person.post("/check-runs", name="x", head_sha=sha).message == "You must authenticate via a GitHub App."
        assert other.get("/collaborators/ann/permission").json["permission"] == "write"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/pulls/1/reviews", {"event": "COMMENT", "body": "x"}),
        ("POST", "/issues/1/comments", {"body": "x"}),
        ("POST", "/check-runs", {"name": "x"}),
        ("POST", "/statuses/0", {"state": "success"}),
        ("POST", "/issues/1/labels", {"labels": ["x"]}),
    ],
)
def test_a_fork_s_token_reads_and_writes_nothing(method: str, path: str, body: Any) -> None:
    with with_files(1) as github:
        client = Client(github, github.token("actions", READ_ONLY))
        assert client.get("/pulls/1").status == 200
        refused = client.ask(method, path, body)
    assert refused.status == 403
    assert refused.message == "Resource not accessible by integration"
    assert github.snapshot()["pulls"][1]["comments"] == []


def test_who_is_asked_for_what() -> None:
    with with_files(1) as github:
        assert Client(github, github.token()).get("//user").message == "Resource not accessible by integration"
        assert Client(github, None).get("/pulls/1").status == 200
        assert Client(github, None).post("/issues/1/comments", body="x").status == 401
        assert Client(github, "wrong").get("/pulls/1").message == "Bad credentials"
        stranger = Client(github, github.token("user", login="bob"))
        assert stranger.get("/collaborators/ann/permission").status == 403
        assert stranger.post("/issues/1/comments", body="x").status == 201
        assert stranger.post(f"/statuses/{github.state.pulls[1].head_sha}", state="success").status == 404


def test_a_private_repository_is_not_there_for_strangers() -> None:
    with LoopbackGitHub("acme/shop", private=True) as github:
        github.state.account("ann", role="read")
        github.state.commit({"a": "b\n"})
        blind = Client(github, github.token("actions", {"pull-requests": "read"}))
        assert Client(github, github.token("user", login="bob")).get("").status == 404
        assert Client(github, None).get("").status == 404
        assert Client(github, github.token("user", login="ann")).get("").status == 200
        assert blind.get("/pulls").status == 200
        assert blind.get("/contents/a").status == 403
        fields = 'pullRequests(first: 1) {totalCount} object(expression: "main:a") {id}'
        query = f'{{repository(owner: "acme", name: "shop") {{{fields}}}}}'
        answer = blind.graphql(query)
        assert answer["data"]["repository"] == {"pullRequests": {"totalCount": 0}, "object": None}
        assert [(each["type"], each["path"]) for each in answer["errors"]] == [("FORBIDDEN", ["repository", "object"])]
