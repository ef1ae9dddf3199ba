"""Ask for a walkthrough of a change, and judge the answer.

It is one request, so a large change is shown in part: the hunks that are worth reading first. What a model says of
files and lines that it was not shown is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hunkwise.core import briefing, parsing, prompting, risk
from hunkwise.model.chat import Message, PromptPack
from hunkwise.model.description import Description, Risk, Step
from hunkwise.model.material import Chunk, HunkKey, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What of a change one request shows, in the order of the diff, and the hunks it shows not or not whole."""

    passages: tuple[Passage, ...]
    hunks: int
    unread: Mapping[HunkKey, str]


def excerpt(passages: Sequence[Passage], left_out: Mapping[HunkKey, str], budget: int) -> Excerpt:
    """Return the passages that fit into `budget` tokens, the most valuable first.

    `left_out` gives the paths of hunks that are in no passage.
    """
    order = risk.order([Chunk(passages=(each,)) for each in passages])
    held, kept = 0, set[int]()
    for index in order:
        if held + passages[index].tokens <= budget:
            held += passages[index].tokens
            kept.add(index)
    unread = {each.key: each.path for index, each in enumerate(passages) if index not in kept}
    return Excerpt(
        passages=tuple(sorted((passages[index] for index in kept), key=_place)),
        hunks=len({each.key for each in passages} | set(left_out)),
        unread={**unread, **left_out},
    )


def messages(shown: Excerpt, intent: str, pack: PromptPack, seal: prompting.Seal) -> tuple[Message, ...]:
    """Return the messages that ask for a walkthrough; `intent` comes wrapped, or is empty."""
    hunks = prompting.hunks(Chunk(passages=shown.passages))
    user = briefing.filled(pack.user, {"intent": intent, "hunks": hunks})
    return Message(role="system", content=seal(pack.system)), Message(role="user", content=seal(user))


def description(values: Mapping[str, Any], shown: Excerpt) -> Description:
    """Return an answer that meets the pack's schema, without what it says of things that were not shown."""
    numbers: dict[str, set[int]] = {}
    for passage in shown.passages:
        head = (line.number for line in passage.lines if line.sign != "-")
        numbers.setdefault(passage.path, set()).update(head)
    steps = [Step(file=parsing.clean(each["file"]), what=parsing.clean(each["what"])) for each in values["walkthrough"]]
    risks = [_risk(each, numbers) for each in values["risks"]]
    return Description(
        summary=parsing.clean(values["summary"]),
        walkthrough=tuple(each for each in steps if each.file in numbers),
        risks=tuple(each for each in risks if each.file in numbers),
        read=shown.hunks - len(shown.unread),
        hunks=shown.hunks,
        unread=tuple(dict.fromkeys(path for _, path in sorted(shown.unread.items(), key=_key))),
    )


def _risk(given: Mapping[str, Any], numbers: Mapping[str, set[int]]) -> Risk:
    file, line = parsing.clean(given["file"]), given["line"]
    return Risk(file=file, line=line if line in numbers.get(file, ()) else None, why=parsing.clean(given["why"]))


def _place(passage: Passage) -> tuple[int, int, int]:
    return passage.key.file, passage.key.hunk, passage.lines[0].number


def _key(item: tuple[HunkKey, str]) -> tuple[int, int]:
    return item[0].file, item[0].hunk
