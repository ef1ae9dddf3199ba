"""Give every hunk its query type and its tier, and end those that need no request."""

from collections.abc import Mapping
from dataclasses import replace

from hunkwise.core import query_types
from hunkwise.core import routing as routes
from hunkwise.core.bookkeeping import End
from hunkwise.core.packing import RedactedLines
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey, LiteralPlace, Tier
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.settings import Settings


def routed(prepared: Prepared, heads: Mapping[bytes, bytes], ports: Ports, settings: Settings) -> Prepared:
    """Return `prepared` with types and tiers, without the hunks of which nobody need be asked.

    Where the author is not trusted (`one_file_each`), all goes to the strong model: a path is in an author's hand.
    """
    known = prepared.gathered.lines_by_key
    types = query_types.by_hunk(known[key] for key in prepared.chosen)
    has_cheap = settings.cheap_model is not None and not prepared.one_file_each
    lines = dict(known)
    for key, query_type in types.items():
        tier = routes.tier(query_type, known[key]) if has_cheap else Tier.STRONG
        lines[key] = replace(known[key], query_type=query_type, tier=tier)
    trivial = _trivial(prepared, heads, ports)
    return replace(
        prepared,
        gathered=replace(prepared.gathered, lines_by_key=lines),
        chosen=tuple(key for key in prepared.chosen if key not in trivial),
        ends={**prepared.ends, **trivial},
    )


def _trivial(prepared: Prepared, heads: Mapping[bytes, bytes], ports: Ports) -> Mapping[HunkKey, End]:
    """Return the ends of hunks that provably change nothing; each file's strings are looked for once."""
    strings: dict[int, tuple[LiteralPlace, ...] | None] = {}
    trivial: dict[HunkKey, End] = {}
    for key in prepared.chosen:
        lines = prepared.gathered.lines_by_key[key]
        if not routes.may_be_trivial(lines):
            continue
        if key.file not in strings:
            strings[key.file] = _strings(prepared, lines, heads, ports)
        if routes.is_proven(lines, strings[key.file]):
            trivial[key] = End(state=HunkState.SKIPPED, reason=routes.WHITESPACE)
    return trivial


def _strings(
    prepared: Prepared, lines: RedactedLines, heads: Mapping[bytes, bytes], ports: Ports
) -> tuple[LiteralPlace, ...] | None:
    """Return the strings of a file's head, None where they are not known."""
    if not routes.needs_head(lines):
        return ()
    file = prepared.diff.files[lines.key.file]
    head = heads.get(file.raw_path)
    if head is None or ports.literals is None:
        return None
    return ports.literals.find(file.path, head.decode("utf-8", "replace"))
