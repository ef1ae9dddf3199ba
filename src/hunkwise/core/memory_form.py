"""A memory as bytes and back: compressed JSON of fixed form.

What is read was in a public place. Whatever it holds, the answer is a well-formed memory or none; no exception leaves.
"""

import re
from typing import Any

from hunkwise.core import compact, finding_form
from hunkwise.model.memory import Memory, Remembered

VERSION = 2
"""Version of the form; another one is not read, and every hunk is asked again."""

MAX_FINDINGS = 20_000
"""Findings that are read back."""

MAX_USD = 10**9
"""More than a pull request can cost. What is no number, or has no end, is not below it."""

_KEY = re.compile(r"[0-9a-f]{16}")


def packed(memory: Memory) -> bytes:
    """Return `memory` without its trust, which only a signature gives."""
    content = {
        "v": VERSION,
        "head": memory.head,
        "n": memory.counter,
        "material": memory.material,
        "read": "".join(sorted(memory.read)),
        "findings": [_row(each) for each in memory.findings],
        "usd": memory.spent_usd,
    }
    return compact.packed(content)


def unpacked(content: bytes, *, trusted: bool) -> Memory | None:
    """Return the memory that `content` holds, None for anything else."""
    try:
        return _memory(compact.unpacked(content), trusted=trusted)
    except compact.FAULTS:
        return None


def _memory(content: Any, *, trusted: bool) -> Memory:  # noqa: ANN401  # JSON of unknown form is judged here
    if content["v"] != VERSION or len(content["findings"]) > MAX_FINDINGS:
        raise ValueError("another form")
    spent = content["usd"]
    return Memory(
        head=finding_form.text(content["head"]),
        counter=finding_form.count(content["n"]),
        material=finding_form.text(content["material"]),
        read=frozenset(_read(finding_form.text(content["read"]))),
        findings=tuple(_remembered(row) for row in content["findings"]),
        spent_usd=None if spent is None else finding_form.share(spent, MAX_USD),
        trusted=trusted,
    )


def _read(joined: str) -> list[str]:
    keys = [joined[at : at + 16] for at in range(0, len(joined), 16)]
    if not all(_KEY.fullmatch(key) for key in keys):
        raise ValueError("not a key")
    return keys


def _row(remembered: Remembered) -> list[Any]:
    finding = remembered.finding
    place = remembered.hunk, remembered.row, list(remembered.around)
    return [*place, *finding_form.values(finding), list(remembered.numbers)]


def _remembered(row: Any) -> Remembered:  # noqa: ANN401  # as above
    hunk, at, around, *values, numbers = row
    finding = finding_form.finding(values)
    if not _KEY.fullmatch(finding.fingerprint):
        raise ValueError("not a finding")
    return Remembered(
        finding=finding,
        hunk=finding_form.text(hunk),
        row=finding_form.count(at),
        around=tuple(finding_form.text(each) for each in finding_form.listed(around)),
        numbers=tuple(finding_form.text(each) for each in finding_form.listed(numbers)),
    )
