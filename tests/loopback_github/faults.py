"""What goes wrong on demand: errors, slow and lost answers, and things that happen at a chosen request.

`github.faults.add(faults.storm(502, path=r"/reviews$"))`. A fault meets requests whose method and path match, after
`skip` of them, `times` times. Method "WRITE" means every request that may change something: REST's POST, PATCH, PUT and
DELETE, and GraphQL's mutations.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loopback_github import limits
from loopback_github.refusals import RefusalError

ALWAYS = 1_000_000


@dataclass(slots=True, kw_only=True)
class Fault:
    """`answer` replaces the answer (None: none, the connection is cut); it takes effect first where `takes_effect`.

    `truncates`: the true answer, cut in the middle. `blocks_s`: after it struck, everything it matches is refused for
    so long, as GitHub does to who does not obey `retry-after`.
    """

    method: str = ""
    path: str = ""
    skip: int = 0
    times: int = 1
    replaces: bool = True
    answer: RefusalError | None = None
    takes_effect: bool = False
    truncates: bool = False
    blocks_s: float = 0.0
    delay_s: float = 0.0
    before: Callable[[], Any] | None = None
    met: int = field(default=0, init=False)
    blocked_until: float = field(default=0.0, init=False)

    def meets(self, method: str, path: str, *, writes: bool, now: float) -> bool:
        """Count a request that matches, and tell whether the fault strikes."""
        if self.method not in {"", method} and not (self.method == "WRITE" and writes):
            return False
        if not re.search(self.path, path):
            return False
        if now < self.blocked_until:
            return True
        self.met += 1
        strikes = self.skip < self.met <= self.skip + self.times
        if strikes:
            self.blocked_until = now + self.blocks_s
        return strikes


def storm(
    status: int = 502, *, method: str = "", path: str = "", times: int = 3, skip: int = 0, html: bool = False
) -> Fault:
    """Answer with a proxy's error, as JSON or as a page, without effect."""
    answer = RefusalError(status, "<html><h1>Whoa there!</h1></html>") if html else _server_error(status)
    return Fault(method=method, path=path, times=times, skip=skip, answer=answer)


def answer_cut(*, method: str = "WRITE", path: str = "", skip: int = 0, times: int = 1) -> Fault:
    """Let the request take effect, then end the connection in the middle of the answer."""
    return Fault(method=method, path=path, skip=skip, times=times, takes_effect=True, truncates=True)


def graphql_hiccup(*, times: int = 1, skip: int = 0) -> Fault:
    """Answer a query with 200 and nothing but an error, as GitHub does when it took too long."""
    message = "Something went wrong while executing your query. Please include `LOOP:1` when reporting this issue."
    answer = RefusalError(200, {"data": None, "errors": [{"message": message}]})
    return Fault(path="/graphql$", times=times, skip=skip, answer=answer)


def answer_lost(*, method: str = "WRITE", path: str = "", skip: int = 0, times: int = 1) -> Fault:
    """Let the request take effect, then cut the connection: the client can't know."""
    return Fault(method=method, path=path, skip=skip, times=times, takes_effect=True)


def error_after_effect(status: int = 502, *, method: str = "WRITE", path: str = "", skip: int = 0) -> Fault:
    """Let the request take effect, then answer as if it had not."""
    return Fault(method=method, path=path, skip=skip, takes_effect=True, answer=_server_error(status))


def cut(*, method: str = "", path: str = "", skip: int = 0, times: int = 1) -> Fault:
    """Cut the connection without effect."""
    return Fault(method=method, path=path, skip=skip, times=times)


def killed_after_writes(count: int, *, saw_last_answer: bool = True) -> tuple[Fault, ...]:
    """Let `count` writes through, then nothing at all: what is left of a run that was killed there.

    Without `saw_last_answer` the last write took effect and its answer was lost. `faults.clear()` before the next run.
    """
    lost = () if saw_last_answer else (answer_lost(skip=count - 1),)
    return (*lost, _Killed(skip=count))


@dataclass(slots=True, kw_only=True)
class _Killed(Fault):
    def meets(self, method: str, path: str, *, writes: bool, now: float) -> bool:
        del method, path, now
        if self.met >= self.skip:
            return True
        self.met += writes
        return False


def slow(delay_s: float, *, method: str = "", path: str = "", times: int = ALWAYS) -> Fault:
    return Fault(method=method, path=path, times=times, replaces=False, delay_s=delay_s)


def secondary_limit(
    retry_after_s: int | None = 1,
    *,
    method: str = "WRITE",
    path: str = "",
    status: int = 403,
    times: int = 1,
    enforced: bool = False,
) -> Fault:
    """Refuse by a secondary limit; an enforced one refuses all it matches until the time is over (by `now`)."""
    blocks_s = float(retry_after_s or 60) if enforced else 0.0
    answer = limits.secondary(retry_after_s, status)
    return Fault(method=method, path=path, times=times, answer=answer, blocks_s=blocks_s)


def denied(message: str = "Resource not accessible by integration", *, method: str = "", path: str = "") -> Fault:
    """Refuse with 403, always."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": "403"}
    return Fault(method=method, path=path, times=ALWAYS, answer=RefusalError(403, body))


def at_request(action: Callable[[], Any], *, method: str = "", path: str = "", skip: int = 0) -> Fault:
    """Do something (push, close, resolve) just before a request is looked at."""
    return Fault(method=method, path=path, skip=skip, replaces=False, before=action)


def raw(status: int, body: Mapping[str, Any], *, method: str = "", path: str = "", times: int = 1) -> Fault:
    """Answer with anything."""
    return Fault(method=method, path=path, times=times, answer=RefusalError(status, dict(body)))


def _server_error(status: int) -> RefusalError:
    return RefusalError(status, {"message": "Server Error" if status == 502 else "Internal Server Error"})


class Faults:
    """The faults of a server, the first that strikes wins; those that replace nothing add up."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._all: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._all.extend(faults)

    def clear(self) -> None:
        self._all.clear()

    def striking(self, method: str, path: str, *, writes: bool) -> list[Fault]:
        now = self._now()
        return [fault for fault in self._all if fault.meets(method, path, writes=writes, now=now)]
