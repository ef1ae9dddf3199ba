"""The one file that names concrete adapters, and imports each only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hunkwise.errors import ConfigurationError, UsageError
from hunkwise.model.change import ChangeRef, DiffText
from hunkwise.model.report import ReviewReport
from hunkwise.ports import ChangeSource, ChatModel, Ports

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.configuration import ConfigText
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

    ports = _ports(ref, chosen, environment, say)
    try:
        report = spine.run(ref, ports, chosen).report
    finally:
        if ports.chat is not None:
            ports.chat.close()
    for stage, spent in report.timings_ms.items():
        say(f"{stage}: {spent:.0f} ms", detail=True)
    return report


def prompts(ref: ChangeRef, chosen: Settings, environment: Mapping[str, str], say: Progress) -> str:
    """Return all that would be sent to a model for `ref`, as text."""
    from hunkwise.pipeline import review as spine  # noqa: PLC0415  # late: it imports the parsers

    requests = spine.prompts(ref, _ports(ref, chosen.model_copy(update={"engine": "rules"}), environment, say), chosen)
    parts = [
        f"=== request {number} of {len(requests)}: {message.role} ===\n{message.content.text}"
        for number, request in enumerate(requests, 1)
        for message in request
    ]
    return "\n\n".join(parts) or "nothing would be sent: no hunk is to be reviewed"


def render(report: ReviewReport, style: str, *, color: bool = False) -> str:
    """Return `report` as text, json, sarif, markdown or html."""
    if style == "text":
        from hunkwise.render import terminal  # noqa: PLC0415  # late: rich

        return terminal.text(report, color=color, width=_width())
    return _RENDERERS[style]()(report)


def verdict_line(report: ReviewReport) -> str:
    """Return the verdict on one line."""
    from hunkwise.render import terminal  # noqa: PLC0415  # late: rich

    return terminal.verdict_line(report)


def _json() -> Callable[[ReviewReport], str]:
    from hunkwise.render import json_report  # noqa: PLC0415  # only the renderer asked for

    return json_report.text


def _sarif() -> Callable[[ReviewReport], str]:
    from hunkwise.render import sarif  # noqa: PLC0415  # only the renderer asked for

    return sarif.text


def _markdown() -> Callable[[ReviewReport], str]:
    from hunkwise.render import markdown  # noqa: PLC0415  # only the renderer asked for

    return markdown.summary


def _html() -> Callable[[ReviewReport], str]:
    from hunkwise.render import html  # noqa: PLC0415  # only the renderer asked for

    return html.page


_RENDERERS = {"json": _json, "sarif": _sarif, "markdown": _markdown, "html": _html}


def _width() -> int:
    import shutil  # noqa: PLC0415  # only for a terminal

    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 140))


def _ports(ref: ChangeRef, chosen: Settings, environment: Mapping[str, str], say: Progress) -> Ports:
    from hunkwise.adapters.prompt_files import PromptFiles  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.secret_scanner import DetectSecretsScanner  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.syntax_rules import AstGrepRules  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.system_clock import SystemClock  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.token_counter import TiktokenCounter  # noqa: PLC0415  # late: start-up

    return Ports(
        changes=_changes(ref),
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
