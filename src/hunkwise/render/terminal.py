"""The review as text for a terminal or a pipe: findings with their code, what was not read, the verdict last."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from hunkwise.core import sanitise
from hunkwise.model.diff import DiffLine, Side
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import figures
from hunkwise.render.places import lines_around

MAX_CODE_LINES = 8
"""Lines of a finding's own code that are shown."""

MAX_REASONS = 12
"""Reasons of skipped hunks that are listed one by one; failed ones are all listed."""

_COLOR = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
_OUTCOME_COLOR = {Outcome.APPROVE: "bold green", Outcome.BLOCK: "bold red", Outcome.INCOMPLETE: "bold yellow"}


def text(report: ReviewReport, *, width: int = 100, color: bool = False) -> str:
    """Return the review at `width` columns, with ANSI colours where `color`; nothing of a change is markup."""
    console = Console(
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
    )
    with console.capture() as captured:
        for part in _parts(report):
            console.print(part, soft_wrap=False)
    return "\n".join(line.rstrip() for line in captured.get().split("\n"))


def verdict_line(report: ReviewReport) -> str:
    """Return the verdict with its reasons on one line."""
    verdict = report.verdict
    return ": ".join(part for part in (verdict.outcome.value, sanitise.line("; ".join(verdict.reasons))) if part)


def _parts(report: ReviewReport) -> Iterator[Group | Text | Padding]:
    for finding in report.findings:
        yield _finding(finding, report)
    claims = [claim for claim in report.dropped if claim.severity is not Severity.LOW]
    if claims:
        yield Text("Claimed by the model, without a proven place:", style="bold")
        yield from (_claim(claim) for claim in claims)
        yield Text("")
    for notice in report.notices:
        yield Text.assemble(("note ", "bold"), sanitise.line(notice.text))
    yield from _ledger(report)
    if report.usage.by_model:
        yield _usage(report)
    yield Text(verdict_line(report), style=_OUTCOME_COLOR[report.verdict.outcome])


def _finding(finding: Finding, report: ReviewReport) -> Group:
    head = Text.assemble(
        (finding.severity.value, _COLOR[finding.severity]),
        "  ",
        (_place(finding), "bold"),
        "  ",
        sanitise.line(finding.title),
    )
    return Group(head, *_code(finding, report), *_words(finding), Text(""))


def _place(finding: Finding) -> str:
    lines = str(finding.line) if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.LEFT else ""
    return f"{sanitise.line(finding.file)}:{lines}{removed}"


def _code(finding: Finding, report: ReviewReport) -> Iterator[Text]:
    lines = lines_around(report.diff, finding)
    digits = max((len(str(line.number)) for line in lines), default=1)
    shown = [line for line in lines if _is_meant(line, finding)]
    skipped = len(shown) - MAX_CODE_LINES
    left = set(shown[MAX_CODE_LINES - 1 : -1]) if skipped > 0 else set()
    for line in lines:
        if line in left:
            if line == shown[MAX_CODE_LINES - 1]:
                yield Text(f"  {'':{digits}} … {figures.plural(len(left), 'more line')}", style="dim")
            continue
        mark = ">" if _is_meant(line, finding) else " "
        row = f"{mark} {line.number:{digits}} {line.kind.value}| {sanitise.visible(line.text).expandtabs(4)}"
        yield Text(row, style="" if mark == ">" else "dim", overflow="ellipsis", no_wrap=True)


def _is_meant(line: DiffLine, finding: Finding) -> bool:
    return line.side is finding.side and finding.line <= line.number <= finding.end_line


def _words(finding: Finding) -> Iterator[Padding]:
    said = sanitise.line(finding.description)
    if said.rstrip(".") != sanitise.line(finding.title):
        yield _indented(Text(said))
    if finding.scenario:
        yield _indented(Text.assemble(("when: ", "dim"), sanitise.line(finding.scenario)))
    if finding.suggestion:
        yield _indented(Text.assemble(("do:   ", "dim"), sanitise.line(finding.suggestion)))
    yield _indented(Text(f"{finding.category}, {finding.origin}, confidence {finding.confidence:.2f}", style="dim"))


def _claim(claim: Dropped) -> Padding:
    place = f"{sanitise.line(claim.file)}:{claim.line}"
    return _indented(
        Text.assemble(
            (claim.severity.value, _COLOR[claim.severity]),
            f"  {place}  ",
            sanitise.line(claim.description),
            (f"  ({sanitise.line(claim.reason)})", "dim"),
        )
    )


def _indented(content: Text) -> Padding:
    return Padding(content, (0, 0, 0, 2))


def _ledger(report: ReviewReport) -> Iterator[Text | Padding]:
    ledger = report.ledger
    counts = ", ".join(f"{ledger.count(state)} {state.value}" for state in HunkState if ledger.count(state))
    yield Text(f"{figures.plural(len(ledger.entries), 'hunk')}: {counts or 'nothing to read'}")
    failed: dict[tuple[str, str], list[str | None]] = {}
    for entry in ledger.entries:
        if entry.state is HunkState.FAILED:
            failed.setdefault((entry.file, entry.reason or "no reason given"), []).append(entry.hunk)
    for (file, reason), hunks in failed.items():
        where = hunks[0] or "" if len(hunks) == 1 else f"({len(hunks)} hunks)"
        place = sanitise.line(f"{file} {where}".strip())
        yield _indented(Text.assemble(("not reviewed ", "bold yellow"), f"{place}: {sanitise.line(reason)}"))
    skipped = Counter(entry.reason or "" for entry in ledger.entries if entry.state is HunkState.SKIPPED)
    for reason, count in skipped.most_common(MAX_REASONS):
        files = _files([entry.file for entry in ledger.entries if entry.reason == reason])
        yield _indented(Text(f"skipped {count}: {sanitise.line(reason)} ({files})", style="dim"))


def _files(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    more = f" and {len(different) - 3} more" if len(different) > 3 else ""
    return ", ".join(sanitise.line(name) for name in different[:3]) + more


def _usage(report: ReviewReport) -> Text:
    used = report.usage
    requests = sum(asked.requests for asked in used.by_model.values())
    prompt = figures.number(figures.total(used, lambda asked: asked.prompt_tokens))
    completion = figures.number(figures.total(used, lambda asked: asked.completion_tokens))
    cost = figures.money(figures.total(used, lambda asked: asked.cost_usd))
    models = ", ".join(sanitise.line(name) for name in used.by_model)
    asked = figures.plural(requests, "request")
    return Text(f"{models}: {asked}, prompt tokens {prompt}, answer tokens {completion}, cost {cost}")
