"""Answer chunks: ask a model for each, judge what it says, and account for every passage.

Failures are values: a passage that got no sound answer leaves here with the reason, next to the findings of all
others. How often a request is tried, and by which model, is the gateway's business. Here a truncated answer or an
overflowing context splits the chunk (what only explains the hunks goes first), a malformed answer is repaired once, and
a passage that was not acknowledged is asked again once.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import anchoring, packing, parsing, prompting, ranking
from hunkwise.errors import UNAVAILABLE, ChatError, ChatFault, DetectorError
from hunkwise.model.chat import ChatRequest, Message, PromptPack, Stage
from hunkwise.model.finding import Dropped, Finding, RawFinding, Unanchored
from hunkwise.model.ledger import UNREAD_BUDGET
from hunkwise.model.material import Chunk, Passage, Tier
from hunkwise.pipeline import pool
from hunkwise.ports import ChatModel, Hear

NOT_ACKNOWLEDGED = "the model did not acknowledge the hunk"
"""The reason of a passage whose id is missing from an otherwise sound answer."""

ONLY_RULES = "model unavailable; rules only"
"""The reason of a hunk that no model could be asked about; its rules findings are kept."""

STOPPED = "cancelled: the run was stopped"
"""The reason of a passage that a stopped run did not get to."""

MAX_CUTS = 3
"""Times that one hunk is cut in two because it is too much for a model."""

Listen = Callable[[Chunk], Hear]
"""Gives the ear for a chunk's answers."""

Ask = Callable[[Chunk, "Asking"], "Answered"]
"""Does all that is done for one chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What all chunks of a run share.

    `count` counts tokens; `end` ends the run; `stage` says why what is asked now is asked, `turn` which chunk of the
    run's order it is about. `passed` is told of each turn that asks nothing any more; it and `listen` may be None.
    """

    chat: ChatModel
    pack: PromptPack
    seal: prompting.Seal
    count: Callable[[str], int]
    end: Callable[[], None]
    max_parallel: int
    listen: Listen | None = None
    stage: Stage = Stage.FIRST
    turn: int | None = None
    passed: Callable[[int], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a reader should know of one claim, after its number; those that say the same are counted together."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a chunk's passages.

    `read_by` gives the model by passage id, `unanswered` the reason; each passage is in one of them. `approvals` are
    the answers' own opinions, for the record alone. `remarks` are made of single claims. `narrowed` are passages whose
    request held less context than their chunk, `unchecked` those of which a claim was to be checked and was not.
    """

    findings: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    read_by: Mapping[str, str] = field(default_factory=dict)
    unanswered: Mapping[str, str] = field(default_factory=dict)
    approvals: tuple[bool, ...] = ()
    remarks: tuple[Remark, ...] = ()
    narrowed: frozenset[str] = frozenset()
    unchecked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What became of all chunks, in their order; `stopped` tells that the run was ended before its time."""

    chunks: tuple[Answered, ...]
    stopped: bool


def all_chunks(
    chunks: Sequence[Chunk], asking: Asking, order: Sequence[int] | None = None, ask: Ask | None = None
) -> Answers:
    """Ask for all chunks on a bounded pool, begun in `order`, and return the answers in the chunks' own order.

    `ask` is what is done for each, `one_chunk` by itself.
    """
    begun = range(len(chunks)) if order is None else order
    turns = {index: turn for turn, index in enumerate(begun)}

    def in_turn(index: int) -> Answered:
        try:
            return (ask or one_chunk)(chunks[index], replace(asking, turn=turns[index]))
        finally:
            if asking.passed is not None:
                asking.passed(turns[index])

    results = pool.run(range(len(chunks)), begun, in_turn, asking.max_parallel, asking.end)
    answered = zip(chunks, results.each, strict=True)
    return Answers(
        chunks=tuple(_failed(chunk.passages, STOPPED) if each is None else each for chunk, each in answered),
        stopped=results.stopped,
    )


def one_chunk(chunk: Chunk, asking: Asking) -> Answered:
    """Ask for one chunk, split it when it is too much, and ask again for what was not acknowledged."""
    first = _ask(chunk, asking, MAX_CUTS)
    missing = tuple(passage for passage in chunk.passages if first.unanswered.get(passage.id) == NOT_ACKNOWLEDGED)
    if not missing:
        return first
    second = _narrowed(chunk, missing, _ask(Chunk(passages=missing), _again(asking), MAX_CUTS))
    rest = {id_: reason for id_, reason in first.unanswered.items() if reason != NOT_ACKNOWLEDGED}
    return _joined((replace(first, unanswered=rest), second))


def _again(asking: Asking) -> Asking:
    """Account for what is asked once more, unless all of it is a further pass."""
    return asking if asking.stage is Stage.PASS else replace(asking, stage=Stage.AGAIN)


def _ask(chunk: Chunk, asking: Asking, cuts: int) -> Answered:
    try:
        return _judged(chunk, asking)
    except DetectorError as error:
        return _failed(chunk.passages, f"redaction: {error.message}")
    except ChatError as error:
        if error.fault is ChatFault.CONTEXT_OVERFLOW and chunk.context:
            return _narrowed(chunk, chunk.passages, _ask(packing.without_context(chunk), asking, cuts))
        if error.fault in {ChatFault.TRUNCATED, ChatFault.CONTEXT_OVERFLOW}:
            again = _again(asking)
            if len(chunk.passages) > 1:
                halved = _joined(tuple(_ask(half, again, cuts) for half in packing.split(chunk)))
                return _narrowed(chunk, chunk.passages, halved)
            halves = packing.cut(chunk.passages[0], asking.count) if cuts else ()
            if halves:
                parts = [_ask(Chunk(passages=(each,)), again, cuts - 1) for each in halves]
                return _narrowed(chunk, chunk.passages, _whole(chunk.passages[0], parts))
        return _failed(chunk.passages, _reason(error))


def _narrowed(chunk: Chunk, passages: Sequence[Passage], answered: Answered) -> Answered:
    """Note that passages were asked without the context of their chunk, where it has any."""
    ids = [each.id for each in passages] if chunk.context else []
    return replace(answered, narrowed=answered.narrowed.union(ids))


def _judged(chunk: Chunk, asking: Asking) -> Answered:
    """Return what an answer says, repaired once where it must be; raises ChatError, DetectorError."""
    hear = asking.listen(chunk) if asking.listen is not None else None
    asked = prompting.review(chunk, asking.pack, asking.seal)
    reply = asking.chat.complete(request(asked, asking.pack, asking.stage, chunk.tier, asking.turn), hear)
    answer = parsing.answer(reply.text, asking.pack.schema, f"model:{reply.model}")
    claims, failure = answer.findings, ""
    if answer.faults:
        again = prompting.repair(asked, reply.text, answer.faults, asking.seal)
        try:
            reply = asking.chat.complete(request(again, asking.pack, Stage.REPAIR, chunk.tier), hear)
        except ChatError as error:
            failure = f"malformed answer ({answer.faults[0]}), and no repair: {_reason(error)}"
        else:
            answer = parsing.answer(reply.text, asking.pack.schema, f"model:{reply.model}")
            claims = answer.findings or claims
            failure = f"malformed answer, also after a repair: {answer.faults[0]}" if answer.faults else ""
    findings, dropped = _place(claims, chunk.passages)
    read = {each.id for each in chunk.passages if not failure and each.id in answer.reviewed}
    return Answered(
        findings=findings,
        dropped=dropped,
        read_by=dict.fromkeys((each.id for each in chunk.passages if each.id in read), reply.model),
        unanswered={each.id: failure or NOT_ACKNOWLEDGED for each in chunk.passages if each.id not in read},
        approvals=() if answer.approved is None else (answer.approved,),
    )


def request(
    messages: tuple[Message, ...],
    pack: PromptPack,
    stage: Stage,
    tier: Tier = Tier.STRONG,
    turn: int | None = None,
) -> ChatRequest:
    """Return a request under a prompt pack."""
    return ChatRequest(
        messages=messages,
        schema_name=f"hunkwise_{pack.name}",
        schema=pack.schema,
        parameters=pack.parameters,
        cache_key=_cache_key(messages[0], pack),
        tier=tier,
        stage=stage,
        turn=turn,
    )


def _cache_key(system: Message, pack: PromptPack) -> str:
    """Return what names all requests that begin with the same system message."""
    return f"hunkwise-{pack.name}-{hashlib.sha256(system.content.text.encode()).hexdigest()[:16]}"


def _reason(error: ChatError) -> str:
    """Return what the ledger says of a request that nobody answered."""
    if error.fault is ChatFault.BUDGET:
        return f"{UNREAD_BUDGET} ({error.message})"
    if error.fault is ChatFault.CANCELLED:
        return STOPPED
    said = f"{error.fault.value}: {error.message}"
    return f"{ONLY_RULES} ({said})" if error.fault in UNAVAILABLE else said


def _place(
    claims: Sequence[RawFinding], passages: Sequence[Passage]
) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    findings: list[Finding] = []
    dropped: list[Dropped] = []
    for raw in claims:
        anchor = anchoring.place(raw, passages)
        if isinstance(anchor, Unanchored):
            dropped.append(
                Dropped(
                    file=raw.file,
                    line=raw.line,
                    stage="anchor",
                    reason=anchor.reason,
                    severity=raw.severity,
                    description=raw.description,
                )
            )
        else:
            findings.append(ranking.from_model(raw, anchor))
    return tuple(findings), tuple(dropped)


def _failed(passages: Sequence[Passage], reason: str) -> Answered:
    return Answered(unanswered={passage.id: reason for passage in passages})


def _whole(passage: Passage, parts: Sequence[Answered]) -> Answered:
    """Return the answers to the parts of a passage as one: it is read only when all of them are."""
    joined = _joined(parts)
    reason = next(iter(joined.unanswered.values()), None)
    if reason is not None:
        return replace(joined, read_by={}, unanswered={passage.id: reason})
    return replace(joined, read_by={passage.id: next(iter(joined.read_by.values()))})


def _joined(parts: Sequence[Answered]) -> Answered:
    return Answered(
        findings=tuple(finding for part in parts for finding in part.findings),
        dropped=tuple(dropped for part in parts for dropped in part.dropped),
        read_by={id_: model for part in parts for id_, model in part.read_by.items()},
        unanswered={id_: reason for part in parts for id_, reason in part.unanswered.items()},
        approvals=tuple(approved for part in parts for approved in part.approvals),
        narrowed=frozenset[str]().union(*(part.narrowed for part in parts)),
    )
