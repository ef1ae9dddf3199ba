"""What a level of privacy adds to the gate: personal data, and under `strict` comments and strings by syntax tree."""

from collections.abc import Mapping
from typing import Literal

from hunkwise.core import personal, redact, stripping
from hunkwise.errors import DetectorError
from hunkwise.model.change import Change, ChangeRef
from hunkwise.model.diff import Diff, FileDiff
from hunkwise.ports import Literals, Ports

Level = Literal["secrets", "personal", "strict"]
"""Each level holds the one before it."""

NO_GRAMMAR = "privacy strict: no grammar tells its comments and strings apart, so it is not sent"
"""Why a file is left out by the team's own setting, where none of its text may be code."""


def scan(secrets: redact.Scan, level: Level, policies: Mapping[str, bytes]) -> redact.Scan:
    """Return what finds all that `level` keeps back."""
    return secrets if level == "secrets" else personal.scan_with(secrets, personal.owners(policies))


def stripped(ref: ChangeRef, change: Change, diff: Diff, ports: Ports) -> Mapping[int, stripping.Stripped]:
    """Return by file what is stripped, or why the file is left out, or the error that keeps it from being sent."""
    paths = [file.raw_path for file in diff.files if file.hunks]
    heads = ports.changes.head_files(ref, change, paths)
    return {
        index: _of_file(file, heads.get(file.raw_path), ports.literals)
        for index, file in enumerate(diff.files)
        if file.hunks
    }


def _of_file(file: FileDiff, head: bytes | None, literals: Literals | None) -> stripping.Stripped:
    if literals is None or not literals.knows(file.path, head or b""):
        return NO_GRAMMAR
    try:
        return stripping.places(file, head, literals.find)
    except DetectorError as error:
        return error
