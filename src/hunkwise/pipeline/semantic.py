"""Near answers of a run: found by the vectors of what was asked, sealed and dated as all stored answers are.

A near answer serves prose by itself and code never (`core.nearness`), and only in the space it was sealed for. Of an
author who is not trusted nothing near is looked for at all: texts can be made alike at will. Nor is it under
`privacy: strict`, where less than a hunk may leave.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import answer_keys, nearness, redact, sealing
from hunkwise.core.bookkeeping import End
from hunkwise.core.nearness import NearAnswer
from hunkwise.core.packing import RedactedLines
from hunkwise.errors import ChatError, ChatFault, ConfigurationError, DetectorError, HunkwiseError
from hunkwise.model.change import Notice
from hunkwise.model.chat import Redacted
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey, QueryType
from hunkwise.model.stored import Near, Stored, Vector
from hunkwise.pipeline import pools
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway.embedding import Embeddings
from hunkwise.pipeline.pools import CLOCK_SKEW_S, Pools
from hunkwise.pipeline.preparing import Prepared
from hunkwise.pipeline.tally import Tally
from hunkwise.ports import Embedder, Ports
from hunkwise.settings import Settings

SEMANTIC = "semantic"
"""What the ledger says of a hunk that a near answer served."""

LOOKED_AT = 3
"""Near answers of a hunk that are opened: the nearest may be past its time, or not ours."""

MAX_ASKED_CHARS = 20_000
"""Characters of a hunk that is worth a vector: what is longer is rarely near to anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What near answers give: ends of hunks that one serves, and for others one to be confirmed."""

    ends: Mapping[HunkKey, End] = field(default_factory=dict)
    near: Mapping[HunkKey, NearAnswer] = field(default_factory=dict)


@dataclass(slots=True)
class NearPools:
    """The near answers of one run, at a level of `privacy`.

    `confirms` tells that near answers about code are worth a short request.
    """

    pools: Pools
    embedder: Embedder
    embeddings: Embeddings
    scan: redact.Scan
    thresholds: Mapping[str, float]
    privacy: str
    confirms: bool
    notices: list[Notice] = field(default_factory=list)
    _vectors: dict[HunkKey, Vector] = field(default_factory=dict)

    def look_up(self, prepared: Prepared) -> Found:
        """Return what near answers give for the chosen hunks."""
        hunks = [lines for key in prepared.chosen if self._is_wanted(lines := prepared.gathered.lines_by_key[key])]
        self._embed(hunks)
        ends: dict[HunkKey, End] = {}
        near: dict[HunkKey, NearAnswer] = {}
        for lines in hunks:
            for stored, answer in self._nearest(lines):
                if nearness.serves(answer, lines):
                    age_s = max(0.0, self.pools.terms.now - stored.created_at)
                    ends[lines.key] = End(state=HunkState.CACHED, by=SEMANTIC, age_s=age_s)
                elif self.confirms and nearness.may_be_confirmed(answer, lines):
                    near[lines.key] = answer
                if lines.key in ends or lines.key in near:
                    break
        self._count(hunks, {*ends, *near})
        return Found(ends=ends, near=near)

    def _count(self, hunks: Sequence[RedactedLines], known: Collection[HunkKey]) -> None:
        """Count the look-ups that were made; what is to be confirmed was found too."""
        for pool, of_pool in pools.by_pool(each for each in hunks if each.key in self._vectors).items():
            hits = sum(lines.key in known for lines in of_pool)
            self.pools.cache.count(pool, hits, len(of_pool) - hits)

    def completed(self, prepared: Prepared, asked: Tally) -> Tally:
        """Keep what was asked, and return it with what there is to say of near answers."""
        self._keep(prepared, asked)
        return replace(asked, notices=(*asked.notices, *self.notices))

    def _keep(self, prepared: Prepared, asked: Tally) -> None:
        """Store what was found in each hunk, by the same rules as exact answers."""
        hunks = [prepared.gathered.lines_by_key[key] for key in self._vectors]
        kept = [self._stored(lines, found, by) for lines, found, by in pools.read_to_the_end(hunks, asked)]
        self.pools.cache.put(pools.agreed(each for each in kept if each is not None))

    def vector(self, text: Redacted) -> Vector | None:
        """Return the vector of a text in this run's space, None where nobody gives any."""
        try:
            return self._of_ground(*self.embeddings.vectors(self.embedder, [text]))
        except (ChatError, ConfigurationError) as error:
            self._tell(error)
            return None

    def opened(self, pool: str, vector: Vector) -> list[tuple[Stored, bytes]]:
        """Return fresh answers near to `vector` that we wrote, the nearest first."""
        least = nearness.threshold(pool, self.thresholds)
        near: Sequence[Near] = self.pools.cache.nearest(pool, vector, LOOKED_AT)
        fresh = [each.stored for each in near if each.likeness >= least and self._is_fresh(pool, each.stored)]
        terms = self.pools.terms
        opened = ((stored, sealing.opened(stored, terms.scope, self.pools.seals, vector.space)) for stored in fresh)
        return [(stored, content) for stored, content in opened if content is not None]

    def _is_wanted(self, lines: RedactedLines) -> bool:
        is_prose = lines.query_type is QueryType.DOCUMENTATION
        may_help = is_prose or (self.confirms and lines.query_type in nearness.CONFIRMED_TYPES)
        is_off = nearness.threshold(lines.query_type.value, self.thresholds) > 1
        is_short = sum(map(len, lines.texts)) <= MAX_ASKED_CHARS
        return may_help and not is_off and is_short and nearness.is_comparable(lines)

    def _embed(self, hunks: Sequence[RedactedLines]) -> None:
        """Find the vectors of hunks; where nobody gives any, nothing is near in this run."""
        try:
            texts = [redact.text(nearness.asked(lines), self.scan) for lines in hunks]
            found = self.embeddings.vectors(self.embedder, texts)
        except (ChatError, ConfigurationError, DetectorError) as error:
            self._tell(error)
            return
        self._vectors = {lines.key: self._of_ground(each) for lines, each in zip(hunks, found, strict=True)}

    def _of_ground(self, vector: Vector) -> Vector:
        return replace(vector, space=nearness.space(vector.space, self.pools.terms.ground, self.privacy))

    def _nearest(self, lines: RedactedLines) -> list[tuple[Stored, NearAnswer]]:
        vector = self._vectors.get(lines.key)
        found = () if vector is None else self.opened(lines.query_type.value, vector)
        known = ((stored, nearness.unpacked(content)) for stored, content in found)
        return [(stored, answer) for stored, answer in known if answer is not None]

    def _is_fresh(self, pool: str, stored: Stored) -> bool:
        age_s = self.pools.terms.now - stored.created_at
        is_dated = -CLOCK_SKEW_S <= age_s <= self.pools.lifetime_s(pool) and self.pools.terms.now < stored.expires_at
        return is_dated and stored.pool == pool

    def _stored(
        self, lines: RedactedLines, findings: Sequence[Finding], by: str
    ) -> tuple[tuple[str, str], Stored | None] | None:
        """Return under which name what is stored of a hunk, None for what never is."""
        form = answer_keys.exact(lines, self.pools.terms.ground)
        if form is None:
            return None
        name = lines.query_type.value, nearness.key(form.key, self.privacy)
        if len(findings) > nearness.MAX_FINDINGS:
            return name, None
        content = nearness.packed(nearness.answer(lines, findings, by))
        return name, self.pools.sealed(*name, content, self._vectors[lines.key])

    def _tell(self, why: HunkwiseError) -> None:
        """Say once that nothing near is known; of a spent budget the gateway tells."""
        is_told = isinstance(why, ChatError) and why.fault is ChatFault.BUDGET
        if not self.notices and not is_told:
            text = f"Near answers were not looked for: {why.message}."
            self.notices.append(Notice(code="no-near-answers", text=text))


def opened(
    stored: Pools | None, prepared: Prepared, models: Gateway | None, ports: Ports, settings: Settings
) -> NearPools | None:
    """Return the near answers of a run, None without stored ones, a model, an embedder, or an author who is trusted.

    None under `privacy: strict` too: unchanged lines and comments would leave with what is embedded or confirmed.
    """
    if (
        stored is None
        or models is None
        or ports.embedder is None
        or prepared.one_file_each
        or settings.privacy == "strict"
    ):
        return None
    return NearPools(
        pools=stored,
        embedder=ports.embedder,
        embeddings=models.embeddings,
        scan=prepared.scan,
        thresholds=nearness.thresholds(settings.near),
        privacy=settings.privacy,
        confirms=bool(ports.cheap),
    )
