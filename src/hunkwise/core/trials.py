"""Which pull requests a trial of another model or prompt takes: the same ones in every run, by their number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A share of all pull requests (0 to 1) that another `model` or `prompt` version reads."""

    share: float
    model: str | None = None
    prompt: str | None = None


def choose(trials: Sequence[Trial], number: int) -> Trial | None:
    """Return the trial that takes pull request `number`, if one does; trials share no pull request."""
    digest = hashlib.sha256(f"hunkwise trial {number}".encode()).digest()
    point, upper = int.from_bytes(digest[:8]) / 2**64, 0.0
    for trial in trials:
        upper += trial.share
        if point < upper:
            return trial
    return None


CONTROL = "control"
"""What a report calls the pull requests that no trial takes."""


def arm(trial: Trial | None) -> str:
    """Return what a report calls the part of all pull requests that `trial` takes."""
    if trial is None:
        return CONTROL
    return f"model={trial.model}" if trial.model else f"prompt={trial.prompt}"


def sentence(trial: Trial) -> str:
    """Return what a report says of a trial."""
    what = f"the model {trial.model}" if trial.model else f"version {trial.prompt} of the prompt"
    return f"This pull request is among the {trial.share:.0%} on which {what} is tried."
