"""Add up what the answered chunks hold: findings, ends of hunks, usage, and what the reader must be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hunkwise.core.bookkeeping import End
from hunkwise.errors import ChatError
from hunkwise.model.change import Notice
from hunkwise.model.chat import ChatReply
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.report import ModelUsage, Usage
from hunkwise.pipeline.answer import Answered

ONLY_RULES = "model unavailable; rules only"
"""The reason of a hunk that no model could be asked about; its rules findings are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sum of all chunks; `ends` holds each hunk that was packed."""

    findings: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    ends: Mapping[HunkKey, End] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    notices: tuple[Notice, ...] = ()


def add_up(answers: Sequence[Answered], key_by_id: Mapping[str, HunkKey], model: str, fault: ChatError | None) -> Tally:
    """Return the sum; a hunk of several passages is read only when all of them were.

    `fault` is what made further requests pointless, if anything did.
    """
    ends = {key: End(state=HunkState.REVIEWED, by=f"model:{model}") for key in key_by_id.values()}
    for answered in answers:
        for id_, reason in answered.unanswered.items():
            known = f"{ONLY_RULES} ({reason})" if fault is not None else reason
            ends[key_by_id[id_]] = End(state=HunkState.FAILED, by="rules", reason=known)
    return Tally(
        findings=tuple(finding for answered in answers for finding in answered.findings),
        dropped=tuple(dropped for answered in answers for dropped in answered.dropped),
        ends=ends,
        usage=_usage(answers, model),
        notices=() if fault is None else (_notice(fault),),
    )


def _notice(fault: ChatError) -> Notice:
    hint = f" ({fault.hint})" if fault.hint else ""
    return Notice(code="model-unavailable", text=f"The model could not be asked: {fault.message}{hint}")


def _usage(answers: Sequence[Answered], model: str) -> Usage:
    replies = [reply for answered in answers for reply in answered.replies]
    attempts = sum(answered.attempts for answered in answers)
    if not attempts:
        return Usage()
    by_model: dict[str, list[ChatReply]] = {}
    for reply in replies:
        by_model.setdefault(reply.model, []).append(reply)
    unanswered = attempts - len(replies)
    asked = next(iter(by_model), model)  # the name an endpoint answers under may be longer than the one it was asked by
    by_model.setdefault(asked, [])
    return Usage(
        by_model={
            name: _of_model(each, len(each) + (unanswered if name == asked else 0)) for name, each in by_model.items()
        },
        latencies_ms=tuple(reply.latency_s * 1000 for reply in replies),
    )


def _of_model(replies: Sequence[ChatReply], requests: int) -> ModelUsage:
    usages = [reply.usage for reply in replies]
    return ModelUsage(
        requests=requests,
        prompt_tokens=_sum([usage.prompt for usage in usages]),
        cached_prompt_tokens=_sum([usage.cached_prompt for usage in usages]),
        completion_tokens=_sum([usage.completion for usage in usages]),
    )


def _sum(figures: Sequence[int | None]) -> int | None:
    """Return the sum, or None as soon as one figure is not known."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known and len(known) == len(figures) else None
