"""The GitHub adapter against a loopback GitHub, for tests."""

import time

from fakes import DrivenClock
from hunkwise.adapters.github import GitHubChanges, GitHubHost, GitHubPull, Wire
from hunkwise.model.change import PullRequest
from hunkwise.model.pull import OwnComment, Thread
from loopback_github import LoopbackGitHub, Pull

CHECK = "hunkwise"


class Desk:
    """What a run has in hand for one pull request; waits are driven, not waited."""

    def __init__(self, github: LoopbackGitHub, pull: Pull | int, token: str | None = None, timeout_s: int = 5) -> None:
        self.clock = DrivenClock()
        number = pull if isinstance(pull, int) else pull.number
        self.wire = Wire(
            token=token or github.token(),
            clock=self.clock,
            api_url=github.url,
            graphql_url=github.graphql_url,
            timeout_s=timeout_s,
        )
        self.pull = GitHubPull(self.wire, github.repo, number, check_name=CHECK)
        self.changes = GitHubChanges(self.pull)
        self.host = GitHubHost(self.pull)
        self.ref = PullRequest(repo=github.repo, number=number)


def driven_github(desk_clock: DrivenClock | None = None) -> LoopbackGitHub:
    """Return a loopback whose limits run on a clock of the tests."""
    started = time.time()
    return LoopbackGitHub(now=lambda: started + (desk_clock.now if desk_clock else 0.0))


def own_comment(desk: Desk) -> OwnComment:
    return desk.host.overview(()).comments[0]


def threads(desk: Desk) -> tuple[Thread, ...]:
    return desk.host.overview(()).threads
