"""Add up what the answered chunks hold: findings, ends of hunks, usage."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hunkwise.core.bookkeeping import End
from hunkwise.model.change import Notice
from hunkwise.model.chat import Stage, TokenUsage
from hunkwise.model.description import Description
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.report import ModelUsage, Usage
from hunkwise.pipeline.answer import Answered, Remark
from hunkwise.pipeline.gateway import Attempt
from hunkwise.render import figures

STOPPED = Notice(code="stopped", text="The run was stopped before it was complete; this is what was read until then.")
"""What the report of a stopped run says first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sum of all chunks; `ends` holds each hunk that was packed, `examples` names those that requests held."""

    findings: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    ends: Mapping[HunkKey, End] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    notices: tuple[Notice, ...] = ()
    stopped: bool = False
    model_approved: bool | None = None
    examples: tuple[str, ...] = ()
    description: Description | None = None


def add_up(answers: Sequence[Answered], key_by_id: Mapping[str, HunkKey], attempts: Sequence[Attempt]) -> Tally:
    """Return the sum; a hunk of several passages is read only when all of them were, and names all who read it."""
    readers: dict[HunkKey, dict[str, None]] = {}
    for id_, model in (each for answered in answers for each in answered.read_by.items()):
        readers.setdefault(key_by_id[id_], {})[model] = None
    ends = {key: End(state=HunkState.REVIEWED, by=f"model:{', '.join(names)}") for key, names in readers.items()}
    for id_, reason in (each for answered in answers for each in answered.unanswered.items()):
        ends[key_by_id[id_]] = End(state=HunkState.FAILED, by="rules", reason=reason)
    return Tally(
        findings=tuple(finding for answered in answers for finding in answered.findings),
        dropped=tuple(dropped for answered in answers for dropped in answered.dropped),
        ends=ends,
        usage=usage(attempts),
        notices=tuple(_notices([remark for answered in answers for remark in answered.remarks])),
        model_approved=_all([approved for answered in answers for approved in answered.approvals]),
    )


def _notices(remarks: Sequence[Remark]) -> Iterator[Notice]:
    """Yield each remark once, with the number of the claims it is made of."""
    for remark, count in Counter(remarks).items():
        yield Notice(code=remark.code, text=f"{figures.plural(count, 'claim')} {remark.text}")


def _all(approvals: Sequence[bool]) -> bool | None:
    """Return whether every answer approved, None where there was none."""
    return all(approvals) if approvals else None


def usage(attempts: Sequence[Attempt]) -> Usage:
    """Return requests, tokens and money by model, under the name that each answered by.

    That name may be longer than the one it was asked by; requests without an answer stand under the first such name.
    """
    answers_as: dict[str, str] = {}
    for each in attempts:
        if each.reply is not None:
            answers_as.setdefault(each.asked, each.reply.model)
    by_model: dict[str, list[Attempt]] = {}
    for each in attempts:
        name = each.reply.model if each.reply is not None else answers_as.get(each.asked, each.asked)
        by_model.setdefault(name, []).append(each)
    return Usage(
        by_model={name: _used(asked) for name, asked in by_model.items()},
        by_stage={
            stage.value: _used(asked)
            for stage in Stage
            if (asked := [each for each in attempts if each.stage is stage])
        },
        latencies_ms=tuple(each.reply.latency_s * 1000 for each in attempts if each.reply is not None),
    )


def _used(attempts: Sequence[Attempt]) -> ModelUsage:
    usages = [each.reply.usage for each in attempts if each.reply is not None]
    embedded = [each.embedding_tokens for each in attempts if each.embedding_tokens is not None]
    usages += [TokenUsage(prompt=0, cached_prompt=0, completion=0)] * len(embedded)
    return ModelUsage(
        requests=len(attempts),
        prompt_tokens=_tokens([each.prompt for each in usages]),
        cached_prompt_tokens=_tokens([each.cached_prompt for each in usages]),
        completion_tokens=_tokens([each.completion for each in usages]),
        cost_usd=_money([each.cost_usd for each in attempts]),
        embedding_tokens=sum(embedded) if embedded else None,
    )


def _tokens(figures: Sequence[int | None]) -> int | None:
    """Return the sum, or None as soon as one figure is not known."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known and len(known) == len(figures) else None


def _money(figures: Sequence[float | None]) -> float | None:
    """Return the sum, or None as soon as one figure is not known; what failed before it was read cost nothing."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if len(known) == len(figures) else None
