"""The adapters behind the ports, each imported only when it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from hunkwise.bootstrap import address, gate, models, stores
from hunkwise.core.signature import UNSIGNED, Keys
from hunkwise.errors import UsageError
from hunkwise.model.change import ChangeRef, DiffText
from hunkwise.ports import ChangeSource, Ports, RuleEngine

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.adapters.github import Wire
    from hunkwise.settings import Settings


PUBLIC_SERVER = "https://github.com"
PUBLIC_API = "https://api.github.com"
"""Where GitHub itself is; an Enterprise Server has its API below its own address."""


class Progress(Protocol):
    """Tells a person what happens; `detail` is for those who asked for it."""

    def __call__(self, text: str, *, detail: bool = False) -> None:
        """Say one line."""
        ...


def ports(
    source: ChangeSource,
    chosen: Settings,
    environment: Mapping[str, str],
    say: Progress,
    evidence: Sequence[str] = (),
) -> Ports:
    """Return all that a review of a change from `source` needs; raises ConfigurationError, UsageError.

    `evidence` names SARIF files of other tools.
    """
    from hunkwise.adapters import price_list  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.prompt_files import PromptFiles  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.syntax_rules import (  # noqa: PLC0415  # late: start-up
        AstGrepLiterals,
        AstGrepOutliner,
        AstGrepPlainLines,
    )
    from hunkwise.adapters.system_clock import SystemClock  # noqa: PLC0415  # late: start-up
    from hunkwise.adapters.token_counter import TiktokenCounter  # noqa: PLC0415  # late: start-up

    chats = models.chats(chosen, environment)
    seals = _seals(environment, say) if chats and chosen.cache else UNSIGNED
    redis = stores.line(environment) if chats else None
    return Ports(
        changes=source,
        secrets=gate.scanner(environment),
        tokens=TiktokenCounter(),
        rules=_rules(evidence),
        prompts=PromptFiles(),
        chat=chats[0] if chats else None,
        clock=SystemClock(),
        progress=say,
        literals=AstGrepLiterals(),
        outliner=AstGrepOutliner(),
        others=chats[1:],
        cheap=models.cheap(chosen, environment),
        prices=price_list.packaged(),
        health=models.health(environment, redis),
        cache=stores.cache(environment, chosen, redis) if seals.secrets else None,
        seals=seals,
        embedder=stores.embedder(chosen, environment) if seals.secrets else None,
        plain=AstGrepPlainLines(),
        endpoint=address.endpoint(environment),
    )


def _seals(environment: Mapping[str, str], say: Progress) -> Keys:
    """Return the keys of stored answers; a folder that can't be used is no reason for a review to fail."""
    try:
        seals = stores.seals(environment)
    except OSError as error:
        say(f"answers are not kept: {error.strerror or error} ({stores.folder(environment)})")
        return UNSIGNED
    if stores.is_wanted(environment) and not seals.secrets:
        say("answers are not kept: they need a state key in a job (input state-key), or in a repository's folder")
    return seals


def _rules(evidence: Sequence[str]) -> RuleEngine:
    from hunkwise.adapters.syntax_rules import AstGrepRules  # noqa: PLC0415  # late: start-up

    if not evidence:
        return AstGrepRules()
    from hunkwise.adapters.sarif_evidence import AllRules, SarifEvidence  # noqa: PLC0415  # only where it is given

    return AllRules(AstGrepRules(), SarifEvidence(evidence, gate.told))


def changes(ref: ChangeRef) -> ChangeSource:
    """Return the source of a change on this machine."""
    if isinstance(ref, DiffText):
        from hunkwise.adapters.diff_text import DiffTextSource  # noqa: PLC0415  # only the source asked for
        from hunkwise.adapters.local_git import identity  # noqa: PLC0415  # the same

        return DiffTextSource(identity.of_folder("."))
    from hunkwise.adapters.local_git import LocalGit  # noqa: PLC0415  # only the source asked for

    return LocalGit()


def wire(server: str | None, environment: Mapping[str, str]) -> Wire:
    """Return the way to the code host; raises UsageError when `server` is another one than the environment's."""
    from hunkwise.adapters.github import Wire  # noqa: PLC0415  # late: PyGithub
    from hunkwise.adapters.system_clock import SystemClock  # noqa: PLC0415  # late: start-up

    api_url = environment.get("GITHUB_API_URL", "")
    own = environment.get("GITHUB_SERVER_URL", "") or _server(api_url)
    if server is not None and server.lower() != own.lower():
        # a token must not follow an address into another host's hands
        api = PUBLIC_API if server == PUBLIC_SERVER else f"{server}/api/v3"
        raise UsageError(f"{server} is not {own}", hint=f"set GITHUB_API_URL={api}, and a token of that host")
    return Wire(
        token=environment.get("GITHUB_TOKEN", ""),
        clock=SystemClock(),
        api_url=api_url,
        graphql_url=environment.get("GITHUB_GRAPHQL_URL", ""),
        ca_file=environment.get("SSL_CERT_FILE", ""),
    )


def _server(api_url: str) -> str:
    """Return the address of the pages that belong to an API: api.github.com is beside github.com."""
    return api_url.removesuffix("/").removesuffix("/api/v3").replace("://api.", "://") or PUBLIC_SERVER
