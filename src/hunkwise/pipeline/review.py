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
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.core.verification import Mode
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.finding import Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import Chunk, HunkKey
from hunkwise.model.report import PromptId, ReviewReport
from hunkwise.pipeline import (
    answer,
    confirm,
    gateway,
    gather,
    outgoing,
    passes,
    pools,
    preparing,
    routing,
    semantic,
    surroundings,
    tally,
    verify,
)
from hunkwise.pipeline.candidates import Candidates
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway import told as told_by_gateway
from hunkwise.pipeline.plain_rows import PlainRows
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
    scope: str = "",
) -> Reviewed:
    """Review the change `ref` names in the light of what was said `before`.

    Of an author who is not trusted each request holds one file: hostile text blinds no more. `unasked` says why no
    model is asked although one is wanted: rules alone do not complete the review then. Stored answers serve within one
    `scope`. Raises HunkwiseError.
    """
    started = ports.clock.monotonic()
    prepared = replace(preparing.prepare(ref, ports, settings), one_file_each=not trusts_author)
    watch = preparing.Watch(ports.clock, dict(prepared.timings_ms))
    heads = ports.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    embedded = gather.rule_findings(prepared.diff, prepared.gathered, prepared.chosen, heads, ports.rules)
    watch.lap("rules")
    prepared = routing.routed(prepared, heads, ports, settings)
    if ports.chat is not None:
        prepared = surroundings.around(ref, prepared, heads, ports, settings)
        watch.lap("context")
    keys = hunk_keys.by_hunk(prepared.gathered.lines_by_key.values())
    hit_paths = frozenset(each.file for each in embedded)
    told = _Told(keys=keys, before=before, hit_paths=hit_paths, heads=heads, scope=scope)
    answers = _answers(prepared, told, ports, settings, unasked)
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
        prompt=_prompt_id(pack) if pack and ports.chat else None,
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
        stopped=tallied.stopped,
        model_approved=tallied.model_approved,
        cache=pools.use(prepared, tallied.ends) if pack else {},
    )
    return Reviewed(report=report, reconciled=reconciled, reading=reading, material=answers.material, heads=heads)


def _prompt_id(pack: PromptPack) -> PromptId:
    return PromptId(name=pack.name, version=pack.version, sha256=pack.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is known before a model is asked: keys of hunks, earlier runs, files with a rule's hit, heads, scope."""

    keys: Mapping[HunkKey, str]
    before: Before
    hit_paths: frozenset[str]
    heads: Mapping[bytes, bytes]
    scope: str

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
    """Answer every chosen hunk: by what an earlier run read, by a stored answer, by a model, or by the rules."""
    wants_model = ports.chat is not None or unasked is not None
    pack = ports.prompts.load("review", settings.prompt_version) if wants_model else None
    verifying = _verifying(prepared, told, ports, settings) if wants_model and settings.verify != "off" else None
    material = _material(pack, verifying, settings) if pack else ""
    reused = reuse.reuse(told.before.memory, material, prepared.chosen, told.keys, prepared.gathered.lines_by_key)
    rest = tuple(key for key in prepared.chosen if key not in reused.hunks)
    stored = pools.opened(prepared, told.scope, material, ports, settings) if pack else None
    served = tally.Tally()
    if pack and stored:
        rows = PlainRows(prepared.diff, told.heads, ports.plain, comments=pack.judges_comments)
        served = outgoing.redacted(stored.look_up(prepared, rest, rows.of), _seal(prepared))
    near = semantic.opened(stored, prepared, ports, settings)
    found = semantic.Found()
    if near:
        found = near.look_up(prepared, tuple(key for key in rest if key not in served.ends))
        served = replace(served, ends={**served.ends, **found.served.ends})
    fresh = replace(prepared, chosen=tuple(key for key in rest if key not in served.ends))
    models = gateway.opened(ports, settings, told.spent_usd)
    if pack and models:
        asked = _ask_models(fresh, _Way(pack=pack, verifying=verifying, near=found.near), models, told, ports, settings)
    else:
        asked = _by_rules(fresh, unasked)
    if stored:
        asked = stored.completed(fresh, asked)
    if near:
        near.keep(fresh, asked)
        usage = replace(asked.usage, embedding_tokens=near.embedder.tokens)
        asked = replace(asked, usage=usage, notices=(*asked.notices, *near.notices))
    again = dict.fromkeys(reused.hunks, End(state=HunkState.CACHED, by=reuse.INCREMENTAL))
    summed = replace(
        asked,
        findings=(*reused.findings, *served.findings, *asked.findings),
        ends={**asked.ends, **served.ends, **again},
    )
    return _Answers(tally=summed, pack=pack, material=material)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a change is asked about; `verifying` is None where nothing is put to a second request.

    `near` are answers to hunks that are nearly the same, which a short request may be enough for.
    """

    pack: PromptPack
    verifying: verify.Verifying | None
    near: Mapping[HunkKey, NearAnswer]


def _verifying(prepared: Prepared, told: _Told, ports: Ports, settings: Settings) -> verify.Verifying:
    literals = verify.KnownLiterals(prepared.diff, prepared.gathered.shown, told.heads, ports.literals)
    pack = ports.prompts.load(verify.NAME, verify.VERSION)
    return verify.Verifying(pack=pack, mode=Mode(settings.verify), literals_of=literals.of)


def _material(pack: PromptPack, verifying: verify.Verifying | None, settings: Settings) -> str:
    """Return the digest of what decides what is found; what one model of the ladder read need not be read again."""
    readers = [settings.model, *settings.fallback_models, settings.cheap_model or "", f"passes={settings.passes}"]
    checked = [f"verify={verifying.mode.value}:{verifying.pack.sha256}"] if verifying is not None else []
    return hunk_keys.material(pack.sha256, "|".join((*readers, *checked)), pack.parameters)


def prompts(ref: ChangeRef, ports: Ports, settings: Settings) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of every first request a review by a model would send; nothing is sent."""
    prepared = preparing.prepare(ref, ports, settings)
    heads = ports.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    prepared = routing.routed(prepared, heads, ports, settings)
    pack = ports.prompts.load("review", settings.prompt_version)
    packed = _packed(surroundings.around(ref, prepared, heads, ports, settings), ports, settings)
    return tuple(prompting.review(chunk, pack, _seal(prepared)) for chunk in packed.chunks)


def _by_rules(prepared: Prepared, unasked: str | None) -> tally.Tally:
    end = End(state=HunkState.REVIEWED, by="rules")
    if unasked is not None:
        end = End(state=HunkState.FAILED, by="rules", reason=f"{answer.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_models(
    prepared: Prepared, way: _Way, models: Gateway, told: _Told, ports: Ports, settings: Settings
) -> tally.Tally:
    """Ask the models for every chunk, the most valuable first, and have what they claim checked."""

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
    confirmed = confirm.Confirmed()
    if way.near:
        pack = ports.prompts.load(confirm.NAME, confirm.VERSION)
        confirmed = confirm.all_near(prepared, way.near, pack, asking)
        prepared = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in confirmed.ends))
    packed = _packed(prepared, ports, settings)
    ports.progress(_announced(packed.chunks, way, models, settings.passes))

    def ask(chunk: Chunk, asking: answer.Asking) -> answer.Answered:
        answered = passes.ask(chunk, asking, settings.passes)
        return verify.confirmed(chunk, answered, asking, way.verifying) if way.verifying else answered

    answers = answer.all_chunks(packed.chunks, asking, risk.order(packed.chunks, told.hit_paths), ask)
    key_by_id = {passage.id: passage.key for chunk in packed.chunks for passage in chunk.passages}
    summed = tally.add_up(answers.chunks, key_by_id, models.attempts)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in packed.left_out}
    stopped = answers.stopped or confirmed.stopped
    notices = (*(STOPPED,) * stopped, *told_by_gateway.notices(models), *summed.notices)
    summed = replace(
        summed,
        findings=(*summed.findings, *confirmed.findings),
        ends={**summed.ends, **unread, **confirmed.ends},
        notices=notices,
        stopped=stopped,
    )
    return outgoing.redacted(summed, _seal(prepared))


STOPPED = Notice(code="stopped", text="The run was stopped before it was complete; this is what was read until then.")
"""What the report of a stopped run says first."""


def _announced(chunks: Sequence[Chunk], way: _Way, models: Gateway, times: int) -> str:
    """Return the line that says what is going to be asked, and the most it can cost, with all claims checked."""
    price = models.models[0].price
    answer_tokens = way.pack.parameters.max_output_tokens
    usd = times * models.estimate.whole(chunks, _overhead(way.pack, models), answer_tokens, price).usd
    if way.verifying is not None:
        check = way.verifying.pack
        claims = _overhead(check, models) + answer_tokens  # a claim is no longer than what claimed it
        usd += models.estimate.whole(chunks, claims, check.parameters.max_output_tokens, price).usd
    cost = f", at most {figures.money(usd)}" if price else ""
    further = f", up to {len(chunks) * (times - 1)} for further passes" if times > 1 else ""
    checks = f", up to {len(chunks)} to verify" if way.verifying is not None else ""
    return f"asking {models.name}: {figures.plural(len(chunks), 'request')}{further}{checks}{cost}"


def _overhead(pack: PromptPack, models: Gateway) -> int:
    return models.estimate.tokens(pack.system) + models.estimate.tokens(pack.user)


def _packed(prepared: Prepared, ports: Ports, settings: Settings) -> packing.Packed:
    count = ports.tokens.count
    hunks = surroundings.for_packing([prepared.gathered.lines_by_key[key] for key in prepared.chosen], settings, count)
    return packing.pack(hunks, settings.chunk_tokens, count, one_file_each=prepared.one_file_each)


def _seal(prepared: Prepared) -> prompting.Seal:
    def seal(text: str) -> Redacted:
        return redact.text(text, prepared.scan)

    return seal


def gate(settings: Settings) -> verdict.Gate:
    """Return what blocks under `settings`."""
    fail_on = None if settings.fail_on == "never" else Severity(settings.fail_on)
    return verdict.Gate(fail_on=fail_on, min_confidence=settings.min_confidence)
