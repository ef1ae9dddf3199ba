"""Which handler answers which path: REST's table, the most particular path first."""

from loopback_github import (
    refusals,
    rest_account,
    rest_actions,
    rest_checks,
    rest_issues,
    rest_reading,
    rest_review_comments,
    rest_reviews,
)
from loopback_github.calls import ROUTES, Route

SERVING = (rest_account, rest_actions, rest_checks, rest_issues, rest_reading, rest_review_comments, rest_reviews)
"""The modules whose import fills the table."""


def match(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request and the raw parts of its path."""
    for route in sorted(ROUTES, key=lambda route: -len(route.template)):
        found = route.pattern.match(path)
        if found and route.method == method:
            return route, found.groupdict()
    raise refusals.not_found()
