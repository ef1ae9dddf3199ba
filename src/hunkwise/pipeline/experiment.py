"""Experiments on live work: a share of all pull requests is read by another model, or under another prompt."""

from hunkwise.core import trials
from hunkwise.core.trials import Trial
from hunkwise.model.change import Notice
from hunkwise.settings import Settings


def applied(settings: Settings, number: int) -> Settings:
    """Return the settings under which pull request `number` is reviewed."""
    trial = _chosen(settings, number)
    if trial is None:
        return settings
    return settings.model_copy(update={"model": trial.model} if trial.model else {"prompt_version": trial.prompt})


def notices(settings: Settings, number: int) -> tuple[Notice, ...]:
    """Return what a report on pull request `number` says of the experiment in force, if there is one."""
    trial = _chosen(settings, number)
    if trial is None or applied(settings, number) != settings:
        return ()
    return (Notice(code="experiment", text=trials.sentence(trial)),)


def arm(settings: Settings, number: int) -> str | None:
    """Return which arm reads pull request `number`, None without experiments, or where a person chose otherwise."""
    trial = _chosen(settings, number)
    if not settings.experiments or (trial is not None and applied(settings, number) != settings):
        return None
    return trials.arm(trial)


def _chosen(settings: Settings, number: int) -> Trial | None:
    known = [Trial(share=each.share, model=each.model, prompt=each.prompt) for each in settings.experiments]
    return trials.choose(known, number)
