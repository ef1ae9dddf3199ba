"""The review as GitHub Markdown: the summary of a run, and the body of one comment.

Text of a change or a model passes `core.sanitise`; the markup here is ours alone. GitHub refuses a body over 65,536
characters, and with it the whole review: what is too long is shortened, and no finding loses its row.
"""

from collections.abc import Iterator, Sequence

from hunkwise.core import sanitise
from hunkwise.model.diff import Side
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import figures, places, walkthrough

LIMIT = 65_000
"""Characters of a summary: GitHub's 65,536, with room for hidden markers."""

TITLE = 140
"""Characters of a verdict's line: what a commit status takes (https://docs.github.com/en/rest/commits/statuses)."""

CUTS = (4_000, 2_000, 1_000, 500, 250, 120, 60, 0)
"""Characters a text may keep, tried in this order until the summary fits: the longest are shortened first."""

WALKTHROUGH = 500
"""Characters that a text may keep at least where a summary still holds the walkthrough."""

MIN_KEPT = 80
"""Characters that a title, a claim or a reason keeps in any case."""

MAX_PATH = 200
"""Characters of a path that are shown, from its end; more is rare, and would push findings out."""

MAX_ROWS = 50
"""Reasons of one state, claims or notices that are listed; the rest are counted."""

_SIGN = {Outcome.APPROVE: "✅", Outcome.BLOCK: "⛔", Outcome.INCOMPLETE: "⚠️"}
_DOT = {Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🔵"}


def summary(report: ReviewReport, *, limit: int = LIMIT) -> str:
    """Return the summary of a run in at most `limit` characters."""
    for keep in CUTS:
        text = _summary(report, keep)
        if len(text) <= limit:
            return text
    return _only_rows(report, limit)


def title(report: ReviewReport, *, limit: int = TITLE) -> str:
    """Return the verdict and its reasons on one line without markup, for a check or a commit status."""
    reasons = sanitise.plain("; ".join(report.verdict.reasons))
    return _kept(f"{report.verdict.outcome.value}: {' '.join(reasons.split())}", limit - 2)


def comment(finding: Finding, *, keep: int = CUTS[0]) -> str:
    """Return the body of one inline comment, each of its texts in at most `keep` characters."""
    parts = [
        f"**{_DOT[finding.severity]} {finding.severity.value}: {_line(finding.title, keep)}**",
        _text(finding.description, keep) if not _is_said_by_title(finding) else "",
    ]
    if finding.scenario:
        parts.append(f"*When:* {_text(finding.scenario, keep)}")
    if finding.suggestion:
        parts.append(f"*Do:* {_text(finding.suggestion, keep)}")
    if finding.also:
        parts.append(f"*Also at:* {', '.join(sanitise.span(_path(each)) for each in places.others(finding))}")
    if finding.replacement is not None:
        parts.append(sanitise.code(_kept(finding.replacement, keep)))
    origin = sanitise.inline(f"{finding.category}, {finding.origin}")
    parts.append(f"<sub>{origin}, confidence {finding.confidence:.2f}</sub>")
    return "\n\n".join(part for part in parts if part)


def _summary(report: ReviewReport, keep: int) -> str:
    parts = [_head(report, keep), _described(report, keep)]
    if report.findings:
        parts += [_table(report.findings, keep), *(_details(finding, keep) for finding in report.findings)]
    parts += [_claims(report.dropped, keep), _notices(report, keep), *_ledger(report, keep), _cost(report)]
    if keep != CUTS[0]:
        cut = f"Texts are cut to {keep} characters" if keep else "Details are left out"
        parts.append(f"<sub>{cut} to fit; the report file holds them whole.</sub>")
    return "\n\n".join(part for part in parts if part) + "\n"


def _described(report: ReviewReport, keep: int) -> str:
    """Return the walkthrough, folded away; it is the first to go where room is short."""
    if report.description is None or keep < WALKTHROUGH:
        return ""
    body = walkthrough.section(report.description, keep)
    return f"<details><summary>Walkthrough: a model's words, no verdict</summary>\n\n{body}\n\n</details>"


def _head(report: ReviewReport, keep: int) -> str:
    verdict = report.verdict
    reasons = "; ".join(_line(reason.rstrip("."), keep) for reason in verdict.reasons)
    return f"## {_SIGN[verdict.outcome]} hunkwise: {verdict.outcome.value}\n\n{reasons}".rstrip()


def _only_rows(report: ReviewReport, limit: int) -> str:
    """Return the verdict, the ledger's counts and as many rows as fit, and say how many do not."""
    text = f"{_head(report, 0)}\n\n{_counts(report)}\n\n"
    rows = [f"- {finding.severity.value} {_place(finding)}\n" for finding in report.findings]
    for index, row in enumerate(rows):
        rest = f"\n{figures.plural(len(rows) - index, 'more finding')}: see the report file\n"
        if len(text) + len(row) + len(rest) > limit:
            return text + rest
        text += row
    return text


def _table(findings: Sequence[Finding], keep: int) -> str:
    rows = [
        f"| {_DOT[each.severity]} {each.severity.value} | {sanitise.cell(_place(each))}"
        f" | {sanitise.cell(_line(each.title, keep))} |"
        for each in findings
    ]
    return "\n".join(["| severity | place | finding |", "|---|---|---|", *rows])


def _details(finding: Finding, keep: int) -> str:
    if keep == 0:
        return ""
    title = sanitise.html(_kept(finding.title, max(keep, MIN_KEPT)))
    place = sanitise.html(f"{_path(finding.file)}:{finding.line}")
    quote = sanitise.code(_kept(finding.quote, keep)) if finding.quote else ""
    body = f"{quote}\n\n{comment(finding, keep=keep)}"
    return f"<details><summary>{title} (<code>{place}</code>)</summary>\n\n{body}\n\n</details>"


def _place(finding: Finding) -> str:
    lines = str(finding.line) if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.LEFT else ""
    return sanitise.span(f"{_path(finding.file)}:{lines}") + removed


def _claims(dropped: Sequence[Dropped], keep: int) -> str:
    """Return claims from medium up that were not kept: never silently gone."""
    rows = [
        f"- {claim.severity.value}, {sanitise.span(f'{_path(claim.file)}:{claim.line}')}:"
        f" {_line(claim.description, keep)} ({_line(claim.reason, keep)})"
        for claim in dropped
        if claim.severity is not Severity.LOW
    ]
    return "\n".join(["**Claimed, but not kept as findings:**", "", *_listed(rows, "claim")]) if rows else ""


def _notices(report: ReviewReport, keep: int) -> str:
    rows = _listed([f"> - {_line(notice.text, keep)}" for notice in report.notices], "notice", "> - {}")
    return "\n".join(["> [!NOTE]", *rows]) if rows else ""


def _ledger(report: ReviewReport, keep: int) -> tuple[str, str]:
    rows = [
        row
        for state, words in ((HunkState.FAILED, "not reviewed"), (HunkState.SKIPPED, "skipped"))
        for row in _listed(list(_reasons(report, state, words, keep)), "reason", "| … | | {} | |")
    ]
    table = "\n".join(["| hunks | | reason | files |", "|---|---|---|---|", *rows]) if rows else ""
    return _counts(report), table


def _counts(report: ReviewReport) -> str:
    ledger = report.ledger
    counts = ", ".join(f"{ledger.count(state)} {state.value}" for state in HunkState if ledger.count(state))
    told = "".join(f"; {sanitise.inline(each)}" for each in (figures.reused(report), figures.masked(report)) if each)
    return f"**{figures.plural(len(ledger.entries), 'hunk')}**: {counts or 'nothing to read'}{told}"


def _reasons(report: ReviewReport, state: HunkState, words: str, keep: int) -> Iterator[str]:
    """Yield a row for each reason, the most common first."""
    files_by_reason: dict[str, list[str]] = {}
    for entry in report.ledger.entries:
        if entry.state is state:
            files_by_reason.setdefault(entry.reason or "no reason given", []).append(entry.file)
    for reason, files in sorted(files_by_reason.items(), key=lambda item: -len(item[1])):
        row = (f"{len(files):,}", words, _line(reason, min(keep, 500)), _files(list(dict.fromkeys(files))))
        yield "| " + " | ".join(sanitise.cell(each) for each in row) + " |"


def _files(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(sanitise.span(_path(name, 60)) for name in names[:3]) + more


def _listed(rows: Sequence[str], noun: str, form: str = "- {}") -> Sequence[str]:
    """Return the first rows, and one that counts the others."""
    if len(rows) <= MAX_ROWS:
        return rows
    return [
        *rows[:MAX_ROWS],
        form.format(f"{figures.plural(len(rows) - MAX_ROWS, f'more {noun}')}: see the report file"),
    ]


def _cost(report: ReviewReport) -> str:
    if not report.usage.by_model:
        return f"<sub>hunkwise {report.version}, {figures.unasked(report)}</sub>"
    used = report.usage
    packs = [f"{each.name} {each.version}" for each in ((report.prompt,) if report.prompt else ()) + report.beside]
    prompt = sanitise.inline(f"prompt {', '.join(packs)}" if packs else "no prompt")
    tokens = figures.prompt_tokens(used)
    answers = figures.number(figures.total(used, lambda asked: asked.completion_tokens))
    cost = sanitise.html(figures.money(figures.total(used, lambda asked: asked.cost_usd)))
    requests = figures.plural(sum(asked.requests for asked in used.by_model.values()), "request")
    models = ", ".join(sanitise.span(name) for name in used.by_model)
    return (
        f"<sub>hunkwise {report.version}, {models}, {prompt}, {requests}, prompt tokens {tokens},"
        f" answer tokens {answers}, cost {cost}</sub>"
    )


def _is_said_by_title(finding: Finding) -> bool:
    return " ".join(finding.description.split()).rstrip(".") == " ".join(finding.title.split()).rstrip(".")


def _text(value: str, keep: int) -> str:
    return sanitise.markdown(_kept(value, keep))


def _line(value: str, keep: int) -> str:
    return sanitise.inline(_kept(value, max(keep, MIN_KEPT)))


def _path(name: str, most: int = MAX_PATH) -> str:
    return name if len(name) <= most else f"…{name[-most:]}"


def _kept(value: str, keep: int) -> str:
    return value if len(value) <= keep else value[:keep].rstrip() + " …"
