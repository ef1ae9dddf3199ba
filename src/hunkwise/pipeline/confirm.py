"""Short requests about hunks that are near to answered ones: which of them need no long request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import confirming, nearness, packing
from hunkwise.core.bookkeeping import End
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.packing import RedactedLines
from hunkwise.errors import ChatError, DetectorError
from hunkwise.model.chat import Stage
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey, Tier
from hunkwise.pipeline import answer, pool
from hunkwise.pipeline.answer import Asking
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Prompts

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


def all_near(prepared: Prepared, near: Mapping[HunkKey, NearAnswer], prompts: Prompts, asking: Asking) -> Confirmed:
    """Ask about all hunks that a near answer is known of, each in a request of its own."""
    hunks = [prepared.gathered.lines_by_key[key] for key in prepared.chosen if key in near]
    short = replace(asking, pack=prompts.load(NAME, VERSION), stage=Stage.CONFIRM, listen=None)
    results = pool.run(
        hunks, range(len(hunks)), lambda lines: _one(lines, near[lines.key], short), asking.max_parallel, asking.end
    )
    told = [(lines.key, said) for lines, said in zip(hunks, results.each, strict=True) if said is not None]
    ends = {key: End(state=HunkState.REVIEWED, by=f"model:{model}", reason=REASON) for key, (_, model) in told}
    return Confirmed(
        findings=tuple(finding for _, (findings, _) in told for finding in findings), ends=ends, stopped=results.stopped
    )


def _one(lines: RedactedLines, near: NearAnswer, asking: Asking) -> tuple[Sequence[Finding], str] | None:
    """Return what holds in a hunk and who said so, None where it must be read whole."""
    packed = packing.pack([replace(lines, context=())], MAX_TOKENS, asking.count)
    if len(packed.chunks) != 1 or len(packed.chunks[0].passages) != 1:
        return None
    (chunk,) = packed.chunks
    (passage,), difference = chunk.passages, nearness.difference(near, lines)
    try:
        asked = confirming.request(chunk, near, difference, asking.pack, asking.seal)
        reply = asking.chat.complete(answer.request(asked, asking.pack, asking.stage, Tier.CHEAP))
    except (ChatError, DetectorError):
        return None  # whoever reads it whole says what is wrong
    claims = confirming.decide(reply.text, near, difference, passage, asking.pack.schema)
    found = None if claims is None else confirming.place(claims, passage, f"model:{reply.model}")
    return None if found is None else (found, reply.model)
