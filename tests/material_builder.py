"""Hunks and passages from the text of a hunk's body, for the tests of packing, anchoring and answering."""

import builders
from hunkwise.core import packing
from hunkwise.model.finding import RawFinding, Severity
from hunkwise.model.material import HunkKey, Passage

WIDE = 1_000_000


def words(text: str) -> int:
    """Count words and line ends: a token counter a test can follow by hand."""
    return len(text.split()) + text.count("\n")


def material(body: str, *, path: str = "app.py", file: int = 0, index: int = 0, new: int = 1) -> packing.RedactedLines:
    """Return a redacted hunk ready to be packed."""
    made = builders.hunk(*body.split("\n"), old=new, new=new)
    return packing.RedactedLines(
        key=HunkKey(file=file, hunk=index), path=path, hunk=made, texts=tuple(line.text for line in made.lines)
    )


def passage(body: str, *, path: str = "app.py", file: int = 0, index: int = 0, new: int = 1) -> Passage:
    """Return one passage that holds the whole hunk."""
    packed = packing.pack([material(body, path=path, file=file, index=index, new=new)], WIDE, words)
    return packed.chunks[0].passages[0]


def claim(
    quote: str, *, line: int = 1, file: str = "app.py", severity: str = "high", scenario: str = "s"
) -> RawFinding:
    """Return what a model claims."""
    return RawFinding(
        severity=Severity(severity),
        file=file,
        line=line,
        quote=quote,
        category="correctness",
        confidence=0.9,
        scenario=scenario,
        description="It is wrong.",
        suggestion="Mend it.",
        replacement=None,
        origin="model:m",
    )
