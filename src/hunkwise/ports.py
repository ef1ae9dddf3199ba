"""What the pipeline needs from the world, as small Protocols.

Ports are synchronous; each may be called from several threads unless it says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hunkwise.core.budgeting import Grant
from hunkwise.core.pricing import Price
from hunkwise.core.resilience import Health
from hunkwise.model.change import Change, ChangeRef
from hunkwise.model.chat import ChatReply, ChatRequest, PromptPack
from hunkwise.model.diff import FileDiff
from hunkwise.model.finding import RuleHit, SecretSpan
from hunkwise.model.material import LiteralPlace
from hunkwise.model.publication import CheckOutput, Conclusion, InlineComment, ReviewEvent, Written
from hunkwise.model.pull import CheckRun, Overview, OwnComment, Thread


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


T = TypeVar("T")


class SharedHealth(Protocol):
    """Keeps how well each model is, for all threads, and for other processes where it has a place for that."""

    def change(self, name: str, step: Callable[[Health, float], tuple[T, Health]]) -> T:
        """Replace the health of `name` by the one `step` makes of it and of the time, and return what it says.

        One step at a time, whoever calls. The time is the store's own, so that all who share it mean the same.
        """
        ...


Reserve = Callable[[float, float], Grant | None]
"""Reserves up to so many US dollars for this run, of so many for all runs of a change; None where that is not possible.
"""


class CodeHost(Protocol):
    """A code host that shows one pull request and takes what is said on it.

    Reads raise HostError (PermissionDeniedError, NotOnHostError). Writes return what became of them and raise nothing:
    a paid review must survive any of them. A write that creates takes a `marker` that its body holds: after an answer
    that leaves open whether it happened, the host is searched for the marker before anything is sent again.
    """

    def overview(self, files: Sequence[str]) -> Overview:
        """Return the pull request, those of `files` its base branch has, and what was said before."""
        ...

    def head_sha(self) -> str:
        """Return the head commit as it is now."""
        ...

    def comments(self) -> tuple[OwnComment, ...]:
        """Return what our own identity says in the conversation, as it is now."""
        ...

    def may_comment(self, head_sha: str) -> bool:
        """Whether the token may write on the pull request; asked by a comment that can't be valid."""
        ...

    def may_write(self, login: str) -> bool:
        """Whether a person has write permission to the repository; False where the host does not say."""
        ...

    def open_check(self, name: str, head_sha: str, external_id: str, known: CheckRun | None) -> CheckRun | None:
        """Open a check run, or `known` again; None where the token may not."""
        ...

    def conclude_check(self, check: CheckRun, conclusion: Conclusion, output: CheckOutput) -> Written:
        """Conclude a check run, with all annotations."""
        ...

    def set_status(self, name: str, head_sha: str, conclusion: Conclusion, description: str) -> Written:
        """Set a commit status: what is left where checks are denied."""
        ...

    def create_review(
        self, head_sha: str, event: ReviewEvent, body: str, comments: Sequence[InlineComment], marker: str
    ) -> Written:
        """Post one review with all `comments`, or nothing of it."""
        ...

    def create_file_comment(self, head_sha: str, path: str, body: str, marker: str) -> Written:
        """Comment on a whole file."""
        ...

    def create_comment(self, body: str, marker: str) -> Written:
        """Comment in the conversation."""
        ...

    def update_comment(self, comment: OwnComment, body: str) -> Written:
        """Replace the text of a comment."""
        ...

    def resolve(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Resolve threads; DONE only where the host shows them resolved."""
        ...

    def minimize(self, threads: Sequence[Thread]) -> tuple[Written, ...]:
        """Fold the first comments of threads as outdated; DONE only where the host shows them folded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that a review needs; `chat` is None when the rules engine answers alone.

    `others` stand in for `chat`, in their order: those of its name are the same model under other keys, the rest are
    fallback models. Without `health` a run knows of its models what it learns itself; without `reserve` its money is
    not reserved.
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
    others: tuple[ChatModel, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    health: SharedHealth | None = None
    reserve: Reserve | None = None

    def close(self) -> None:
        """Abort all requests under way and free the connections."""
        for each in (self.chat, *self.others):
            if each is not None:
                each.close()
