"""The spine: from a reference to a report. Dry runs, the command line and everything later share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hunkwise import __version__
from hunkwise.core import (
    bookkeeping,
    causes,
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
from hunkwise.core.verification import Mode
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import HunkState, Ledger
from hunkwise.model.material import Chunk, HunkKey
from hunkwise.model.report import PromptId, ReviewReport, Verdict
from hunkwise.pipeline import announcement, answer, gateway, gather, outgoing, passes, preparing, tally, verify
from hunkwise.pipeline.announcement import Way
from hunkwise.pipeline.candidates import Candidates
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway import told as told_by_gateway
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review in the life of a change.

    `open` are the open findings, each place of one cause by itself. `material` names what decided the answers, `heads`
    holds the head files by path.
    """

    report: ReviewReport
    reconciled: Reconciled
    open: tuple[Finding, ...]
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

    Of an author who is not trusted each request holds one file, so that hostile text blinds no more than that, and no
    finding stands for one of another request.
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
    told = _Told(keys=keys, before=before, hit_paths=frozenset(each.file for each in embedded), heads=heads)
    answers = _answers(prepared, told, ports, settings, unasked)
    watch.lap("answer")
    tallied = answers.tally
    ranked, merged = ranking.rank([*prepared.gathered.secrets, *embedded, *tallied.findings])
    ledger = bookkeeping.balance(preparing.named(prepared), {**prepared.ends, **tallied.ends})
    reading = Reading(shown=prepared.gathered.shown, keys=keys, ledger=ledger)
    held = reconcile.reconcile(ranked, reading, before)
    reconciled, named = causes.gathered(held) if trusts_author else (held, ())
    watch.lap("total", since=started)
    found = _Found(
        verdict=verdict.decide(reconciled.findings, ledger, gate(settings), reconciled.dismissed),
        findings=reconciled.findings,
        dropped=(*tallied.dropped, *merged, *named),
        ledger=ledger,
    )
    report = _report(prepared, answers, found, ports, watch.laps)
    return Reviewed(
        report=report,
        reconciled=reconciled,
        open=held.findings,
        reading=reading,
        material=answers.material,
        heads=heads,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What there is to say of the change."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    ledger: Ledger


def _report(
    prepared: Prepared, answers: "_Answers", found: _Found, ports: Ports, laps: Mapping[str, float]
) -> ReviewReport:
    tallied, pack = answers.tally, answers.pack
    return ReviewReport(
        version=__version__,
        engine="rules" if ports.chat is None else "llm",
        models=tuple(tallied.usage.by_model),
        prompt=PromptId(name=pack.name, version=pack.version, sha256=pack.sha256) if pack and ports.chat else None,
        change=replace(prepared.change, diff=b"", generated=frozenset(), unread=(), policies={}),
        diff=prepared.gathered.shown,
        verdict=found.verdict,
        findings=found.findings,
        dropped=found.dropped,
        ledger=found.ledger,
        redactions_by_type=prepared.gathered.by_type,
        usage=tallied.usage,
        notices=(*preparing.notices(prepared), *tallied.notices),
        timings_ms=laps,
        stopped=tallied.stopped,
        model_approved=tallied.model_approved,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is known before a model is asked: keys of hunks, earlier runs, files in which a rule hit, head files."""

    keys: Mapping[HunkKey, str]
    before: Before
    hit_paths: frozenset[str]
    heads: Mapping[bytes, bytes]

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
    verifying = _verifying(prepared, told, ports, settings) if wants_model and settings.verify != "off" else None
    material = _material(pack, verifying, settings) if pack else ""
    reused = reuse.reuse(told.before.memory, material, prepared.chosen, told.keys, prepared.gathered.lines_by_key)
    fresh = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in reused.hunks))
    models = gateway.opened(ports, settings, told.spent_usd)
    if pack and models:
        asked = _ask_models(fresh, Way(pack=pack, verifying=verifying), models, told, ports, settings)
    else:
        asked = _by_rules(fresh, unasked)
    again = dict.fromkeys(reused.hunks, End(state=HunkState.CACHED, by=reuse.INCREMENTAL))
    summed = replace(asked, findings=(*reused.findings, *asked.findings), ends={**asked.ends, **again})
    return _Answers(tally=summed, pack=pack, material=material)


def _verifying(prepared: Prepared, told: _Told, ports: Ports, settings: Settings) -> verify.Verifying:
    literals = verify.KnownLiterals(prepared.diff, prepared.gathered.shown, told.heads, ports.literals)
    pack = ports.prompts.load(verify.NAME, verify.VERSION)
    return verify.Verifying(pack=pack, mode=Mode(settings.verify), literals_of=literals.of)


def _material(pack: PromptPack, verifying: verify.Verifying | None, settings: Settings) -> str:
    """Return the digest of what decides what is found; what one model of the ladder read need not be read again."""
    readers = [settings.model, *settings.fallback_models, f"passes={settings.passes}"]
    checked = [f"verify={verifying.mode.value}:{verifying.pack.sha256}"] if verifying is not None else []
    return hunk_keys.material(pack.sha256, "|".join((*readers, *checked)), pack.parameters)


def prompts(ref: ChangeRef, ports: Ports, settings: Settings) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of every first request a review by a model would send; nothing is sent."""
    prepared = preparing.prepare(ref, ports, settings)
    pack = ports.prompts.load("review", settings.prompt_version)
    packed = _packed(prepared, ports, settings)
    return tuple(prompting.review(chunk, pack, _seal(prepared)) for chunk in packed.chunks)


def _by_rules(prepared: Prepared, unasked: str | None) -> tally.Tally:
    end = End(state=HunkState.REVIEWED, by="rules")
    if unasked is not None:
        end = End(state=HunkState.FAILED, by="rules", reason=f"{answer.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_models(
    prepared: Prepared, way: Way, models: Gateway, told: _Told, ports: Ports, settings: Settings
) -> tally.Tally:
    """Ask the models for every chunk, the most valuable first, and have what they claim checked."""
    packed = _packed(prepared, ports, settings)
    ports.progress(announcement.line(packed.chunks, way, models, settings.passes))

    def end() -> None:
        models.close()
        ports.clock.wake()

    asking = answer.Asking(
        chat=models,
        pack=way.pack,
        seal=_seal(prepared),
        count=ports.tokens.count,
        end=end,
        max_parallel=settings.max_parallel,
        listen=Candidates(way.pack.schema, _seal(prepared), ports.progress).listen,
    )

    def ask(chunk: Chunk, asking: answer.Asking) -> answer.Answered:
        answered = passes.ask(chunk, asking, settings.passes)
        return verify.confirmed(chunk, answered, asking, way.verifying) if way.verifying else answered

    answers = answer.all_chunks(packed.chunks, asking, risk.order(packed.chunks, told.hit_paths), ask)
    key_by_id = {passage.id: passage.key for chunk in packed.chunks for passage in chunk.passages}
    summed = tally.add_up(answers.chunks, key_by_id, models.attempts)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in packed.left_out}
    notices = (*(STOPPED,) * answers.stopped, *told_by_gateway.notices(models), *summed.notices)
    summed = replace(summed, ends={**summed.ends, **unread}, notices=notices, stopped=answers.stopped)
    return outgoing.redacted(summed, _seal(prepared))


STOPPED = Notice(code="stopped", text="The run was stopped before it was complete; this is what was read until then.")
"""What the report of a stopped run says first."""


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
