"""Pass what models and servers said through the gate: they may echo a secret, or guess one.

What can't be redacted is not shown; a finding keeps its place without its words. Our own words stay as they are: code
reads them again, and a person may be called what we call a level.
"""

from collections.abc import Sequence
from dataclasses import replace

from hunkwise.core import prompting
from hunkwise.core.bookkeeping import End
from hunkwise.errors import DetectorError
from hunkwise.model.change import Notice
from hunkwise.model.description import Description
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.ledger import NARROWED, UNREAD_BUDGET, UNVERIFIED
from hunkwise.model.memory import Memory
from hunkwise.pipeline import answer, confirm
from hunkwise.pipeline.tally import Tally

WITHHELD = "(not shown: the secret detector failed on it)"
"""What a report shows instead of words that could not be redacted."""


OUR_REASONS = (
    NARROWED,
    UNVERIFIED,
    UNREAD_BUDGET,
    confirm.REASON,
    answer.NOT_ACKNOWLEDGED,
    answer.ONLY_RULES,
    answer.STOPPED,
)
"""How reasons of the ledger begin that we wrote; what follows, an endpoint may have said."""

_MODEL = "model:"
"""How the name of a model begins that answered; any other who answered is one of ours."""


class Gate:
    """Words in, words out; most of a run's are the same few, so each is scanned once."""

    def __init__(self, seal: prompting.Seal) -> None:
        self._seal = seal
        self._known: dict[str, str] = {}

    def words(self, text: str) -> str:
        """Return words that are not ours redacted."""
        if text not in self._known:
            try:
                self._known[text] = self._seal(text).text
            except DetectorError:
                self._known[text] = WITHHELD
        return self._known[text]

    def or_none(self, text: str | None) -> str | None:
        """Return the same, None for None."""
        return None if text is None else self.words(text)

    def after(self, ours: Sequence[str], text: str) -> str:
        """Return a text redacted but for its beginning, where that is one of `ours`."""
        begin = next((each for each in ours if text.startswith(each)), "")
        rest = text[len(begin) :]
        return begin + self.words(rest) if rest else begin


def redacted(tally: Tally, gate: Gate) -> Tally:
    """Return `tally` with every word that is not ours redacted."""
    return replace(
        tally,
        ends={key: _end(end, gate) for key, end in tally.ends.items()},
        findings=tuple(_finding(each, gate) for each in tally.findings),
        dropped=tuple(_claim(each, gate) for each in tally.dropped),
        notices=tuple(Notice(code=each.code, text=gate.words(each.text)) for each in tally.notices),
        usage=replace(tally.usage, by_model={gate.words(name): each for name, each in tally.usage.by_model.items()}),
    )


def remembered(memory: Memory | None, gate: Gate) -> Memory | None:
    """Return a memory with the words of its findings redacted: the detector may know more secrets than it did then.

    Quotes stay: they are code as it was masked, and are held against the code of today.
    """
    if memory is None:
        return None
    kept = tuple(replace(each, finding=_finding(each.finding, gate)) for each in memory.findings)
    return replace(memory, findings=kept)


def description(given: Description, seal: prompting.Seal) -> Description:
    """Return a description with all of its words redacted; paths were chosen among those that may be shown."""
    gate = Gate(seal)
    return replace(
        given,
        summary=gate.words(given.summary),
        walkthrough=tuple(replace(each, what=gate.words(each.what)) for each in given.walkthrough),
        risks=tuple(replace(each, why=gate.words(each.why)) for each in given.risks),
    )


def _end(end: End, gate: Gate) -> End:
    by = gate.after([_MODEL], end.by) if end.by is not None and end.by.startswith(_MODEL) else end.by
    return replace(end, by=by, reason=None if end.reason is None else gate.after(OUR_REASONS, end.reason))


def _finding(finding: Finding, gate: Gate) -> Finding:
    return replace(
        finding,
        category=gate.words(finding.category),
        title=gate.words(finding.title),
        description=gate.words(finding.description),
        scenario=gate.words(finding.scenario),
        suggestion=gate.words(finding.suggestion),
        replacement=gate.or_none(finding.replacement),
        origin=gate.after([_MODEL], finding.origin),
    )


def _claim(claim: Dropped, gate: Gate) -> Dropped:
    return replace(
        claim, file=gate.words(claim.file), reason=gate.words(claim.reason), description=gate.words(claim.description)
    )
