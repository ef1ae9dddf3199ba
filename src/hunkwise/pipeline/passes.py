"""Several passes over one chunk, of which a majority decides.

The first pass is the one there would be alone. Further ones are sampled more freely and see the hunks in another order:
asked the same way again, a model would say the same again. A pass that can't change anything any more is not asked.
A pass votes on the passages that it acknowledged alone: silence on what it did not read is no vote against a finding.
"""

from collections.abc import Sequence
from dataclasses import replace

from hunkwise.core import majority
from hunkwise.model.chat import Stage
from hunkwise.model.diff import Side
from hunkwise.model.finding import Dropped, Finding
from hunkwise.model.material import Chunk, HunkKey, Passage
from hunkwise.pipeline import answer
from hunkwise.pipeline.answer import Answered, Asking

TEMPERATURE, TOP_P = 0.7, 0.95
"""Sampling of further passes: many votes of one greedy decoder are one vote.

Wang et al. 2022 (Self-Consistency, arXiv 2203.11171) sample at 0.5 to 0.7.
"""


def ask(chunk: Chunk, asking: Asking, passes: int) -> Answered:
    """Ask for `chunk` up to so many times, and return what most of the passes say."""
    answers = [answer.one_chunk(chunk, asking)]
    freely = replace(asking.pack, parameters=replace(asking.pack.parameters, temperature=TEMPERATURE, top_p=TOP_P))
    further = replace(asking, pack=freely, stage=Stage.PASS)
    while len(answers) < passes and not _is_settled(chunk, answers, passes):
        answers.append(answer.one_chunk(_turned(chunk, len(answers), passes), further))
    return answers[0] if passes == 1 else _agreed(chunk, answers, passes)


def _is_settled(chunk: Chunk, answers: Sequence[Answered], passes: int) -> bool:
    """Whether nothing can change any more: neither what is found, nor what counts as read."""
    rest, most = passes - len(answers), majority.needed(passes)
    counts = {
        id_: sum(id_ in each.read_by for each in answers) for id_ in (*answers[0].read_by, *answers[0].unanswered)
    }
    is_read = all(count >= most or count + rest < most for count in counts.values())
    return is_read and majority.is_settled(
        [each.findings for each in answers], lambda finding: _who_read(finding, chunk, answers), passes
    )


def _agreed(chunk: Chunk, answers: Sequence[Answered], passes: int) -> Answered:
    elected = majority.elect(
        [each.findings for each in answers], lambda finding: _who_read(finding, chunk, answers), passes
    )
    read = majority.read([each.read_by for each in answers], passes)
    return Answered(
        findings=elected.findings,
        dropped=(*_each_once(answers), *elected.dropped),
        read_by={each.id: _readers(each, answers) for each in chunk.passages if each.id in read},
        unanswered={each.id: _why(each, answers) for each in chunk.passages if each.id not in read},
        approvals=tuple(approved for each in answers for approved in each.approvals),
        narrowed=frozenset[str]().union(*(each.narrowed for each in answers)),
    )


def _who_read(finding: Finding, chunk: Chunk, answers: Sequence[Answered]) -> list[int]:
    """Return the numbers of the passes that read the finding's place, each passage of it where there are two."""
    ids = [each.id for each in chunk.passages if holds(each, finding)]
    return [number for number, each in enumerate(answers) if all(id_ in each.read_by for id_ in ids)]


def holds(passage: Passage, finding: Finding) -> bool:
    """Whether a finding stands on a line of a passage."""
    return passage.path == finding.file and any(
        finding.line <= line.number <= finding.end_line and (line.sign == "-") is (finding.side is Side.LEFT)
        for line in passage.lines
    )


def _each_once(answers: Sequence[Answered]) -> tuple[Dropped, ...]:
    return tuple(dict.fromkeys(claim for each in answers for claim in each.dropped))


def _readers(passage: Passage, answers: Sequence[Answered]) -> str:
    names = (each.read_by[passage.id] for each in answers if passage.id in each.read_by)
    return ", ".join(dict.fromkeys(names))


def _why(passage: Passage, answers: Sequence[Answered]) -> str:
    return next(each.unanswered[passage.id] for each in answers if passage.id in each.unanswered)


def _turned(chunk: Chunk, nth: int, passes: int) -> Chunk:
    """Return `chunk` begun at another hunk; the passages of one hunk stay together."""
    keys: list[HunkKey] = list(dict.fromkeys(each.key for each in chunk.passages))
    first = nth * len(keys) // passes
    order = {key: at for at, key in enumerate((*keys[first:], *keys[:first]))}
    return replace(chunk, passages=tuple(sorted(chunk.passages, key=lambda each: order[each.key])))
