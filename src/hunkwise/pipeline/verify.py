"""The verify pass: put what a model claims of a chunk to a second request that tries to refute it.

It begins as soon as a chunk's claims are there. It can only take claims of its own chunk away, each for a reason that
was proven; a request that fails takes nothing away, and the report says that nobody checked.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hunkwise.core import proof, stripping, verification
from hunkwise.core.verification import Mode, Refuted
from hunkwise.errors import ChatError, ChatFault, DetectorError
from hunkwise.model.chat import PromptPack, Stage
from hunkwise.model.diff import Diff, FileDiff, Side
from hunkwise.model.finding import Finding
from hunkwise.model.material import Chunk, LiteralPlace
from hunkwise.pipeline import answer, passes
from hunkwise.pipeline.answer import Answered, Asking, Remark
from hunkwise.ports import Literals

NAME, VERSION = "verify", "1.0.0"
"""The prompt pack of the verify pass."""


UNCHECKED = "not-verified"
"""The code of that."""

NOT_CHECKED = "not checked by the verify pass, kept as it is"
"""What a report says of a claim that the verify pass gave no answer about, after their number and before the reason."""

NOT_PROVEN = "refuted by the verify pass without proof, kept all the same"
"""What a report says of a claim whose refutation does not count."""

_Line = tuple[tuple[Side, int], tuple[str, Sequence[LiteralPlace]]]


class KnownLiterals:
    """Comments and strings on the lines of a change, by syntax tree; each file is parsed once, when it is asked for.

    `diff` holds the lines as they are, `shown` the same files under the names a model sees.
    """

    def __init__(self, diff: Diff, shown: Diff, heads: Mapping[bytes, bytes], literals: Literals | None) -> None:
        self._files = {named.path: file for file, named in zip(diff.files, shown.files, strict=True)}
        self._heads = heads
        self._literals = literals
        self._lock = threading.Lock()
        self._known: dict[str, dict[tuple[Side, int], tuple[str, Sequence[LiteralPlace]]]] = {}

    def of(self, path: str, side: Side, number: int, text: str) -> Sequence[LiteralPlace] | None:
        """Return what is literal on a line as shown, None where that is not known; a masked line is another text."""
        with self._lock:
            if path not in self._known:
                self._known[path] = dict(self._lines(path))
        raw, places = self._known[path].get((side, number), ("", None))
        return places if raw == text else None

    def _lines(self, path: str) -> Iterator[_Line]:
        file = self._files.get(path)
        if file is None or self._literals is None:
            return
        head = self._heads.get(file.raw_path)
        if not self._literals.knows(file.path, head or b""):
            return
        try:
            places = stripping.places(file, head, self._literals.find)
        except DetectorError:
            return
        yield from _numbered(file, places)


def _numbered(file: FileDiff, places: stripping.Places) -> Iterator[_Line]:
    for number, hunk in enumerate(file.hunks):
        for row, line in enumerate(hunk.lines):
            yield (line.side, line.number), (line.text, places.get((number, row), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """What all verify requests of a run share."""

    pack: PromptPack
    mode: Mode
    literals_of: proof.LiteralsOf


@dataclass(slots=True, kw_only=True)
class _Checked:
    """Claims by their place in the answer that were refuted or not checked, and what there is to say of them."""

    refuted: dict[int, Refuted] = field(default_factory=dict)
    unchecked: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def confirmed(chunk: Chunk, answered: Answered, asking: Asking, verifying: Verifying) -> Answered:
    """Return `answered` without the claims that were refuted."""
    claims = {
        index: finding
        for index, finding in enumerate(answered.findings)
        if verification.is_candidate(finding, verifying.mode, chunk.passages)
    }
    checked = _Checked()
    numbers = list(claims)
    for first in range(0, len(numbers), verification.MAX_CLAIMS):
        some = {index: claims[index] for index in numbers[first : first + verification.MAX_CLAIMS]}
        _check(some, chunk, asking, verifying, checked)
    gone = [verification.dropped(claims[index], why) for index, why in checked.refuted.items()]
    kept = tuple(each for index, each in enumerate(answered.findings) if index not in checked.refuted)
    return replace(
        answered,
        findings=kept,
        dropped=(*answered.dropped, *gone),
        remarks=(*answered.remarks, *checked.remarks),
        unchecked=frozenset(
            passage.id
            for passage in chunk.passages
            if any(passes.holds(passage, claims[index]) for index in checked.unchecked)
        ),
    )


def _check(
    claims: Mapping[int, Finding], chunk: Chunk, asking: Asking, verifying: Verifying, checked: _Checked
) -> None:
    held = verification.shown(tuple(claims.values()), chunk)
    try:
        asked = verification.request(tuple(claims.values()), held, verifying.pack, asking.seal)
        reply = asking.chat.complete(answer.request(asked, verifying.pack, Stage.VERIFY))
    except DetectorError as error:
        _unchecked(claims, f"redaction: {error.message}", checked)
    except ChatError as error:
        numbers = list(claims)
        if error.fault in {ChatFault.TRUNCATED, ChatFault.CONTEXT_OVERFLOW} and len(numbers) > 1:
            for half in (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]):
                _check({index: claims[index] for index in half}, chunk, asking, verifying, checked)
            return
        _unchecked(claims, f"{error.fault.value}: {error.message}", checked)
    else:
        _judge(reply.text, claims, held, verifying, checked)


def _judge(text: str, claims: Mapping[int, Finding], held: Chunk, verifying: Verifying, checked: _Checked) -> None:
    said, faults = verification.verdicts(text, verifying.pack.schema)
    if faults:
        _unchecked(claims, f"malformed answer ({faults[0]})", checked)
        return
    names = verification.names(tuple(claims.values()))
    for name, (index, claim) in zip(names, claims.items(), strict=True):
        if name not in said:
            _unchecked({index: claim}, "the answer does not speak of it", checked)
            continue
        decided = verification.decide(claim, said[name], held, verifying.literals_of)
        if isinstance(decided, Refuted):
            checked.refuted[index] = decided
        elif decided.note:
            checked.remarks.append(Remark(code="refutation-not-proven", text=f"{NOT_PROVEN}: {decided.note}."))


def _unchecked(claims: Mapping[int, Finding], reason: str, checked: _Checked) -> None:
    checked.unchecked += claims
    checked.remarks += [Remark(code=UNCHECKED, text=f"{NOT_CHECKED}: {reason}.")] * len(claims)
