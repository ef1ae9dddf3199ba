"""The review as text for a terminal or a pipe: findings with their code, what was not read, the verdict last."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hunkwise.core import sanitise
from hunkwise.model.diff import DiffLine, Side
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import Entry, HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import figures, places
from hunkwise.render.places import Spot

MAX_CODE_LINES = 8
"""Lines of a finding's own code that are shown."""

MAX_FAILED = 40
"""Files that were not reviewed and are listed one by one; the others are counted."""

MAX_REASONS = 12
"""Reasons of skipped hunks that are listed one by one; the others are counted."""

MAX_CELL_CHARS = 4
"""Characters of a code line looked at for each column: a line of megabytes is not laid out to be cut."""

_COLOR = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
_OUTCOME_COLOR = {Outcome.APPROVE: "bold green", Outcome.BLOCK: "bold red", Outcome.INCOMPLETE: "bold yellow"}


def text(report: ReviewReport, *, width: int = 100, color: bool = False) -> str:
    """Return the review at `width` columns, with ANSI colours where `color`; nothing of a change is markup."""
    console = Console(
        width=width,
        height=25,  # unused; without one a dumb terminal would set both
        legacy_windows=False,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
    )
    with console.capture() as captured:
        for part in _parts(report, width):
            console.print(Group(part))  # a text by itself would lose its own way of wrapping
    return sanitise.log("\n".join(line.rstrip() for line in captured.get().split("\n")))


def verdict_line(report: ReviewReport) -> str:
    """Return the verdict with its reasons on one line."""
    verdict = report.verdict
    reasons = sanitise.line("; ".join(reason.rstrip(".") for reason in verdict.reasons))
    return sanitise.log(": ".join(part for part in (verdict.outcome.value, reasons) if part))


def _parts(report: ReviewReport, width: int) -> Iterator[RenderableType]:
    for finding, spot in zip(report.findings, places.spots(report.diff, report.findings), strict=True):
        yield from _finding(finding, spot, width)
    claims = [claim for claim in report.dropped if claim.severity is not Severity.LOW]
    if claims:
        yield Text("Claimed, but not kept as findings:", style="bold")
        yield from (_claim(claim) for claim in claims)
        yield Text("")
    for notice in report.notices:
        yield _labelled("note", sanitise.line(notice.text), "bold")
    yield from _ledger(report)
    yield _usage(report) if report.usage.by_model else Text(figures.unasked(report))
    yield Text(verdict_line(report), style=_OUTCOME_COLOR[report.verdict.outcome])


def _finding(finding: Finding, spot: Spot | None, width: int) -> Iterator[RenderableType]:
    head = Text.assemble((finding.severity.value, _COLOR[finding.severity]), "  ", (_place(finding), "bold"))
    title = sanitise.line(finding.title)
    if head.cell_len + 2 + cell_len(title) <= width:
        yield head.append("  ").append(title)
    else:
        yield head
        yield _indented(Text(title, style="bold"))
    if spot:
        yield from _code(finding, spot, width)
    yield from _words(finding)
    yield Text("")


def _place(finding: Finding) -> str:
    lines = str(finding.line) if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.LEFT else ""
    return f"{sanitise.line(finding.file)}:{lines}{removed}"


def _code(finding: Finding, spot: Spot, width: int) -> Iterator[Text]:
    lines = spot.around()
    digits = max(len(str(line.number)) for line in lines)
    meant = [row for row, line in enumerate(lines) if _is_meant(line, finding)]
    left = meant[MAX_CODE_LINES - 1 : -1] if len(meant) > MAX_CODE_LINES else []
    for row, line in enumerate(lines):
        if left and left[0] <= row <= left[-1]:
            if row == left[0]:
                yield Text(f"  {'':{digits}} … {figures.plural(left[-1] - row + 1, 'more line')}", style="dim")
            continue
        mark = ">" if _is_meant(line, finding) else " "
        shown = sanitise.visible(line.text[: width * MAX_CELL_CHARS]).expandtabs(4)
        words = f"{mark} {line.number:{digits}} {line.kind.value}| {shown}"
        yield Text(words, style="" if mark == ">" else "dim", overflow="ellipsis", no_wrap=True)


def _is_meant(line: DiffLine, finding: Finding) -> bool:
    return line.side is finding.side and finding.line <= line.number <= finding.end_line


def _words(finding: Finding) -> Iterator[RenderableType]:
    said = [sanitise.line(paragraph) for paragraph in finding.description.split("\n\n")]
    if " ".join(said).rstrip(".") != sanitise.line(finding.title).rstrip("."):
        yield from (_indented(Text(paragraph)) for paragraph in said if paragraph)
    also = ", ".join(places.others(finding))
    for label, words in (("when:", finding.scenario), ("do:", finding.suggestion), ("also:", also)):
        if words:
            yield _indented(_labelled(f"{label:5}", sanitise.line(words), "dim"))
    parts = [finding.category, finding.origin, f"confidence {finding.confidence:.2f}"]
    if finding.status != "new":
        parts.append(finding.status)
    yield _indented(Text(sanitise.line(", ".join(parts)), style="dim"))


def _claim(claim: Dropped) -> RenderableType:
    place = f"{sanitise.line(claim.file)}:{claim.line}"
    words = Text.assemble((place, "bold"), f"  {sanitise.line(claim.description)}")
    words.append(f"  ({sanitise.line(claim.reason)})", style="dim")
    return _indented(_labelled(claim.severity.value, words, _COLOR[claim.severity]))


def _labelled(label: str, words: str | Text, style: str) -> Table:
    """Return words that wrap beside their label, not under it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style=style)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label), Text(words) if isinstance(words, str) else words)
    return grid


def _indented(content: RenderableType) -> Padding:
    return Padding(content, (0, 0, 0, 2))


def _ledger(report: ReviewReport) -> Iterator[RenderableType]:
    ledger = report.ledger
    counts = ", ".join(f"{ledger.count(state)} {state.value}" for state in HunkState if ledger.count(state))
    yield Text(f"{figures.plural(len(ledger.entries), 'hunk')}: {counts or 'nothing to read'}")
    for told in (figures.reused(report), figures.masked(report)):
        if told:
            yield Text(sanitise.line(told))
    yield from _failed([entry for entry in ledger.entries if entry.is_unanswered])
    yield from _skipped([entry for entry in ledger.entries if entry.state is HunkState.SKIPPED])


def _failed(entries: Sequence[Entry]) -> Iterator[RenderableType]:
    hunks: dict[tuple[str, str], list[str | None]] = {}
    for entry in entries:
        hunks.setdefault((entry.file, _reason(entry)), []).append(entry.hunk)
    for (file, reason), headers in list(hunks.items())[:MAX_FAILED]:
        where = headers[0] or "" if len(headers) == 1 else f"({len(headers):,} hunks)"
        place = sanitise.line(f"{file} {where}")
        yield _indented(_labelled("not reviewed", f"{place}: {sanitise.line(reason)}", "bold yellow"))
    others = list(hunks.values())[MAX_FAILED:]
    if others:
        more = f"{figures.plural(sum(map(len, others)), 'more hunk')}: the JSON report names each"
        yield _indented(_labelled("not reviewed", more, "bold yellow"))


def _skipped(entries: Sequence[Entry]) -> Iterator[RenderableType]:
    files: dict[str, list[str]] = {}
    for entry in entries:
        files.setdefault(_reason(entry), []).append(entry.file)
    ordered = sorted(files.items(), key=lambda item: -len(item[1]))
    for reason, names in ordered[:MAX_REASONS]:
        words = f"skipped {len(names):,}: {sanitise.line(reason)} ({_files(names)})"
        yield _indented(Text(words, style="dim"))
    others = sum(len(names) for _, names in ordered[MAX_REASONS:])
    if others:
        yield _indented(Text(f"skipped {others:,} for other reasons: the JSON report names each", style="dim"))


def _reason(entry: Entry) -> str:
    return entry.reason or "no reason given"


def _files(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    more = f" and {len(different) - 3:,} more" if len(different) > 3 else ""
    return ", ".join(sanitise.line(name) for name in different[:3]) + more


def _usage(report: ReviewReport) -> Text:
    used = report.usage
    requests = sum(asked.requests for asked in used.by_model.values())
    prompt = figures.prompt_tokens(used)
    completion = figures.number(figures.total(used, lambda asked: asked.completion_tokens))
    cost = figures.money(figures.total(used, lambda asked: asked.cost_usd))
    models = ", ".join(sanitise.line(name) for name in used.by_model)
    asked = figures.plural(requests, "request")
    return Text(f"{models}: {asked}, prompt tokens {prompt}, answer tokens {completion}, cost {cost}")
