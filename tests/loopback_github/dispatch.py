"""The way of a request to its handler: who asks, what it weighs, which repository it means."""

from urllib.parse import unquote

from loopback_github import graphql_wire, refusals, routes
from loopback_github.accounts import Token
from loopback_github.calls import CONTENT, Call, Reply
from loopback_github.limits import Budget, Cost, Limits, secondary
from loopback_github.log import Request
from loopback_github.records import Repository
from loopback_github.refusals import RefusalError
from loopback_github.shapes import Shapes
from loopback_github.state import State

NO_AGENT = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"


def refused(refusal: RefusalError | None) -> Reply | None:
    """Return a refusal as an answer; None stays none."""
    if refusal is None:
        return None
    if isinstance(refusal.body, str):
        page = refusal.body.encode()
        return Reply(status=refusal.status, payload=page, media="text/html; charset=utf-8", headers=refusal.headers)
    return Reply(status=refusal.status, payload=refusal.body, headers=refusal.headers)


class Dispatch:
    def __init__(self, state: State, limits: Limits, budget: Budget, shapes: Shapes) -> None:
        self._state = state
        self._limits = limits
        self._budget = budget
        self._shapes = shapes

    def reply(self, request: Request, token: Token | None, authorization: str, under_way: int) -> Reply:
        """Return the answer; `under_way` counts the requests that are not answered yet."""
        try:
            if not request.headers.get("user-agent"):
                raise refusals.forbidden(NO_AGENT)
            if authorization and token is None:
                raise refusals.bad_credentials()
            if request.path != "/rate_limit":  # asking what is left is free
                self._charge(request, token, under_way)
            if isinstance(request.body, bytes):
                raise refusals.refusal(400, "Problems parsing JSON")
            if request.is_graphql:
                return graphql_wire.answer(self._state, self._limits, self._budget, token, self._shapes, request)
            return self._rest(request, token)
        except RefusalError as refusal:
            made = refused(refusal)
            assert made is not None
            return made

    def _charge(self, request: Request, token: Token | None, under_way: int) -> None:
        if under_way > self._limits.concurrent:
            raise secondary(None)
        cost = Cost(
            resource="graphql" if request.is_graphql else "core",
            points=5 if request.writes else 1,
            makes_content=request.method == "POST" and CONTENT.search(request.path) is not None,
        )
        refusal = self._budget.take(token, cost)
        if refusal:
            raise refusal

    def _rest(self, request: Request, token: Token | None) -> Reply:
        path = self._by_name(request.path)
        route, found = routes.match(request.method, path)
        names = {name: unquote(value, errors="surrogateescape") for name, value in found.items()}
        repo = self._repository(path, names, token)
        call = Call(
            state=self._state,
            limits=self._limits,
            budget=self._budget,
            token=token,
            repo=repo,
            url=self._shapes.api + request.path,
            query=request.query,
            accept=request.headers.get("accept", ""),
            body=request.body,
            shapes=self._shapes,
        )
        if request.method != "GET":
            _ = call.who  # nothing is written without a token
        return route.handler(call, *names.values())

    def _by_name(self, path: str) -> str:
        """Return a path by a repository's name, for one by its number, as redirects have it."""
        _, kind, number, *rest = [*path.split("/", 3), "", ""]
        found = [repo for repo in self._state.repositories if kind == "repositories" and str(repo.id) == number]
        return "/".join([f"/repos/{found[0].full_name}", *rest[:1]]).rstrip("/") if found else path

    def _repository(self, path: str, names: dict[str, str], token: Token | None) -> Repository:
        """Return the repository a path means, its parts taken from `names`; a former name is redirected."""
        if "owner" not in names:
            return self._state.repo
        full_name = f"{names.pop('owner')}/{names.pop('repo')}"
        repo = self._state.repository(full_name)
        is_blind = token is None or (token.kind == "user" and self._state.role(token.account) == "none")
        if repo is None or (repo.private and is_blind):
            raise refusals.not_found()
        if repo.full_name.lower() != full_name.lower():
            raise refusals.moved(self._shapes.api + path.replace(f"/repos/{full_name}", f"/repositories/{repo.id}", 1))
        return repo
