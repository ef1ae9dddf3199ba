"""Run structural rules over the head side of a change.

Trees need the whole head file: a bare hunk often does not parse. Where only a diff is at hand, each hunk's head side
is parsed as a fragment, for rules that allow it, and a match counts where the fragment shows that it is none of prose
or of half a statement. A rule speaks about changed lines alone: an old fault on an untouched line is not this change's.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from ast_grep_py import Config, SgNode, SgRoot

from hunkwise.adapters.syntax_rules import fragments, kinds, pack, sources, texts
from hunkwise.errors import ConfigurationError
from hunkwise.model.diff import FileDiff, LineKind
from hunkwise.model.finding import RuleHit

MAX_TREE_BYTES = 2_000_000
"""A larger file is not parsed; generated code, as a rule (2.5 MB take 2 s)."""

MAX_LINE_CHARS = 20_000
"""A file with a longer line is not parsed: minified code, where the parser is slowest."""

MAX_PLACE_LINES = 10
"""A match that spans more lines is reported at its first line only, so that an edit far inside does not fire."""

PLACE = "AT"
"""The metavariable that, where a rule captures it (`$AT`), is the place to report instead of the whole match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """Head lines `first`..`last` that a hunk shows, and those it adds, ascending."""

    first: int
    last: int
    added: tuple[int, ...]


_Tree = tuple[SgNode, fragments.Fragment | None]
"""The root of a tree, and what judges its matches where it is that of a fragment."""


class AstGrepRules:
    """The rules of the wheel over ast-grep's trees. Rules of a language are loaded when first needed."""

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        """Return hits that touch an added line of `file`, by line and rule, each range inside one hunk.

        `head` is the whole head file, None where it can't be had; then each hunk is judged as a fragment, unless
        it is the whole of an added file.
        """
        return (*_in_language(file, head), *texts.check(file))


def _in_language(file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
    kind = kinds.of(file.path, _first_line(file, head))
    if kind is None or file.is_binary or not file.added:
        return ()
    detectors = [each for each in pack.detectors(kind.pack, kind.language) if not _is_silent(each, file.path)]
    areas = _areas(file)
    hits: set[tuple[int, int, int]] = set()
    for source in sources.of(file, head):
        for index, span in _spans(detectors, source, kind.grammar):
            hits.update((line, end, index) for line, end in _on_change(span, areas))
    return tuple(
        RuleHit(rule=detectors[index].rule, path=file.path, line=line, end_line=end)
        for line, end, index in sorted(hits)
    )


def _is_silent(detector: pack.Detector, path: str) -> bool:
    return bool(detector.silent_in.match_file(path))


def _first_line(file: FileDiff, head: bytes | None) -> bytes:
    if head is not None:
        return head[:200].partition(b"\n")[0]
    first = next((line for hunk in file.hunks for line in hunk.lines if line.new == 1), None)
    return first.raw if first else b""


def _spans(
    detectors: list[pack.Detector], source: sources.Source, grammar: str | None
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the index of a detector and the first and last head line where it matches."""
    text = source.text
    tree: _Tree | None = None
    is_parsable = grammar is not None and _is_parsable(source)
    for index, detector in enumerate(detectors):
        if not source.is_whole and not detector.judges_fragments:
            continue
        if detector.requires is not None and not detector.requires.search(text):
            continue
        places: Iterable[tuple[int, int]] = ((0, len(source.lines) - 1),)
        if detector.config is not None:
            if not is_parsable or grammar is None:
                continue
            tree = tree or _parsed(source, text, grammar)
            places = _matches(detector, *tree)
        for first, last in places:
            for start, end in _narrowed(detector, source, first, last):
                yield index, (source.numbers[start], source.numbers[end])


def _is_parsable(source: sources.Source) -> bool:
    longest = max(map(len, source.lines), default=0)
    return longest <= MAX_LINE_CHARS and sum(map(len, source.lines)) <= MAX_TREE_BYTES


def _parsed(source: sources.Source, text: str, grammar: str) -> _Tree:
    root = SgRoot(text, grammar).root()
    at_start = source.numbers.start == 1
    return root, None if source.is_whole else fragments.Fragment(source.lines, root, grammar, at_start=at_start)


def _matches(detector: pack.Detector, root: SgNode, fragment: fragments.Fragment | None) -> Iterator[tuple[int, int]]:
    try:
        found = root.find_all(cast("Config", detector.config))
    except RuntimeError as error:
        reason = " ".join(str(error).partition("Stack backtrace")[0].split())
        raise ConfigurationError(f"rule {detector.rule.id}: {reason}") from error
    for match in found:
        if not _holds(detector, match, fragment):
            continue
        place = (match.get_match(PLACE) or match).range()
        first, last = place.start.line, place.end.line
        if place.end.column == 0 and last > first:
            last -= 1
        yield first, last


def _holds(detector: pack.Detector, match: SgNode, fragment: fragments.Fragment | None) -> bool:
    if fragment is None:
        return True
    if detector.is_excused_from_afar and not fragments.is_in_definition(match):
        return False
    return fragment.holds(match, looks_around=detector.looks_around)


def _narrowed(detector: pack.Detector, source: sources.Source, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the lines to report of a match: those that match `lines`, else the match, else its first line."""
    last = min(last, len(source.lines) - 1)
    if detector.lines is None:
        yield first, last if last - first < MAX_PLACE_LINES else first
        return
    for number in range(first, last + 1):
        if _speaks_of(detector, source.lines[number]):
            yield number, number


def _speaks_of(detector: pack.Detector, line: str) -> bool:
    line = line.removesuffix("\r")
    if len(line) > MAX_LINE_CHARS or not detector.lines.search(line):
        return False
    return detector.not_lines is None or not detector.not_lines.search(line)


def _areas(file: FileDiff) -> tuple[_Area, ...]:
    """Return the head side of each hunk that adds lines, in order."""
    areas = []
    for hunk in file.hunks:
        numbers = [line.new for line in hunk.lines if line.new is not None]
        added = [line.new for line in hunk.lines if line.kind is LineKind.ADDED and line.new is not None]
        if added:
            areas.append(_Area(first=numbers[0], last=numbers[-1], added=tuple(added)))
    return tuple(areas)


def _on_change(span: tuple[int, int], areas: tuple[_Area, ...]) -> Iterator[tuple[int, int]]:
    """Yield `span` cut to each area in which it touches an added line."""
    start = bisect_left(areas, span[0], key=lambda area: area.last)
    for area in areas[start:]:
        if area.first > span[1]:
            return
        at = bisect_left(area.added, span[0])
        if at < len(area.added) and area.added[at] <= span[1]:
            yield max(span[0], area.first), min(span[1], area.last)
