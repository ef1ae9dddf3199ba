"""GraphQL's limits on what a query may ask: every connection bounded to 1..100, and the nodes of all in sum.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.type import GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType, get_named_type

from loopback_github.limits import Limits


def node_limit_errors(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
) -> list[GraphQLError]:
    """Return what GitHub would say of unbounded, too wide or too many connections."""
    walk = _Walk(schema, document, variables, limits)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root is not None
            walk.selections(definition.selection_set, root, 1)
    if walk.nodes > limits.nodes and not walk.errors:
        message = f"This query requests up to {walk.nodes:,} possible nodes which exceeds the maximum limit of"
        walk.errors.append(GraphQLError(f"{message} {limits.nodes:,}.", extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"}))
    return walk.errors


class _Walk:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
    ) -> None:
        self.errors: list[GraphQLError] = []
        self.nodes = 0
        self._schema = schema
        self._variables = dict(variables)
        self._limits = limits
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        for each in document.definitions:
            if isinstance(each, OperationDefinitionNode):
                for given in each.variable_definitions:
                    if isinstance(given.default_value, IntValueNode):
                        self._variables.setdefault(given.variable.name.value, int(given.default_value.value))

    def selections(self, chosen: SelectionSetNode | None, kind: GraphQLNamedType, times: int) -> None:
        for each in chosen.selections if chosen else ():
            if isinstance(each, FieldNode):
                self._field(each, kind, times)
            elif isinstance(each, FragmentSpreadNode):
                fragment = self._fragments[each.name.value]
                self.selections(
                    fragment.selection_set, self._schema.type_map[fragment.type_condition.name.value], times
                )
            else:
                condition = getattr(each, "type_condition", None)
                inner = self._schema.type_map[condition.name.value] if condition else kind
                self.selections(getattr(each, "selection_set", None), inner, times)

    def _field(self, field: FieldNode, kind: GraphQLNamedType, times: int) -> None:
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or field.name.value not in kind.fields:
            return  # __typename and the like
        inner = get_named_type(kind.fields[field.name.value].type)
        if inner.name.endswith("Connection"):
            size = self._size(field)
            times *= size
            self.nodes += times
        self.selections(field.selection_set, inner, times)

    def _size(self, field: FieldNode) -> int:
        """Return how many nodes a connection may bring; faults are noted."""
        name = field.name.value
        given = {each.name.value: each.value for each in field.arguments}
        for bound in ("first", "last"):
            node = given.get(bound)
            value = self._variables.get(node.name.value) if isinstance(node, VariableNode) else None
            size = int(node.value) if isinstance(node, IntValueNode) else value
            if size is None:
                continue
            if not 1 <= size <= self._limits.page:
                message = f"Requesting {size} records on the `{name}` connection exceeds the `{bound}` limit of"
                text = f"{message} {self._limits.page} records."
                self.errors.append(GraphQLError(text, nodes=field, extensions={"type": "EXCESSIVE_PAGINATION"}))
            return int(size)
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        self.errors.append(GraphQLError(message, nodes=field, extensions={"type": "MISSING_PAGINATION_BOUNDARIES"}))
        return 1
