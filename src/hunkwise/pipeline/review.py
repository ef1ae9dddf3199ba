"""The spine: from a reference to a report. Dry runs, the command line and everything later share it."""

from collections.abc import Mapping, Sequence
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
    risk,
    verdict,
)
from hunkwise.core.bookkeeping import End, Reading
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.finding import Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import Chunk, HunkKey
from hunkwise.model.report import PromptId, ReviewReport
from hunkwise.pipeline import answer, gateway, gather, outgoing, preparing, tally, teams
from hunkwise.pipeline.candidates import Candidates
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway import told as told_by_gateway
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.render import figures
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
    hit_paths = frozenset(each.file for each in embedded)
    answers = _answers(prepared, _Told(keys=keys, before=before, hit_paths=hit_paths), ports, settings, unasked)
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
        notices=(*preparing.notices(prepared), *teams.notices(settings), *tallied.notices),
        timings_ms=watch.laps,
        stopped=tallied.stopped,
        model_approved=tallied.model_approved,
    )
    return Reviewed(report=report, reconciled=reconciled, reading=reading, material=answers.material, heads=heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is known of the hunks before a model is asked: their keys, earlier runs, files in which a rule hit."""

    keys: Mapping[HunkKey, str]
    before: Before
    hit_paths: frozenset[str]

    @property
    def spent_usd(self) -> float:
        """What earlier runs cost, as far as it is known."""
        return (self.before.memory.spent_usd or 0.0) if self.before.memory else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What became of the chosen hunks; `pack` and `material` name what decided it, where a model is wanted."""

    tally: tally.Tally
    pack: PromptPack | None
    material: str


def _answers(prepared: Prepared, told: _Told, ports: Ports, settings: Settings, unasked: str | None) -> _Answers:
    """Answer every chosen hunk: by what an earlier run read, else by a model, else by the rules."""
    wants_model = ports.chat is not None or unasked is not None
    pack = ports.prompts.load("review", settings.prompt_version) if wants_model else None
    readers = "|".join((settings.model, *settings.fallback_models))  # what one of them read need not be read again
    material = hunk_keys.material(pack.sha256, readers, pack.parameters) if pack else ""
    reused = reuse.reuse(told.before.memory, material, prepared.chosen, told.keys, prepared.gathered.lines_by_key)
    fresh = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in reused.hunks))
    models = gateway.opened(ports, settings, told.spent_usd)
    asked = _ask_models(fresh, pack, models, told, ports, settings) if pack and models else _by_rules(fresh, unasked)
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
        end = End(state=HunkState.FAILED, by="rules", reason=f"{answer.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_models(
    prepared: Prepared, pack: PromptPack, models: Gateway, told: _Told, ports: Ports, settings: Settings
) -> tally.Tally:
    """Ask the models for every chunk, the most valuable first."""
    packed = _packed(prepared, ports, settings)
    models.reserve(packed.chunks, pack)
    ports.progress(_announced(packed.chunks, pack, models))

    def end() -> None:
        models.close()
        ports.clock.wake()

    asking = answer.Asking(
        chat=models,
        pack=pack,
        seal=_seal(prepared),
        count=ports.tokens.count,
        end=end,
        max_parallel=settings.max_parallel,
        listen=Candidates(pack.schema, _seal(prepared), ports.progress).listen,
    )
    answers = answer.all_chunks(packed.chunks, asking, risk.order(packed.chunks, told.hit_paths))
    key_by_id = {passage.id: passage.key for chunk in packed.chunks for passage in chunk.passages}
    summed = tally.add_up(answers.chunks, key_by_id, models.attempts)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in packed.left_out}
    notices = (*(STOPPED,) * answers.stopped, *told_by_gateway.notices(models))
    summed = replace(summed, ends={**summed.ends, **unread}, notices=notices, stopped=answers.stopped)
    return outgoing.redacted(summed, _seal(prepared))


STOPPED = Notice(code="stopped", text="The run was stopped before it was complete; this is what was read until then.")
"""What the report of a stopped run says first."""


def _announced(chunks: Sequence[Chunk], pack: PromptPack, models: Gateway) -> str:
    """Return the line that says what is going to be asked, and the most it can cost."""
    first = models.models[0]
    overhead = models.estimate.tokens(pack.system) + models.estimate.tokens(pack.user)
    most = models.estimate.whole(chunks, overhead, pack.parameters.max_output_tokens, first.price)
    cost = f", at most {figures.money(most.usd)}" if first.price else ""
    return f"asking {models.name}: {figures.plural(len(chunks), 'request')}{cost}"


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
