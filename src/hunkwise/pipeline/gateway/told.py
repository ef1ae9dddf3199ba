"""What a reader should know of how the models answered: each step down the ladder in one plain sentence."""

from collections.abc import Iterator, Sequence

from hunkwise.errors import UNAVAILABLE, ChatFault
from hunkwise.model.change import Notice
from hunkwise.pipeline.gateway import Fall, Gateway
from hunkwise.pipeline.gateway.model import PatientModel
from hunkwise.render import figures


def notices(gateway: Gateway) -> tuple[Notice, ...]:
    """Return what there is to say, in the order of the ladder."""
    said = [each for model in gateway.models for each in _of_model(model, gateway.falls)]
    if gateway.over_budget is not None:
        text = f"The budget did not last for all requests: {gateway.over_budget}."
        said.append(Notice(code="budget", text=text))
    return tuple(said)


def _of_model(model: PatientModel, falls: Sequence[Fall]) -> Iterator[Notice]:
    for error in dict.fromkeys(each.message for each in model.set_aside):
        yield Notice(code="key-set-aside", text=f"A key of {model.name} was set aside, others went on: {error}")
    own = [fall for fall in falls if fall.model == model.name]
    for answered_by in dict.fromkeys(fall.answered_by for fall in own if fall.answered_by is not None):
        here = [fall for fall in own if fall.answered_by == answered_by]
        count = figures.plural(len(here), "request")
        text = (
            f"{model.name} could not be asked ({here[0].error.message}); {answered_by} answered {count} in its place."
        )
        yield Notice(code="fallback-model", text=text)
    lost = [fall for fall in own if fall.answered_by is None and fall.error.fault in UNAVAILABLE]
    if lost and model.has_answered:
        text = f"{model.name} left {figures.plural(len(lost), 'request')} without an answer: {lost[0].error.message}"
        yield Notice(code="model-unavailable", text=f"{text}{_hint(lost[0])}")
    elif lost:
        told = next((fall for fall in lost if fall.error.fault is not ChatFault.DEADLINE), lost[0])
        yield Notice(code="model-unavailable", text=f"The model could not be asked: {told.error.message}{_hint(told)}")
    if model.breaker.turned_away:
        count = figures.plural(model.breaker.turned_away, "request")
        text = f"{model.name} kept failing and was left alone for a while; {count} did not wait for it."
        yield Notice(code="circuit-breaker", text=text)


def _hint(fall: Fall) -> str:
    return f" ({fall.error.hint})" if fall.error.hint else ""
