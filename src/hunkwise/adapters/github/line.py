"""One request to GitHub through PyGithub, answered by a value.

Its requester is used, not its typed objects: those complete themselves by requests of their own, and requests are
counted here. PyGithub would send again what failed, POSTs too, and sleep between requests; both are off. It keeps the
request under way in the connection, so that threads sharing it would send each other's: one at a time. Import takes
0.2 s: late.
"""

import json
import threading
from collections.abc import Mapping
from importlib import metadata

import github
from github import Auth

from hunkwise.adapters.github import faults
from hunkwise.adapters.github.address import Address
from hunkwise.adapters.github.exchange import Answer, Fault, Request

API_VERSION = "2022-11-28"
"""docs.github.com/en/rest/about-the-rest-api/api-versions; Enterprise Servers have it since 3.9."""

PER_PAGE = 100
"""Entries of a page, GitHub's most (docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api)."""

JSON = "application/vnd.github+json"
DIFF = "application/vnd.github.diff"
"""docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api, media types."""

CHUNK_BYTES = 65_536


class _Accepting(dict[str, str]):
    """Headers that keep their Accept: PyGithub's one way to an answer's bytes sets its own."""

    def __setitem__(self, name: str, value: str) -> None:
        if name != "Accept":
            super().__setitem__(name, value)


class Line:
    """A connection to one GitHub with one token; may be used from several threads."""

    def __init__(self, address: Address, auth: Auth.Auth, timeout_s: int, ca_file: str) -> None:
        self._address = address
        self._turn = threading.Lock()
        self._requester = github.Github(
            auth=auth,
            base_url=address.api,
            timeout=timeout_s,
            user_agent=f"hunkwise/{metadata.version('hunkwise')}",
            per_page=PER_PAGE,
            verify=ca_file or True,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            api_version=API_VERSION,
        ).requester

    def send(self, request: Request) -> Answer | Fault:
        """Send `request` once; nothing is raised, and nothing sent again."""
        host = self._address.host
        try:
            with self._turn:
                return self._bytes(request) if request.raw else self._json(request)
        except OSError as problem:  # what requests raises is one
            return _refused(problem, request, host) or faults.of_break(problem, host)
        except ValueError:
            return faults.of_nonsense(request, host)
        except RuntimeError:  # what PyGithub raises for a redirect it does not follow
            return faults.of_redirect(request, host)

    def close(self) -> None:
        """Free the connection."""
        self._requester.close()

    def _json(self, request: Request) -> Answer | Fault:
        status, headers, text = self._requester.requestJson(
            request.verb,
            request.path,
            parameters=dict(request.parameters),
            headers={"Accept": JSON},
            input=None if request.body is None else dict(request.body),
        )
        if 300 <= status < 400:
            return faults.of_redirect(request, self._address.host)
        if status >= 400:
            return faults.of_status(status, headers, _json_or_none(text), request, self._address.host)
        data = json.loads(text) if text else None
        return self._of_graphql(request, headers, data) if request.path == self._address.graphql else Answer(data=data)

    def _bytes(self, request: Request) -> Answer | Fault:
        _, _, chunks = self._requester.getStream(request.path, headers=_Accepting(Accept=DIFF), chunk_size=CHUNK_BYTES)
        return Answer(data=b"".join(chunks))

    def _of_graphql(self, request: Request, headers: Mapping[str, str], data: object) -> Answer | Fault:
        """Return an answer, which may be partial, or the fault of one without any data."""
        if not isinstance(data, dict) or not isinstance(data.get("data") or {}, dict):
            return faults.of_nonsense(request, self._address.host)
        errors = [each for each in data.get("errors") or () if isinstance(each, dict)]
        found = data.get("data") or {}
        if errors and not any(found.values()):
            return faults.of_graphql(errors, headers, request, self._address.host)
        return Answer(data=found, errors=errors)


def _refused(problem: OSError, request: Request, host: str) -> Fault | None:
    """Return the fault of an error status; for bytes PyGithub has requests raise it."""
    response = getattr(problem, "response", None)
    if response is None:
        return None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return faults.of_status(response.status_code, headers, _json_or_none(response.text), request, host)


def _json_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
