"""Every error a person can meet, in one tree.

Each class carries the exit code of the command line's contract and, where there is one, a hint that says
what to do. One handler (`__main__`) prints them; anything else that escapes is a bug in hunkwise.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # its values take 10 ms to define: --version needs none of them
    from hunkwise.model.chat import RateLimits


class HunkwiseError(Exception):
    """Base of all expected errors: `message` says what and where, `hint` what to do."""

    exit_code = 70
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HunkwiseError):
    """The call itself is wrong: a target, an option, a file that is not there."""

    exit_code = 2


class ConfigurationError(HunkwiseError):
    """A setting is unknown, malformed or contradicts another."""

    exit_code = 2


class ChangeError(HunkwiseError):
    """The change can't be read: no repository, a bad range, no unified diff."""

    exit_code = 2


class DetectorError(HunkwiseError):
    """The secret detector failed; what it was given must not be sent."""

    exit_code = 4


class HostError(HunkwiseError):
    """The code host did not answer, or not with what was asked for."""

    exit_code = 4


class StoreError(HunkwiseError):
    """Stored answers can't be reached by whoever looks after them; a review goes on without them."""

    exit_code = 4


class PermissionDeniedError(HostError):
    """The token may not do this."""

    exit_code = 3


class NotOnHostError(HostError):
    """The code host has no such thing, or hides it from this token."""

    exit_code = 2


class ChatFault(StrEnum):
    """What went wrong with a request to a model."""

    RATE_LIMIT = "rate limit"
    OVERLOAD = "overloaded"
    TIMEOUT = "timeout"
    CONNECTION = "connection refused or lost"
    MALFORMED = "malformed answer"
    TRUNCATED = "truncated answer"
    CONTEXT_OVERFLOW = "context overflow"
    REFUSAL = "refusal"
    CONTENT_FILTER = "content filter"
    QUOTA = "quota exhausted"
    BAD_KEY = "bad key"
    UNKNOWN_MODEL = "unknown model"
    BAD_REQUEST = "request refused"
    CANCELLED = "cancelled"
    BUDGET = "budget"
    DEADLINE = "deadline"


TRANSIENT = frozenset({ChatFault.RATE_LIMIT, ChatFault.OVERLOAD, ChatFault.TIMEOUT, ChatFault.CONNECTION})
"""Faults that another try may cure."""

OF_KEY = frozenset({ChatFault.QUOTA, ChatFault.BAD_KEY})
"""Faults of a key, which every further request under it would meet again."""

UNAVAILABLE = TRANSIENT | OF_KEY | {ChatFault.UNKNOWN_MODEL, ChatFault.DEADLINE}
"""Faults that say nothing of what was asked: the model could not be asked at all."""

STEPS_DOWN = TRANSIENT | OF_KEY | {ChatFault.UNKNOWN_MODEL, ChatFault.MALFORMED, ChatFault.BAD_REQUEST}
"""Faults after which another model may answer. A refusal is none: what was refused is not taken elsewhere."""


class ChatError(HunkwiseError):
    """A request to a model ended without an answer.

    `retry_after_s` is what the server asked for, in seconds, where it did. `text` is what had come of an answer that
    was cut off. `limits` is what is left at the endpoint, where it said so.
    """

    exit_code = 4

    def __init__(
        self, fault: ChatFault, message: str, *, hint: str = "", retry_after_s: float | None = None, text: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.fault = fault
        self.retry_after_s = retry_after_s
        self.text = text
        self.limits: RateLimits | None = None

    @property
    def retryable(self) -> bool:  # type: ignore[override]  # the class attribute is the default
        """Whether another try may succeed."""
        return self.fault in TRANSIENT
