"""A pull request on the command line: a dry run, or with --post said on the pull request."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hunkwise import bootstrap
from hunkwise.bootstrap import pulls, stores
from hunkwise.bootstrap.parts import Progress
from hunkwise.bootstrap.pulls import PullAccess
from hunkwise.errors import PermissionDeniedError, UsageError
from hunkwise.model.change import PullRequest
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import publish, pull_review
from hunkwise.pipeline.review import Reviewed

NEITHER = "this token may neither comment on the pull request nor write checks, so nothing could be posted"
"""Why a run with --post ends before anything is paid for."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request to review; `has_file` tells that the report goes to a file, whatever can be posted."""

    ref: PullRequest
    config: str | None
    options: Mapping[str, Any]
    say: Progress
    posts: bool
    has_file: bool
    evidence: tuple[str, ...]

    def prompts(self) -> str:
        """Return all that would be sent to a model."""
        access, run = self._begin()
        return pulls.prompts_of_pull(self.ref, access, run, os.environ, self.say)

    def review(self) -> ReviewReport:
        """Review the pull request, and say on it what was found where that is asked for."""
        access, run = self._begin()
        if not self.posts:
            return self._reviewed(access, run).report
        if not run.overview.pull.is_open:
            raise UsageError(f"{self.ref.repo}#{self.ref.number} is closed", hint="review it without --post")
        allowed = publish.channels(run.host, run.overview)
        if allowed.check is None and not allowed.may_comment and not self.has_file:
            raise PermissionDeniedError(NEITHER, hint="give it pull-requests: write, or leave --post out")
        done = pull_review.complete(
            run,
            allowed,
            lambda run: self._reviewed(access, run),
            access.hurry,
        )
        return done.report

    def _reviewed(self, access: PullAccess, run: pull_review.Run) -> Reviewed:
        return pulls.review_pull(self.ref, access, run, stores.at_home(os.environ), self.say, evidence=self.evidence)

    def _begin(self) -> tuple[PullAccess, pull_review.Run]:
        access = pulls.pull_access(self.ref, os.environ)
        overview = access.host.overview(pulls.asked_files(None))
        if self.config is None:
            chosen = pulls.pull_settings(
                overview, config=None, environment=os.environ, options=self.options, say=self.say
            )
        else:
            given = bootstrap.settings(
                self.ref, config=self.config, repo="", environment=os.environ, options=self.options, say=self.say
            )
            chosen = pulls.on_trial(given, overview, self.options)
        return access, pulls.pull_run(access, overview, chosen, pulls.state_keys(os.environ))
