"""What the pipeline needs from the world, as small Protocols.

Ports are synchronous; each may be called from several threads unless it says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hunkwise.model.change import Change, ChangeRef
from hunkwise.model.chat import ChatReply, ChatRequest, PromptPack
from hunkwise.model.diff import FileDiff
from hunkwise.model.finding import RuleHit, SecretSpan


class ChangeSource(Protocol):
    """Loads a change and the head contents of its files."""

    def load(self, ref: ChangeRef) -> Change:
        """Return the change `ref` names; raises ChangeError."""
        ...

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path; a path that can't be had is left out. One batch, not one call each."""
        ...


class SecretScanner(Protocol):
    """Finds secrets in text."""

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        """Return spans, sorted, not overlapping, exact; raises DetectorError, never returns a partial answer."""
        ...


class TokenCounter(Protocol):
    """Counts tokens without any download."""

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`; special-token text counts as plain text."""
        ...


class ChatModel(Protocol):
    """A chat model that answers in JSON."""

    @property
    def name(self) -> str:
        """The model's name, as reports show it."""
        ...

    def complete(self, request: ChatRequest) -> ChatReply:
        """Return one complete answer; raises ChatError. One try: retries belong to the caller."""
        ...

    def close(self) -> None:
        """Abort what is under way and free the connections."""
        ...


class RuleEngine(Protocol):
    """The embedded engine's rules."""

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        """Return hits that touch an added line of `file`.

        `head` is the whole head file, None where it can't be had; then each hunk is judged as a fragment.
        """
        ...


class Prompts(Protocol):
    """Prompt packs by name and version."""

    def load(self, name: str, version: str) -> PromptPack:
        """Return the pack; raises ConfigurationError when there is none."""
        ...


class Clock(Protocol):
    """Time that a test can drive."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def wake(self) -> None:
        """End all waits, those under way and those to come: the run is over."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that a review needs; `chat` is None when the rules engine answers alone."""

    changes: ChangeSource
    secrets: SecretScanner
    tokens: TokenCounter
    rules: RuleEngine
    prompts: Prompts
    chat: ChatModel | None
    clock: Clock
    progress: Callable[[str], object]
