"""What goes wrong on the loopback GitHub on demand, and what its log tells of it."""

import http.client
import json
from collections.abc import Iterator

import pytest

from github_client import Client, line
from loopback_github import LoopbackGitHub, faults

GONE = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    with LoopbackGitHub("acme/shop") as made:
        made.state.commit({"README": "x\n"})
        made.state.open_pull(head={"README": "x\n", "f0.txt": "y\n"})
        yield made


@pytest.fixture
def client(github: LoopbackGitHub) -> Client:
    return Client(github, github.token())


def test_a_lost_answer_took_effect(github: LoopbackGitHub, client: Client) -> None:
    github.faults.add(faults.answer_lost(path="/comments$"))
    with pytest.raises(GONE):
        client.post("/issues/1/comments", body="x")
    assert [each["body"] for each in client.get("/issues/1/comments").json] == ["x"]
    github.faults.add(faults.error_after_effect(502))
    assert client.post("/issues/1/comments", body="y").status == 502
    assert [each["body"] for each in github.snapshot()["pulls"][1]["comments"]] == ["x", "y"]
    assert [(each.status, each.took_effect) for each in github.writes] == [(0, True), (502, True)]


def test_a_storm_has_no_effect_and_ends(github: LoopbackGitHub, client: Client) -> None:
    github.faults.add(faults.storm(502, times=2), faults.slow(0.01))
    statuses = [client.post("/issues/1/comments", body="x").status for _ in range(3)]
    assert statuses == [502, 502, 201]
    assert [each.took_effect for each in github.writes] == [False, False, True]
    assert len(github.snapshot()["pulls"][1]["comments"]) == 1


def test_the_head_moves_at_a_chosen_request(github: LoopbackGitHub, client: Client) -> None:
    pull = github.state.pulls[1]
    before = pull.head_sha
    github.faults.add(faults.at_request(lambda: github.state.push(pull, {"z": "z\n"}), path="/pulls/1$", skip=1))
    shown = [client.get("/pulls/1").json["head"]["sha"] for _ in range(2)]
    assert shown[0] == before
    assert shown[1] == pull.head_sha != before


@pytest.mark.parametrize("saw", [True, False])
def test_a_run_killed_after_its_second_write_leaves_two(github: LoopbackGitHub, client: Client, *, saw: bool) -> None:
    github.faults.add(*faults.killed_after_writes(2, saw_last_answer=saw))
    answered = 0
    for number in range(4):
        try:
            client.get("/pulls/1")
            answered += client.post("/issues/1/comments", body=str(number)).status == 201
        except GONE:
            break
    github.faults.clear()
    left = [each["body"] for each in client.get("/issues/1/comments").json]
    assert left == ["0", "1"]
    assert answered == (2 if saw else 1)


def test_the_log_holds_requests_and_no_credentials(github: LoopbackGitHub) -> None:
    token = github.token()
    Client(github, token).review(line("f0.txt", 1))
    (exchange,) = github.log
    assert github.lines == ["POST /repos/acme/shop/pulls/1/reviews 200"]
    assert exchange.request.body["comments"] == [{"path": "f0.txt", "line": 1, "body": "Look."}]
    assert exchange.token == "actions"
    assert token not in repr(exchange)


def test_an_answer_cut_short_took_effect(github: LoopbackGitHub, client: Client) -> None:
    github.faults.add(faults.answer_cut())
    with pytest.raises(http.client.IncompleteRead):
        client.post("/issues/1/comments", body="x")
    assert [each["body"] for each in client.get("/issues/1/comments").json] == ["x"]
    assert [(each.status, each.took_effect) for each in github.writes] == [(0, True)]


def test_a_page_of_a_proxy_is_no_json(github: LoopbackGitHub, client: Client) -> None:
    github.faults.add(faults.storm(503, html=True, times=1))
    answer = client.get("/pulls/1")
    assert answer.headers["content-type"].startswith("text/html")
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json


def test_graphql_hiccups_with_200(github: LoopbackGitHub, client: Client) -> None:
    github.faults.add(faults.graphql_hiccup())
    assert "Something went wrong" in client.graphql("{viewer{login}}")["errors"][0]["message"]
    assert "errors" not in client.graphql("{viewer{login}}")


def test_who_does_not_obey_retry_after_stays_refused() -> None:
    at = [1_000.0]
    with LoopbackGitHub("acme/shop", now=lambda: at[0]) as github:
        github.faults.add(faults.secondary_limit(30, method="", status=429, enforced=True))
        client = Client(github, github.token())
        statuses = [client.get("").status, client.get("").status]
        at[0] += 30
        statuses.append(client.get("").status)
    assert statuses == [429, 429, 200]


def test_a_renamed_repository_is_redirected_and_keeps_its_number(github: LoopbackGitHub, client: Client) -> None:
    number = client.get("").json["id"]
    old = f"{github.url}/repos/acme/shop/pulls/1"
    github.state.rename("store")
    moved = client.send("GET", old, None, "application/json")
    assert moved.status == 301
    assert moved.headers["location"] == f"{github.url}/repositories/{number}/pulls/1"
    assert client.send("GET", moved.headers["location"], None, "application/json").json["number"] == 1
    found = client.graphql('{repository(owner: "acme", name: "shop") {nameWithOwner databaseId}}')["data"]
    assert found == {"repository": {"nameWithOwner": "acme/store", "databaseId": number}}


@pytest.mark.parametrize("merge", [True, False])
def test_a_closed_pull_request_shows_what_it_was(github: LoopbackGitHub, client: Client, *, merge: bool) -> None:
    pull = github.state.pulls[1]
    github.state.close(pull, merge=merge)
    shown = client.get("/pulls/1").json
    assert (shown["state"], shown["merged"], shown["changed_files"]) == ("closed", merge, 1)
    assert client.get("/pulls").json == []
    assert client.get("/contents/f0.txt").status == (200 if merge else 404)


def test_two_pull_requests_on_one_head_share_its_checks(github: LoopbackGitHub, client: Client) -> None:
    second = github.state.open_pull(branch="topic")
    assert client.post("/check-runs", name="x", head_sha=second.head_sha, external_id="1").status == 201
    pulls = client.get(f"/commits/{second.head_sha}/pulls").json
    assert [each["number"] for each in pulls] == [1, 2]


def test_a_deleted_fork_leaves_its_pull_request(github: LoopbackGitHub, client: Client) -> None:
    github.state.open_pull(head={"README": "z\n"}, fork_of="eve", author="eve")
    assert client.get("/pulls/2").json["head"]["repo"]["fork"]
    github.state.delete_fork("eve")
    assert client.get("/pulls/2").json["head"]["repo"] is None
    query = '{repository(owner: "acme", name: "shop") {pullRequest(number: 2) {isCrossRepository headRepository {id}}}}'
    found = client.graphql(query)["data"]["repository"]["pullRequest"]
    assert found == {"isCrossRepository": True, "headRepository": None}
