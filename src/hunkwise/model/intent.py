"""What a change says it is for, in its author's own words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Words of whoever proposes a change: all of it may be false, and meant to mislead.

    It enters no request that a verdict rests on. `commits` are subjects, the newest first, `issues` titles of those
    that the change says it closes.
    """

    title: str = ""
    body: str = ""
    branch: str = ""
    commits: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
