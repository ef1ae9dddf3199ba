"""Files of commits, byte for byte, in few requests.

GraphQL brings 50 files at once, but as text: what is not UTF-8 comes changed, and long files come cut. So the text is
taken where its size proves it, and else the blob itself is asked for.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from hunkwise.adapters.github import payloads, queries
from hunkwise.adapters.github.exchange import Fault, FaultKind, Request
from hunkwise.adapters.github.wire import Wire

BATCH = 50
"""Files a query asks for: a query that takes GitHub over 10 s gets no answer."""

MAX_BYTES = 5_000_000
"""A larger file's content is left out."""

MAX_TOTAL_BYTES = 200_000_000
"""Bytes of one call's contents; what comes after them is left out, so that a change can't use up the memory."""

BATCH_TRIES = 2
"""Times a query is sent before it is asked in halves."""

MAX_SINGLE = 100
"""Files of one call that may be asked for one by one: a workflow has 1,000 requests an hour."""

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

    def read(self, places: Sequence[Place]) -> Mapping[Place, Content]:
        """Return what is at `places`; a place where nothing is, or that can't be read, is left out."""
        wanted = sorted(set(places))
        self._singles = MAX_SINGLE
        found: dict[Place, Content] = {}
        left = MAX_TOTAL_BYTES
        for start in range(0, len(wanted), BATCH):
            if left <= 0:
                break
            got = dict(self._batch(wanted[start : start + BATCH]))
            left -= sum(len(content.data or b"") for content in got.values())
            found.update(got)
        return found

    def exact(self, blob: payloads.Blob) -> bytes | None:
        """Return the bytes of `blob`, by a request of their own where its text does not prove them."""
        if blob.byte_size > MAX_BYTES:
            return None
        text = blob.text or ""
        data = text.encode("utf-8", "surrogatepass")
        if not blob.is_truncated and "\ufffd" not in text and len(data) == blob.byte_size:
            return data
        return None if blob.is_binary else self._single(blob.oid)

    def _batch(self, places: Sequence[Place]) -> Iterator[tuple[Place, Content]]:
        """Yield what is at `places`; a query that is too much for GitHub is asked in halves."""
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
            half = len(places) // 2
            if half and got.kind is FaultKind.BROKEN:
                yield from self._batch(places[:half])
                yield from self._batch(places[half:])
            return
        commit_at = [at for at, (_, group) in enumerate(groups) for _ in group]
        for at, place in enumerate(places):
            content = self.content(payloads.part(got.data, "repository", f"c{commit_at[at]}", f"p{at}"))
            if content is not None:
                yield place, content

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
