"""The spine: from a reference to a report. Dry runs, the command line and everything later share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hunkwise import __version__
from hunkwise.core import (
    bookkeeping,
    causes,
    prompting,
    ranking,
    reconcile,
    verdict,
)
from hunkwise.core.bookkeeping import Reading
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.model.change import ChangeRef
from hunkwise.model.chat import Message, PromptPack, Stage
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import Ledger
from hunkwise.model.report import PromptId, ReviewReport, Usage, Verdict
from hunkwise.pipeline import (
    answering,
    briefed,
    confirm,
    describe,
    outgoing,
    pools,
    preparing,
    ready,
    routing,
    surroundings,
    tally,
    verify,
)
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


BESIDE = {
    Stage.VERIFY: (verify.NAME, verify.VERSION),
    Stage.CONFIRM: (confirm.NAME, confirm.VERSION),
    Stage.DESCRIBE: (describe.NAME, describe.VERSION),
}
"""The prompt packs of requests that are no reading of the change."""

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

    Of an author who is not trusted each request holds one file: hostile text blinds no more, and no finding stands for
    one of another request. `unasked` says why no model is asked although one is wanted: rules alone do not complete the
    review then. Stored answers serve within one `scope`. Raises HunkwiseError.
    """
    started = ports.clock.monotonic()
    known = ready.make(ref, ports, settings, trusts_author=trusts_author)
    prepared, watch = known.prepared, known.watch
    before = replace(before, memory=outgoing.remembered(before.memory, outgoing.Gate(preparing.seal(prepared))))
    answers = answering.all_hunks(prepared, answering.told(ref, known, before, scope), ports, settings, unasked)
    watch.lap("answer")
    tallied = answers.tally
    ranked, merged = ranking.rank(
        [*prepared.gathered.secrets, *known.embedded, *tallied.findings], prepared.gathered.shown
    )
    ledger = bookkeeping.balance(preparing.named(prepared), {**prepared.ends, **tallied.ends})
    reading = Reading(shown=prepared.gathered.shown, keys=answers.keys, ledger=ledger)
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
        heads=known.heads,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What there is to say of the change."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    ledger: Ledger


def _report(
    prepared: Prepared, answers: answering.Answers, found: _Found, ports: Ports, laps: Mapping[str, float]
) -> ReviewReport:
    tallied = answers.tally
    return ReviewReport(
        version=__version__,
        engine="rules" if ports.chat is None else "llm",
        models=tallied.usage.readers,
        prompt=_prompt_id(answers.pack, tallied) if answers.pack and ports.chat else None,
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
        description=tallied.description,
        cache=pools.use(prepared, tallied.ends) if answers.pack else {},
        beside=_beside(tallied.usage, ports),
    )


def _prompt_id(pack: PromptPack, tallied: tally.Tally) -> PromptId:
    return PromptId(name=pack.name, version=pack.version, sha256=pack.sha256, examples=tallied.examples)


def _beside(used: Usage, ports: Ports) -> tuple[PromptId, ...]:
    packs = (ports.prompts.load(*named) for stage, named in BESIDE.items() if stage.value in used.by_stage)
    return tuple(PromptId(name=each.name, version=each.version, sha256=each.sha256) for each in packs)


def prompts(
    ref: ChangeRef, ports: Ports, settings: Settings, *, trusts_author: bool = True
) -> tuple[tuple[Message, ...], ...]:
    """Return the messages of every first request a review by a model would send; nothing is sent."""
    prepared = replace(preparing.prepare(ref, ports, settings), one_file_each=not trusts_author)
    heads = ports.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    prepared = routing.routed(prepared, heads, ports, settings)
    packed = answering.packed(surroundings.around(ref, prepared, heads, ports, settings), ports, settings)
    pack, _ = briefed.exemplified(briefed.pack(prepared, ports, settings), packed.chunks, prepared, ports, settings)
    return tuple(prompting.review(chunk, pack, preparing.seal(prepared)) for chunk in packed.chunks)


def gate(settings: Settings) -> verdict.Gate:
    """Return what blocks under `settings`."""
    fail_on = None if settings.fail_on == "never" else Severity(settings.fail_on)
    return verdict.Gate(fail_on=fail_on, min_confidence=settings.min_confidence)
