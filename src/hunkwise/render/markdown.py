"""The review as GitHub Markdown: the summary of a run, and the body of one comment.

Text of a change or a model passes `core.sanitise`; the markup here is ours alone. GitHub refuses a body over 65,536
characters, and with it the whole review: what is too long is shortened, and no finding loses its row.
"""

from collections import Counter
from collections.abc import Sequence

from hunkwise.core import sanitise
from hunkwise.model.diff import Side
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import figures

LIMIT = 65_000
"""Characters of a summary: GitHub's 65,536, with room for hidden markers."""

CUTS = (4_000, 1_000, 300, 80, 0)
"""Characters a text may keep, tried in this order until the summary fits."""

MAX_PLACES = 50
"""Places listed under one reason; the rest are counted."""

_SIGN = {Outcome.APPROVE: "✅", Outcome.BLOCK: "⛔", Outcome.INCOMPLETE: "⚠️"}
_DOT = {Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🔵"}


def summary(report: ReviewReport, *, limit: int = LIMIT) -> str:
    """Return the summary of a run in at most `limit` characters."""
    for keep in CUTS:
        text = _summary(report, keep)
        if len(text) <= limit:
            return text
    return _only_rows(report, limit)


def comment(finding: Finding, *, keep: int = CUTS[0]) -> str:
    """Return the body of one inline comment."""
    parts = [
        f"**{_DOT[finding.severity]} {finding.severity.value}: {_text(finding.title, keep)}**",
        _text(finding.description, keep),
    ]
    if finding.scenario:
        parts.append(f"*When:* {_text(finding.scenario, keep)}")
    if finding.suggestion:
        parts.append(f"*Do:* {_text(finding.suggestion, keep)}")
    if finding.replacement is not None:
        parts.append(sanitise.code(_kept(finding.replacement, keep)))
    parts.append(f"<sub>{finding.category}, {_origin(finding)}, confidence {finding.confidence:.2f}</sub>")
    return "\n\n".join(part for part in parts if part)


def _summary(report: ReviewReport, keep: int) -> str:
    verdict = report.verdict
    reasons = "; ".join(sanitise.inline(reason) for reason in verdict.reasons)
    parts = [f"## {_SIGN[verdict.outcome]} hunkwise: {verdict.outcome.value}", reasons]
    if report.findings:
        parts += [_table(report.findings, keep), *(_details(finding, keep) for finding in report.findings)]
    parts += [_claims(report.dropped, keep), _notices(report), _ledger(report), _cost(report)]
    if keep != CUTS[0]:
        parts.append(f"<sub>Texts are cut to {keep} characters to fit; the report file holds them whole.</sub>")
    return "\n\n".join(part for part in parts if part) + "\n"


def _only_rows(report: ReviewReport, limit: int) -> str:
    """Return verdict and as many rows as fit, and say how many do not."""
    head = f"## {_SIGN[report.verdict.outcome]} hunkwise: {report.verdict.outcome.value}\n\n"
    rows = [f"- {finding.severity.value} {_place(finding)}" for finding in report.findings]
    text = head
    for index, row in enumerate(rows):
        rest = f"\n- and {figures.plural(len(rows) - index, 'more finding')}: see the report file\n"
        if len(text) + len(row) + len(rest) + 1 > limit:
            return text + rest
        text += row + "\n"
    return text


def _table(findings: Sequence[Finding], keep: int) -> str:
    rows = [
        f"| {_DOT[each.severity]} {each.severity.value} | {_place(each)} | {_cell(each.title, keep)} |"
        for each in findings
    ]
    return "\n".join(["| severity | place | finding |", "|---|---|---|", *rows])


def _details(finding: Finding, keep: int) -> str:
    if keep == 0:
        return ""
    title = sanitise.html(_kept(finding.title, max(keep, 20)))
    place = sanitise.html(f"{finding.file}:{finding.line}")
    quote = sanitise.code(_kept(finding.quote, keep)) if finding.quote else ""
    body = f"{quote}\n\n{comment(finding, keep=keep)}"
    return f"<details><summary>{title} (<code>{place}</code>)</summary>\n\n{body}\n\n</details>"


def _place(finding: Finding) -> str:
    lines = str(finding.line) if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.LEFT else ""
    return sanitise.span(f"{finding.file}:{lines}") + removed


def _claims(dropped: Sequence[Dropped], keep: int) -> str:
    """Return claims from medium up that have no place: never silently gone."""
    rows = [
        f"- {claim.severity.value}, {sanitise.span(f'{claim.file}:{claim.line}')}: {_cell(claim.description, keep)}"
        f" ({sanitise.inline(claim.reason)})"
        for claim in dropped
        if claim.severity is not Severity.LOW
    ]
    return "\n".join(["**Claimed by the model, without a proven place:**", "", *rows]) if rows else ""


def _notices(report: ReviewReport) -> str:
    return "\n".join(f"> {sanitise.inline(notice.text)}" for notice in report.notices)


def _ledger(report: ReviewReport) -> str:
    ledger = report.ledger
    counts = ", ".join(f"{ledger.count(state)} {state.value}" for state in HunkState if ledger.count(state))
    lines = [f"**{figures.plural(len(ledger.entries), 'hunk')}**: {counts or 'nothing to read'}"]
    for state, words in ((HunkState.FAILED, "not reviewed"), (HunkState.SKIPPED, "skipped")):
        reasons = Counter(entry.reason or "no reason given" for entry in ledger.entries if entry.state is state)
        for reason, count in reasons.most_common(MAX_PLACES):
            files = dict.fromkeys(
                entry.file
                for entry in ledger.entries
                if entry.state is state and (entry.reason or "no reason given") == reason
            )
            lines.append(f"- {words} {count}: {sanitise.inline(reason)[:500]} ({_files(list(files))})")
    return "\n".join(lines)


def _files(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(sanitise.span(name[:200]) for name in names[:3]) + more


def _cost(report: ReviewReport) -> str:
    prompt = f"prompt {report.prompt.name} {report.prompt.version}" if report.prompt else "no prompt"
    if not report.usage.by_model:
        return f"<sub>hunkwise {report.version}, embedded rules, no model was asked</sub>"
    used = report.usage
    tokens = figures.number(figures.total(used, lambda asked: asked.prompt_tokens))
    answers = figures.number(figures.total(used, lambda asked: asked.completion_tokens))
    cost = figures.money(figures.total(used, lambda asked: asked.cost_usd))
    requests = figures.plural(sum(asked.requests for asked in used.by_model.values()), "request")
    models = ", ".join(sanitise.span(name) for name in used.by_model)
    return (
        f"<sub>hunkwise {report.version}, {models}, {prompt}, {requests}, prompt tokens {tokens},"
        f" answer tokens {answers}, cost {cost}</sub>"
    )


def _origin(finding: Finding) -> str:
    return sanitise.inline(finding.origin)


def _text(value: str, keep: int) -> str:
    return sanitise.markdown(_kept(value, keep))


def _cell(value: str, keep: int) -> str:
    return sanitise.inline(_kept(value, max(keep, 20)))


def _kept(value: str, keep: int) -> str:
    return value if len(value) <= keep else value[:keep].rstrip() + " …"
