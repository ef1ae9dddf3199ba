"""All that is known of a change before a model says a word: redacted, judged by the rules, routed, with its context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.model.change import ChangeRef
from hunkwise.model.finding import Finding
from hunkwise.pipeline import gather, preparing, routing, surroundings
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A change of which all is known but what models say; `embedded` is what the rules found."""

    prepared: Prepared
    heads: Mapping[bytes, bytes]
    embedded: Sequence[Finding]
    watch: preparing.Watch


def make(ref: ChangeRef, ports: Ports, settings: Settings, *, trusts_author: bool) -> Ready:
    """Load, parse, redact, route, and look around; raises HunkwiseError."""
    prepared = replace(preparing.prepare(ref, ports, settings), one_file_each=not trusts_author)
    watch = preparing.Watch(ports.clock, dict(prepared.timings_ms))
    heads = ports.changes.head_files(ref, prepared.change, preparing.paths(prepared))
    embedded = gather.rule_findings(prepared.diff, prepared.gathered, prepared.chosen, heads, ports.rules)
    watch.lap("rules")
    prepared = routing.routed(prepared, heads, ports, settings)
    if ports.chat is not None:
        prepared = surroundings.around(ref, prepared, heads, ports, settings)
        watch.lap("context")
    return Ready(prepared=prepared, heads=heads, embedded=embedded, watch=watch)
