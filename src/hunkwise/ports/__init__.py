"""What the pipeline needs from the world, as small Protocols.

Ports are synchronous; each may be called from several threads unless it says otherwise.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hunkwise.core.budgeting import Grant
from hunkwise.core.pricing import Price
from hunkwise.core.signature import UNSIGNED, Keys
from hunkwise.model.change import Change, ChangeRef
from hunkwise.model.chat import ChatReply, ChatRequest, PromptPack
from hunkwise.model.diff import FileDiff
from hunkwise.model.finding import RuleHit, SecretSpan
from hunkwise.model.intent import Intent
from hunkwise.model.material import LiteralPlace
from hunkwise.model.prompt import Example
from hunkwise.ports.code_host import CodeHost
from hunkwise.ports.outliner import Outliner
from hunkwise.ports.stores import Cache, Embedder, SharedHealth

__all__ = [
    "Cache",
    "ChangeSource",
    "ChatModel",
    "Clock",
    "CodeHost",
    "Embedder",
    "Hear",
    "Literals",
    "Outliner",
    "PlainLines",
    "Ports",
    "Prompts",
    "Reserve",
    "RuleEngine",
    "SecretScanner",
    "SharedHealth",
    "TokenCounter",
]


class ChangeSource(Protocol):
    """Loads a change, the head contents of its files, and what its repository defines elsewhere."""

    def load(self, ref: ChangeRef) -> Change:
        """Return the change `ref` names; raises ChangeError."""
        ...

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path; a path that can't be had is left out. One batch, not one call each."""
        ...

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return what the author says of the change, as far as its source tells; one request at most."""
        ...

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return files by raw path, other than `besides`, that seem to define one of `names`; bounded, never raises.

        Nothing where that would cost a request.
        """
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


Hear = Callable[[str], object]
"""Listens to an answer while it comes."""


class ChatModel(Protocol):
    """A chat model that answers in JSON."""

    @property
    def name(self) -> str:
        """The model's name, as reports show it."""
        ...

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        """Return one complete answer; raises ChatError. One try: retries belong to the caller.

        `hear` is told all of the text that has come so far, each time more has come; what it raises cuts the answer.
        """
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


class Literals(Protocol):
    """Tells comments and strings from code, by syntax tree."""

    def knows(self, path: str, head: bytes) -> bool:
        """Whether there is a grammar for a file of this name and content."""
        ...

    def find(self, path: str, text: str) -> tuple[LiteralPlace, ...] | None:
        """Return the comments and strings of a whole file, cut at line ends; None where it can't be parsed."""
        ...


class PlainLines(Protocol):
    """Tells what of a file's lines can matter, by syntax tree."""

    def plain(self, path: str, text: str, *, comments: bool) -> tuple[str | None, ...] | None:
        """Return each line of a whole file without what can't matter, None for a line of nothing else.

        Blanks between tokens are folded and blank lines go; with `comments` they stay, else those go that no tool
        reads. Returns None for a file that is not understood, or does not parse without an error.
        """
        ...


class Prompts(Protocol):
    """Prompt packs by name and version, and worked examples."""

    def load(self, name: str, version: str) -> PromptPack:
        """Return the pack; raises ConfigurationError when there is none."""
        ...

    def examples(self) -> tuple[Example, ...]:
        """Return the library of worked examples, in the order of their ids."""
        ...


class Clock(Protocol):
    """Time that a test can drive."""

    def epoch(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def wake(self) -> None:
        """End all waits, those under way and those to come: the run is over."""
        ...


Reserve = Callable[[float, float], Grant | None]
"""Reserves up to so many US dollars for this run, of so many for all runs of a change; None where that is not possible.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that a review needs; `chat` is None when the rules engine answers alone.

    `others` stand in for `chat`, in their order: those of its name are the same model under other keys, the rest are
    fallback models. `cheap` is a cheaper model under each key, for what is worth no more; `chat` stands in for it.
    Without `health` a run knows of its models what it learns itself; without `cache` it remembers no answer of another
    run, and without `embedder` none that is merely near. Without `outliner` hunks have no context. `seals` are the keys
    of stored answers: none is read or written without one. Without `plain` an answer serves the very same hunk only.
    Without `reserve` money is not reserved. `endpoint` is where models are asked: servers may give other weights one
    name.
    """

    changes: ChangeSource
    secrets: SecretScanner
    tokens: TokenCounter
    rules: RuleEngine
    prompts: Prompts
    chat: ChatModel | None
    clock: Clock
    progress: Callable[[str], object]
    literals: Literals | None = None
    outliner: Outliner | None = None
    others: tuple[ChatModel, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    health: SharedHealth | None = None
    reserve: Reserve | None = None
    cache: Cache | None = None
    seals: Keys = UNSIGNED
    plain: PlainLines | None = None
    embedder: Embedder | None = None
    cheap: tuple[ChatModel, ...] = ()
    endpoint: str = ""

    def close(self) -> None:
        """Abort all requests under way and free what is open."""
        for each in (self.chat, *self.others, *self.cheap):
            if each is not None:
                each.close()
        for kept in (self.embedder, self.cache):
            if kept is not None:
                kept.close()
