"""Short requests about hunks that are near to answered ones: which of them need no long request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import confirming, nearness, packing
from hunkwise.core.bookkeeping import End
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.packing import RedactedLines
from hunkwise.errors import ChatError, DetectorError
from hunkwise.model.chat import ChatRequest, Stage
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey, Passage, Tier
from hunkwise.pipeline import answer, pool
from hunkwise.pipeline.answer import Asking
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import ChatModel, Prompts

NAME, VERSION = "confirm", "1.0.0"
"""The prompt pack of these requests."""

REASON = "a near answer, its difference judged harmless"
"""What the ledger says of a hunk that a short request was enough for: it was not read whole."""

MAX_TOKENS = 8_000
"""Tokens of a hunk that is asked about: a longer one is asked whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The hunks that need no long request, and what holds in them; `stopped` tells that the run was ended."""

    findings: tuple[Finding, ...] = ()
    ends: Mapping[HunkKey, End] = field(default_factory=dict)
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A short request about one hunk, and what its answer is judged by."""

    key: HunkKey
    passage: Passage
    near: NearAnswer
    difference: Sequence[str]
    request: ChatRequest


def shorts(prepared: Prepared, near: Mapping[HunkKey, NearAnswer], prompts: Prompts, asking: Asking) -> list[Short]:
    """Return a request for each chosen hunk that a near answer is known of; what is too long for one has none."""
    if not near:
        return []
    pack = prompts.load(NAME, VERSION)
    hunks = [prepared.gathered.lines_by_key[key] for key in prepared.chosen if key in near]
    found = (_short(lines, near[lines.key], replace(asking, pack=pack)) for lines in hunks)
    return [each for each in found if each is not None]


def all_near(asked: Sequence[Short], asking: Asking) -> Confirmed:
    """Send all short requests, and return what is enough by their answers."""
    results = pool.run(
        asked, range(len(asked)), lambda short: _said(short, asking.chat), asking.max_parallel, asking.end
    )
    told = [(short.key, said) for short, said in zip(asked, results.each, strict=True) if said is not None]
    ends = {key: End(state=HunkState.REVIEWED, by=f"model:{model}", reason=REASON) for key, (_, model) in told}
    return Confirmed(
        findings=tuple(finding for _, (findings, _) in told for finding in findings), ends=ends, stopped=results.stopped
    )


def _short(lines: RedactedLines, near: NearAnswer, asking: Asking) -> Short | None:
    packed = packing.pack([replace(lines, context=())], MAX_TOKENS, asking.count)
    if len(packed.chunks) != 1 or len(packed.chunks[0].passages) != 1:
        return None
    (chunk,) = packed.chunks
    difference = nearness.difference(near, lines)
    try:
        messages = confirming.request(chunk, near, difference, asking.pack, asking.seal)
    except DetectorError:
        return None  # whoever reads it whole says what is wrong
    return Short(
        key=lines.key,
        passage=chunk.passages[0],
        near=near,
        difference=difference,
        request=answer.request(messages, asking.pack, Stage.CONFIRM, Tier.CHEAP),
    )


def _said(short: Short, chat: ChatModel) -> tuple[Sequence[Finding], str] | None:
    """Return what holds in a hunk and who said so, None where it must be read whole."""
    try:
        reply = chat.complete(short.request)
    except ChatError:
        return None  # as above
    claims = confirming.decide(reply.text, short.near, short.difference, short.passage, short.request.schema)
    found = None if claims is None else confirming.place(claims, short.passage, f"model:{reply.model}")
    return None if found is None else (found, reply.model)
