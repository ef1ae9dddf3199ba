"""Pass what models and servers said through the gate: they may echo a secret, or guess one.

What can't be redacted is not shown; a finding keeps its place without its words.
"""

from dataclasses import replace

from hunkwise.core import prompting
from hunkwise.errors import DetectorError
from hunkwise.model.change import Notice
from hunkwise.model.description import Description
from hunkwise.model.finding import Dropped, Finding
from hunkwise.pipeline.tally import Tally

WITHHELD = "(not shown: the secret detector failed on it)"
"""What a report shows instead of words that could not be redacted."""


def redacted(tally: Tally, seal: prompting.Seal) -> Tally:
    """Return `tally` with every word that is not ours redacted."""
    gate = _Gate(seal)
    return replace(
        tally,
        ends={
            key: replace(end, reason=gate.or_none(end.reason), by=gate.or_none(end.by))
            for key, end in tally.ends.items()
        },
        findings=tuple(_finding(each, gate) for each in tally.findings),
        dropped=tuple(_claim(each, gate) for each in tally.dropped),
        notices=tuple(Notice(code=each.code, text=gate.words(each.text)) for each in tally.notices),
        usage=replace(tally.usage, by_model={gate.words(name): each for name, each in tally.usage.by_model.items()}),
    )


def words(text: str, seal: prompting.Seal) -> str:
    """Return words that are not ours redacted."""
    return _Gate(seal).words(text)


def description(given: Description, seal: prompting.Seal) -> Description:
    """Return a description with all of its words redacted; paths were chosen among those that may be shown."""
    gate = _Gate(seal)
    return replace(
        given,
        summary=gate.words(given.summary),
        walkthrough=tuple(replace(each, what=gate.words(each.what)) for each in given.walkthrough),
        risks=tuple(replace(each, why=gate.words(each.why)) for each in given.risks),
    )


class _Gate:
    """Words in, words out; most of a run's are the same few, so each is scanned once."""

    def __init__(self, seal: prompting.Seal) -> None:
        self._seal = seal
        self._known: dict[str, str] = {}

    def words(self, text: str) -> str:
        if text not in self._known:
            try:
                self._known[text] = self._seal(text).text
            except DetectorError:
                self._known[text] = WITHHELD
        return self._known[text]

    def or_none(self, text: str | None) -> str | None:
        return None if text is None else self.words(text)


def _finding(finding: Finding, gate: _Gate) -> Finding:
    return replace(
        finding,
        category=gate.words(finding.category),
        title=gate.words(finding.title),
        description=gate.words(finding.description),
        scenario=gate.words(finding.scenario),
        suggestion=gate.words(finding.suggestion),
        replacement=gate.or_none(finding.replacement),
        origin=gate.words(finding.origin),
    )


def _claim(claim: Dropped, gate: _Gate) -> Dropped:
    return replace(
        claim, file=gate.words(claim.file), reason=gate.words(claim.reason), description=gate.words(claim.description)
    )
