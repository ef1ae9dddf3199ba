"""The one file that names concrete adapters, and imports each only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from hunkwise.errors import ConfigurationError, UsageError
from hunkwise.model.change import ChangeRef, DiffText, PullRequest
from hunkwise.model.chat import Message
from hunkwise.model.pull import Overview
from hunkwise.model.report import ReviewReport
from hunkwise.ports import ChangeSource, ChatModel, CodeHost, Ports

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.actions_runtime import ActionsRuntime
    from hunkwise.adapters.configuration import ConfigText
    from hunkwise.adapters.github import Wire
    from hunkwise.pipeline import pull_review
    from hunkwise.pipeline.review import Reviewed
    from hunkwise.settings import Settings

CONFIG_FILES = (".hunkwise.yml", ".github/hunkwise.yml")
"""Where a repository's configuration may stand; the first that exists counts."""


class Progress(Protocol):
    """Tells a person what happens; `detail` is for those who asked for it."""

    def __call__(self, text: str, *, detail: bool = False) -> None:
        """Say one line."""
        ...


def settings(
    ref: ChangeRef,
    *,
    config: str | None,
    repo: str,
    environment: Mapping[str, str],
    options: Mapping[str, Any],
) -> Settings:
    """Return the settings for a review of `ref`; for a range the repository's file is read at its base."""
    from hunkwise.adapters import configuration  # noqa: PLC0415  # late: start-up

    text = _given_config(config) if config is not None else _repository_config(ref, repo)
    return configuration.load(text, environment, options)


def review(ref: ChangeRef, chosen: Settings, environment: Mapping[str, str], say: Progress) -> ReviewReport:
    """Review the change `ref` names."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    ports = _ports(_changes(ref), chosen, environment, say)
    try:
        report = spine.run(ref, ports, chosen).report
    finally:
        if ports.chat is not None:
            ports.chat.close()
    for stage, spent in report.timings_ms.items():
        say(f"{stage}: {spent:.0f} ms", detail=True)
    return report


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

    pull = GitHubPull(_wire(ref.server, environment), ref.repo, ref.number, check_name=CHECK_NAME)
    host = GitHubHost(pull)
    return PullAccess(host=host, changes=GitHubChanges(pull), hurry=host.hurry)


def pull_settings(
    overview: Overview, *, config: str | None, environment: Mapping[str, str], options: Mapping[str, Any]
) -> Settings:
    """Return the settings for a pull request: its base branch's file counts; `config` names one of them."""
    from hunkwise.adapters import configuration  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.configuration import ConfigText  # noqa: PLC0415  # late: start-up

    if config is not None and config not in overview.files:
        where = f"{overview.pull.repo} has no file {config} on {overview.pull.base_ref}"
        raise ConfigurationError(f"the input config: {where}", hint="name a file of the base branch")
    name = next((each for each in ([config] if config else CONFIG_FILES) if each in overview.files), None)
    text = ConfigText(name=name, content=overview.files[name]) if name else None
    return configuration.load(text, environment, options)


def pull_run(access: PullAccess, overview: Overview, chosen: Settings, state_keys: Sequence[str]) -> pull_review.Run:
    """Return a run on a pull request that knows what was said before."""
    from hunkwise.adapters.syntax_rules.parses import parses  # noqa: PLC0415  # late: start-up
    from hunkwise.pipeline import pull_review  # noqa: PLC0415  # late: it imports the parsers

    return pull_review.begin(access.host, overview, chosen, state_keys, parses)


def review_pull(
    ref: PullRequest,
    access: PullAccess,
    run: pull_review.Run,
    environment: Mapping[str, str],
    say: Progress,
    *,
    unasked: str | None = None,
) -> Reviewed:
    """Review a pull request; nothing is said on it. `unasked` says why no model is to be asked."""
    from hunkwise.adapters.local_git import LocalGit  # noqa: PLC0415  # only the source asked for
    from hunkwise.pipeline import pull_review  # noqa: PLC0415  # late: it imports the parsers
    from hunkwise.pipeline.pull_changes import PullChanges  # noqa: PLC0415  # late: it imports the parsers

    changes = PullChanges(run.overview.pull, access.changes, LocalGit() if ref.clone else None)
    chosen = run.settings if unasked is None else run.settings.model_copy(update={"engine": "rules"})
    ports = _ports(changes, chosen, environment, say)
    try:
        return pull_review.reviewed(ref, run, ports, unasked)
    finally:
        if ports.chat is not None:
            ports.chat.close()


def prompts_of_pull(ref: PullRequest, access: PullAccess, run: pull_review.Run, say: Progress) -> str:
    """Return all that would be sent to a model for a pull request, as text."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    unsent = run.settings.model_copy(update={"engine": "rules"})
    return _shown(spine.prompts(ref, _ports(access.changes, unsent, {}, say), run.settings))


def state_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that sign what is remembered: the first signs, all verify."""
    return tuple(key.strip() for key in environment.get("HUNKWISE_STATE_KEY", "").split(",") if key.strip())


def asks_a_model(chosen: Settings, environment: Mapping[str, str]) -> bool:
    """Whether a review under `chosen` asks a model: one is chosen, or a key or address stands in the environment."""
    names = ("OPENAI_API_KEY", "OPENAI_API_KEYS", "OPENAI_BASE_URL")
    return chosen.engine == "llm" or (chosen.engine == "auto" and any(environment.get(name) for name in names))


def job(environment: Mapping[str, str], stream: TextIO) -> ActionsRuntime:
    """Return the runner's side of a job of GitHub Actions."""
    from hunkwise.adapters.actions_runtime import ActionsRuntime  # noqa: PLC0415  # late: start-up

    return ActionsRuntime(environment, stream)


def prompts(ref: ChangeRef, chosen: Settings, environment: Mapping[str, str], say: Progress) -> str:
    """Return all that would be sent to a model for `ref`, as text."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    unsent = chosen.model_copy(update={"engine": "rules"})
    return _shown(spine.prompts(ref, _ports(_changes(ref), unsent, environment, say), chosen))


def _shown(requests: Sequence[Sequence[Message]]) -> str:
    parts = [
        f"=== request {number} of {len(requests)}: {message.role} ===\n{message.content.text}"
        for number, request in enumerate(requests, 1)
        for message in request
    ]
    return "\n\n".join(parts) or "nothing would be sent: no hunk is to be reviewed"


def _ports(changes: ChangeSource, chosen: Settings, environment: Mapping[str, str], say: Progress) -> Ports:
    from hunkwise.adapters.prompt_files import PromptFiles  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.secret_scanner import DetectSecretsScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.syntax_rules import AstGrepRules  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.system_clock import SystemClock  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.token_counter import TiktokenCounter  # noqa: PLC0415  # late: start-up

    return Ports(
        changes=changes,
        secrets=DetectSecretsScanner(),
        tokens=TiktokenCounter(),
        rules=AstGrepRules(),
        prompts=PromptFiles(),
        chat=_chat(chosen, environment),
        clock=SystemClock(),
        progress=say,
    )


def _changes(ref: ChangeRef) -> ChangeSource:
    if isinstance(ref, DiffText):
        from hunkwise.adapters.diff_text import DiffTextSource  # noqa: PLC0415  # only the source asked for

        return DiffTextSource()
    from hunkwise.adapters.local_git import LocalGit  # noqa: PLC0415  # only the source asked for

    return LocalGit()


def _wire(server: str | None, environment: Mapping[str, str]) -> Wire:
    from hunkwise.adapters.github import Wire  # noqa: PLC0415  # late: PyGithub
    from hunkwise.adapters.system_clock import SystemClock  # noqa: PLC0415  # late: start-up

    api_url = environment.get("GITHUB_API_URL", "")
    own = environment.get("GITHUB_SERVER_URL", "") or _server(api_url)
    if server is not None and server.lower() != own.lower():
        # a token must not follow an address into another host's hands
        raise UsageError(f"{server} is not {own}", hint=f"for an Enterprise Server: GITHUB_API_URL={server}/api/v3")
    return Wire(
        token=environment.get("GITHUB_TOKEN", ""),
        clock=SystemClock(),
        api_url=api_url,
        graphql_url=environment.get("GITHUB_GRAPHQL_URL", ""),
    )


def _server(api_url: str) -> str:
    """Return the address of the pages that belong to an API: api.github.com is beside github.com."""
    return api_url.removesuffix("/").removesuffix("/api/v3").replace("://api.", "://") or "https://github.com"


def _chat(chosen: Settings, environment: Mapping[str, str]) -> ChatModel | None:
    """Return the model to ask, or None for the embedded engine; raises ConfigurationError when it can't be asked."""
    keys = environment.get("OPENAI_API_KEY", "") or environment.get("OPENAI_API_KEYS", "").partition(",")[0]
    base_url = environment.get("OPENAI_BASE_URL", "")
    if chosen.engine == "rules" or (chosen.engine == "auto" and not keys and not base_url):
        return None
    if not keys and not base_url:
        raise ConfigurationError(
            "engine llm needs a model to ask", hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server"
        )
    from hunkwise.adapters.openai_chat import OpenAIChat  # noqa: PLC0415  # late: openai is slow to import

    return OpenAIChat(
        model=chosen.model, api_key=keys.strip() or None, base_url=base_url or None, timeout_s=chosen.timeout_s
    )


def _given_config(name: str) -> ConfigText:
    from hunkwise.adapters.configuration import ConfigText  # noqa: PLC0415  # late: start-up

    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--config: there is no file {name}")
    return ConfigText(name=name, content=path.read_bytes())


def _repository_config(ref: ChangeRef, repo: str) -> ConfigText | None:
    from hunkwise.adapters.configuration import ConfigText  # noqa: PLC0415  # late: start-up

    if not isinstance(ref, DiffText):
        from hunkwise.adapters.local_git import LocalGit  # noqa: PLC0415  # only the source asked for

        found = LocalGit().config_text(ref, CONFIG_FILES)
        return ConfigText(name=found[0], content=found[1]) if found else None
    for name in CONFIG_FILES:
        path = Path(repo) / name
        if path.is_file():
            return ConfigText(name=name, content=path.read_bytes())
    return None
