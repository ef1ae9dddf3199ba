"""A memory as bytes and back: compressed JSON of fixed form.

What is read was in a public place. Whatever it holds, the answer is a well-formed memory or none: sizes are bounded
before they are paid for, and no exception leaves.
"""

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.memory import Memory, Remembered

VERSION = 1
"""Version of the form; another one is not read, and every hunk is asked again."""

MAX_BYTES = 4_000_000
"""Bytes a memory may unpack to: some thousand findings with long texts. A bomb stops here."""

MAX_FINDINGS = 20_000
"""Findings that are read back."""

MAX_USD = 10**9
"""More than a pull request can cost. What is no number, or has no end, is not below it."""

_KEY = re.compile(r"[0-9a-f]{16}")
_NAMES = tuple(each.name for each in fields(Finding) if each.name != "also")
_STATUSES = frozenset({"new", "open"})
_ENUMS: Mapping[str, type[StrEnum]] = {"side": Side, "severity": Severity}
_NUMBERS = {"line", "end_line"}


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
    return zlib.compress(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(), 9)


def unpacked(content: bytes, *, trusted: bool) -> Memory | None:
    """Return the memory that `content` holds, None for anything else."""
    try:
        text = _inflated(content)
        return _memory(json.loads(text), trusted=trusted)
    except (ValueError, KeyError, TypeError, RecursionError, zlib.error):
        return None


def _inflated(content: bytes) -> str:
    stream = zlib.decompressobj()
    text = stream.decompress(content, MAX_BYTES)
    if not stream.eof:
        raise ValueError("too large, or cut off")
    return text.decode()


def _memory(content: Any, *, trusted: bool) -> Memory:  # noqa: ANN401  # JSON of unknown form is judged here
    if content["v"] != VERSION or len(content["findings"]) > MAX_FINDINGS:
        raise ValueError("another form")
    spent = content["usd"]
    return Memory(
        head=_text(content["head"]),
        counter=_count(content["n"]),
        material=_text(content["material"]),
        read=frozenset(_read(_text(content["read"]))),
        findings=tuple(_remembered(row) for row in content["findings"]),
        spent_usd=None if spent is None else _share(spent, MAX_USD),
        trusted=trusted,
    )


def _read(joined: str) -> list[str]:
    keys = [joined[at : at + 16] for at in range(0, len(joined), 16)]
    if not all(_KEY.fullmatch(key) for key in keys):
        raise ValueError("not a key")
    return keys


def _row(remembered: Remembered) -> list[Any]:
    finding = remembered.finding
    return [remembered.hunk, remembered.row, list(remembered.around), *(getattr(finding, name) for name in _NAMES)]


def _remembered(row: Any) -> Remembered:  # noqa: ANN401  # as above
    hunk, at, around, *values = row
    named = dict(zip(_NAMES, values, strict=True))
    finding = Finding(**{name: _value(name, value) for name, value in named.items()})
    if not _KEY.fullmatch(finding.fingerprint) or finding.end_line < finding.line:
        raise ValueError("not a finding")
    return Remembered(
        finding=finding, hunk=_text(hunk), row=_count(at), around=tuple(_text(each) for each in _list(around))
    )


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  # as above
    if name in _ENUMS:
        return _ENUMS[name](value)
    if name in _NUMBERS:
        return _count(value)
    if name == "status":
        return _of_type(value, lambda each: each in _STATUSES)
    if name == "confidence":
        return _share(value, 1)
    return value if name == "replacement" and value is None else _text(value)


def _list(value: Any) -> list[Any]:  # noqa: ANN401  # as above
    return _of_type(value, lambda each: isinstance(each, list))  # type: ignore[no-any-return]  # judged


def _text(value: Any) -> str:  # noqa: ANN401  # as above
    return _of_type(value, lambda each: isinstance(each, str))  # type: ignore[no-any-return]  # judged


def _count(value: Any) -> int:  # noqa: ANN401  # as above
    number: int = _of_type(value, lambda each: type(each) is int and 0 <= each < 10**9)
    return number


def _share(value: Any, most: float) -> float:  # noqa: ANN401  # as above
    number: float = _of_type(value, lambda each: type(each) in {int, float} and 0 <= each <= most)
    return float(number)


def _of_type(value: Any, is_one: Callable[[Any], bool]) -> Any:  # noqa: ANN401  # as above
    if not is_one(value):
        raise TypeError(type(value).__name__)
    return value
