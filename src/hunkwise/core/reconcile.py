"""Reconcile what this run found with what was found and said before.

A finding keeps its name across pushes. What this run did not report is fixed only when its quoted code is gone: a
model that says nothing has not fixed anything, and what could not be read can't be judged. Memory without a signature
may keep a finding open or find its comment, and does nothing else.
"""

import hashlib
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import identity, quotes, ranking, standing, threads
from hunkwise.core.bookkeeping import Reading
from hunkwise.core.identity import Sighting
from hunkwise.core.quotes import Place
from hunkwise.core.ranking import FINGERPRINT_DIGITS
from hunkwise.core.standing import Judged
from hunkwise.core.threads import Closing, MayDismiss, Spoken
from hunkwise.model.diff import Diff
from hunkwise.model.finding import Finding
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory, Remembered
from hunkwise.model.pull import Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known from earlier runs: the memory, our threads in the host's order, and who may dismiss.

    `head` is the commit of this run: one that the memory speaks of already is run again, and nothing in it is older.
    """

    head: str = ""
    memory: Memory | None = None
    spoken: tuple[Spoken, ...] = ()
    may_dismiss: MayDismiss = field(default=lambda _: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What holds after this run.

    `findings` are all that are open, worst first, with their lasting fingerprints. `create` are those to be said,
    `keep` the thread of those that are said. `close` are threads of what is fixed, `fixed` those findings. By
    fingerprint: `carried` were not reported by this run, `unplaced` of them lie in no readable hunk, `dismissed` do not
    count for the verdict, `suppressed` stand in a resolved or folded thread and are not said again.
    """

    findings: tuple[Finding, ...]
    create: tuple[Finding, ...]
    keep: Mapping[str, Thread]
    close: tuple[Closing, ...]
    fixed: tuple[Finding, ...]
    carried: frozenset[str]
    unplaced: frozenset[str]
    dismissed: frozenset[str]
    suppressed: frozenset[str]


def reconcile(findings: Sequence[Finding], reading: Reading, before: Before) -> Reconciled:
    """Return what holds, given this run's ranked findings and what it read."""
    shown = reading.shown
    remembered = standing.under_todays_names(before.memory.findings if before.memory else (), shown)
    paths = {each.file for each in findings} | {each.finding.file for each in remembered}
    columns = quotes.columns(shown, paths)
    places = [quotes.of(finding, columns) for finding in findings]
    shown_at = {each.mark.fingerprint: each.thread.line for each in before.spoken}
    pairs = identity.match(
        [_sighting(finding, place, reading.keys) for finding, place in zip(findings, places, strict=True)],
        [_recalled(each, shown_at.get(each.finding.fingerprint)) for each in remembered],
    )
    taken = set(pairs.values())
    judged = standing.judge(
        [each for index, each in enumerate(remembered) if index not in taken],
        _occupied(findings, places, {one: remembered[other] for one, other in pairs.items()}),
        standing.ground(reading, before.memory, columns),
    )
    known = [_kept(findings[one], remembered[other].finding) for one, other in pairs.items()]
    unknown = [finding for index, finding in enumerate(findings) if index not in pairs]
    fresh = _named(unknown, {each.finding.fingerprint for each in remembered} | _past(before))
    holding = [_as_then(each, before) for each in (*known, *fresh, *judged.carried)]
    return _said(ranking.ordered(holding), judged, shown, before)


def _said(findings: tuple[Finding, ...], judged: Judged, shown: Diff, before: Before) -> Reconciled:
    """Add what our threads tell."""
    known = _remembered_open(before)
    spoken = threads.by_fingerprint(before.spoken)
    saying_by_name = {
        each.fingerprint: saying
        for each in findings
        if (saying := _saying(spoken.get(each.fingerprint, ()), known, each.fingerprint)) is not None
    }
    return Reconciled(
        findings=findings,
        create=tuple(each for each in findings if each.fingerprint not in saying_by_name),
        keep={name: saying.thread for name, saying in saying_by_name.items()},
        close=tuple(_closings(saying_by_name, judged, shown, before)),
        fixed=judged.fixed,
        carried=frozenset(each.fingerprint for each in judged.carried),
        unplaced=judged.unplaced,
        dismissed=frozenset(
            each.fingerprint
            for each in findings
            if each.fingerprint in saying_by_name
            and threads.dismisses(saying_by_name[each.fingerprint], before.may_dismiss)
            and _is_proven(each, saying_by_name[each.fingerprint].thread, known)
        ),
        suppressed=frozenset(name for name, saying in saying_by_name.items() if not saying.is_open),
    )


def _remembered_open(before: Before) -> frozenset[str] | None:
    """Return what a trusted memory holds as open, None without such a memory."""
    if before.memory is None or not before.memory.trusted:
        return None
    return frozenset(each.finding.fingerprint for each in before.memory.findings)


def _saying(spoken: Sequence[Spoken], known: frozenset[str] | None, fingerprint: str) -> Spoken | None:
    """Return the thread that says a finding already."""
    remembered_open = None if known is None else fingerprint in known
    return next((each for each in spoken if threads.says(each, remembered_open=remembered_open)), None)


def _is_proven(finding: Finding, thread: Thread, known: frozenset[str] | None) -> bool:
    """Whether a resolved thread is surely this finding's, and not that of a twin whose name it took.

    A trusted memory knew its name before, or the host shows the comment on its very lines today.
    """
    if known is not None and finding.fingerprint in known:
        return True
    return (thread.path, thread.line) == (finding.file, finding.end_line)


def _as_then(finding: Finding, before: Before) -> Finding:
    """Return a finding with the status the run before had given it, where that was on the same commit."""
    if before.memory is None or before.memory.head != before.head:
        return finding
    then = {each.finding.fingerprint: each.finding.status for each in before.memory.findings}
    return replace(finding, status=then.get(finding.fingerprint, finding.status))


def _past(before: Before) -> set[str]:
    """Return names of closed threads that the memory no longer holds.

    What was fixed and is back is another finding: the old thread, and who resolved it, have no say in it.
    """
    return {
        each.mark.fingerprint for each in before.spoken if not each.is_open and threads.is_known_to(each, before.memory)
    }


def _closings(saying: Mapping[str, Spoken], judged: Judged, shown: Diff, before: Before) -> Iterator[Closing]:
    fixed = {each.fingerprint for each in judged.fixed}
    for each in before.spoken:
        if not each.is_open:
            continue
        name = each.mark.fingerprint
        reason = _repeated(each, saying[name]) if name in saying else _reason(each, fixed, shown, before.memory)
        if reason is not None:
            yield Closing(thread=each.thread, fingerprint=name, reason=reason)


def _repeated(each: Spoken, saying: Spoken) -> str | None:
    return None if saying is each else threads.SAID_TWICE


def _reason(each: Spoken, fixed: Collection[str], shown: Diff, memory: Memory | None) -> str | None:
    """Return why a thread may be closed; one of which nothing but the mark is known stays while its file is there."""
    if each.mark.fingerprint in fixed:
        return threads.FIXED
    if threads.is_known_to(each, memory):
        return threads.NOT_HELD
    present = {path for file in shown.files for path in (file.path, file.old_path)}
    return None if shown.unreadable or each.thread.path in present else threads.FILE_GONE


def _occupied(
    findings: Sequence[Finding], places: Sequence[Place | None], earlier: Mapping[int, Remembered]
) -> standing.Occupied:
    held: dict[tuple[str, standing.Spot], set[tuple[str, int] | None]] = {}
    for index, (finding, place) in enumerate(zip(findings, places, strict=True)):
        if place is not None:
            origin = (earlier[index].hunk, earlier[index].row) if index in earlier else None
            held.setdefault((identity.kind(finding), standing.spot(place)), set()).add(origin)
    return held


def _sighting(finding: Finding, place: Place | None, keys: Mapping[HunkKey, str]) -> Sighting:
    if place is None:
        return Sighting(finding=finding, hunk="", row=0, around=())
    hunk = keys.get(place.column.key, "")
    return Sighting(finding=finding, hunk=hunk, row=place.row, around=quotes.around(place))


def _recalled(each: Remembered, shown_at: int | None) -> Sighting:
    return Sighting(finding=each.finding, hunk=each.hunk, row=each.row, around=each.around, now=shown_at)


def _kept(finding: Finding, earlier: Finding) -> Finding:
    """Give a finding its earlier name; what a model says of unchanged code again may be graver, and not less grave."""
    named = replace(finding, fingerprint=earlier.fingerprint, status="open")
    if not finding.origin.startswith("model:") or quotes.folded(finding.quote) != quotes.folded(earlier.quote):
        return named
    graver = max(finding.severity, earlier.severity, key=lambda each: each.rank)
    return replace(named, severity=graver, confidence=max(finding.confidence, earlier.confidence))


def _named(findings: Sequence[Finding], used: set[str]) -> list[Finding]:
    """Give findings that were not known names that no earlier finding has."""
    named: list[Finding] = []
    for finding in findings:
        fingerprint = next(name for name in names(finding.fingerprint) if name not in used)
        used.add(fingerprint)
        named.append(replace(finding, fingerprint=fingerprint))
    return named


def names(fingerprint: str) -> Iterator[str]:
    """Yield what a fault may be called: its own name, then those it takes when it is back after it was fixed."""
    yield fingerprint
    more = (f"{fingerprint}\0{nth}" for nth in itertools.count(2))
    yield from (hashlib.sha256(each.encode()).hexdigest()[:FINGERPRINT_DIGITS] for each in more)


def back(closed: Collection[str], still_open: Collection[str]) -> frozenset[str]:
    """Return those of `closed` whose fault is open again under a later name."""
    known = {*closed, *still_open}
    found: set[str] = set()
    for name in closed:
        chain = set(itertools.takewhile(known.__contains__, names(name)))
        found |= chain if chain & {*still_open} else set()
    return frozenset(found & {*closed})
