"""A plain HTTP client for the tests of the loopback GitHub: no retries, no opinion on what an answer means."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from loopback_github import LoopbackGitHub

JSON_MEDIA = "application/vnd.github+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def message(self) -> str:
        """The refusal in one line: its message, and its errors' texts or fields."""
        errors = [each if isinstance(each, str) else each.get("message", each.get("field")) for each in self._errors()]
        return "; ".join([self.json["message"], *errors])

    def _errors(self) -> list[Any]:
        errors: list[Any] = self.json.get("errors", [])
        return errors


class Client:
    """Asks as the holder of one token; None asks without any."""

    def __init__(self, github: LoopbackGitHub, token: str | None) -> None:
        self.github = github
        self._token = token

    def ask(
        self, method: str, path: str, body: Any = None, *, accept: str = JSON_MEDIA, **query: str | int
    ) -> Answered:
        """Ask for a path below the repository (`/pulls/1`), or for an absolute one when it starts with `//`."""
        root = f"/repos/{self.github.repo}{path}" if not path.startswith("//") else path[1:]
        url = self.github.url + root + (f"?{urlencode(query)}" if query else "")
        return self.send(method, url, body, accept)

    def get(self, path: str, /, *, accept: str = JSON_MEDIA, **query: str | int) -> Answered:
        return self.ask("GET", path, accept=accept, **query)

    def post(self, path: str, /, **body: Any) -> Answered:
        return self.ask("POST", path, body)

    def patch(self, path: str, /, **body: Any) -> Answered:
        return self.ask("PATCH", path, body)

    def graphql(self, query: str, /, **variables: Any) -> Any:
        """Return the whole answer: data and errors."""
        return self.send("POST", self.github.graphql_url, {"query": query, "variables": variables}, JSON_MEDIA).json

    def review(self, *comments: Mapping[str, Any], number: int = 1, **changes: Any) -> Answered:
        """Post a COMMENT review."""
        wanted = {"event": "COMMENT", "body": "Looked at it.", "comments": list(comments), **changes}
        return self.ask("POST", f"/pulls/{number}/reviews", wanted)

    def send(self, method: str, url: str, body: Any, accept: str) -> Answered:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        headers = {"Accept": accept, "User-Agent": "loopback-tests"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, content, headers)
            given = connection.getresponse()
            named = {name.lower(): value for name, value in given.getheaders()}
            return Answered(status=given.status, headers=named, content=given.read())
        finally:
            connection.close()


def line(path: str, number: int, body: str = "Look.", **more: Any) -> dict[str, Any]:
    """Return an entry of a review's comments."""
    return {"path": path, "line": number, "body": body, **more}
