"""Fakes with memory for the ports; each keeps to its port's contract."""

import json
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from hunkwise.errors import DetectorError
from hunkwise.model.change import Change, ChangeRef
from hunkwise.model.chat import ChatReply, ChatRequest, RateLimits, TokenUsage
from hunkwise.model.diff import FileDiff, UnreadableFile
from hunkwise.model.finding import RuleHit, SecretSpan
from hunkwise.model.intent import Intent
from hunkwise.ports import Hear

HUNK_ID = re.compile(r'<hunk id="([0-9a-f-]+)">')
CLAIM_ID = re.compile(r'<candidate id="([0-9a-f-]+)">')
VERIFIES = "hunkwise_verify"
"""The name of the schema of a verify request."""

Script = Callable[[ChatRequest, int], str]
"""Answers a request (and its number, from 0) with text, or raises ChatError."""


def asked_ids(request: ChatRequest) -> list[str]:
    """Return the ids of the hunks a request shows."""
    return HUNK_ID.findall(request.messages[1].content.text)


def answer(reviewed: Sequence[str], *findings: Mapping[str, Any], approved: bool = True) -> str:
    """Return a hand-written answer that meets the review schema."""
    return json.dumps({"findings": list(findings), "reviewed": list(reviewed), "approved": approved})


def finding(quote: str, **changes: Any) -> dict[str, Any]:
    """Return a finding as a model would write it."""
    return {
        "severity": "high",
        "file": "app.py",
        "line": 1,
        "quote": quote,
        "category": "correctness",
        "confidence": 0.9,
        "scenario": "An empty list gives 0.",
        "description": "The result is wrong.",
        "suggestion": "Mend it.",
        "replacement": None,
        **changes,
    }


def verdict(id_: str, quote: str = "", **changes: Any) -> dict[str, Any]:
    """Return what a model says of a claim: refuted by `quote`, or upheld without one."""
    refuted = bool(quote)
    reason = "The code does not do that." if refuted else "It stands."
    return {"id": id_, "refuted": refuted, "reason": reason, "quote": quote, "confidence": 0.9, **changes}


def verdicts(*given: Mapping[str, Any]) -> str:
    """Return a hand-written answer that meets the verify schema."""
    return json.dumps({"verdicts": list(given)})


def claim_ids(request: ChatRequest) -> list[str]:
    """Return the ids of the claims a verify request holds."""
    return CLAIM_ID.findall(request.messages[1].content.text)


def upholds_all(request: ChatRequest, number: int) -> str:
    """Refute nothing."""
    del number
    return verdicts(*map(verdict, claim_ids(request)))


def reads_all(request: ChatRequest, number: int) -> str:
    """Find nothing and acknowledge everything."""
    del number
    return answer(asked_ids(request))


class ScriptedChat:
    """A chat model that answers by a script and remembers what it was asked: `verify` answers verify requests.

    Each script's numbers count its own requests.
    """

    def __init__(
        self,
        script: Script = reads_all,
        *,
        verify: Script = upholds_all,
        name: str = "fake",
        answers_as: str = "",
        limits: RateLimits | None = None,
    ) -> None:
        self._script = script
        self._verify = verify
        self._lock = threading.Lock()
        self._answers_as = answers_as or name
        self._limits = limits
        self.name = name
        self.requests: list[ChatRequest] = []
        self.closed = False

    @property
    def verifies(self) -> list[ChatRequest]:
        return [each for each in self.requests if each.schema_name == VERIFIES]

    def complete(self, request: ChatRequest, hear: Hear | None = None) -> ChatReply:
        del hear
        script = self._verify if request.schema_name == VERIFIES else self._script
        with self._lock:
            number = sum(each.schema_name == request.schema_name for each in self.requests)
            self.requests.append(request)
        text = script(request, number)
        usage = TokenUsage(prompt=100, cached_prompt=40, completion=10)
        return ChatReply(text=text, model=self._answers_as, usage=usage, latency_s=0.25, limits=self._limits)

    def close(self) -> None:
        self.closed = True


class DrivenClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def epoch(self) -> float:
        return 1_700_000_000.0 + self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    def wake(self) -> None:
        self.now += 0


class PlantedSecrets:
    """A scanner that knows its secrets by heart, and can be told to fail on a word."""

    def __init__(self, *secrets: str, fails_on: str | None = None) -> None:
        self._secrets = secrets
        self._fails_on = fails_on

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        if self._fails_on and self._fails_on in text:
            raise DetectorError("the scanner stumbled")
        spans = [
            SecretSpan(start=found.start(), end=found.end(), type="planted", reportable=True)
            for secret in self._secrets
            for found in re.finditer(re.escape(secret), text)
        ]
        return tuple(sorted(spans, key=lambda span: span.start))


NOTHING_SAID = Intent()


class GivenChange:
    """A change and its head files, as given."""

    def __init__(
        self,
        diff: bytes,
        head: Mapping[bytes, bytes] | None = None,
        unread: tuple[UnreadableFile, ...] = (),
        others: Mapping[bytes, bytes] | None = None,
        *,
        source: Literal["diff", "github"] = "diff",
        said: Intent = NOTHING_SAID,
    ) -> None:
        self._change = Change(
            source=source, repo=None, base=None, head=None, diff=diff, unread=unread, identity="given"
        )
        self._head = head or {}
        self._others = others or {}
        self.sought: list[Sequence[str]] = []
        self.said = said

    def load(self, ref: ChangeRef) -> Change:
        del ref
        return self._change

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        del ref, change
        return {path: self._head[path] for path in paths if path in self._head}

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        del ref, change
        return self.said

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        del ref, change
        self.sought.append(names)
        return {path: content for path, content in self._others.items() if path not in besides}


class GivenRules:
    """Rules that hit where they are told."""

    def __init__(self, *hits: RuleHit) -> None:
        self._hits = hits
        self.heads: dict[str, bytes | None] = {}

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        self.heads[file.path] = head
        return tuple(hit for hit in self._hits if hit.path == file.path)


class WordCounter:
    """Counts words."""

    def count(self, text: str) -> int:
        return len(text.split())
