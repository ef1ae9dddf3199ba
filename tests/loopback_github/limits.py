"""GitHub's limits, each settable so that a test can meet it cheaply, and the counting of requests.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits#diff-limits
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from loopback_github.accounts import Token
from loopback_github.refusals import RefusalError, refusal

MINUTE_S = 60.0
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    actions_requests_an_hour: int = 1_000
    requests_an_hour: int = 5_000
    rest_points_a_minute: int = 900
    graphql_points_a_minute: int = 2_000
    content_a_minute: int = 80
    content_an_hour: int = 500
    concurrent: int = 100
    diff_lines: int = 20_000
    diff_bytes: int = 1_000_000
    diff_files: int = 300
    patch_lines: int = 20_000
    patch_bytes: int = 500_000
    files: int = 3_000
    compare_files: int = 300
    compare_commits: int = 250
    body: int = 65_536
    check_text: int = 65_535
    annotations: int = 50
    page: int = 100
    nodes: int = 500_000
    query_files: int = 1_000_000
    """Files that a GraphQL query may ask commits for before it is called too much, and the rest is left out.

    GitHub publishes no figure (https://github.blog/changelog/2025-09-01-graphql-api-resource-limits).
    """
    slow_files: frozenset[str] = frozenset()
    """Paths that GitHub takes so long for that it answers no GraphQL query which asks for one."""
    blob_text: int = 512_000
    """Bytes of a blob's text in GraphQL; more is cut and `isTruncated`."""
    hidden_lines: frozenset[tuple[str, int]] = frozenset()
    """Lines that GitHub's diff does not show though git's does: path and line of comments that are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a request weighs: points a minute (reads 1, writes 5), and whether it makes content that notifies people."""

    resource: str
    points: int
    makes_content: bool


class Budget:
    """Counts what each token used; `now` is in seconds and never goes back."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._used: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._points: dict[tuple[str, str], deque[tuple[float, int]]] = defaultdict(deque)
        self._content: dict[str, deque[float]] = defaultdict(deque)

    def limit(self, token: Token | None) -> int:
        if token is None:
            return 60
        return self.limits.actions_requests_an_hour if token.kind == "actions" else self.limits.requests_an_hour

    def used(self, token: Token | None, resource: str) -> int:
        kept = self._used[_key(token), resource]
        while kept and kept[0] <= self._now() - HOUR_S:
            kept.popleft()
        return len(kept)

    def headers(self, token: Token | None, resource: str) -> dict[str, str]:
        limit, used = self.limit(token), self.used(token, resource)
        kept = self._used[_key(token), resource]
        reset = (kept[0] if kept else self._now()) + HOUR_S
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - used)),
            "x-ratelimit-used": str(used),
            "x-ratelimit-reset": str(int(reset)),
            "x-ratelimit-resource": resource,
        }

    def take(self, token: Token | None, cost: Cost) -> RefusalError | None:
        """Count a request, or return the refusal it meets."""
        if self.used(token, cost.resource) >= self.limit(token):
            return exhausted()
        self._used[_key(token), cost.resource].append(self._now())
        points = self._points[_key(token), cost.resource]
        while points and points[0][0] <= self._now() - MINUTE_S:
            points.popleft()
        most = self.limits.graphql_points_a_minute if cost.resource == "graphql" else self.limits.rest_points_a_minute
        if sum(each for _, each in points) + cost.points > most:
            return secondary(60)
        points.append((self._now(), cost.points))
        return self._take_content(token) if cost.makes_content else None

    def _take_content(self, token: Token | None) -> RefusalError | None:
        made = self._content[_key(token)]
        while made and made[0] <= self._now() - HOUR_S:
            made.popleft()
        within_minute = sum(at > self._now() - MINUTE_S for at in made)
        if within_minute >= self.limits.content_a_minute or len(made) >= self.limits.content_an_hour:
            return secondary(60)
        made.append(self._now())
        return None


def _key(token: Token | None) -> str:
    return token.value if token else ""


def exhausted() -> RefusalError:
    return refusal(403, "API rate limit exceeded for installation.")


def secondary(retry_after_s: int | None, status: int = 403) -> RefusalError:
    """Return the refusal of a secondary limit."""
    made = refusal(
        status,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    )
    if retry_after_s is not None:
        made.headers["retry-after"] = str(retry_after_s)
    return made
