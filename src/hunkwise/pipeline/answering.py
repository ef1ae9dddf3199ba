"""Answer every chosen hunk: by what an earlier run read, by a stored answer, by a model, or by the rules."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import context, hunk_keys, packing, reuse, risk
from hunkwise.core.bookkeeping import End
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.packing import RedactedLines
from hunkwise.core.reconcile import Before
from hunkwise.core.verification import Mode
from hunkwise.model.change import ChangeRef
from hunkwise.model.chat import PromptPack
from hunkwise.model.ledger import NARROWED, SHARED, UNVERIFIED, HunkState
from hunkwise.model.material import Chunk, HunkKey, Passage
from hunkwise.pipeline import (
    announcement,
    answer,
    briefed,
    confirm,
    describe,
    gateway,
    outgoing,
    passes,
    pools,
    preparing,
    ready,
    semantic,
    surroundings,
    tally,
    teams,
    verify,
)
from hunkwise.pipeline.announcement import Way
from hunkwise.pipeline.candidates import Candidates
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway import told as told_by_gateway
from hunkwise.pipeline.plain_rows import PlainRows
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known before a model is asked: keys of hunks, earlier runs, files with a rule's hit, heads, scope.

    `allotted` are the chosen hunks with the context that is theirs where all are asked about, `shared` their keys.
    """

    ref: ChangeRef
    keys: Mapping[HunkKey, str]
    allotted: Mapping[HunkKey, RedactedLines]
    shared: Mapping[HunkKey, str]
    before: Before
    hit_paths: frozenset[str]
    heads: Mapping[bytes, bytes]
    scope: str

    @property
    def spent_usd(self) -> float:
        """What earlier runs cost, as far as it is known."""
        return (self.before.memory.spent_usd or 0.0) if self.before.memory else 0.0


def told(ref: ChangeRef, known: ready.Ready, before: Before, scope: str, ports: Ports, settings: Settings) -> Told:
    """Return what is known once a change is ready to be asked about."""
    keys = hunk_keys.by_hunk(known.prepared.gathered.lines_by_key.values())
    sent = _sent(known.prepared, ports, settings)
    return Told(
        ref=ref,
        keys=keys,
        allotted={each.key: each for each in sent},
        shared=hunk_keys.allotted(keys, sent),
        before=before,
        hit_paths=frozenset(each.file for each in known.embedded),
        heads=known.heads,
        scope=scope,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What became of the chosen hunks; `pack` and `material` name what decided it, where a model is wanted.

    `keys` name the hunks.
    """

    tally: tally.Tally
    pack: PromptPack | None
    material: str
    keys: Mapping[HunkKey, str]


def all_hunks(prepared: Prepared, told: Told, ports: Ports, settings: Settings, unasked: str | None) -> Answers:
    """Answer every chosen hunk: by what an earlier run read, by a stored answer, by a model, or by the rules."""
    wants_model = ports.chat is not None or unasked is not None
    pack = briefed.pack(prepared, ports, settings) if wants_model else None
    verifying = _verifying(prepared, told, ports, settings) if wants_model and settings.verify != "off" else None
    material = _material(pack, verifying, ports.endpoint, settings) if pack else ""
    names, lines_by_key = (told.keys, told.shared), prepared.gathered.lines_by_key
    reused = reuse.reuse(told.before.memory, material, prepared.chosen, names, lines_by_key)
    rest = replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in reused.names))
    stored = pools.opened(prepared, told.scope, material, ports, settings) if pack else None
    rows = PlainRows(prepared.diff, told.heads, ports.plain, comments=pack.judges_comments) if pack else None
    served = stored.look_up(rest, rows.of) if stored and rows else tally.Tally()
    fresh = _without(rest, served.ends)
    models = gateway.opened(ports, settings, told.spent_usd)
    near = semantic.opened(stored, prepared, models, ports, settings)
    found = near.look_up(fresh) if near else semantic.Found()
    fresh = _without(fresh, found.ends)
    gate = outgoing.Gate(preparing.seal(prepared))
    if pack and models:
        asked = _ask_models(fresh, Way(pack=pack, verifying=verifying), models, told, found.near, ports, settings)
    else:
        asked = _by_rules(fresh, unasked)
    asked = _kept(fresh, outgoing.redacted(asked, gate), stored, near)
    if models:
        asked = describe.beside(told.ref, prepared, asked, models, told.scope, ports, settings)
    again = {
        key: End(state=HunkState.CACHED, by=reuse.INCREMENTAL, reason=None if name == told.keys[key] else SHARED)
        for key, name in reused.names.items()
    }
    summed = replace(
        asked,
        findings=(*reused.findings, *served.findings, *asked.findings),
        ends={**asked.ends, **found.ends, **served.ends, **again},
    )
    summed = outgoing.redacted(summed, gate)  # the gate may know more than it did when an answer was kept
    summed = replace(summed, notices=(*teams.notices(settings), *summed.notices))
    in_share = {key: told.shared[key] for key, end in summed.ends.items() if end.reason == SHARED}
    return Answers(tally=summed, pack=pack, material=material, keys={**told.keys, **in_share})


def _kept(
    fresh: Prepared, asked: tally.Tally, stored: pools.Pools | None, near: semantic.NearPools | None
) -> tally.Tally:
    """Store what was asked, and return it; an interrupt ends the run, and takes nothing of what is already paid for."""
    try:
        if stored:
            asked = stored.completed(fresh, asked)
        if near:
            asked = near.completed(fresh, asked)
    except KeyboardInterrupt:
        return replace(asked, stopped=True, notices=(tally.STOPPED, *asked.notices))
    return asked


def _without(prepared: Prepared, ended: Mapping[HunkKey, End]) -> Prepared:
    return replace(prepared, chosen=tuple(key for key in prepared.chosen if key not in ended))


def _verifying(prepared: Prepared, told: Told, ports: Ports, settings: Settings) -> verify.Verifying:
    literals = verify.KnownLiterals(prepared.diff, prepared.gathered.shown, told.heads, ports.literals)
    pack = ports.prompts.load(verify.NAME, verify.VERSION)
    return verify.Verifying(pack=pack, mode=Mode(settings.verify), literals_of=literals.of)


def _material(pack: PromptPack, verifying: verify.Verifying | None, endpoint: str, settings: Settings) -> str:
    """Return the digest of what decides what is found; what one model of the ladder read need not be read again."""
    deciding = {
        "endpoint": endpoint,
        "models": [settings.model, *settings.fallback_models, settings.cheap_model or ""],
        "passes": settings.passes,
        "verify": [verifying.mode.value, verifying.pack.sha256] if verifying is not None else [],
        "privacy": settings.privacy,
        "chunk_tokens": settings.chunk_tokens,
        "context_share": settings.context_share,
        "examples": settings.examples,
        "instructions": pack.instructions,  # those that apply: they reach every hunk of the change
    }
    return hunk_keys.material(pack.sha256, json.dumps(deciding, sort_keys=True), pack.parameters)


def _by_rules(prepared: Prepared, unasked: str | None) -> tally.Tally:
    end = End(state=HunkState.REVIEWED, by="rules")
    if unasked is not None:
        end = End(state=HunkState.FAILED, by="rules", reason=f"{answer.ONLY_RULES} ({unasked})")
    return tally.Tally(ends=dict.fromkeys(prepared.chosen, end))


def _ask_models(
    prepared: Prepared,
    way: Way,
    models: Gateway,
    told: Told,
    near: Mapping[HunkKey, NearAnswer],
    ports: Ports,
    settings: Settings,
) -> tally.Tally:
    """Ask the models for every chunk, the most valuable first, and have what they claim checked.

    Hunks of which `near` answers are known are asked about in short before.
    """
    asking = _asking(prepared, way.pack, models, ports, settings)
    shorts = confirm.shorts(prepared, near, ports.prompts, asking)
    filled = packed(prepared, ports, settings, told.allotted)
    pack, examples = briefed.exemplified(way.pack, filled.chunks, prepared, ports, settings)
    told_way = replace(way, pack=pack, shorts=[each.request for each in shorts])
    if filled.chunks:
        models.reserve(announcement.most_usd(filled.chunks, told_way, models, settings.passes))
    ports.progress(announcement.line(filled.chunks, told_way, models, settings.passes))
    confirmed = confirm.all_near(shorts, asking)
    if confirmed.ends:
        prepared = _without(prepared, confirmed.ends)
        filled = packed(prepared, ports, settings, told.allotted)
        pack, examples = briefed.exemplified(way.pack, filled.chunks, prepared, ports, settings)
    asking = replace(asking, pack=pack)

    def ask(chunk: Chunk, asking: answer.Asking) -> answer.Answered:
        answered = passes.ask(chunk, asking, settings.passes)
        return verify.confirmed(chunk, answered, asking, way.verifying) if way.verifying else answered

    answers = answer.all_chunks(filled.chunks, asking, risk.order(filled.chunks, told.hit_paths), ask)
    key_by_id = {passage.id: passage.key for chunk in filled.chunks for passage in chunk.passages}
    summed = tally.add_up(answers.chunks, key_by_id, models.attempts)
    in_part = _in_part(told, filled.chunks, answers.chunks, prepared, summed.ends)
    unread = {left.key: End(state=HunkState.FAILED, reason=f"unread: {left.reason}") for left in filled.left_out}
    stopped = answers.stopped or confirmed.stopped
    notices = (*(tally.STOPPED,) * stopped, *told_by_gateway.notices(models), *summed.notices)
    return replace(
        summed,
        findings=(*summed.findings, *confirmed.findings),
        ends={**summed.ends, **in_part, **unread, **confirmed.ends},
        notices=notices,
        stopped=stopped,
        examples=examples,
    )


def _in_part(
    told: Told,
    chunks: Sequence[Chunk],
    answers: Sequence[answer.Answered],
    prepared: Prepared,
    ends: Mapping[HunkKey, End],
) -> dict[HunkKey, End]:
    """Return the ends of hunks of which not all was read that names them, or of which a claim was not checked.

    A line of context is sent once in a run and may stand in another request: such a hunk is known to the next push by
    its share. What was left out to fit, or is not checked, is kept by nobody.
    """
    unchecked = frozenset[str]().union(*(each.unchecked for each in answers))
    unverified = {each.key for chunk in chunks for each in chunk.passages if each.id in unchecked}
    cut = frozenset[str]().union(*(each.narrowed for each in answers))
    beside: dict[HunkKey, list[Passage]] = {}
    for chunk in chunks:
        for key in {passage.key for passage in chunk.passages}:
            beside.setdefault(key, []).extend(chunk.passages)

    def lacks(hunks: Mapping[HunkKey, RedactedLines]) -> set[HunkKey]:
        return {key for key, passages in beside.items() if not context.is_held(hunks[key].context, passages)}

    lacking = {each.key for chunk in chunks for each in chunk.passages if each.id in cut} | lacks(told.allotted)
    reasons = dict.fromkeys(lacks(prepared.gathered.lines_by_key), SHARED) | dict.fromkeys(unverified, UNVERIFIED)
    reasons |= dict.fromkeys(lacking, NARROWED)
    return {
        key: replace(ends[key], reason=reason)
        for key, reason in reasons.items()
        if key in ends and ends[key].state is HunkState.REVIEWED
    }


def _asking(prepared: Prepared, pack: PromptPack, models: Gateway, ports: Ports, settings: Settings) -> answer.Asking:
    def end() -> None:
        models.close()
        ports.clock.wake()

    return answer.Asking(
        chat=models,
        pack=pack,
        seal=preparing.seal(prepared),
        count=ports.tokens.count,
        end=end,
        passed=models.passed,
        max_parallel=settings.max_parallel,
        listen=Candidates(pack.schema, preparing.seal(prepared), ports.progress).listen,
    )


def packed(
    prepared: Prepared, ports: Ports, settings: Settings, among: Mapping[HunkKey, RedactedLines] | None = None
) -> packing.Packed:
    """Return the chosen hunks in chunks, each with its context; `among` as in `context.allot`."""
    sent = _sent(prepared, ports, settings, among)
    return packing.pack(sent, settings.chunk_tokens, ports.tokens.count, one_file_each=prepared.one_file_each)


def _sent(
    prepared: Prepared, ports: Ports, settings: Settings, among: Mapping[HunkKey, RedactedLines] | None = None
) -> tuple[RedactedLines, ...]:
    """Return the chosen hunks as they are sent."""
    lines = [prepared.gathered.lines_by_key[key] for key in prepared.chosen]
    alone = prepared.one_file_each
    return surroundings.for_packing(lines, settings, ports.tokens.count, one_file_each=alone, among=among)
