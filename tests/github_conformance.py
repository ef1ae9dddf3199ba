"""Hold exchanges with the loopback GitHub against GitHub's published descriptions.

REST: `../shared/data/openapi/github.json`, cut to the operations used. GraphQL: the SDL of npm
`@octokit/graphql-schema`, which `.ci/run` puts into `.cache/npm`; else the loopback's own cut of it. Where a
description is missing the caller's test skips, visibly.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import npm_packages
import shared_data
from loopback_github.log import Exchange, Request

DESCRIPTION = shared_data.FOLDER / "openapi" / "github.json"
HOME = "urn:github"
WITH_SLASHES = {"path", "ref", "basehead"}
"""Path parameters that may hold slashes."""
UNDESCRIBED = {401: "basic-error", 403: "basic-error", 404: "basic-error", 422: "validation-error"}
"""What an error looks like where an operation does not describe it; a secondary limit may meet any of them."""

NULL_WHEN_OUTDATED = {"position", "line"}
"""Of a review comment; see `pull-request-review-comment` in npm `@octokit/webhooks-schemas`."""
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


@FORMATS.checks("uri")
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[a-z]+://[!-~]+", value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    method: str
    template: str
    pattern: re.Pattern[str]
    described: Mapping[str, Any]


def assert_requests_conform(log: Iterable[Exchange]) -> None:
    """Assert that every request is as GitHub describes it: known path, known parameters, body by its schema."""
    for exchange in log:
        if exchange.request.is_graphql:
            _check_graphql(exchange.request)
        else:
            _check_request(exchange.request)


def assert_answers_conform(log: Iterable[Exchange]) -> None:
    """Assert that every JSON answer is as GitHub describes it; what a fault made up is no answer of GitHub's."""
    for exchange in log:
        if exchange.request.is_graphql or exchange.status in {0, 406} or exchange.status >= 500:
            continue
        if isinstance(exchange.payload, bytes):
            continue
        described = operation(exchange.request)
        assert described or exchange.status in {401, 403, 404}, f"{exchange.line} is described nowhere"
        schema = _answer_schema(described, exchange.status)
        errors = [each for each in _answers(schema).iter_errors(exchange.payload) if not _is_tolerated(each)]
        problems = [f"{_place(each)}: {each.message[:300]}" for each in errors]
        assert not problems, f"the answer of {exchange.line} is not as described: {problems}"


def operation(request: Request) -> Operation | None:
    """Return the operation a request means; the most particular path wins."""
    found = [each for each in operations() if each.method == request.method and each.pattern.match(request.path)]
    return max(found, key=lambda each: len(each.template), default=None)


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        Operation(method=method.upper(), template=template, pattern=_pattern(template), described=described)
        for template, methods in _description()["paths"].items()
        for method, described in methods.items()
    )


@cache
def published_graphql() -> GraphQLSchema | None:
    """Return GitHub's published GraphQL schema; None where the package is not here."""
    folder = npm_packages.folder("@octokit/graphql-schema")
    return build_schema((folder / "schema.graphql").read_text("utf-8"), assume_valid=True) if folder else None


def _check_graphql(request: Request) -> None:
    document = parse(request.body["query"])
    schema = published_graphql() or _cut_graphql()
    errors = [error.message for error in validate(schema, document)]
    assert not errors, f"a GraphQL query is not as described: {errors}"
    for definition in document.definitions:
        assert isinstance(definition, OperationDefinitionNode) or definition.kind == "fragment_definition"
        if isinstance(definition, OperationDefinitionNode):
            given = get_variable_values(
                schema, list(definition.variable_definitions), request.body.get("variables") or {}
            )
            assert isinstance(given, dict), f"variables of a GraphQL query are not as described: {given}"


@cache
def _cut_graphql() -> GraphQLSchema:
    from loopback_github.graphql_wire import SCHEMA  # noqa: PLC0415  # loads the loopback only where it is needed

    return SCHEMA


def _check_request(request: Request) -> None:
    described = operation(request)
    line = f"{request.method} {request.path}"
    assert described, f"{line} is described nowhere"
    parameters = [_resolved(each) for each in described.described.get("parameters", ())]
    by_name = {each["name"]: each for each in parameters if each["in"] == "query"}
    for name, value in request.query.items():
        assert name in by_name, f"{line}: no query parameter {name}"
        problems = [each.message for each in _requests(by_name[name]["schema"]).iter_errors(_typed(value))]
        assert not problems, f"{line}: {name}: {problems}"
    content = described.described.get("requestBody", {}).get("content", {}).get("application/json")
    if request.body is None:
        assert not described.described.get("requestBody", {}).get("required"), f"{line} needs a body"
        return
    assert content, f"{line} takes no body"
    problems = [
        f"{_place(each)}: {each.message[:300]}" for each in _requests(content["schema"]).iter_errors(request.body)
    ]
    assert not problems, f"the body of {line} is not as described: {problems}"


def _answer_schema(described: Operation | None, status: int) -> Any:
    answers = described.described["responses"] if described else {}
    answer = _resolved(answers[str(status)]) if str(status) in answers else None
    if answer is None:
        return {"$ref": f"{HOME}#/components/schemas/{UNDESCRIBED[status]}"}
    if "content" not in answer:
        return {"type": "null"}
    return answer["content"]["application/json"]["schema"]


def _is_tolerated(error: Any) -> bool:
    """Whether the description is known to be wrong: it forbids null where GitHub's own webhook schema allows it."""
    return error.instance is None and error.absolute_path and error.absolute_path[-1] in NULL_WHEN_OUTDATED


def _place(error: Any) -> str:
    return "/".join(str(each) for each in error.absolute_path)


def _typed(value: str) -> Any:
    return int(value) if value.isdecimal() else value


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.sub(r"\{(\w+)\}", lambda found: ".+" if found[1] in WITH_SLASHES else "[^/]+", template)
    return re.compile(f"{parts}$")


@cache
def _description() -> Any:
    if not DESCRIPTION.is_file():
        pytest.skip(f"the published description {DESCRIPTION} is not here")
    return json.loads(DESCRIPTION.read_text("utf-8"))


def _resolved(value: Any) -> Any:
    """Return what a `$ref` names."""
    if "$ref" not in value:
        return value
    found = _description()
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


@cache
def _registry(*, closed: bool) -> Registry[Any]:
    resource = DRAFT202012.create_resource(_modern(_description(), closed=closed))
    made: Registry[Any] = Registry().with_resource(HOME, resource)
    return made


def _answers(schema: Any) -> Draft202012Validator:
    registry = _registry(closed=False)
    return Draft202012Validator(_modern(schema, closed=False), registry=registry, format_checker=FORMATS)


def _requests(schema: Any) -> Draft202012Validator:
    """Return a validator that takes no key that is not described: GitHub ignores them, so a slip would go unseen."""
    return Draft202012Validator(_modern(schema, closed=True), registry=_registry(closed=True))


def _modern(value: Any, *, closed: bool) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema 2020-12: `nullable`, local references, closed objects."""
    if isinstance(value, list):
        return [_modern(each, closed=closed) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _modern(each, closed=closed) for key, each in value.items() if key not in {"example", "examples"}}
    if isinstance(made.get("$ref"), str) and made["$ref"].startswith("#"):
        made["$ref"] = HOME + made["$ref"]
    if closed and isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", False) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made
