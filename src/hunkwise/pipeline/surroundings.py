"""Give each hunk the context it wants: outlines of the changed files, definitions found elsewhere, all redacted.

Every line of context has passed the gate together with its whole file, under the file's own placeholders, so that a
secret over several lines is seen whole. Of a file on which the gate failed nothing is sent. Of an author who is not
trusted no file has a say in what another is shown: neither by what it defines, nor by what it makes the run look for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from hunkwise.core import context, mentions, packing, redact, scopes, select
from hunkwise.core.context import Excerpt, Sight
from hunkwise.core.packing import RedactedLines
from hunkwise.errors import DetectorError
from hunkwise.model.change import ChangeRef
from hunkwise.model.diff import FileDiff, Hunk
from hunkwise.model.material import ContextKind, ContextPiece, HunkKey, LiteralPlace
from hunkwise.model.outline import Located, Outline
from hunkwise.pipeline import preparing
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Literals, Outliner, Ports
from hunkwise.settings import Settings

MAX_FILE_BYTES = 2_500_000
"""A larger file gives no context."""

MAX_TOTAL_BYTES = 20_000_000
"""Bytes of files that a run outlines; hunks of files beyond them go without (10 MB take 7 s, see bench/context.md)."""


@dataclass(slots=True, kw_only=True)
class _Source:
    """A file that may be shown in part; `masked` once it was needed, None where the gate failed on it."""

    raw_path: bytes
    name: str
    path: str
    rows: Sequence[str]
    outline: Outline | None
    placeholders: redact.Placeholders
    masked: Sequence[str] | None = field(default=None)
    is_masked: bool = False


def around(
    ref: ChangeRef, prepared: Prepared, heads: Mapping[bytes, bytes], ports: Ports, settings: Settings
) -> Prepared:
    """Return the change with context beside its chosen hunks; as it was where context is switched off."""
    if ports.outliner is None or not settings.context_share or not prepared.chosen:
        return prepared
    surroundings = _Surroundings(prepared, ports.outliner, ports.literals, settings)
    chosen = frozenset(prepared.chosen)
    surroundings.take_changed(heads)
    if settings.privacy != "strict":
        names = surroundings.sought()
        besides = {file.raw_path for file in prepared.diff.files}
        found = ports.changes.defining(ref, prepared.change, names, besides) if names else {}
        surroundings.take_others(found)
    known = {index: surroundings.known(prepared.diff.files[index].raw_path) for index in {key.file for key in chosen}}
    lines = {
        key: replace(given, context=surroundings.pieces(given, known[key.file], ports.tokens.count))
        for key, given in prepared.gathered.lines_by_key.items()
        if key in chosen
    }
    gathered = replace(prepared.gathered, lines_by_key={**prepared.gathered.lines_by_key, **lines})
    return replace(prepared, gathered=gathered)


class _Surroundings:
    """The files that are known in a run, each outlined once."""

    def __init__(self, prepared: Prepared, outliner: Outliner, literals: Literals | None, settings: Settings) -> None:
        self._prepared = prepared
        self._outliner = outliner
        self._literals = literals if settings.privacy == "strict" else None
        self._settings = settings
        self._sources: dict[bytes, _Source] = {}
        self._bytes_left = MAX_TOTAL_BYTES
        self._changed = frozenset(file.raw_path for file in prepared.diff.files)
        self._shared: dict[str, list[Located]] = {}
        self._own: dict[bytes, dict[str, list[Located]]] = {}
        self._sought: dict[bytes, Collection[str]] = {}

    def take_changed(self, heads: Mapping[bytes, bytes]) -> None:
        """Outline the head files of the chosen hunks, but for those with a hunk that could not be redacted."""
        failed = {key.file for key in self._prepared.gathered.unredacted}
        for index in sorted({key.file for key in self._prepared.chosen} - failed):
            file = self._prepared.diff.files[index]
            shown = self._prepared.gathered.shown.files[index]
            placeholders = self._prepared.gathered.placeholders[index]
            self._take(file.raw_path, file.path, shown.path, heads.get(file.raw_path), placeholders)

    def take_others(self, found: Mapping[bytes, bytes]) -> None:
        """Outline files that the change leaves alone, but for those that no review would read."""
        policy = preparing.policy(self._settings)
        for raw_path, content in sorted(found.items()):
            name = raw_path.decode("utf-8", "replace")
            rows = _rows(content)
            if not self._outliner.knows(name) or not select.may_be_context(name, raw_path, rows, policy):
                continue
            try:
                path = redact.text(name, self._prepared.scan).text
            except DetectorError:
                continue
            self._take(raw_path, name, path, content, redact.Placeholders())

    def _take(
        self, raw_path: bytes, name: str, path: str, content: bytes | None, placeholders: redact.Placeholders
    ) -> None:
        is_small = content is not None and len(content) <= min(MAX_FILE_BYTES, self._bytes_left)
        if content is None or not is_small or b"\0" in content or raw_path in self._sources:
            return
        self._bytes_left -= len(content)
        rows = _rows(content)
        outline = self._outliner.outline(name, "\n".join(rows))
        self._sources[raw_path] = _Source(
            raw_path=raw_path, name=name, path=path, rows=rows, outline=outline, placeholders=placeholders
        )
        is_own = self._prepared.one_file_each and raw_path in self._changed
        index = self._own.setdefault(raw_path, {}) if is_own else self._shared
        for definition in outline.definitions if outline else ():
            if definition.name:
                index.setdefault(definition.name, []).append(Located(raw_path=raw_path, definition=definition))

    def sought(self) -> list[str]:
        """Return names worth a search of the repository, those called in the most added lines first.

        Where files may not see each other each names one in turn.
        """
        counts_by_file: dict[bytes, dict[str, tuple[bool, int]]] = {}
        for key in self._prepared.chosen:
            raw_path = self._prepared.diff.files[key.file].raw_path if self._prepared.one_file_each else b""
            counts = counts_by_file.setdefault(raw_path, {})
            known = self._own.get(raw_path, self._shared)
            lines = self._prepared.gathered.lines_by_key[key]
            for name, mention in mentions.of(lines.hunk.lines, lines.texts).items():
                if name not in known and mentions.is_sought(name, mention):
                    called, added = counts.get(name, (False, 0))
                    counts[name] = (called or mention.called, added + mention.added)
        self._sought = {raw_path: _ranked(counts) for raw_path, counts in counts_by_file.items()}
        turns = zip_longest(*self._sought.values())
        return [*dict.fromkeys(name for turn in turns for name in turn if name is not None)]

    def known(self, raw_path: bytes) -> Mapping[str, Sequence[Located]]:
        """Return the definitions by name that hunks of a file may be shown."""
        if not self._prepared.one_file_each:
            return self._shared
        sought = self._sought.get(raw_path, ())
        return self._own.get(raw_path, {}) | {name: self._shared[name] for name in sought if name in self._shared}

    def pieces(
        self, lines: RedactedLines, index: Mapping[str, Sequence[Located]], count: context.Count
    ) -> tuple[ContextPiece, ...]:
        """Return the context that a hunk wants, within its allowance."""
        file = self._prepared.diff.files[lines.key.file]
        left = context.allowance(context.weight(lines), self._settings.context_share)
        kept: list[ContextPiece] = []
        for piece in self._candidates(file, lines, index, count):
            if piece.tokens <= left:
                left -= piece.tokens
                kept.append(piece)
        return tuple(kept)

    def _candidates(
        self, file: FileDiff, lines: RedactedLines, index: Mapping[str, Sequence[Located]], count: context.Count
    ) -> Iterator[ContextPiece]:
        source = self._sources.get(file.raw_path)
        if source is None or not _fits(lines.hunk, source.rows):
            yield from self._by_section(lines, count)
            return
        sight = Sight(
            raw_path=file.raw_path,
            hunk=lines.hunk,
            texts=lines.texts,
            rows=source.rows,
            outline=source.outline,
        )
        for excerpt in context.wanted(sight, index):
            if self._literals is None or excerpt.kind is ContextKind.SCOPE:
                yield from self._piece(excerpt, count)

    def _by_section(self, lines: RedactedLines, count: context.Count) -> Iterator[ContextPiece]:
        """Yield git's own heading of the hunk, the last resort; its line is not known."""
        header = scopes.of_section(lines.hunk.section)
        if header and self._settings.privacy != "strict":
            try:
                shown = redact.text(header, self._prepared.scan).text
            except DetectorError:
                return
            yield context.piece(ContextKind.SCOPE, lines.path, 0, [shown], count)

    def _piece(self, excerpt: Excerpt, count: context.Count) -> Iterator[ContextPiece]:
        source = self._sources[excerpt.raw_path]
        if not source.is_masked:
            source.masked, source.is_masked = self._masked(source), True
        if source.masked is not None:
            texts = source.masked[excerpt.first - 1 : excerpt.last]
            yield context.piece(excerpt.kind, source.path, excerpt.first, texts, count)

    def _masked(self, source: _Source) -> Sequence[str] | None:
        """Return all lines of a file redacted, None where that can't be done."""
        by_row: dict[int, list[LiteralPlace]] = {}
        if self._settings.privacy == "strict":
            found = self._literals.find(source.name, "\n".join(source.rows)) if self._literals else None
            if found is None:
                return None
            for place in found:
                by_row.setdefault(place.line - 1, []).append(place)
        try:
            return redact.rows(source.rows, self._prepared.scan, source.placeholders, by_row)
        except DetectorError:
            return None


def _ranked(counts: Mapping[str, tuple[bool, int]]) -> list[str]:
    return sorted(counts, key=lambda name: (not counts[name][0], -counts[name][1], name))


def _rows(content: bytes) -> list[str]:
    """Return the lines of a file as the parser of diffs reads text: UTF-8, else Latin-1."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return [row.rstrip("\r") for row in text.split("\n")]


def _fits(hunk: Hunk, rows: Sequence[str]) -> bool:
    """Whether the head file is the one that the hunk speaks of."""
    return all(
        line.new is None or (line.new <= len(rows) and rows[line.new - 1] == line.text.rstrip("\r"))
        for line in hunk.lines
    )


def for_packing(
    hunks: Sequence[RedactedLines],
    settings: Settings,
    count: context.Count,
    *,
    one_file_each: bool = False,
    among: Mapping[HunkKey, RedactedLines] | None = None,
) -> tuple[RedactedLines, ...]:
    """Return hunks as they are sent: each line of context once, and under `strict` no unchanged line at all.

    `among` is that of `context.allot`.
    """
    sent = [packing.changed_only(each) for each in hunks] if settings.privacy == "strict" else hunks
    return context.allot(sent, settings.context_share, count, each_file_alone=one_file_each, among=among)
