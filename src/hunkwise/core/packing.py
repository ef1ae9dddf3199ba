"""Pack redacted hunks into chunks under a token budget.

Every hunk handed in ends in exactly one chunk, whole or in parts, or is named as left out with the reason.
Hunks keep the order of the diff within their folder, so that what belongs together is read together and the
same change always gives the same requests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import wrapping
from hunkwise.model.diff import DiffLine, Hunk, LineKind
from hunkwise.model.material import Chunk, ContextPiece, HunkKey, Passage, PassageLine, QueryType, Tier

EARLIEST_CUT = 0.5
"""A part of a split hunk is at least this share of the budget, unless the hunk ends."""

SEAM = 8
"""Tokens kept free in a part of a split hunk: tokens may fall otherwise where counted lines are joined."""

RIDES = 0.1
"""Share of the budget under which the passages of one tier and type are no request of their own."""

OPEN_CHUNKS = 8
"""Chunks that a passage may still go into: enough for their gaps to be filled, few enough to stay near each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedLines:
    """A selected hunk with its masked lines (one text per line of `hunk.lines`) and the path as shown.

    `context` is what it needs to be understood, the most useful first.
    """

    key: HunkKey
    path: str
    hunk: Hunk
    texts: tuple[str, ...]
    query_type: QueryType = QueryType.CODE
    tier: Tier = Tier.STRONG
    context: tuple[ContextPiece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A hunk of which a part fits into no chunk."""

    key: HunkKey
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The chunks in order, and the hunks that are in none."""

    chunks: tuple[Chunk, ...]
    left_out: tuple[LeftOut, ...]


def pack(
    hunks: Sequence[RedactedLines],
    budget: int,
    count: Callable[[str], int],
    *,
    one_file_each: bool = False,
) -> Packed:
    """Return chunks of at most `budget` tokens each, counted by `count` over what the model is shown.

    A chunk holds one tier, and one query type but for small neighbours. With `one_file_each` it holds hunks of one file
    only: what a hostile file says then blinds no other.
    """
    passages: list[Passage] = []
    left_out: list[LeftOut] = []
    for material in hunks:
        parts = _passages(material, budget, count)
        if any(part.tokens > budget for part in parts):
            left_out.append(LeftOut(key=material.key, reason=f"a line is longer than the budget of {budget} tokens"))
            continue
        passages.extend([_with_context(parts[0], material.context, budget), *parts[1:]])
    unique = _unique(passages)
    groups = _by_file(unique) if one_file_each else _by_kind(unique, budget)
    chunks = [chunk for group in groups for chunk in _fill(group, budget)]
    return Packed(chunks=tuple(chunks), left_out=tuple(left_out))


def numbered(line: PassageLine) -> str:
    """Return `line` as the model sees it: number, sign, bar, code with nothing hidden."""
    return f"{line.number}{line.sign}|{wrapping.shown(line.text)}"


def split(chunk: Chunk) -> tuple[Chunk, ...]:
    """Halve a chunk that was too much for a model; one passage can't be halved."""
    passages = chunk.passages
    if len(passages) < 2:
        return (chunk,)
    half, held = 1, passages[0].load
    while half < len(passages) - 1 and held + passages[half].load <= chunk.tokens / 2:
        held += passages[half].load
        half += 1
    return Chunk(passages=passages[:half]), Chunk(passages=passages[half:])


def changed_only(lines: RedactedLines) -> RedactedLines:
    """Return a hunk without its unchanged lines, which a strict team keeps to itself."""
    rows = zip(lines.hunk.lines, lines.texts, strict=True)
    kept = [(line, text) for line, text in rows if line.kind is not LineKind.CONTEXT]
    hunk = replace(lines.hunk, lines=tuple(line for line, _ in kept))
    return replace(lines, hunk=hunk, texts=tuple(text for _, text in kept))


def without_context(chunk: Chunk) -> Chunk:
    """Return the chunk with its passages alone: what is reviewed goes before what explains it."""
    return Chunk(passages=tuple(replace(passage, context=()) for passage in chunk.passages))


def cut(passage: Passage, count: Callable[[str], int]) -> tuple[Passage, ...]:
    """Cut a passage in two near its middle, where a scope opens if it can; () when it is one line."""
    costs = [count(numbered(line) + "\n") for line in passage.lines]
    if len(costs) < 2:
        return ()
    at = _cuts(passage.lines, costs, max(sum(costs) * 3 // 5, 1))[0][1]
    parts = (passage.lines[:at], passage.lines[at:])
    texts = [_framed(passage.path, passage.header, lines) for lines in parts]
    return tuple(
        replace(
            passage,
            id=f"{wrapping.identifier(text)}-{passage.id}",
            lines=lines,
            text=text,
            tokens=count(text),
            context=passage.context if lines is parts[0] else (),
        )
        for lines, text in zip(parts, texts, strict=True)
    )


def _with_context(passage: Passage, context: Sequence[ContextPiece], budget: int) -> Passage:
    """Return the first part of a hunk with as much of the context, the most useful first, as one request can hold."""
    held, kept = passage.tokens, []
    for piece in context:
        if held + piece.tokens <= budget:
            held += piece.tokens
            kept.append(piece)
    return replace(passage, context=tuple(kept))


def _by_file(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the passages of each file, and of each tier in it, folder by folder."""
    groups: dict[tuple[int, Tier], list[Passage]] = {}
    for passage in sorted(passages, key=_place):
        groups.setdefault((passage.key.file, passage.tier), []).append(passage)
    return list(groups.values())


def _by_kind(passages: Sequence[Passage], budget: int) -> list[list[Passage]]:
    """Return the passages of each tier and type; a group that would fill little rides with its tier's largest."""
    sizes: dict[tuple[Tier, QueryType], int] = {}
    for passage in passages:
        kind = passage.tier, passage.query_type
        sizes[kind] = sizes.get(kind, 0) + passage.load
    hosts: dict[Tier, tuple[Tier, QueryType]] = {}
    for kind, size in sizes.items():
        if kind[0] not in hosts or size > sizes[hosts[kind[0]]]:
            hosts[kind[0]] = kind
    groups: dict[tuple[Tier, QueryType], list[Passage]] = {}
    for passage in sorted(passages, key=_place):
        kind = passage.tier, passage.query_type
        groups.setdefault(kind if sizes[kind] >= budget * RIDES else hosts[passage.tier], []).append(passage)
    return list(groups.values())


def _fill(passages: Sequence[Passage], budget: int) -> list[Chunk]:
    """Put each passage into the newest open chunk that has room for it; few stay open, so the time is linear."""
    filled: list[list[Passage]] = []
    held: list[int] = []
    for passage in passages:
        newest = range(len(filled) - 1, max(len(filled) - OPEN_CHUNKS, 0) - 1, -1)
        at = next((index for index in newest if held[index] + passage.load <= budget), None)
        if at is None:
            filled.append([passage])
            held.append(passage.load)
        else:
            filled[at].append(passage)
            held[at] += passage.load
    return [Chunk(passages=tuple(each)) for each in filled]


def _passages(material: RedactedLines, budget: int, count: Callable[[str], int]) -> list[Passage]:
    shown = [_shown(line, text) for line, text in zip(material.hunk.lines, material.texts, strict=True)]
    whole = _passage(material, shown, count)
    if whole.tokens <= budget:
        return [whole]
    costs = [count(numbered(line) + "\n") for line in shown]
    frame = count(_framed(material.path, material.hunk.header, []))
    cuts = _cuts(shown, costs, max(budget - frame - SEAM, 1))
    return [_passage(material, shown[first:last], count) for first, last in cuts]


def _cuts(lines: Sequence[PassageLine], costs: Sequence[int], budget: int) -> list[tuple[int, int]]:
    """Cut `lines` into ranges under `budget`, each at the best boundary of its later half."""
    cuts: list[tuple[int, int]] = []
    first = 0
    while first < len(lines):
        last, held = first, 0
        while last < len(lines) and (last == first or held + costs[last] <= budget):
            held += costs[last]
            last += 1
        if last < len(lines):
            last = _boundary(lines, costs, first, last, budget)
        cuts.append((first, last))
        first = last
    return cuts


def _boundary(lines: Sequence[PassageLine], costs: Sequence[int], first: int, last: int, budget: int) -> int:
    """Return where to cut in (first, last]: before a scope opens, else after a blank line, else at `last`."""
    held = sum(costs[first:last])
    best, best_rank = last, (3, 0)
    for cut in range(last, first + 1, -1):
        if cut < last:
            held -= costs[cut]
        if held < budget * EARLIEST_CUT:
            break
        rank = _cut_rank(lines[cut - 1].text, lines[cut].text)
        if rank < best_rank:
            best, best_rank = cut, rank
    return best


def _cut_rank(before: str, after: str) -> tuple[int, int]:
    indent = len(after) - len(after.lstrip())
    opens = bool(after.strip()) and not after.lstrip().startswith((")", "}", "]", "end", "else", "elif", "except"))
    if opens and indent == 0 and not before.strip():
        return 0, 0
    if not before.strip() and opens:
        return 1, indent
    return (2, indent) if opens and indent == 0 else (3, 0)


def _shown(line: DiffLine, text: str) -> PassageLine:
    return PassageLine(sign=line.kind.value, number=line.number, text=text)


def _passage(material: RedactedLines, lines: Sequence[PassageLine], count: Callable[[str], int]) -> Passage:
    text = _framed(material.path, material.hunk.header, lines)
    return Passage(
        id=wrapping.identifier(text),
        key=material.key,
        path=material.path,
        header=material.hunk.header,
        lines=tuple(lines),
        text=text,
        tokens=count(text),
        query_type=material.query_type,
        tier=material.tier,
    )


def _framed(path: str, header: str, lines: Sequence[PassageLine]) -> str:
    return "\n".join([f"file: {wrapping.shown(path)}", header, *map(numbered, lines)])


def _unique(passages: Sequence[Passage]) -> list[Passage]:
    """Give equal passages (one file twice in a diff) ids of their own."""
    ids = wrapping.unique(passage.id for passage in passages)
    return [replace(passage, id=id_) for passage, id_ in zip(passages, ids, strict=True)]


def _place(passage: Passage) -> tuple[str, int]:
    """Return what orders passages: folder by folder, in each the order of the diff."""
    return passage.path.rpartition("/")[0], passage.key.file
