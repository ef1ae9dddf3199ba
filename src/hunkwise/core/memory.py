"""What hunkwise remembers of a pull request, as hidden markers in its own comments.

A marker is an HTML comment at the end of a body. A memory too large for one is cut into several, which may stand in
several comments. What does not fit is left out in the order of what it costs: keys of hunks first (such a hunk is asked
again), then the words of findings, then findings themselves, the least grave first, and then with their hunks' keys,
so that no hunk counts as read whose findings were forgotten. What was left out is told.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import memory_form, signature
from hunkwise.core.signature import Keys
from hunkwise.model.memory import Memory, Remembered

MARKER_BYTES = 24_000
"""Bytes of one marker: two of them leave a comment of GitHub's 65,536 characters room for the summary."""

BUDGET = 48_000
"""Characters all markers take unless told otherwise: two markers."""

TEXT_CUTS = (1_000, 300, 80, 0)
"""Characters that description, scenario and suggestion of a remembered finding keep, until it fits."""

MAX_PARTS = 40
"""Markers that one memory may be cut into."""

_LINE = re.compile(
    r"<!-- hunkwise:memory (\d{1,9})\.([0-9a-f]{16}) (\d{1,2})/(\d{1,2}) ([0-9a-f]{64}|unsigned)"
    rf" ([A-Za-z0-9+/=]{{1,{MARKER_BYTES}}}) -->"
)
_FRAME = 200
"""Characters of a marker around its data, generously."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Markers, one a line of a comment's end, and what they do not hold.

    `left_keys` counts hunks that will be asked again, `left_findings` findings that will be forgotten.
    """

    markers: tuple[str, ...]
    left_keys: int = 0
    left_findings: int = 0


def encode(memory: Memory, keys: Keys, budget: int = BUDGET) -> Encoded:
    """Return `memory` as markers of at most `budget` characters in all, signed when there is a key."""
    kept = _fitting(memory, budget)
    return Encoded(
        markers=_markers(kept, signature.sign(_signed(memory_form.packed(kept)), keys) or "unsigned"),
        left_keys=len(memory.read) - len(kept.read),
        left_findings=len(memory.findings) - len(kept.findings),
    )


def decode(bodies: Iterable[str], keys: Keys, newest: int = 0) -> Memory | None:
    """Return the newest memory that the ends of our own comments' `bodies` hold, None when there is none.

    A signed one goes before any unsigned one, whatever its counter. A signed one older than `newest`, the counter that
    a signed mark proves (`marks.newest`), was put back by someone: it is trusted no more than an unsigned one. Whatever
    does not hold is not there.
    """
    found = [memory for memory in (_joined(parts, keys) for parts in _groups(bodies)) if memory is not None]
    if not found:
        return None
    best = max(found, key=lambda each: (each.trusted, each.counter))
    return replace(best, trusted=best.trusted and best.counter >= newest)


@dataclass(frozen=True, slots=True)
class _Part:
    """One marker's data, and what it says of the whole."""

    name: tuple[str, str, str, str]
    number: int
    data: str


def _groups(bodies: Iterable[str]) -> list[list[_Part]]:
    """Return the markers at the ends of `bodies`, those of one memory together."""
    groups: dict[tuple[str, str, str, str], list[_Part]] = {}
    for body in bodies:
        for line in reversed(body.rstrip().splitlines()):
            found = _LINE.fullmatch(line.strip())
            if found is None:
                break
            counter, digest, number, total, signed, data = found.groups()
            part = _Part((counter, digest, total, signed), int(number), data)
            groups.setdefault(part.name, []).append(part)
    return list(groups.values())


def _joined(parts: Sequence[_Part], keys: Keys) -> Memory | None:
    counter, digest, total, signed = parts[0].name
    data_by_number = {part.number: part.data for part in parts}
    if int(total) > MAX_PARTS or sorted(data_by_number) != list(range(1, int(total) + 1)):
        return None
    try:
        content = base64.b64decode("".join(data_by_number[number] for number in sorted(data_by_number)), validate=True)
    except binascii.Error:
        return None
    if _digest(content) != digest:
        return None
    memory = memory_form.unpacked(content, trusted=signature.holds(_signed(content), signed, keys))
    return memory if memory is not None and memory.counter == int(counter) else None


def _markers(memory: Memory, signed: str) -> tuple[str, ...]:
    content = memory_form.packed(memory)
    data = base64.b64encode(content).decode()
    room = MARKER_BYTES - _FRAME
    parts = [data[at : at + room] for at in range(0, len(data), room)]
    name = f"{memory.counter}.{_digest(content)}"
    return tuple(
        f"<!-- hunkwise:memory {name} {number}/{len(parts)} {signed} {part} -->"
        for number, part in enumerate(parts, start=1)
    )


def _signed(content: bytes) -> bytes:
    """Return what is signed; the content holds head and counter."""
    return b"memory\0" + content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _fitting(memory: Memory, budget: int) -> Memory:
    """Return as much of `memory` as fits: all findings with what words fit, then as many keys as there is room for."""
    bare = replace(memory, read=frozenset())
    for cut in (None, *TEXT_CUTS):
        shorter = bare if cut is None else _with_words(bare, cut)
        if _size(shorter) <= budget:
            return _filled(replace(shorter, read=memory.read), budget)
    wordless = replace(_with_words(bare, 0), read=memory.read)
    most = len(memory.findings) - 1
    count = _largest(most, lambda n: _size(replace(_with_findings(wordless, n), read=frozenset())) <= budget)
    return _filled(_with_findings(wordless, count), budget)


def _filled(memory: Memory, budget: int) -> Memory:
    count = _largest(len(memory.read), lambda keys: _size(_with_keys(memory, keys)) <= budget)
    return _with_keys(memory, count)


def _size(memory: Memory) -> int:
    """Return the characters of a memory's markers, with their line feeds and signatures."""
    return sum(len(marker) + 1 for marker in _markers(memory, "0" * 64))


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest count up to `most` that fits, 0 where none does."""
    if fits(most):
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _with_keys(memory: Memory, count: int) -> Memory:
    return replace(memory, read=frozenset(sorted(memory.read)[:count]))


def _with_findings(memory: Memory, count: int) -> Memory:
    """Keep the `count` gravest findings, and no key of a hunk that loses one."""
    ordered = sorted(memory.findings, key=lambda each: (-each.finding.severity.rank, -each.finding.confidence))
    lost = {each.hunk for each in ordered[count:]}
    return replace(memory, findings=tuple(ordered[:count]), read=memory.read - lost)


def _with_words(memory: Memory, keep: int) -> Memory:
    return replace(memory, findings=tuple(_shortened(each, keep) for each in memory.findings))


def _shortened(remembered: Remembered, keep: int) -> Remembered:
    """Cut the words of a finding; a cut replacement would be wrong code, so it goes."""
    finding = remembered.finding
    return replace(
        remembered,
        finding=replace(
            finding,
            description=_kept(finding.description, keep),
            scenario=_kept(finding.scenario, keep),
            suggestion=_kept(finding.suggestion, keep),
            replacement=None,
        ),
    )


def _kept(text: str, keep: int) -> str:
    if len(text) <= keep:
        return text
    return text[:keep].rstrip() + " …" if keep else ""
