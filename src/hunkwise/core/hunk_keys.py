"""Name hunks by what a model is shown of them, so that a hunk read once is known again.

A key holds no line number: it survives a shift, a rebase, and a move within the file. It holds the context a hunk
wants, so that a hunk whose surroundings changed is read again. Equal hunks of one file are told apart by
their order, so that what was found in one of them is not found in all, and by their number: where one of them comes or
goes nobody can tell which, so all are read again.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from hunkwise.core import context, redact
from hunkwise.core.packing import RedactedLines
from hunkwise.model.chat import Parameters
from hunkwise.model.material import HunkKey

DIGITS = 16
"""Hex digits of the SHA-256 that a key keeps: 64 bits, far more than the hunks of one pull request need."""


def by_hunk(hunks: Iterable[RedactedLines]) -> Mapping[HunkKey, str]:
    """Return the key of each hunk of a change, equal ones numbered in the order of the diff, with how many they are."""
    ordered = sorted(hunks, key=lambda each: (each.key.file, each.key.hunk))
    contents = {lines.key: _content(lines) for lines in ordered}
    total = Counter(contents.values())
    seen: Counter[str] = Counter()
    keys: dict[HunkKey, str] = {}
    for key, content in contents.items():
        seen[content] += 1
        keys[key] = _digest([content, str(seen[content]), str(total[content])])
    return keys


def allotted(keys: Mapping[HunkKey, str], hunks: Iterable[RedactedLines]) -> Mapping[HunkKey, str]:
    """Return the keys of hunks that were read with the context in `hunks` alone, which a run allots to each.

    `keys` are those of `by_hunk`. A line of context that several hunks want is sent once: a hunk to which the same
    lines fall after the next push is known again, one to which more or others fall is read again.
    """
    return {each.key: _digest([keys[each.key], _numbered(context.unnumbered(each.context))]) for each in hunks}


def material(prompt_sha256: str, terms: str, parameters: Parameters) -> str:
    """Return the digest of what decides an answer besides the hunk itself: prompt, sampling, and all other `terms`."""
    return _digest([prompt_sha256, terms, json.dumps(asdict(parameters), sort_keys=True)])


def _content(lines: RedactedLines) -> str:
    """Digest path, signs, texts and context; placeholders numbered by the hunk, as theirs count in the file."""
    rows = zip(lines.hunk.lines, lines.texts, strict=True)
    shown = [*(f"{line.kind.value}{text}" for line, text in rows), *context.unnumbered(lines.context)]
    return _digest([lines.path, _numbered(shown)])


def _numbered(texts: Iterable[str]) -> str:
    """Return texts as one, in which placeholders count from 1."""
    numbers: dict[str, str] = {}
    return redact.PLACEHOLDER.sub(lambda found: redact.renumbered(found.group(), numbers), "\n".join(texts))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
