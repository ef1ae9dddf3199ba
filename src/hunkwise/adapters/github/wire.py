"""Requests to GitHub with patience: what may pass is tried again, on a clock that a run can end.

One retry layer (tenacity). What GitHub limits had no effect and may always be sent again, after the wait it asks for;
what broke only where sending it twice does no harm.
"""

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import tenacity
from github import Auth

from hunkwise.adapters.github import address, faults
from hunkwise.adapters.github.exchange import Answer, Fault, FaultKind, Request
from hunkwise.adapters.github.line import Line
from hunkwise.errors import ConfigurationError, HostError
from hunkwise.ports import Clock

TIMEOUT_S = 30
"""Seconds to wait for a connection and for an answer. GitHub gives up on a request itself after 10
(docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api, timeouts)."""

HURRIED_TIMEOUT_S = 2
"""The same once the run is being ended."""

HURRIED_TOTAL_S = 4.0
"""Seconds a request then may take in all, names looked up and a dripping answer included: a cancelled job has 5."""

MAX_WAIT_S = 600.0
"""Seconds all requests may wait in all; a workflow's limit resets within the hour, and a runner costs money."""

MIN_LIMIT_WAIT_S = 60.0
"""Seconds to wait at a limit that names no time, doubled each time (docs.github.com/en/rest/using-the-rest-api/
best-practices-for-using-the-rest-api, handle rate limit errors appropriately)."""


class Wire:
    """GitHub's APIs behind values; the token is in no message and no representation.

    `ca_file` names certificates to trust in the stead of the public ones: an Enterprise Server may have its own.
    """

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        api_url: str = "",
        graphql_url: str = "",
        timeout_s: int = TIMEOUT_S,
        ca_file: str = "",
    ) -> None:
        if not token.strip():
            raise ConfigurationError(
                "there is no token for GitHub", hint="set GITHUB_TOKEN (the action's input github-token)"
            )
        self._address = address.read(api_url, graphql_url)
        self._auth = Auth.Token(token.strip())
        self._ca_file = ca_file
        self._line = Line(self._address, self._auth, timeout_s, ca_file)
        self.clock = clock
        self.is_hurried = False
        self._waited_s = 0.0

    @property
    def host(self) -> str:
        """What messages call the host."""
        return self._address.host

    def hurry(self) -> None:
        """End all patience: from now on one short try a request, on a connection that nothing waits in."""
        self.is_hurried = True
        self._line = Line(self._address, self._auth, HURRIED_TIMEOUT_S, self._ca_file)

    def close(self) -> None:
        """Free the connection."""
        self._line.close()

    def send(self, request: Request) -> Answer | Fault:
        """Return the answer to `request`, after as many tries as it may have; raises nothing."""

        def over(state: tenacity.RetryCallState) -> bool:
            too_long = self._waited_s + state.upcoming_sleep > MAX_WAIT_S
            return self.is_hurried or too_long or state.attempt_number >= request.max_tries

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda got: isinstance(got, Fault) and got.may_pass(request)),
            wait=_wait_s,
            stop=over,
            sleep=self._wait,
            retry_error_callback=_last,
        )
        got: Answer | Fault = retrying(self._once, request)
        return got

    def _wait(self, seconds: float) -> None:
        self._waited_s += seconds
        self.clock.sleep(seconds)

    def _once(self, request: Request) -> Answer | Fault:
        line = self._line
        if not self.is_hurried:
            return line.send(request)
        answers = queue.SimpleQueue[Answer | Fault]()
        threading.Thread(target=lambda: answers.put(line.send(request)), daemon=True).start()
        try:
            return answers.get(timeout=HURRIED_TOTAL_S)
        except queue.Empty:
            return faults.of_lateness(self.host)

    def read(self, request: Request) -> Any:  # noqa: ANN401  # JSON, or bytes
        """Return what `request` brings; raises HostError."""
        got = self.send(request)
        if isinstance(got, Fault):
            raise faults.error(got)
        return got.data

    def graphql(
        self, query: str, variables: Mapping[str, Any], *, about: str, needs: str, max_tries: int = 5
    ) -> Answer | Fault:
        """Return the answer to a query, or to a mutation that may be sent twice; a part of it may be missing."""
        request = self._graphql_request({"query": query, "variables": dict(variables)}, about, needs)
        return self.send(replace(request, max_tries=max_tries))

    def refusal(self, errors: Sequence[Mapping[str, Any]], *, about: str, needs: str) -> HostError:
        """Return the error for a part of a GraphQL answer that is missing."""
        return faults.error(faults.of_graphql(errors, {}, self._graphql_request({}, about, needs), self.host))

    def _graphql_request(self, body: Mapping[str, Any], about: str, needs: str) -> Request:
        path = self._address.graphql
        return Request(verb="POST", path=path, body=body, about=about, needs=needs, repeatable=True)


def _wait_s(state: tenacity.RetryCallState) -> float:
    got = _last(state)
    if not isinstance(got, Fault) or got.kind is not FaultKind.LIMITED:
        return float(2 ** (state.attempt_number - 1))
    if got.wait_s is not None:
        return got.wait_s
    return MIN_LIMIT_WAIT_S * float(2 ** (state.attempt_number - 1))


def _last(state: tenacity.RetryCallState) -> Any:  # noqa: ANN401  # what tenacity keeps is untyped
    return state.outcome.result() if state.outcome else None
