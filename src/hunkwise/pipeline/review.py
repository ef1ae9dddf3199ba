"""The spine: from a reference to a report. Dry runs, the command line and everything later share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hunkwise import __version__
from hunkwise.core import (
    bookkeeping,
    hunk_keys,
    packing,
    prompting,
    ranking,
    reconcile,
    redact,
    reuse,
    verdict,
)
from hunkwise.core.bookkeeping import End, Reading
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.errors import ChatFault, ConfigurationError
from hunkwise.model.change import ChangeRef
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.finding import Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.report import PromptId, ReviewReport
from hunkwise.pipeline import answer, gather, outgoing, preparing, tally
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import ChatModel, Ports
from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review in the life of a change.

    `material` names what decided the answers, `heads` holds the head files by path.
    """

    report: ReviewReport
    reconciled: Reconciled
    reading: Reading
    material: str
    heads: Mapping[bytes, bytes]


NOTHING_BEFORE = Before()
"""A change nobody has spoken of yet."""


def run(
    ref: ChangeRef,
    ports: Ports,
    settings: Settings,
    before: Before = NOTHING_BEFORE,
    *,
    trusts_author: bool = True,
    unasked: str | None = None,
) -> Reviewed:
    """Review the change `ref` names in the light of what was said `before`.

    Of an author who is not trusted each request holds one file, so that hostile text blinds no more than that.
    `unasked` says why no model is asked although one is wanted: then rules alone do not complete the review. Raises
    HunkwiseError when there is nothing to report on.
    """
    started = ports.clock.monotonic()
    prepared = replace(preparing.prepare(ref, ports, settings), one_file_each=not trusts_author)
    watch = preparing.Watch(ports.clock, dict(prepared.timings_ms))
    heads = ports.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    embedded = gather.rule_findings(prepared.diff, prepared.gathered, prepared.chosen, heads, ports.rules)
    watch.lap("rules")
    keys = hunk_keys.by_hunk(prepared.gathered.lines_by_key.values())
    answers = _answers(prepared, keys, before, ports, settings, unasked)
    watch.lap("answer")
    tallied, pack = answers.tally, answers.pack
    ranked, merged = ranking.rank([*prepared.gathered.secrets, *embedded, *tallied.findings])
    ledger = bookkeeping.balance(preparing.named(prepared), {**prepared.ends, **tallied.ends})
    reading = Reading(shown=prepared.gathered.shown, keys=keys, ledger=ledger)
    reconciled = reconcile.reconcile(ranked, reading, before)
    watch.lap("total", since=started)
    report = ReviewReport(
        version=__version__,
        engine="rules" if ports.chat is None else "llm",
        models=tuple(tallied.usage.by_model),
        prompt=PromptId(name=pack.name, version=pack.version, sha256=pack.sha256) if pack and ports.chat else None,
        change=replace(prepared.change, diff=b"", generated=frozenset(), unread=(), policies={}),
        diff=prepared.gathered.shown,
        verdict=verdict.decide(reconciled.findings, ledger, gate(settings), reconciled.dismissed),
        findings=reconciled.findings,
        dropped=(*tallied.dropped, *merged),
        ledger=ledger,
        redactions_by_type=prepared.gathered.by_type,
        usage=tallied.usage,
        notices=(*preparing.notices(prepared), *tallied.notices),
        timings_ms=watch.laps,
    )
    return Reviewed(report=report, reconciled=reconciled, reading=reading, material=answers.material, heads=heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What became of the chosen hunks; `pack` and `material` name what decided it, where a model is wanted."""

    tally: tally.Tally
    pack: PromptPack | None
    material: str


def _answers(
    prepared: Prepared,
    keys: Mapping[HunkKey, str],
    before: Before,
    ports: Ports,
    settings: Settings,
    unasked: str | None,
) -> _Answers:
    """Answer every chosen hunk: by what an earlier run read, else by a model, else by the rules."""
    wants_model = ports.chat is not None or unasked is not None
    pack = ports.prompts.load("review", settings.prompt_version) if wants_model else None
    material = hunk_keys.material(pack.sha256, settings.model, pack.parameters) if pack else ""
    reused = reuse.reuse(before.memory, material, prepared.chosen, keys, prepared.gathered.lines_by_key)
    fresh = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in reused.hunks))
    asked = _ask_model(fresh, pack, ports.chat, ports, settings) if pack and ports.chat else _by_rules(fresh, unasked)
    again = dict.fromkeys(reused.hunks, End(state=HunkState.CACHED, by=reuse.INCREMENTAL))
    summed = replace(asked, findings=(*reused.findings, *asked.findings), ends={**asked.ends, **again})
    return _Answers(tally=summed, pack=pack, material=material)


def prompts(ref: ChangeRef, ports: Ports, settings: Settings) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of every first request a review by a model would send; nothing is sent."""
    prepared = preparing.prepare(ref, ports, settings)
    pack = ports.prompts.load("review", settings.prompt_version)
    packed = _packed(prepared, ports, settings)
    return tuple(prompting.review(chunk.passages, pack, _seal(prepared)) for chunk in packed.chunks)


def _by_rules(prepared: Prepared, unasked: str | None) -> tally.Tally:
    end = End(state=HunkState.REVIEWED, by="rules")
    if unasked is not None:
        end = End(state=HunkState.FAILED, by="rules", reason=f"{tally.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_model(prepared: Prepared, pack: PromptPack, chat: ChatModel, ports: Ports, settings: Settings) -> tally.Tally:
    packed = _packed(prepared, ports, settings)
    asking = answer.Asking(
        chat=chat,
        pack=pack,
        seal=_seal(prepared),
        clock=ports.clock,
        max_tries=settings.max_tries,
        max_parallel=settings.max_parallel,
    )
    count = len(packed.chunks)
    ports.progress(f"asking {chat.name}: {count} request{'' if count == 1 else 's'}")
    answers = answer.all_chunks(packed.chunks, asking)
    fault = asking.stop.fault
    if fault is not None and fault.fault is ChatFault.UNKNOWN_MODEL and not any(each.replies for each in answers):
        raise ConfigurationError(fault.message, hint=fault.hint) from fault
    key_by_id = {passage.id: passage.key for chunk in packed.chunks for passage in chunk.passages}
    summed = tally.add_up(answers, key_by_id, chat.name, fault)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in packed.left_out}
    return outgoing.redacted(replace(summed, ends={**summed.ends, **unread}), _seal(prepared))


def _packed(prepared: Prepared, ports: Ports, settings: Settings) -> packing.Packed:
    hunks = [prepared.gathered.lines_by_key[key] for key in prepared.chosen]
    count = ports.tokens.count
    return packing.pack(hunks, settings.chunk_tokens, count, one_file_each=prepared.one_file_each)


def _seal(prepared: Prepared) -> prompting.Seal:
    def seal(text: str) -> Redacted:
        return redact.text(text, prepared.scan)

    return seal


def gate(settings: Settings) -> verdict.Gate:
    """Return what blocks under `settings`."""
    fail_on = None if settings.fail_on == "never" else Severity(settings.fail_on)
    return verdict.Gate(fail_on=fail_on, min_confidence=settings.min_confidence)
