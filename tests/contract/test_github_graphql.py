"""The loopback's GraphQL against GitHub's published schema: the cut is a true subset, and everything in it answers."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_required_argument,
    parse,
    validate,
    validate_schema,
)

import npm_packages
from github_client import Client, line
from github_conformance import assert_requests_conform, published_graphql
from loopback_github import EVERYTHING, LoopbackGitHub
from loopback_github.graphql_wire import SCHEMA

OVERVIEW = """
query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { login databaseId }
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner viewerPermission owner { login __typename } defaultBranchRef { name }
    object(expression: "main:a.py") { ... on Blob { oid text byteSize isBinary isTruncated } }
    mergeQueue(branch: "main") {
      entries(first: 10) { nodes { position state pullRequest { number } headCommit { oid } } } }
    pullRequests(first: 10, states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount nodes { number } }
    pullRequest(number: $number) {
      number title body state isDraft author { __typename login } authorAssociation
      baseRefName baseRefOid headRefName headRefOid isCrossRepository changedFiles
      headRepository { nameWithOwner }
      labels(first: 10) { nodes { name } }
      baseRef { target { oid ... on Commit { file(path: "a.py") { mode type object { ... on Blob { text } } } } } }
      headRef { target { ... on Commit {
        status { state contexts { context state } context(name: "build") { state } }
        associatedPullRequests(first: 10) { nodes { number } }
        checkSuites(first: 10) { nodes { app { slug } status conclusion
          checkRuns(first: 10, filterBy: {checkName: "hunkwise"}) {
            nodes { databaseId externalId status conclusion } } } } } } }
      comments(first: 1, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id databaseId body isMinimized minimizedReason viewerDidAuthor author { __typename login } } }
      files(first: 5) { nodes { path changeType additions } }
      commits(last: 1) { nodes { commit { oid messageHeadline } } }
      reviews(first: 10) { nodes { state body author { login } comments(first: 5) { totalCount } } }
      reviewThreads(first: 10) {
        nodes { id isResolved isOutdated path line startLine diffSide subjectType resolvedBy { login }
          comments(first: 5) { nodes { id databaseId body isMinimized viewerDidAuthor author { login } } } } }
      isInMergeQueue mergeQueueEntry { position }
    }
  }
}
"""


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    schema = published_graphql()
    if schema is None:
        pytest.skip(npm_packages.missing("@octokit/graphql-schema"))
    return schema


def test_the_cut_is_a_valid_schema() -> None:
    assert validate_schema(SCHEMA) == []


def test_the_cut_is_a_true_subset(published: GraphQLSchema) -> None:
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        real = published.type_map[name]
        assert type(real) is type(kind), name
        if isinstance(kind, GraphQLEnumType) and isinstance(real, GraphQLEnumType):
            assert set(kind.values) == set(real.values), name
        if isinstance(kind, GraphQLInputObjectType) and isinstance(real, GraphQLInputObjectType):
            shapes = {field: str(each.type) for field, each in kind.fields.items()}
            assert shapes == {field: str(each.type) for field, each in real.fields.items()}, name
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(real, GraphQLObjectType | GraphQLInterfaceType)
            assert {each.name for each in kind.interfaces} <= {each.name for each in real.interfaces}, name
            _fields_agree(kind, real)


def _fields_agree(
    kind: GraphQLObjectType | GraphQLInterfaceType, real: GraphQLObjectType | GraphQLInterfaceType
) -> None:
    for field, each in kind.fields.items():
        there = real.fields[field]
        assert str(each.type) == str(there.type), f"{kind.name}.{field}"
        for argument, given in each.args.items():
            assert str(given.type) == str(there.args[argument].type), f"{kind.name}.{field}({argument})"
            assert given.default_value == there.args[argument].default_value
        needed = {name for name, given in there.args.items() if is_required_argument(given)}
        assert needed <= set(each.args), f"{kind.name}.{field}"


def test_an_overview_in_one_query() -> None:
    with LoopbackGitHub("acme/shop") as github:
        github.state.account("ann", role="write")
        github.state.commit({"a.py": "one\ntwo\n"})
        pull = github.state.open_pull(head={"a.py": "one\n2\n"}, author="ann", labels=["x"])
        app = Client(github, github.token("actions", EVERYTHING))
        app.review(line("a.py", 2))
        app.post("/issues/1/comments", body="First.")
        github.state.add_comment(pull, github.state.account("eve"), "Second.")
        app.post("/check-runs", name="hunkwise", head_sha=pull.head_sha, external_id="acme/shop#1")
        app.post(f"/statuses/{pull.head_sha}", state="success")
        github.state.enqueue(pull)
        first = app.graphql(OVERVIEW, owner="acme", name="shop", number=1)
        assert "errors" not in first
        cursor = first["data"]["repository"]["pullRequest"]["comments"]["pageInfo"]["endCursor"]
        second = app.graphql(OVERVIEW, owner="acme", name="shop", number=1, after=cursor)
    assert first["data"]["viewer"]["login"] == "github-actions[bot]"
    shown = first["data"]["repository"]["pullRequest"]
    assert shown["comments"]["nodes"][0]["author"] == {"__typename": "Bot", "login": "github-actions"}
    assert shown["comments"]["nodes"][0]["viewerDidAuthor"]
    assert shown["reviewThreads"]["nodes"][0]["line"] == 2
    assert shown["headRef"]["target"]["checkSuites"]["nodes"][0]["checkRuns"]["nodes"][0]["externalId"] == "acme/shop#1"
    assert shown["isInMergeQueue"]
    assert [node["body"] for node in second["data"]["repository"]["pullRequest"]["comments"]["nodes"]] == ["Second."]
    assert_requests_conform(github.log)


def test_a_query_that_is_not_as_described_is_found(published: GraphQLSchema) -> None:
    assert validate(published, parse("{viewer{login}}")) == []
    assert validate(published, parse("{viewer{loggin}}"))
    with LoopbackGitHub("acme/shop") as github:
        Client(github, github.token()).graphql("query($n: Int!){repository(owner: $n, name: 1){id}}", n="x")
    with pytest.raises(AssertionError):
        assert_requests_conform(github.log)


def test_everything_in_the_cut_has_an_answer() -> None:
    """A field without a resolver falls back to a key of its parent, which only made-up parents have."""
    made_up = ("Connection", "Edge", "Payload", "Span", "Position")
    unanswered = [
        f"{name}.{field}"
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__") and not name.endswith(made_up)
        for field, each in kind.fields.items()
        if each.resolve is None and name not in {"PageInfo", "RateLimit", "Status", "PullRequestCommit"}
    ]
    assert unanswered == []
