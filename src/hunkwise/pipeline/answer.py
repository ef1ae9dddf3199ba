"""Answer chunks: ask a model for each, judge what it says, and account for every passage.

Failures are values: a passage that got no sound answer leaves here with the reason, next to the findings of all
others. One retry layer (tenacity) serves the faults that may pass; a truncated answer or an overflowing context splits
the chunk; a malformed answer is repaired once; a passage that was not acknowledged is asked again once.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import tenacity

from hunkwise.core import anchoring, packing, parsing, prompting, ranking
from hunkwise.errors import PERMANENT, ChatError, ChatFault, DetectorError
from hunkwise.model.chat import ChatReply, ChatRequest, Message, PromptPack
from hunkwise.model.finding import Dropped, Finding, RawFinding, Unanchored
from hunkwise.model.material import Chunk, Passage
from hunkwise.ports import ChatModel, Clock

MAX_WAIT_S = 60.0
"""The longest wait between two tries, unless the server names a longer one."""

MAX_RETRY_AFTER_S = 120.0
"""A server that wants us to wait longer than this is taken as not answering."""

JITTER = 0.25
"""Share of a wait by which it is moved, so that chunks do not come back all at once."""


NOT_ACKNOWLEDGED = "the model did not acknowledge the hunk"
"""The reason of a passage whose id is missing from an otherwise sound answer."""


class Stop:
    """Remembers a fault that every further request would meet too, so that none is sent in vain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault: ChatError | None = None
        self._answered = False

    def answered(self) -> None:
        """Note that the endpoint has answered in this run."""
        self._answered = True

    def note(self, error: ChatError) -> None:
        """Remember `error` when it is permanent, or when the endpoint was never reached."""
        unreachable = error.fault in {ChatFault.CONNECTION, ChatFault.TIMEOUT} and not self._answered
        with self._lock:
            if self._fault is None and (error.fault in PERMANENT or unreachable):
                self._fault = error

    @property
    def fault(self) -> ChatError | None:
        """The remembered fault, or None."""
        return self._fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What all chunks of a run share."""

    chat: ChatModel
    pack: PromptPack
    seal: prompting.Seal
    clock: Clock
    max_tries: int
    max_parallel: int
    stop: Stop = field(default_factory=Stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a chunk's passages.

    `unanswered` gives the reason by passage id; every other passage was read. `replies` holds each answer that was
    paid for, `attempts` counts the requests sent, answered or not.
    """

    findings: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    unanswered: Mapping[str, str] = field(default_factory=dict)
    replies: tuple[ChatReply, ...] = ()
    attempts: int = 0


def all_chunks(chunks: Sequence[Chunk], asking: Asking) -> tuple[Answered, ...]:
    """Ask for all chunks on a bounded pool and return the answers in their order."""
    if not chunks:
        return ()
    pool = ThreadPoolExecutor(max_workers=min(asking.max_parallel, len(chunks)), thread_name_prefix="chunk")
    try:
        return tuple(pool.map(lambda chunk: one_chunk(chunk, asking), chunks))
    except BaseException:
        asking.chat.close()
        asking.clock.wake()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def one_chunk(chunk: Chunk, asking: Asking) -> Answered:
    """Ask for one chunk, split it when it is too much, and ask again for what was not acknowledged."""
    first = _ask(chunk, asking)
    missing = tuple(passage for passage in chunk.passages if first.unanswered.get(passage.id) == NOT_ACKNOWLEDGED)
    if not missing:
        return first
    second = _ask(Chunk(passages=missing), asking)
    rest = {id_: reason for id_, reason in first.unanswered.items() if reason != NOT_ACKNOWLEDGED}
    return _joined((replace(first, unanswered=rest), second))


def _ask(chunk: Chunk, asking: Asking) -> Answered:
    try:
        asked = prompting.review(chunk.passages, asking.pack, asking.seal)
    except DetectorError as error:
        return _failed(chunk, f"redaction: {error.message}", 0)
    tries = _Tries(asking)
    try:
        reply = tries.send(asked)
        answer = parsing.answer(reply.text, asking.pack.schema, f"model:{reply.model}")
        claims = answer.findings
        if answer.faults:
            reply = tries.send(prompting.repair(asked, reply.text, answer.faults, asking.seal))
            answer = parsing.answer(reply.text, asking.pack.schema, f"model:{reply.model}")
            claims = answer.findings or claims
    except ChatError as error:
        if error.fault in {ChatFault.TRUNCATED, ChatFault.CONTEXT_OVERFLOW} and len(chunk.passages) > 1:
            halves = tuple(_ask(half, asking) for half in packing.split(chunk))
            return _joined((Answered(replies=tuple(tries.replies), attempts=tries.attempts), *halves))
        asking.stop.note(error)
        return _failed(chunk, f"{error.fault.value}: {error.message}", tries.attempts, tuple(tries.replies))
    except DetectorError as error:
        return _failed(chunk, f"redaction: {error.message}", tries.attempts, tuple(tries.replies))
    findings, dropped = _place(claims, chunk.passages)
    if answer.faults:
        reason = f"malformed answer, also after a repair: {answer.faults[0]}"
        unanswered = {passage.id: reason for passage in chunk.passages}
    else:
        unanswered = {each.id: NOT_ACKNOWLEDGED for each in chunk.passages if each.id not in answer.reviewed}
    return Answered(
        findings=findings,
        dropped=dropped,
        unanswered=unanswered,
        replies=tuple(tries.replies),
        attempts=tries.attempts,
    )


class _Tries:
    """Sends requests for one chunk with retries, and counts them."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.replies: list[ChatReply] = []
        self.attempts = 0

    def send(self, messages: tuple[Message, ...]) -> ChatReply:
        """Return an answer; raises ChatError when the tries are used up or the fault is not one that passes."""
        asking = self._asking
        request = ChatRequest(
            messages=messages,
            schema_name=f"hunkwise_{asking.pack.name}",
            schema=asking.pack.schema,
            parameters=asking.pack.parameters,
        )
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(asking.max_tries),
            wait=lambda state: wait_s(state, messages),
            retry=tenacity.retry_if_exception(_worth_another_try),
            sleep=asking.clock.sleep,
            reraise=True,
        )
        reply: ChatReply = retrying(self._once, request)
        return reply

    def _once(self, request: ChatRequest) -> ChatReply:
        if self._asking.stop.fault is not None:
            raise self._asking.stop.fault
        self.attempts += 1
        reply = self._asking.chat.complete(request)
        self._asking.stop.answered()
        self.replies.append(reply)
        return reply


def wait_s(state: tenacity.RetryCallState, messages: Sequence[Message]) -> float:
    """Return the seconds before the next try: what the server asked for, else 2^n, capped, moved by the jitter.

    The jitter comes from what is asked, not from chance: the same run waits the same, different chunks do not.
    """
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ChatError) and error.retry_after_s is not None:
        return error.retry_after_s
    seed = hashlib.sha256(f"{state.attempt_number}{messages[-1].content.text}".encode()).digest()[0] / 255
    return min(MAX_WAIT_S, 2.0 ** (state.attempt_number - 1)) * (1 - JITTER + 2 * JITTER * seed)


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, ChatError) and error.retryable and (error.retry_after_s or 0) <= MAX_RETRY_AFTER_S


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


def _failed(chunk: Chunk, reason: str, attempts: int, replies: tuple[ChatReply, ...] = ()) -> Answered:
    return Answered(unanswered={passage.id: reason for passage in chunk.passages}, attempts=attempts, replies=replies)


def _joined(parts: Sequence[Answered]) -> Answered:
    return Answered(
        findings=tuple(finding for part in parts for finding in part.findings),
        dropped=tuple(dropped for part in parts for dropped in part.dropped),
        unanswered={id_: reason for part in parts for id_, reason in part.unanswered.items()},
        replies=tuple(reply for part in parts for reply in part.replies),
        attempts=sum(part.attempts for part in parts),
    )
