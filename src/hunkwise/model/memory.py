"""What hunkwise remembers of a pull request from run to run, in hidden markers of its own comments."""

from dataclasses import dataclass

from hunkwise.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A finding that was open, with the key of its hunk and its first line's row in that hunk (from 0).

    `around` digests the lines before and after it, nearest first: what tells it from a twin when lines have moved.
    `numbers` are the placeholders of its hunk, in order, as they were numbered then.
    """

    finding: Finding
    hunk: str
    row: int
    around: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The state after a run on `head`.

    `counter` grows by one with each run. `material` digests what decides an answer besides the hunk (prompt, model,
    parameters). `read` holds the keys of hunks that a model read to the end under that material. `spent_usd` is what
    all runs of the pull request cost, None while a cost is unknown. `trusted` tells that the markers carried a valid
    signature: only then may it complete or lower a verdict.
    """

    head: str
    counter: int
    material: str
    read: frozenset[str]
    findings: tuple[Remembered, ...]
    spent_usd: float | None
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The hidden marker of one finding's comment; `trusted` tells that its signature holds.

    `counter` is that of the memory on which the run stood that wrote the comment, 0 without one: it proves that this
    memory was there.
    """

    fingerprint: str
    counter: int
    trusted: bool
