"""A finding as a row of plain values and back, for what is kept from run to run.

What is read was where others may write: whatever a row holds, a well-formed finding comes out of it or an error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any

from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity

_NAMES = tuple(each.name for each in fields(Finding) if each.name != "also")
_STATUSES = frozenset({"new", "open"})
_ENUMS: Mapping[str, type[StrEnum]] = {"side": Side, "severity": Severity}
_NUMBERS = {"line", "end_line"}


def values(finding: Finding) -> list[Any]:
    """Return a finding as JSON can hold it."""
    return [getattr(finding, name) for name in _NAMES]


def finding(row: Sequence[Any]) -> Finding:
    """Return the finding of a row; raises ValueError, TypeError for anything else."""
    named = dict(zip(_NAMES, row, strict=True))
    found = Finding(**{name: _value(name, value) for name, value in named.items()})
    if found.end_line < found.line:
        raise ValueError("not a finding")
    return found


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  # JSON of unknown form is judged here
    if name in _ENUMS:
        return _ENUMS[name](value)
    if name in _NUMBERS:
        return count(value)
    if name == "status":
        return _of_type(value, lambda each: each in _STATUSES)
    if name == "confidence":
        return share(value, 1)
    return value if name == "replacement" and value is None else text(value)


def listed(value: Any) -> list[Any]:  # noqa: ANN401  # as above
    """Return a list; raises TypeError."""
    return _of_type(value, lambda each: isinstance(each, list))  # type: ignore[no-any-return]  # judged


def text(value: Any) -> str:  # noqa: ANN401  # as above
    """Return a text; raises TypeError."""
    return _of_type(value, lambda each: isinstance(each, str))  # type: ignore[no-any-return]  # judged


def count(value: Any) -> int:  # noqa: ANN401  # as above
    """Return a number from 0 to a thousand million; raises TypeError."""
    number: int = _of_type(value, lambda each: type(each) is int and 0 <= each < 10**9)
    return number


def share(value: Any, most: float) -> float:  # noqa: ANN401  # as above
    """Return a number from 0 to `most`; raises TypeError."""
    number: float = _of_type(value, lambda each: type(each) in {int, float} and 0 <= each <= most)
    return float(number)


def _of_type(value: Any, is_one: Callable[[Any], bool]) -> Any:  # noqa: ANN401  # as above
    if not is_one(value):
        raise TypeError(type(value).__name__)
    return value
