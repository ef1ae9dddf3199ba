"""The GitHub adapter against a loopback GitHub, for tests."""

from fakes import DrivenClock
from hunkwise.adapters.github import GitHubChanges, GitHubHost, GitHubPull, Wire
from hunkwise.model.change import PullRequest
from loopback_github import LoopbackGitHub, Pull

CHECK = "hunkwise"


class Desk:
    """What a run has in hand for one pull request; waits are driven, not waited."""

    def __init__(
        self,
        github: LoopbackGitHub,
        pull: Pull | int,
        token: str | None = None,
        *,
        timeout_s: int = 5,
        clock: DrivenClock | None = None,
    ) -> None:
        self.clock = clock or DrivenClock()
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
