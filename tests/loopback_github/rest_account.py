"""REST: who asks, and what is left of the budget."""

from loopback_github import refusals
from loopback_github.calls import Call, Reply, route


@route("GET", "/user")
def user(call: Call) -> Reply:
    """Refuse the tokens of apps, the Actions token among them: they are no person."""
    if call.who.kind != "user":
        raise refusals.forbidden("Resource not accessible by integration")
    return Reply(status=200, payload=call.shapes.me(call.who.account))


@route("GET", "/rate_limit")
def rate_limit(call: Call) -> Reply:
    resources = {}
    for name in ("core", "search", "graphql"):
        headers = call.budget.headers(call.token, name)
        resources[name] = {key: int(headers[f"x-ratelimit-{key}"]) for key in ("limit", "remaining", "reset", "used")}
    return Reply(status=200, payload={"resources": resources, "rate": resources["core"]})
