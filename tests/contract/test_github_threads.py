"""Threads on the loopback GitHub: they follow their code, are resolved and folded by those who may."""

from typing import Any

import pytest

from github_client import Client, line
from loopback_github import LoopbackGitHub

BASE = "".join(f"line {number}\n" for number in range(1, 31))
HEAD = BASE.replace("line 10\n", "line ten\n").replace("line 20\n", "line twenty\n")
THREADS = """
query { repository(owner: "acme", name: "shop") { pullRequest(number: 1) { reviewThreads(first: 50) { nodes {
  id isResolved isOutdated line path resolvedBy { login }
  comments(first: 1) { nodes { id isMinimized minimizedReason } }
} } } } }
"""
RESOLVE = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"
MINIMIZE = """
mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
  minimizedComment { isMinimized minimizedReason } } }
"""


@pytest.fixture
def github() -> Any:
    with LoopbackGitHub("acme/shop") as made:
        made.state.account("ann", role="write")
        made.state.commit({"a.py": BASE})
        made.state.open_pull(head={"a.py": HEAD}, author="eve")
        Client(made, made.token()).review(line("a.py", 10, "ten"), line("a.py", 20, "twenty", start_line=19))
        yield made


def threads(client: Client) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = client.graphql(THREADS)["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"]
    return shown


def test_a_thread_moves_with_its_line_and_is_outdated_without_it(github: LoopbackGitHub) -> None:
    pull = github.state.pulls[1]
    github.state.push(pull, {"a.py": "new first line\n" + HEAD.replace("line ten\n", "line 10, mended\n")})
    shown = threads(Client(github, github.token()))
    assert [(each["line"], each["isOutdated"]) for each in shown] == [(None, True), (21, False)]
    assert pull.threads[1].start_line == 20


def test_a_rename_takes_its_threads_along(github: LoopbackGitHub) -> None:
    github.state.push(github.state.pulls[1], {"b.py": HEAD})
    shown = threads(Client(github, github.token()))
    assert [(each["path"], each["line"]) for each in shown] == [("b.py", 10), ("b.py", 20)]


def test_a_force_push_that_drops_the_file_outdates_its_threads(github: LoopbackGitHub) -> None:
    github.state.push(github.state.pulls[1], {"a.py": BASE, "c.py": "new\n"}, force=True)
    assert all(each["isOutdated"] for each in threads(Client(github, github.token())))


def test_resolving_needs_contents_and_minimizing_pull_requests(github: LoopbackGitHub) -> None:
    reviewer = Client(github, github.token("actions", {"contents": "read", "pull-requests": "write"}))
    pusher = Client(github, github.token("actions", {"contents": "write", "pull-requests": "read"}))
    first = threads(reviewer)[0]
    refused = reviewer.graphql(RESOLVE, id=first["id"])
    assert refused["data"] == {"resolveReviewThread": None}
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    assert refused["errors"][0]["message"] == "Resource not accessible by integration"
    assert pusher.graphql(RESOLVE, id=first["id"])["data"]["resolveReviewThread"]["thread"]["isResolved"]
    comment = first["comments"]["nodes"][0]["id"]
    assert pusher.graphql(MINIMIZE, id=comment)["errors"][0]["type"] == "FORBIDDEN"
    folded = reviewer.graphql(MINIMIZE, id=comment)["data"]["minimizeComment"]["minimizedComment"]
    assert folded == {"isMinimized": True, "minimizedReason": "outdated"}
    assert threads(reviewer)[0]["resolvedBy"] == {"login": "github-actions"}


def test_the_change_s_author_may_resolve_without_write_permission(github: LoopbackGitHub) -> None:
    eve, bob = (Client(github, github.token("user", login=name)) for name in ("eve", "bob"))
    first, second = threads(eve)
    assert bob.graphql(RESOLVE, id=first["id"])["errors"][0]["type"] == "FORBIDDEN"
    assert "errors" not in eve.graphql(RESOLVE, id=second["id"])
    assert [each["resolvedBy"] for each in threads(eve)] == [None, {"login": "eve"}]


def test_unknown_names_are_errors_beside_null(github: LoopbackGitHub) -> None:
    client = Client(github, github.token())
    answer = client.graphql('{repository(owner: "acme", name: "shop") {id pullRequest(number: 9) {id}}}')
    assert answer["data"]["repository"]["pullRequest"] is None
    assert answer["errors"][0]["type"] == "NOT_FOUND"
    assert answer["errors"][0]["path"] == ["repository", "pullRequest"]
    assert client.graphql(RESOLVE, id="PRRT_0")["errors"][0]["type"] == "NOT_FOUND"
    assert client.graphql('{repository(owner: "no", name: "shop") {id}}')["data"] == {"repository": None}


def test_a_blob_s_text_is_null_when_binary_and_replaced_when_not_utf_8() -> None:
    query = '{repository(owner: "acme", name: "shop") {%s}}'
    blob = "{... on Blob {text isBinary byteSize isTruncated}}"
    with LoopbackGitHub("acme/shop") as github:
        github.state.commit({"bin": b"a\0", "latin": b"caf\xe9\n", "dir/x": "x\n", "big": "y" * 600_000})
        client = Client(github, github.token())
        names = {"a": "main:bin", "b": "HEAD:latin", "c": "main:big", "d": "main:none", "e": "main:dir"}
        fields = " ".join(f'{name}: object(expression: "{where}") {blob}' for name, where in names.items())
        found = client.graphql(query % fields)["data"]["repository"]
    assert found["a"] == {"text": None, "isBinary": True, "byteSize": 2, "isTruncated": False}
    assert found["b"] == {
        "text": "caf\N{REPLACEMENT CHARACTER}\n",
        "isBinary": False,
        "byteSize": 5,
        "isTruncated": False,
    }
    assert found["c"]["isTruncated"]
    assert len(found["c"]["text"]) == 512_000
    assert found["d"] is None
    assert found["e"] == {}
