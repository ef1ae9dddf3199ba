"""Everything that is known of a change before an engine is asked: loaded, parsed, selected, redacted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hunkwise.core import exposures, patch, prompting, redact, select
from hunkwise.core.bookkeeping import End
from hunkwise.model.change import CONFIG_FILES, POLICY_FILES, Change, ChangeRef, Notice
from hunkwise.model.chat import Redacted
from hunkwise.model.diff import Diff, FileStatus
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.policy import Left, SelectionPolicy
from hunkwise.pipeline import gather, privacy
from hunkwise.ports import Clock, Ports
from hunkwise.settings import Settings

RULING_FILES = (*CONFIG_FILES, ".gitattributes", *POLICY_FILES)
"""Files of the base that decide what is reviewed, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything known before an engine is asked."""

    change: Change
    diff: Diff
    scan: redact.Scan
    gathered: gather.Gathered
    chosen: tuple[HunkKey, ...]
    ends: Mapping[HunkKey, End]
    timings_ms: Mapping[str, float]
    one_file_each: bool = False


def prepare(ref: ChangeRef, ports: Ports, settings: Settings) -> Prepared:
    """Load, parse, select and redact; no engine is asked."""
    watch = Watch(ports.clock, {})
    change = ports.changes.load(ref)
    watch.lap("load")
    parsed = patch.parse(change.diff)
    diff = replace(parsed, unreadable=(*parsed.unreadable, *change.unread))
    watch.lap("parse")
    selection = select.files(diff, policy(settings), change.generated)
    watch.lap("select")
    allowed = exposures.allow_list(settings.allow_secrets, change.policies.get(exposures.BASELINE))
    scan = privacy.scan(ports.secrets.scan, settings.privacy, change.policies)
    stripped = privacy.stripped(ref, change, diff, ports) if settings.privacy == "strict" else {}
    gathered = gather.redacted(diff, scan, selection.scan_only, allowed, stripped)
    watch.lap("redact")
    ends = {key: _left(left) for key, left in selection.left.items()}
    ends |= {key: End(state=HunkState.FAILED, reason=gathered.unredacted[key]) for key in gathered.unredacted}
    held = [key for key in selection.chosen if key not in ends and isinstance(stripped.get(key.file), str)]
    ends |= {key: End(state=HunkState.SKIPPED, reason=str(stripped[key.file])) for key in held}
    return Prepared(
        change=change,
        diff=diff,
        scan=scan,
        gathered=gathered,
        chosen=tuple(key for key in selection.chosen if key not in ends),
        ends=ends,
        timings_ms=watch.laps,
    )


def seal(prepared: Prepared) -> prompting.Seal:
    """Return the gate through which text of this change becomes a message."""

    def sealed(text: str) -> Redacted:
        return redact.text(text, prepared.scan)

    return sealed


def paths(prepared: Prepared) -> list[bytes]:
    """Return the raw paths of files with a chosen hunk."""
    return [prepared.diff.files[index].raw_path for index in sorted({key.file for key in prepared.chosen})]


def named(prepared: Prepared) -> Diff:
    """Return the whole diff under the paths that may be shown."""
    shown = prepared.gathered.shown
    files = zip(prepared.diff.files, shown.files, strict=True)
    return Diff(files=tuple(replace(file, path=redacted.path) for file, redacted in files), unreadable=shown.unreadable)


def notices(prepared: Prepared) -> tuple[Notice, ...]:
    """Return what a reader should know of the change, before anybody was asked."""
    return (*prepared.change.notices, *prepared.gathered.notices, *_ruling(prepared), *_evasions(prepared))


def _ruling(prepared: Prepared) -> tuple[Notice, ...]:
    """Tell which files that rule reviews the change edits: here those of the base count, later the new ones will."""
    names = {name for file in prepared.diff.files for name in (file.path, file.old_path)}
    edited = [name for name in RULING_FILES if name in names]
    if not edited or prepared.change.source == "diff" or prepared.change.head is None:
        return ()
    text = f"The change edits {', '.join(edited)}; what rules this review is the base's version."
    return (Notice(code="policy-edited", text=text),)


def _evasions(prepared: Prepared) -> tuple[Notice, ...]:
    """Tell which new files were skipped on their own word: a reader should know that nobody looked."""
    named = dict.fromkeys(
        prepared.gathered.shown.files[key.file].path
        for key, end in prepared.ends.items()
        if end.reason == select.BY_HEADER and prepared.diff.files[key.file].status is FileStatus.ADDED
    )
    if not named:
        return ()
    shown = ", ".join(list(named)[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    return (
        Notice(code="generated-by-own-word", text=f"New files that call themselves generated were not read: {shown}."),
    )


def _left(left: Left) -> End:
    if left.unread:
        return End(state=HunkState.FAILED, reason=f"unread: {left.reason}")
    return End(state=HunkState.SKIPPED, reason=left.reason)


def policy(settings: Settings) -> SelectionPolicy:
    """Return what the settings say of selection."""
    return SelectionPolicy(
        include=settings.include,
        exclude=settings.exclude,
        max_file_lines=settings.max_file_lines,
        max_line_chars=settings.max_line_chars,
    )


class Watch:
    """Laps in milliseconds by the port's clock."""

    def __init__(self, clock: Clock, laps: dict[str, float]) -> None:
        self._clock = clock
        self._last = clock.monotonic()
        self.laps = laps

    def lap(self, name: str, since: float | None = None) -> None:
        """Note the milliseconds since the last lap, or since `since`, under `name`."""
        now = self._clock.monotonic()
        self.laps[name] = round((now - (self._last if since is None else since)) * 1000, 1)
        self._last = now
