"""The report: everything a renderer or publisher needs, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hunkwise.model.change import Change, Notice
from hunkwise.model.description import Description
from hunkwise.model.diff import Diff
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.ledger import Ledger


class Outcome(StrEnum):
    """The verdict's three values."""

    APPROVE = "approve"
    BLOCK = "block"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome and its reasons, each one plain sentence."""

    outcome: Outcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What one model was asked for: requests, tokens (None where the provider did not say), cost in USD.

    `embedding_tokens` is None for a model that embeds nothing.
    """

    requests: int
    prompt_tokens: int | None
    cached_prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None = None
    embedding_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Requests and tokens of a run; latencies in milliseconds, one per request.

    `by_stage` holds the same requests by why they were sent: the first reading of the change, and what came on top.
    """

    by_model: Mapping[str, ModelUsage] = field(default_factory=dict)
    by_stage: Mapping[str, ModelUsage] = field(default_factory=dict)
    latencies_ms: tuple[float, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """The models that were asked to read something, without those that embed."""
        return tuple(name for name, asked in self.by_model.items() if asked.embedding_tokens is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """How many hunks of a pool were answered by what, before or instead of a request of their own.

    `confirms` are hunks asked in a short request because a near one is known, `misses` all others that were asked.
    `stale_hits` served where nobody could be asked.
    """

    exact_hits: int = 0
    canonical_hits: int = 0
    incremental_hits: int = 0
    semantic_hits: int = 0
    confirms: int = 0
    misses: int = 0
    stale_hits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptId:
    """Which prompt was used, and which of the library's examples (`id@version`) its requests held."""

    name: str
    version: str
    sha256: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReport:
    """One review. `diff` holds redacted display text, so that a renderer may show any line of it.

    `stopped` tells that a signal ended the run; what was read until then is in here. `model_approved` records whether
    every answer of a model called its part approved, None without an answer; nothing is decided by it, nor by
    `description`, which tells where to look. `cache` tells by pool what was reused, where a model is wanted.
    `experiment` is the arm that read the change (`model=NAME`, `prompt=VERSION` or `control`), None where there is no
    experiment. `beside` names the prompts of requests other than `prompt`'s: of checks, short requests, a description.
    """

    version: str
    engine: str
    models: tuple[str, ...]
    prompt: PromptId | None
    change: Change
    diff: Diff
    verdict: Verdict
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    ledger: Ledger
    redactions_by_type: Mapping[str, int]
    usage: Usage
    notices: tuple[Notice, ...]
    timings_ms: Mapping[str, float]
    stopped: bool = False
    model_approved: bool | None = None
    cache: Mapping[str, PoolUse] = field(default_factory=dict)
    experiment: str | None = None
    description: Description | None = None
    beside: tuple[PromptId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkthrough:
    """Everything that `hunkwise describe` tells; `description` is None where no hunk was to be read."""

    version: str
    prompt: PromptId
    change: Change
    description: Description | None
    usage: Usage = field(default_factory=Usage)
    notices: tuple[Notice, ...] = ()
