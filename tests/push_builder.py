"""Pushes to a pull request, from the texts of its files: what a run reads, finds, and leaves for the next.

`read({"app.py": (base, head)})` diffs real texts through the real parser. `found(reading, "quote")` is a model's
finding on the lines of that quote. Threads are those of a first run: they stand on no memory.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from hunkwise.core import bookkeeping, hunk_keys, patch, quotes, ranking, reconcile, reuse
from hunkwise.core.bookkeeping import End, Reading
from hunkwise.core.packing import RedactedLines
from hunkwise.core.reconcile import Before, Reconciled
from hunkwise.core.signature import keys
from hunkwise.core.threads import MayDismiss, Spoken
from hunkwise.model.diff import Diff, Side
from hunkwise.model.finding import Anchor, Finding, RawFinding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Mark, Memory
from hunkwise.model.pull import Thread

KEYS = keys(("secret",), 7, 3)
MATERIAL = "0" * 16
READ = End(state=HunkState.REVIEWED, by="model:m")


def parsed(texts: Mapping[str, tuple[str, str]]) -> Diff:
    """Return the diff of each path's base and head text."""
    parts: list[str] = []
    for path, (base, head) in texts.items():
        body = difflib.unified_diff(base.splitlines(), head.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
        if base != head:
            parts += [f"diff --git a/{path} b/{path}", *body]
    return patch.parse(("\n".join(parts) + "\n").encode())


def lines_of(shown: Diff) -> Mapping[HunkKey, RedactedLines]:
    """Return the hunks of `shown` as gathering hands them on."""
    return {
        (key := HunkKey(file=index, hunk=number)): RedactedLines(
            key=key, path=file.path, hunk=hunk, texts=tuple(line.text for line in hunk.lines)
        )
        for index, file in enumerate(shown.files)
        for number, hunk in enumerate(file.hunks)
    }


def read(texts: Mapping[str, tuple[str, str]] | Diff, ends: Mapping[HunkKey, End] | None = None) -> Reading:
    """Return a change of which a model read every hunk but those in `ends`."""
    shown = texts if isinstance(texts, Diff) else parsed(texts)
    lines = lines_of(shown)
    ledger = bookkeeping.balance(shown, {**dict.fromkeys(lines, READ), **(ends or {})})
    return Reading(shown=shown, keys=hunk_keys.by_hunk(lines.values()), ledger=ledger)


def found(
    reading: Reading, quote: str, *, nth: int = 0, path: str = "app.py", side: Side = Side.RIGHT, **changes: object
) -> Finding:
    """Return a finding on the `nth` place of `quote`."""
    place = quotes.places(quote, path, side, quotes.columns(reading.shown, {path}))[nth]
    raw = RawFinding(
        severity=Severity.HIGH,
        file=path,
        line=place.line,
        quote=quote,
        category="correctness",
        confidence=0.9,
        scenario="s",
        description="It is wrong.",
        suggestion="Mend it.",
        replacement=None,
        origin="model:m",
    )
    anchor = Anchor(path=path, line=place.line, end_line=place.end_line, side=side, quote=quote)
    return replace(ranking.from_model(raw, anchor), **changes)  # type: ignore[arg-type]  # fields by name


def run(
    reading: Reading,
    findings: Sequence[Finding],
    memory: Memory | None = None,
    spoken: Sequence[Spoken] = (),
    may_dismiss: MayDismiss = lambda _: True,
) -> Reconciled:
    """Return what a run on `reading` holds that found `findings`."""
    ranked, _ = ranking.rank(findings, reading.shown)
    return reconcile.reconcile(ranked, reading, Before(memory=memory, spoken=tuple(spoken), may_dismiss=may_dismiss))


def after(reading: Reading, held: Reconciled, previous: Memory | None = None, *, trusted: bool = True) -> Memory:
    """Return the memory as the next run reads it back."""
    counter = previous.counter + 1 if previous else 1
    made = reuse.Run(head="a" * 40, counter=counter, material=MATERIAL, spent_usd=0.5)
    return replace(reuse.remember(held.findings, reading, made, previous), trusted=trusted)


def thread(finding: Finding, *, trusted: bool = True, **changes: object) -> Spoken:
    """Return the open thread of a finding's comment."""
    made = Thread(
        node_id=f"T{finding.fingerprint}",
        comment_node_id=f"C{finding.fingerprint}",
        path=finding.file,
        line=finding.end_line,
        body="",
        is_resolved=False,
        resolved_by=None,
        is_minimized=False,
    )
    mark = Mark(fingerprint=finding.fingerprint, counter=0, trusted=trusted)
    return Spoken(thread=replace(made, **changes), mark=mark)  # type: ignore[arg-type]  # fields by name


def threads(held: Reconciled, skip: Collection[str] = ()) -> list[Spoken]:
    """Return an open thread for each finding."""
    return [thread(each) for each in held.findings if each.fingerprint not in skip]
