"""The one room that names concrete adapters, and imports each only when it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from hunkwise.bootstrap import address, gate, models, parts, unheeded
from hunkwise.bootstrap.parts import Progress
from hunkwise.errors import UsageError
from hunkwise.model.change import CONFIG_FILES, MISNAMED_FILES, ChangeRef, DiffText
from hunkwise.model.chat import Message
from hunkwise.model.pull import Pull
from hunkwise.model.report import ReviewReport, Walkthrough
from hunkwise.ports import ChangeSource

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.actions_runtime import ActionsRuntime
    from hunkwise.adapters.configuration import ConfigText
    from hunkwise.settings import Settings


UNASKED = "nothing would be sent: the engine is rules, and no model is asked"
"""What stands for the prompts of a review that sends none."""


def settings(
    ref: ChangeRef,
    *,
    config: str | None,
    repo: str,
    environment: Mapping[str, str],
    options: Mapping[str, Any],
    say: Progress,
) -> Settings:
    """Return the settings for a review of `ref`; for a range the repository's file is read at its base.

    Variables and files that are meant to configure it and can't are told.
    """
    from hunkwise.adapters import configuration  # noqa: PLC0415  # late: start-up

    unheeded.tell(environment, {} if config is not None else _kinds(ref, repo), say)
    text = _given_config(config) if config is not None else _repository_config(ref, repo)
    return configuration.load(text, environment, options)


def review(
    ref: ChangeRef,
    chosen: Settings,
    environment: Mapping[str, str],
    say: Progress,
    evidence: Sequence[str] = (),
) -> ReviewReport:
    """Review the change `ref` names; `evidence` names SARIF files of other tools."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers
    from hunkwise.pipeline import teams  # noqa: PLC0415  # the same

    if chosen.engine == "auto" and address.is_azure(environment) and not models.can_ask(chosen, environment):
        say(f"no model is asked: {address.AZURE_ENDPOINT} is set, and no key for it (AZURE_OPENAI_API_KEY)")
    elif chosen.engine == "auto" and "model" in chosen.model_fields_set and not models.can_ask(chosen, environment):
        say(f"the model {chosen.model} is not asked: there is no key and no base URL (OPENAI_API_KEY, OPENAI_BASE_URL)")
    chosen, source = teams.of_change(ref, parts.changes(ref), chosen)
    ports = parts.ports(source, chosen, environment, say, evidence)
    try:
        report = spine.run(ref, ports, chosen).report
    finally:
        ports.close()
    for stage, spent in report.timings_ms.items():
        say(f"{stage}: {spent:.0f} ms", detail=True)
    return report


def job(environment: Mapping[str, str], stream: TextIO) -> ActionsRuntime:
    """Return the runner's side of a job of GitHub Actions."""
    from hunkwise.adapters.actions_runtime import ActionsRuntime  # noqa: PLC0415  # late: start-up

    return ActionsRuntime(environment, stream, gate.told)


def prompts(ref: ChangeRef, chosen: Settings, environment: Mapping[str, str], say: Progress) -> str:
    """Return all that would be sent to a model for `ref`, as text."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    if chosen.engine == "rules":
        return UNASKED
    unsent = chosen.model_copy(update={"engine": "rules"})
    return shown(spine.prompts(ref, parts.ports(parts.changes(ref), unsent, environment, say), chosen))


def describe(
    ref: ChangeRef,
    chosen: Settings,
    environment: Mapping[str, str],
    say: Progress,
    source: ChangeSource | None = None,
    pull: Pull | None = None,
) -> Walkthrough:
    """Describe the change `ref` names, of `pull` where it is one, read from `source`; raises HunkwiseError."""
    from hunkwise.pipeline import describe as describing  # noqa: PLC0415  # late: it imports the parsers
    from hunkwise.pipeline import pull_review, teams  # noqa: PLC0415  # late: they import the parsers

    chosen, source = teams.of_change(ref, source or parts.changes(ref), chosen)
    ports = parts.ports(source, chosen, environment, say)
    try:
        if pull is None:
            return describing.run(ref, ports, chosen)
        scope = pull_review.scope(pull)
        return describing.run(ref, ports, chosen, trusts_author=pull.author_may_write, scope=scope)
    finally:
        ports.close()


def describing_prompts(
    ref: ChangeRef,
    chosen: Settings,
    environment: Mapping[str, str],
    say: Progress,
    source: ChangeSource | None = None,
) -> str:
    """Return all that `describe` would send first, as text."""
    from hunkwise.pipeline import describe as describing  # noqa: PLC0415  # late: it imports the parsers

    if chosen.engine == "rules":
        return UNASKED
    unsent = chosen.model_copy(update={"engine": "rules"})
    ports = parts.ports(source or parts.changes(ref), unsent, environment, say)
    return shown(describing.prompts(ref, ports, chosen))


def shown(requests: Sequence[Sequence[Message]]) -> str:
    """Return requests as a person reads them."""
    texts = [
        f"=== request {number} of {len(requests)}: {message.role} ===\n{message.content.text}"
        for number, request in enumerate(requests, 1)
        for message in request
    ]
    return "\n\n".join(texts) or "nothing would be sent: no hunk is to be reviewed"


def _given_config(name: str) -> ConfigText:
    from hunkwise.adapters.configuration import ConfigText  # noqa: PLC0415  # late: start-up

    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--config: there is no file {name}")
    return ConfigText(name=name, content=path.read_bytes())


def _kinds(ref: ChangeRef, repo: str) -> Mapping[str, str]:
    """Return what lies under each name of a configuration, right or wrong."""
    from hunkwise.adapters.local_git import LocalGit, contents  # noqa: PLC0415  # only the source asked for

    names = (*CONFIG_FILES, *MISNAMED_FILES)
    return contents.kinds_on_disk(Path(repo), names) if isinstance(ref, DiffText) else LocalGit().kinds(ref, names)


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
