"""Run the rules that hold for every text: what is hidden in it, what it speaks, and what its name pretends to be.

They look at added lines alone, and at the name of a file that adds any; no tree is needed, and no language.
"""

from collections.abc import Iterator, Sequence

from hunkwise.adapters.syntax_rules import pack
from hunkwise.core import concealed, lookalikes, readings
from hunkwise.model.diff import DiffLine, FileDiff, LineKind
from hunkwise.model.finding import RuleHit

PACK = "text"
"""The stem of the file that holds these rules, and what it calls their language."""

MAX_PLACE_LINES = 10
"""A place of more lines is told at its first line only."""


def check(file: FileDiff) -> tuple[RuleHit, ...]:
    """Return hits on the added lines of `file`, each once, by line and rule."""
    runs = [run for hunk in file.hunks for run in _runs(hunk.lines)]
    if file.is_binary or not runs:
        return ()
    hits: set[tuple[int, int, int]] = set()
    detectors = pack.detectors(PACK, PACK)
    named = runs[0][0].new or 1
    for index, detector in enumerate(detectors):
        if _name_tells(detector, file):
            hits.add((named, named, index))
    for run in runs:
        texts = [line.text for line in run]
        read = tuple(readings.of(texts))
        numbers = [line.new or 1 for line in run]
        for index, detector in enumerate(detectors):
            for first, last in _places(detector, file, run, read):
                end = last if last - first < MAX_PLACE_LINES else first
                hits.add((numbers[first], numbers[end], index))
    return tuple(
        RuleHit(rule=detectors[index].rule, path=file.path, line=line, end_line=end)
        for line, end, index in sorted(hits)
    )


def _runs(lines: Sequence[DiffLine]) -> Iterator[list[DiffLine]]:
    """Yield the added lines that follow one another."""
    run: list[DiffLine] = []
    for line in lines:
        if line.kind is LineKind.ADDED:
            run.append(line)
        elif line.kind is LineKind.CONTEXT and run:
            yield run
            run = []
    if run:
        yield run


def _places(
    detector: pack.Detector, file: FileDiff, run: Sequence[DiffLine], read: Sequence[readings.Reading]
) -> Iterator[tuple[int, int]]:
    """Yield first and last index in `run` of each place that a rule speaks of."""
    if detector.phrases is not None:
        yield from sorted({place for reading in read for place in detector.phrases.found(reading)})
    elif detector.reads != "name":
        for index, line in enumerate(run):
            told = _told(detector, line, file)
            if told and detector.lines.search(told):
                yield index, index


def _told(detector: pack.Detector, line: DiffLine, file: FileDiff) -> str:
    if detector.reads == "mixed":
        return " ".join(lookalikes.mixed_in(line.text))
    return concealed.hidden_in(line.text, begins_file=line.new == 1, is_latin=file.undecodable)


def _name_tells(detector: pack.Detector, file: FileDiff) -> bool:
    """Whether a rule speaks of the file's name, which git keeps as bytes."""
    name = file.raw_path.decode("utf-8", "replace")
    if detector.phrases is not None:
        return any(detector.phrases.found(reading) for reading in readings.of([name.replace("_", " ")]))
    told = " ".join((*lookalikes.mixed_in(name), concealed.hidden_in(name)))
    return detector.reads == "name" and bool(told.strip()) and bool(detector.lines.search(told))
