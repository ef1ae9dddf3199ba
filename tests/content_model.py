"""A chat model that answers by the content of each hunk it is shown and nothing else: the same hunk, the same answer.

A finding's description holds two digests of its hunk: of the rows as they are shown, and of the rows without blanks
that mean nothing. So an answer that serves for another hunk than it was given for is known by its words.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fakes import VERIFIES, claim_ids, upholds_all
from hunkwise.model.chat import ChatReply, ChatRequest, TokenUsage
from hunkwise.ports import Hear

CONFIRMS = "hunkwise_confirm"
FAULTY = 4
"""One hunk in so many has a finding."""

SEVERITIES = ("high", "medium", "medium", "low")
KEEPS_INDENTATION = (".py", ".pyi")
"""Files of the languages with canonical answers in which indentation means something."""

_BLOCK = {
    name: re.compile(rf'^<{name} id="([^"]+)">\n(.*?)\n</{name} id="\1">$', re.MULTILINE | re.DOTALL)
    for name in ("hunk", "difference", "candidate")
}
_ROW = re.compile(r"(\d+)([+\- ])\|(.*)")
_COMMENT = re.compile(r"\s*(?:#(?![!\w])|//|\*|/\*|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """A hunk, or a part of one, as a request shows it; rows are number, sign and text."""

    id: str
    path: str
    rows: tuple[tuple[int, str, str], ...]

    @property
    def exact(self) -> str:
        return digest(self.path, *(sign + text for _, sign, text in self.rows))

    @property
    def plain(self) -> str:
        return digest(self.path, *(sign + self._plain(text) for _, sign, text in self.rows if text.strip()))

    def _plain(self, text: str) -> str:
        indentation = text[: len(text) - len(text.lstrip())] if self.path.endswith(KEEPS_INDENTATION) else ""
        return indentation + " ".join(text.split())


def digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def hunks(request: ChatRequest) -> list[Hunk]:
    """Return the hunks of a request."""
    found = []
    for id_, text in _BLOCK["hunk"].findall(request.messages[1].content.text):
        path, _, *rows = text.split("\n")
        matches = [match for row in rows if (match := _ROW.fullmatch(row))]
        shown = tuple((int(match[1]), match[2], match[3]) for match in matches)
        found.append(Hunk(id=id_, path=path.removeprefix("file: "), rows=shown))
    return found


class ContentModel:
    """Implements `ports.ChatModel`; prompt tokens are counted by `count` over all messages."""

    def __init__(self, name: str, count: Callable[[str], int]) -> None:
        self.name = name
        self.fixed = 0
        self._count = count
        self._lock = threading.Lock()

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        del hear
        if request.schema_name == VERIFIES:
            text = upholds_all(request, 0) if claim_ids(request) else ""
        elif request.schema_name == CONFIRMS:
            text = json.dumps(confirmed(request))
        else:
            shown = hunks(request)
            findings = [each for hunk in shown for each in claims(hunk)]
            text = json.dumps({"findings": findings, "reviewed": [each.id for each in shown], "approved": not findings})
        sizes = [self._count(each.content.text) for each in request.messages]
        with self._lock:
            self.fixed += sizes[0]
        usage = TokenUsage(prompt=sum(sizes), cached_prompt=0, completion=self._count(text))
        return ChatReply(text=text, model=self.name, usage=usage, latency_s=0.0)

    def close(self) -> None:
        """Nothing is under way."""


def claims(hunk: Hunk) -> list[dict[str, Any]]:
    """Return what is found in a hunk: nothing, or one finding on a changed line."""
    chance = int(hunk.plain, 16)
    changed = [row for row in hunk.rows if row[1] == "+" and len(row[2].strip()) > 3]
    changed = changed or [row for row in hunk.rows if row[1] == "-" and len(row[2].strip()) > 3]
    if chance % FAULTY or not changed:
        return []
    number, _, text = changed[chance // FAULTY % len(changed)]
    finding = {
        "severity": SEVERITIES[int(digest(" ".join(text.split())), 16) % len(SEVERITIES)],
        "file": hunk.path,
        "line": number,
        "quote": text,
        "category": "correctness",
        "confidence": 0.9,
        "scenario": "It is called.",
        "description": f"Found in {hunk.exact} {hunk.plain}.",
        "suggestion": "Mend it.",
        "replacement": None,
    }
    return [finding]


def confirmed(request: ChatRequest) -> dict[str, Any]:
    """Return what is said of a difference: harmless where it is blank lines and whole lines of comment, else not."""
    (hunk,) = hunks(request)
    text = request.messages[1].content.text
    rows = [row for _, block in _BLOCK["difference"].findall(text) for row in block.split("\n")]
    found = [held(id_, json.loads(told)["quote"], hunk.rows) for id_, told in _BLOCK["candidate"].findall(text)]
    is_harmless = bool(rows) and all(_COMMENT.match(row[3:]) for row in rows)
    return {
        "reason": "Comments.",
        "difference": "harmless" if is_harmless else "matters",
        "confidence": 1.0,
        "findings": found,
    }


def held(id_: str, quote: str, rows: Sequence[tuple[int, str, str]]) -> dict[str, Any]:
    """Return what is said of a claim: whether its code stands in the hunk, and where."""
    at = next(((number, text) for number, _, text in rows if text.strip() == quote.strip()), None)
    number, text = at or (0, "")
    return {"id": id_, "holds": at is not None, "line": number, "quote": text}
