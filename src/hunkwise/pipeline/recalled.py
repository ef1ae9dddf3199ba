"""Descriptions that are kept, and told again of a change that is nearly the same."""

from dataclasses import dataclass, field, replace

from hunkwise.core import hunk_keys, lifetimes, nearness, redact, told_before
from hunkwise.core.describing import Excerpt
from hunkwise.errors import DetectorError
from hunkwise.model.chat import PromptPack
from hunkwise.model.description import Description
from hunkwise.model.intent import Intent
from hunkwise.model.stored import Vector
from hunkwise.pipeline import pools, semantic
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.preparing import Prepared
from hunkwise.pipeline.semantic import NearPools
from hunkwise.ports import Ports
from hunkwise.settings import Settings

POOL = lifetimes.DESCRIBE


@dataclass(slots=True)
class Recalled:
    """The kept descriptions of one run, for one change; without `near` there are none."""

    near: NearPools | None
    shown: Excerpt
    intent: Intent
    _vector: Vector | None = field(default=None, init=False)

    def look_up(self) -> Description | None:
        """Return the description of a change that is nearly this one, with its age."""
        if self.near is None or not told_before.is_comparable(self.shown):
            return None
        asked = told_before.asked(self.shown)
        if len(asked) > semantic.MAX_ASKED_CHARS or nearness.threshold(POOL, self.near.thresholds) > 1:
            return None
        try:
            self._vector = self.near.vector(redact.text(asked, self.near.scan))
        except DetectorError:
            return None
        found = None if self._vector is None else self._nearest(self.near, self._vector)
        self.near.pools.cache.count(POOL, hits=int(found is not None), misses=int(found is None))
        return found

    def keep(self, description: Description) -> None:
        """Store what was told of this change."""
        if self.near is not None and self._vector is not None:
            told = told_before.told(self.shown, self.intent, description)
            named = nearness.key(f"{self._vector.space} {told_before.asked(self.shown)}", self.near.privacy)
            stored = self.near.pools.sealed(POOL, named, told_before.packed(told), self._vector)
            self.near.pools.cache.put([stored])

    def _nearest(self, near: NearPools, vector: Vector) -> Description | None:
        for stored, content in near.opened(POOL, vector):
            told = told_before.unpacked(content)
            placed = None if told is None else told_before.placed(told, self.shown, self.intent)
            if placed is not None:
                return replace(placed, age_s=max(0.0, near.pools.terms.now - stored.created_at))
        return None


def opened(
    prepared: Prepared, pack: PromptPack, models: Gateway, scope: str, ports: Ports, settings: Settings
) -> NearPools | None:
    """Return the near answers that descriptions are among, None where near answers serve nobody."""
    readers = "|".join((settings.model, *settings.fallback_models, settings.cheap_model or ""))
    material = hunk_keys.material(pack.sha256, readers, pack.parameters)
    stored = pools.opened(prepared, scope, material, ports, settings)
    return semantic.opened(stored, prepared, models, ports, settings)
