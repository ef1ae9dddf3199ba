"""Files of commits, byte for byte, in few requests.

GraphQL brings many files at once, but as text: what is not UTF-8 comes changed, and long files come cut. So the text is
taken where its size proves it, and else the blob itself is asked for.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hunkwise.adapters.github import faults, payloads, queries
from hunkwise.adapters.github.exchange import Fault, FaultKind, Request
from hunkwise.adapters.github.wire import Wire

BATCH = 125
"""Files a query asks for at first. GitHub publishes no limit of files; a query that takes it over 10 s gets no answer,
and one that takes too much of it only a part (docs.github.com/en/graphql/overview/
rate-limits-and-query-limits-for-the-graphql-api). With 125, the pages of a change's files and the files themselves take
less than one request for each 50."""

MIN_BATCH = 10
"""Files a query asks for again, however few it was that GitHub answered."""

MAX_BYTES = 5_000_000
"""A larger file's content is left out."""

MAX_TOTAL_BYTES = 200_000_000
"""Bytes of one call's contents; what comes after them is left out, so that a change can't use up the memory."""

BATCH_TRIES = 2
"""Times a query is sent before it is asked in halves."""

MAX_FAILED = 20
"""Queries that may fail one after the other: more than it takes to find a file that fails alone, and then it is an
outage."""

MAX_SINGLE = 100
"""Files of one call that may be asked for one by one: a workflow has 1,000 requests an hour."""

_TOO_MUCH = frozenset({FaultKind.BROKEN, FaultKind.TOO_LARGE})

REGULAR = frozenset({0o100644, 0o100755, 0o100664})
"""Modes of regular files (git's tree objects); others are links and submodules."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A path in the tree of a commit."""

    commit: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is at a place; `data` is None where it is binary, over 5 MB or could not be had."""

    oid: str
    mode: int
    is_binary: bool
    data: bytes | None


class Blobs:
    """Reads files of one repository."""

    def __init__(self, wire: Wire, repo: str) -> None:
        self._wire = wire
        self._repo = repo
        self._singles = MAX_SINGLE
        self._most = BATCH

    def read(self, places: Sequence[Place]) -> Mapping[Place, Content]:
        """Return what is at `places`; a place where nothing is, or that can't be read, is left out."""
        waiting = sorted(set(places))
        self._singles = MAX_SINGLE
        found: dict[Place, Content] = {}
        size, failed, left = self._most, 0, MAX_TOTAL_BYTES
        while waiting and failed < MAX_FAILED and left > 0:
            batch, waiting = waiting[:size], waiting[size:]
            got, unanswered = self._batch(batch)
            found |= got
            left -= sum(len(content.data or b"") for content in got.values())
            size = self._next_size(batch, unanswered)
            failed = 0 if got or not unanswered else failed + 1
            if len(batch) > 1:  # what fails alone is given up
                waiting = [*unanswered, *waiting]
        return found

    def _next_size(self, batch: Sequence[Place], unanswered: Sequence[Place]) -> int:
        """Return how many files to ask for next: half of what was too much, twice of what was not."""
        if not unanswered:
            return min(self._most, 2 * len(batch))
        half = max(1, len(batch) // 2)
        self._most = max(MIN_BATCH, half) if len(batch) > 1 else BATCH  # what fails alone does not fail by its size
        return half

    def exact(self, blob: payloads.Blob) -> bytes | None:
        """Return the bytes of `blob`, by a request of their own where its text does not prove them."""
        if blob.byte_size > MAX_BYTES:
            return None
        text = blob.text or ""
        data = text.encode("utf-8", "surrogatepass")
        if not blob.is_truncated and "\ufffd" not in text and len(data) == blob.byte_size:
            return data
        return None if blob.is_binary else self._single(blob.oid)

    def _batch(self, places: Sequence[Place]) -> tuple[dict[Place, Content], list[Place]]:
        """Return what is at `places`, and those of them that it was too much to answer for."""
        groups = [(commit, list(group)) for commit, group in groupby(places, key=lambda place: place.commit)]
        owner, name = self._repo.split("/")
        got = self._wire.graphql(
            queries.blobs([len(group) for _, group in groups]),
            {
                "owner": owner,
                "name": name,
                **{f"c{at}": commit for at, (commit, _) in enumerate(groups)},
                **{f"p{at}": place.path for at, place in enumerate(places)},
            },
            about=f"files of {self._repo}",
            needs="contents: read",
            max_tries=BATCH_TRIES if len(places) > 1 else BATCH_TRIES + 1,
        )
        if isinstance(got, Fault):
            return {}, list(places) if got.kind in _TOO_MUCH else []
        commit_at = [at for at, (_, group) in enumerate(groups) for _ in group]
        entries = [payloads.part(got.data, "repository", f"c{commit_at[at]}", f"p{at}") for at in range(len(places))]
        read = [(place, self.content(entry)) for place, entry in zip(places, entries, strict=True)]
        lacking = _lacking(got.errors)
        unanswered = [
            place for at, (place, there) in enumerate(read) if there is None and not lacking.isdisjoint({f"p{at}", ""})
        ]
        return {place: there for place, there in read if there is not None}, unanswered

    def content(self, entry: object) -> Content | None:
        """Return what GraphQL's tree entry holds, None where it is no blob."""
        if entry is None:
            return None
        read = payloads.read(payloads.TreeEntry, entry, f"files of {self._repo}")
        if not isinstance(read.object, payloads.Blob):
            return None
        data = self.exact(read.object)
        return Content(oid=read.object.oid, mode=read.mode, is_binary=bool(read.object.is_binary), data=data)

    def _single(self, oid: str) -> bytes | None:
        if self._singles <= 0:
            return None
        self._singles -= 1
        got = self._wire.send(
            Request(
                verb="GET",
                path=f"/repos/{self._repo}/git/blobs/{oid}",
                about=f"blob {oid[:12]} of {self._repo}",
                needs="contents: read",
                repeatable=True,
            )
        )
        if isinstance(got, Fault) or not isinstance(got.data, dict) or got.data.get("encoding") != "base64":
            return None
        try:
            return base64.b64decode(str(got.data.get("content")))
        except binascii.Error:
            return None


def _lacking(errors: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names in a query of what GitHub gave up on; an empty one stands for all that is not there."""
    paths = [each.get("path") or () for each in errors if faults.kind_of(each) in _TOO_MUCH]
    return frozenset(next((str(part) for part in path if str(part).startswith("p")), "") for path in paths)
