"""Balance the ledger: every hunk of the diff ends in exactly one entry, in the diff's order."""

from collections.abc import Mapping
from dataclasses import dataclass

from hunkwise.model.diff import Diff, FileDiff, Hunk, UnreadableFile
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.material import HunkKey

NO_HUNK = -1
"""The hunk index of a change without hunks: a rename, a mode, a binary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one hunk ended; `by`, `reason` and `age_s` as the ledger's entry has them."""

    state: HunkState
    by: str | None = None
    reason: str | None = None
    age_s: float | None = None


UNACCOUNTED = End(state=HunkState.FAILED, reason="no engine answered for it")
"""The end of a hunk that no step accounted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A change as one run read it: the redacted diff, its hunks' keys (`hunk_keys.by_hunk`), what became of each."""

    shown: Diff
    keys: Mapping[HunkKey, str]
    ledger: Ledger


def balance(diff: Diff, ends: Mapping[HunkKey, End]) -> Ledger:
    """Return the ledger of `diff`; a change without hunks goes by NO_HUNK.

    A hunk nobody spoke for is failed, never forgotten.
    """
    entries: list[Entry] = []
    for index, file in enumerate(diff.files):
        if not file.hunks:
            entries.append(_entry(file, None, ends.get(HunkKey(file=index, hunk=NO_HUNK), UNACCOUNTED)))
        for number, hunk in enumerate(file.hunks):
            end = ends.get(HunkKey(file=index, hunk=number), UNACCOUNTED)
            entries.append(_entry(file, hunk, end))
    entries.extend(_unreadable(each) for each in diff.unreadable)
    return Ledger(entries=tuple(entries))


def by_hunk(diff: Diff, ledger: Ledger) -> Mapping[HunkKey, Entry]:
    """Return the entry of each hunk of `diff`, and of each change without hunks by NO_HUNK."""
    keys = [
        HunkKey(file=index, hunk=number)
        for index, file in enumerate(diff.files)
        for number in (range(len(file.hunks)) if file.hunks else (NO_HUNK,))
    ]
    return dict(zip(keys, ledger.entries, strict=False))


def _entry(file: FileDiff, hunk: Hunk | None, end: End) -> Entry:
    return Entry(
        file=file.path,
        hunk=hunk.header if hunk else None,
        added=hunk.added if hunk else 0,
        deleted=hunk.deleted if hunk else 0,
        state=end.state,
        by=end.by,
        age_s=end.age_s,
        reason=end.reason,
    )


def _unreadable(file: UnreadableFile) -> Entry:
    reason = f"unreadable: {file.reason}"
    return Entry(file=file.path, hunk=None, added=0, deleted=0, state=HunkState.FAILED, reason=reason)
