"""What our own threads tell of a finding: whether it was said, and whether someone may have dismissed it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hunkwise.model.memory import Mark, Memory
from hunkwise.model.pull import Thread

MayDismiss = Callable[[str], bool]
"""Whether the login of who resolved a thread lifts its finding from the verdict."""

SAID_TWICE = "another comment says the same"
"""Why a second visible comment on one finding is closed."""

FIXED = "the code it speaks of is gone"
"""Why the comment on a fixed finding is closed."""

NOT_HELD = "no finding of it is open any more"
"""Why a comment is closed that the memory, written after it, does not hold: its closing did not happen."""

FILE_GONE = "its file is no longer part of the change"
"""Why a comment is closed of which nothing but its mark is known."""

_BOT = "[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A thread of ours with the mark of its first comment."""

    thread: Thread
    mark: Mark

    @property
    def is_open(self) -> bool:
        """Whether a reader sees it as something to do."""
        return not self.thread.is_resolved and not self.thread.is_minimized


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A thread to close, and why."""

    thread: Thread
    fingerprint: str
    reason: str


def may_dismiss(may_write: Callable[[str], bool]) -> MayDismiss:
    """Return who may dismiss: people with write permission, whom `may_write` is asked about once each.

    A host lets more resolve a thread: the change's author, and workflows, whose login GraphQL spells like a person's.
    """

    @cache
    def decide(login: str) -> bool:
        return bool(login) and not login.lower().endswith(_BOT) and may_write(login)

    return decide


def by_fingerprint(spoken: Sequence[Spoken]) -> Mapping[str, Sequence[Spoken]]:
    """Return threads by the finding they speak of, those that still say it first, the newest of them first."""
    found: dict[str, list[Spoken]] = {}
    for each in reversed(spoken):
        found.setdefault(each.mark.fingerprint, []).append(each)
    return {name: sorted(group, key=lambda each: not each.is_open) for name, group in found.items()}


def says(spoken: Spoken, *, remembered_open: bool | None) -> bool:
    """Whether a comment still says its finding, so that it must not be said again.

    `remembered_open` tells whether a trusted memory holds the finding as open, None without such a memory. What we
    closed as fixed is not in it: when that comes back, it is said again. What a person folded or resolved is in it.
    Without trust only what is visible counts.
    """
    thread = spoken.thread
    if spoken.is_open or (thread.is_resolved and thread.resolved_by and not thread.is_minimized):
        return True
    if remembered_open is None or not spoken.mark.trusted:
        return not thread.is_minimized
    return remembered_open


def is_known_to(spoken: Spoken, memory: Memory | None) -> bool:
    """Whether `memory` was written after the comment, so that the comment's finding was open then, or is not there."""
    return memory is not None and spoken.mark.counter < memory.counter


def dismisses(spoken: Spoken, allowed: MayDismiss) -> bool:
    """Whether someone who may has resolved the thread of a mark that is ours by signature."""
    thread = spoken.thread
    return spoken.mark.trusted and thread.is_resolved and bool(thread.resolved_by) and allowed(thread.resolved_by or "")
