"""GraphQL over HTTP: a query parsed, validated, weighed and executed by graphql-core over the cut schema."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, execute_sync, parse, validate
from graphql.type import GraphQLAbstractType, GraphQLInterfaceType, GraphQLObjectType

from loopback_github import (
    graphql_checks,
    graphql_mutations,
    graphql_objects,
    graphql_pulls,
    graphql_repository,
    refusals,
)
from loopback_github.accounts import Account, Token
from loopback_github.calls import Reply
from loopback_github.graphql_context import GraphContext, Resolvers
from loopback_github.graphql_weight import node_limit_errors
from loopback_github.limits import Budget, Limits
from loopback_github.log import Request
from loopback_github.records import Comment, Review, ReviewComment
from loopback_github.shapes import Shapes
from loopback_github.state import State

SDL = Path(__file__).with_name("schema.graphql")
RESOLVERS: Resolvers = {
    **graphql_repository.RESOLVERS,
    **graphql_objects.RESOLVERS,
    **graphql_checks.RESOLVERS,
    **graphql_pulls.RESOLVERS,
    **graphql_mutations.RESOLVERS,
    "Query": {
        **graphql_repository.RESOLVERS["Query"],
        "node": graphql_mutations.node,
        "nodes": graphql_mutations.nodes,
    },
}
TYPE_BY_CLASS = {Comment: "IssueComment", ReviewComment: "PullRequestReviewComment", Review: "PullRequestReview"}


def _schema() -> GraphQLSchema:
    made = build_schema(SDL.read_text("utf-8"))
    for type_name, fields in RESOLVERS.items():
        kind = made.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)
        for name, resolver in fields.items():
            kind.fields[name].resolve = lambda source, info, _resolver=resolver, **given: _resolver(
                source, info.context, **given
            )
    for kind in made.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = _type_of
    return made


def _type_of(source: Any, info: Any, abstract: GraphQLAbstractType) -> str:
    """Return the concrete type of what an interface holds."""
    del info, abstract
    if isinstance(source, Account):
        return source.kind
    return TYPE_BY_CLASS.get(type(source)) or graphql_repository.TYPE_BY_CLASS[type(source)]


SCHEMA = _schema()


def answer(
    state: State, limits: Limits, budget: Budget, token: Token | None, shapes: Shapes, request: Request
) -> Reply:
    """Answer a request to the GraphQL endpoint."""
    if request.method != "POST":
        raise refusals.not_found()
    if token is None:
        raise refusals.refusal(401, "This endpoint requires you to be authenticated.")
    body = request.body
    query = body.get("query") if isinstance(body, dict) else None
    if not isinstance(query, str):
        raise refusals.refusal(400, "A query attribute must be specified and must be a string.")
    context = GraphContext(state=state, limits=limits, budget=budget, token=token, shapes=shapes)
    return Reply(status=200, payload=_execute(context, query, body.get("variables") or {}, body.get("operationName")))


def _execute(context: GraphContext, query: str, variables: Mapping[str, Any], operation: str | None) -> dict[str, Any]:
    try:
        document = parse(query)
    except GraphQLError as error:
        return {"errors": [_error(error)]}
    errors = validate(SCHEMA, document) or node_limit_errors(SCHEMA, document, variables, context.limits)
    if errors:
        return {"errors": [_error(error) for error in errors]}
    done = execute_sync(
        SCHEMA, document, context_value=context, variable_values=dict(variables), operation_name=operation
    )
    made: dict[str, Any] = {"data": done.data} if done.data is not None else {}
    unforeseen = [error.original_error for error in done.errors or () if error.original_error]
    if unforeseen and not isinstance(unforeseen[0], GraphQLError):
        raise unforeseen[0]
    if done.errors:
        made["errors"] = [_error(error) for error in done.errors]
    return made


def _error(error: GraphQLError) -> dict[str, Any]:
    """Return an error as GitHub writes it: its `type` beside the message."""
    made: dict[str, Any] = {}
    extensions = dict(error.extensions or {})
    if "type" in extensions:
        made["type"] = extensions.pop("type")
    if error.path:
        made["path"] = error.path
    if extensions:
        made["extensions"] = extensions
    if error.locations:
        made["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    made["message"] = error.message
    return made
