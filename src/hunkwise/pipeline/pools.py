"""Stored answers of a run: looked up before anybody is asked, kept when somebody has answered.

Order of trust: what an earlier run of the change read (`core.reuse`), then the very same hunk, then one that differs
only in what can't matter. An answer that is past its time serves only where nobody can be asked, and says how old it
is. Whatever does not open, does not parse, or finds no place today is not there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import answer_keys, answers, lifetimes, sealing
from hunkwise.core.answer_keys import Form, Level, Plain
from hunkwise.core.answers import Answer
from hunkwise.core.bookkeeping import End
from hunkwise.core.lifetimes import Lifetime
from hunkwise.core.packing import RedactedLines
from hunkwise.core.signature import Keys
from hunkwise.model.change import Notice
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import STALE, UNREAD_BUDGET, HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.report import PoolUse
from hunkwise.model.stored import Stored, Vector
from hunkwise.pipeline import answer, confirm
from hunkwise.pipeline.preparing import Prepared
from hunkwise.pipeline.tally import Tally
from hunkwise.ports import Cache, Ports
from hunkwise.render import figures
from hunkwise.settings import Settings

CLOCK_SKEW_S = 300.0
"""Seconds that an answer may come from the future: machines that share a cache do not agree to the second."""

UNASKABLE = (answer.ONLY_RULES, UNREAD_BUDGET)
"""How the reasons begin of hunks that nobody could be asked about; a stale answer is better than none."""

PlainOf = Callable[[HunkKey], Plain | None]
"""Gives for a hunk what of its rows can matter, None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms answers are reused.

    `scope` names repository and trust, `ground` all that decides an answer besides the hunk; `now` is in seconds since
    the epoch.
    """

    scope: str
    ground: str
    now: float
    recent_commits: int | None
    lifetimes: Mapping[str, Lifetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A stored answer in its place today."""

    findings: tuple[Finding, ...]
    by: str
    age_s: float


@dataclass(slots=True)
class Pools:
    """The stored answers of one run; `forms` are those of hunks that found none."""

    cache: Cache
    seals: Keys
    terms: Terms
    forms: dict[HunkKey, list[Form]] = field(default_factory=dict)
    stale: dict[HunkKey, _Found] = field(default_factory=dict)

    def look_up(self, prepared: Prepared, plain: PlainOf) -> Tally:
        """Return the findings and ends of those chosen hunks that a stored answer serves."""
        hunks = _lines(prepared)
        served: dict[HunkKey, _Found] = {}
        for level in Level:
            left = [lines for lines in hunks if lines.key not in served]
            forms = {lines.key: form for lines in left if (form := self._form(level, lines, plain)) is not None}
            for key, form in forms.items():
                self.forms.setdefault(key, []).append(form)
            self._find(left, forms, served)
        for pool, of_pool in by_pool(hunks).items():
            hits = sum(lines.key in served for lines in of_pool)
            self.cache.count(pool, hits, len(of_pool) - hits)
        return _tally(served)

    def completed(self, prepared: Prepared, asked: Tally) -> Tally:
        """Keep what was asked of the chosen hunks, and return it with stale answers where nobody could be asked."""
        self.keep(_lines(prepared), asked)
        served = self.instead(asked)
        return replace(served, notices=(*served.notices, *self.cache.told()))

    def keep(self, hunks: Iterable[RedactedLines], asked: Tally) -> None:
        """Store what a model said of each hunk that it read to the end."""
        found = read_to_the_end(hunks, asked)
        kept = [
            ((lines.query_type.value, form.key), self._stored(answers.keep(findings, by, form, lines), form, lines))
            for lines, findings, by in found
            for form in self.forms.get(lines.key, ())
        ]
        self.cache.put(agreed(kept))

    def instead(self, asked: Tally) -> Tally:
        """Return `asked` with stale answers where nobody could be asked; such a hunk keeps why it was not read."""
        serving = {
            key: self.stale[key]
            for key, end in asked.ends.items()
            if key in self.stale and end.state is HunkState.FAILED and (end.reason or "").startswith(UNASKABLE)
        }
        if not serving:
            return asked
        again = _tally(serving)
        ends = {key: replace(end, reason=asked.ends[key].reason) for key, end in again.ends.items()}
        oldest = figures.age(max(found.age_s for found in serving.values()))
        hunks = figures.plural(len(serving), "hunk")
        text = f"Nobody could be asked about {hunks}: stored answers serve that are up to {oldest} old."
        return replace(
            asked,
            findings=(*asked.findings, *again.findings),
            ends={**asked.ends, **ends},
            notices=(*asked.notices, Notice(code="stale-answers", text=text)),
        )

    def _form(self, level: Level, lines: RedactedLines, plain: PlainOf) -> Form | None:
        if level is Level.EXACT:
            return answer_keys.exact(lines, self.terms.ground)
        rows = plain(lines.key)
        return None if rows is None else answer_keys.canonical(lines, rows, self.terms.ground)

    def _find(
        self, hunks: Sequence[RedactedLines], forms: Mapping[HunkKey, Form], served: dict[HunkKey, _Found]
    ) -> None:
        for pool, of_pool in by_pool(each for each in hunks if each.key in forms).items():
            known = self.cache.get(pool, sorted({forms[lines.key].key for lines in of_pool}))
            for lines in of_pool:
                form = forms[lines.key]
                stored = known.get(form.key)
                found = None if stored is None else self._opened(stored, form, lines)
                if found is None or stored is None:
                    continue
                if found.age_s <= self.lifetime_s(pool) and self.terms.now < stored.expires_at:
                    served[lines.key] = found
                elif self.terms.now < stored.expires_at + lifetimes.STALE_S:
                    self.stale.setdefault(lines.key, replace(found, by=STALE))

    def _opened(self, stored: Stored, form: Form, lines: RedactedLines) -> _Found | None:
        """Return an answer in its place today, None where it is not ours or has no place."""
        age_s = self.terms.now - stored.created_at
        if (stored.pool, stored.key) != (lines.query_type.value, form.key) or not age_s >= -CLOCK_SKEW_S:
            return None
        content = sealing.opened(stored, self.terms.scope, self.seals)
        known = None if content is None else answers.unpacked(content)
        findings = None if known is None else answers.place(known, form, lines)
        return None if findings is None else _Found(findings=findings, by=form.level, age_s=max(age_s, 0.0))

    def _stored(self, known: Answer | None, form: Form, lines: RedactedLines) -> Stored | None:
        if known is None:
            return None
        return self.sealed(lines.query_type.value, form.key, answers.packed(known))

    def sealed(self, pool: str, key: str, content: bytes, vector: Vector | None = None) -> Stored:
        """Return an answer as it is stored from now on."""
        now = self.terms.now
        bare = Stored(
            pool=pool, key=key, value=content, created_at=now, expires_at=now + self.lifetime_s(pool), vector=vector
        )
        return replace(bare, value=sealing.seal(bare, self.terms.scope, self.seals))

    def lifetime_s(self, pool: str) -> float:
        """Return the seconds for which answers of a pool are fresh."""
        return lifetimes.seconds(lifetimes.lifetime(pool, self.terms.lifetimes), self.terms.recent_commits)


def opened(prepared: Prepared, scope: str, material: str, ports: Ports, settings: Settings) -> Pools | None:
    """Return the stored answers of a run, None where there are none: no place, no key, no repository, or not wanted.

    An empty `scope` is that of the local repository. `material` is what decides an answer besides hunk and scope.
    """
    if ports.cache is None or not ports.seals.secrets or not settings.cache:
        return None
    named = scope or prepared.change.identity
    if not named:  # answers of nowhere would serve everywhere: a hostile folder's, too
        return None
    terms = Terms(
        scope=named,
        ground=answer_keys.ground(named, material),
        now=ports.clock.epoch(),
        recent_commits=prepared.change.recent_commits,
        lifetimes=lifetimes.lifetimes(settings.cache_ttl),
    )
    return Pools(cache=ports.cache, seals=ports.seals, terms=terms)


def use(prepared: Prepared, ends: Mapping[HunkKey, End]) -> dict[str, PoolUse]:
    """Return by pool how the chosen hunks were answered."""
    counts: dict[str, Counter[str]] = {}
    for lines in _lines(prepared):
        end = ends.get(lines.key)
        by = end.by if end is not None and end.state is HunkState.CACHED else None
        asked = "confirms" if end is not None and end.reason == confirm.REASON else "misses"
        name = asked if by is None else f"{by}_hits"
        counts.setdefault(lines.query_type.value, Counter())[name] += 1
    return {pool: PoolUse(**counts[pool]) for pool in sorted(counts)}


def _lines(prepared: Prepared) -> list[RedactedLines]:
    return [prepared.gathered.lines_by_key[key] for key in prepared.chosen]


def by_pool(hunks: Iterable[RedactedLines]) -> Mapping[str, list[RedactedLines]]:
    """Return hunks by the pool of their answers."""
    pools: dict[str, list[RedactedLines]] = {}
    for lines in hunks:
        pools.setdefault(lines.query_type.value, []).append(lines)
    return pools


def _tally(served: Mapping[HunkKey, _Found]) -> Tally:
    return Tally(
        findings=tuple(finding for found in served.values() for finding in found.findings),
        ends={key: End(state=HunkState.CACHED, by=found.by, age_s=found.age_s) for key, found in served.items()},
    )


def read_to_the_end(hunks: Iterable[RedactedLines], asked: Tally) -> list[tuple[RedactedLines, Sequence[Finding], str]]:
    """Return the hunks that a model read to the end with what it found and its name."""
    read = [lines for lines in hunks if _by_model(asked.ends.get(lines.key))]
    findings = answers.by_hunk(asked.findings, read)
    return [(each, findings[each.key], asked.ends[each.key].by or "") for each in read if each.key in findings]


def agreed(kept: Iterable[tuple[tuple[str, str], Stored | None]]) -> list[Stored]:
    """Return what to store by pool and key: of equal hunks that were answered differently, none is known."""
    by_name: dict[tuple[str, str], Stored | None] = {}
    for name, stored in kept:
        by_name[name] = stored if by_name.get(name, stored) == stored else None
    return [stored for stored in by_name.values() if stored is not None]


def _by_model(end: End | None) -> bool:
    """Whether a model read the hunk whole and all it claimed was checked: an end with a reason says what was not."""
    if end is None or end.state is not HunkState.REVIEWED or end.reason is not None:
        return False
    return (end.by or "").startswith("model:")
