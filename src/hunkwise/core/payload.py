"""Read the fields of a webhook's payload, with an error that names the field.

A payload is made by the host, but a workflow may be called with any file, and fields come and go with versions of the
host: what is missing is said, not met as a traceback.
"""

import re
from collections.abc import Mapping

from hunkwise.errors import UsageError

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""A commit's name: SHA-1, or SHA-256 where a repository uses it."""


def text(payload: Mapping[str, object], *path: str) -> str:
    """Return the text at `path`; raises UsageError where there is none, or an empty one."""
    found = value(payload, *path)
    if not isinstance(found, str) or not found:
        raise _wrong(path, "is missing or is no text")
    return found


def number(payload: Mapping[str, object], *path: str) -> int:
    """Return the positive integer at `path`; raises UsageError."""
    found = value(payload, *path)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise _wrong(path, "is missing or is no positive number")
    return found


def sha(payload: Mapping[str, object], *path: str) -> str:
    """Return the commit's name at `path`; raises UsageError."""
    found = text(payload, *path)
    if not SHA.fullmatch(found):
        raise _wrong(path, "is no commit's name")
    return found


def names(payload: Mapping[str, object], *path: str) -> tuple[str, ...]:
    """Return `name` of each object in the list at `path`; raises UsageError."""
    found = value(payload, *path)
    if not isinstance(found, list):
        raise _wrong(path, "is missing or is no list")
    if not all(isinstance(each, Mapping) for each in found):
        raise _wrong(path, "holds what is no object")
    return tuple(text(each, "name") for each in found)


def value(payload: Mapping[str, object], *path: str) -> object:
    """Return whatever stands at `path`, None where nothing does."""
    found: object = payload
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _wrong(path: tuple[str, ...], what: str) -> UsageError:
    return UsageError(
        f"the event's payload can't be used: {'.'.join(path)} {what}",
        hint="the file at GITHUB_EVENT_PATH must be the payload of the event that GITHUB_EVENT_NAME names",
    )
