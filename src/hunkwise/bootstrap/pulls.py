"""Pull requests: the way to them, their settings, and reviews of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hunkwise.bootstrap import UNASKED, gate, models, parts, shown, unheeded
from hunkwise.bootstrap.parts import Progress
from hunkwise.errors import ConfigurationError
from hunkwise.model.change import CONFIG_FILES, MISNAMED_FILES, DiffText, PullRequest
from hunkwise.model.mode import FromWorkflowRun, MergeGroup
from hunkwise.model.pull import Overview
from hunkwise.model.report import ReviewReport
from hunkwise.ports import ChangeSource, CodeHost

if TYPE_CHECKING:
    from hunkwise.pipeline import pull_review
    from hunkwise.pipeline.group_review import Member
    from hunkwise.pipeline.review import Reviewed
    from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PullAccess:
    """One pull request within reach: `host` shows it and takes what is said, `changes` reads it.

    `hurry` ends all patience with the host: what is still to be written gets one short try.
    """

    host: CodeHost
    changes: ChangeSource
    hurry: Callable[[], None]


def pull_access(ref: PullRequest, environment: Mapping[str, str]) -> PullAccess:
    """Return the way to a pull request; raises UsageError when `ref` names another host than the environment."""
    from hunkwise.adapters.github import GitHubChanges, GitHubHost, GitHubPull  # noqa: PLC0415  # late: PyGithub
    from hunkwise.pipeline.publish import CHECK_NAME  # noqa: PLC0415  # late: start-up

    pull = GitHubPull(parts.wire(ref.server, environment), ref.repo, ref.number, check_name=CHECK_NAME)
    host = GitHubHost(pull)
    return PullAccess(host=host, changes=GitHubChanges(pull), hurry=host.hurry)


def asked_files(config: str | None) -> tuple[str, ...]:
    """Return the files of the base branch that may hold its settings, and those that are meant to; or the one named."""
    return (config,) if config else (*CONFIG_FILES, *MISNAMED_FILES)


def pull_settings(
    overview: Overview,
    *,
    config: str | None,
    environment: Mapping[str, str],
    options: Mapping[str, Any],
    say: Progress,
) -> Settings:
    """Return the settings for a pull request: its base branch's file counts; `config` names one of them."""
    from hunkwise.adapters import configuration  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.configuration import ConfigText  # noqa: PLC0415  # late: start-up

    if config is not None and config not in overview.files:
        where = f"{overview.pull.repo} has no file {config} on {overview.pull.base_ref}"
        raise ConfigurationError(f"the input config: {where}", hint="name a file of the base branch")
    unheeded.tell(environment, {} if config else dict.fromkeys(overview.files, unheeded.FILE), say)
    name = next((each for each in ([config] if config else CONFIG_FILES) if each in overview.files), None)
    text = ConfigText(name=name, content=overview.files[name]) if name else None
    return on_trial(configuration.load(text, environment, options), overview, options)


def on_trial(chosen: Settings, overview: Overview, options: Mapping[str, Any]) -> Settings:
    """Return the settings with the experiment that takes the pull request; who names a model gets that one."""
    from hunkwise.pipeline import experiment  # noqa: PLC0415  # late: start-up

    return chosen if options.get("model") else experiment.applied(chosen, overview.pull.number)


def pull_run(access: PullAccess, overview: Overview, chosen: Settings, state_keys: Sequence[str]) -> pull_review.Run:
    """Return a run on a pull request that knows what was said before."""
    from hunkwise.adapters.syntax_rules.parses import parses  # noqa: PLC0415  # late: start-up
    from hunkwise.pipeline import pull_review  # noqa: PLC0415  # late: it imports the parsers

    name = secrets.token_hex(8)
    return pull_review.begin(access.host, overview, chosen, state_keys, parses, gate.told, name)


def review_pull(
    ref: PullRequest,
    access: PullAccess,
    run: pull_review.Run,
    environment: Mapping[str, str],
    say: Progress,
    *,
    unasked: str | None = None,
    evidence: Sequence[str] = (),
) -> Reviewed:
    """Review a pull request; nothing is said on it. `unasked` says why no model is to be asked."""
    from hunkwise.adapters.local_git import LocalGit  # noqa: PLC0415  # only the source asked for
    from hunkwise.pipeline import pull_review, teams  # noqa: PLC0415  # late: it imports the parsers
    from hunkwise.pipeline.pull_changes import PullChanges  # noqa: PLC0415  # late: it imports the parsers

    changes: ChangeSource = PullChanges(run.overview.pull, access.changes, LocalGit() if ref.clone else None)
    if unasked is None:
        settings, changes = teams.of_change(ref, changes, run.settings)
        run = replace(run, settings=settings)
    chosen = run.settings if unasked is None else run.settings.model_copy(update={"engine": "rules"})
    ports = parts.ports(changes, chosen, environment, say, evidence)
    try:
        return pull_review.reviewed(ref, run, ports, unasked)
    finally:
        ports.close()


def pulls_with_head(repo: str, found: FromWorkflowRun, environment: Mapping[str, str]) -> tuple[int, ...]:
    """Return the open pull requests whose head a workflow run had; raises HostError."""
    from hunkwise.adapters import github  # noqa: PLC0415  # late: PyGithub

    return github.pulls_with_head(
        parts.wire(None, environment),
        repo,
        head_repo=found.head_repo,
        head_branch=found.head_branch,
        head_sha=found.head_sha,
    )


def queued_pulls(repo: str, group: MergeGroup, environment: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    """Return number and head of each pull request of a merge group, in their order; raises HostError."""
    from hunkwise.adapters import github  # noqa: PLC0415  # late: PyGithub

    wire = parts.wire(None, environment)
    found = github.pulls_of_group(wire, repo, base_ref=group.base_ref, base_sha=group.base_sha, head_sha=group.head_sha)
    return tuple((each.number, each.head_sha) for each in found)


def review_group(
    repo: str,
    group: MergeGroup,
    members: Sequence[Member],
    chosen: Settings,
    environment: Mapping[str, str],
    say: Progress,
) -> ReviewReport:
    """Return the report on a merge group; no model is asked. Raises HostError."""
    from hunkwise.adapters import github  # noqa: PLC0415  # late: PyGithub
    from hunkwise.pipeline import group_review  # noqa: PLC0415  # late: it imports the parsers

    content = github.diff(parts.wire(None, environment), repo, group.base_sha, group.head_sha)
    ref = DiffText(name="the merge group", content=content)
    ports = parts.ports(parts.changes(ref), chosen.model_copy(update={"engine": "rules"}), environment, say)
    return group_review.report(ref, ports, chosen, members)


def prompts_of_pull(
    ref: PullRequest, access: PullAccess, run: pull_review.Run, environment: Mapping[str, str], say: Progress
) -> str:
    """Return all that would be sent to a model for a pull request, as text."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    if run.settings.engine == "rules":
        return UNASKED
    ports = parts.ports(access.changes, run.settings.model_copy(update={"engine": "rules"}), environment, say)
    trusts_author = run.overview.pull.author_may_write
    return shown(spine.prompts(ref, ports, run.settings, trusts_author=trusts_author))


def state_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that sign what is remembered: the first signs, all verify."""
    return tuple(key.strip() for key in environment.get("HUNKWISE_STATE_KEY", "").split(",") if key.strip())


def asks_a_model(chosen: Settings, environment: Mapping[str, str]) -> bool:
    """Whether a review under `chosen` asks a model: one is chosen, or a key or address stands in the environment."""
    return chosen.engine == "llm" or (chosen.engine == "auto" and models.can_ask(chosen, environment))
