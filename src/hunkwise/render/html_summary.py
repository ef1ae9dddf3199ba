"""The top of the HTML page: verdict, main figures, what was not read, notices, findings and dropped claims."""

from hunkwise.model.finding import Dropped, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.render import html_finding, html_ledger
from hunkwise.render import html_places as places_of
from hunkwise.render.figures import duration, latency_ms, money, number, plural
from hunkwise.render.html_places import Places
from hunkwise.render.html_text import prose, shown

MAX_OPEN_ROWS = 8
"""Rows of a list up to which it is open (our own choice: more would push the findings off the first screen)."""

_MARKS = {Outcome.APPROVE: "\N{CHECK MARK}", Outcome.BLOCK: "\N{MULTIPLICATION X}", Outcome.INCOMPLETE: "!"}


def verdict(report: ReviewReport) -> str:
    """Return the outcome with its reasons and the run's main figures."""
    outcome = report.verdict.outcome
    reasons = "".join(f"<li>{shown(reason)}</li>" for reason in report.verdict.reasons)
    listed = f"<ul>{reasons}</ul>" if reasons else ""
    return (
        f'<section class="verdict {outcome.value}" aria-labelledby="verdict-title">'
        f'<span class="mark" aria-hidden="true">{_MARKS[outcome]}</span>'
        f'<div><h1 id="verdict-title">{outcome.value.capitalize()}</h1>{listed}</div></section>'
        f'<dl class="tiles">{_tiles(report)}</dl>'
    )


def unread(report: ReviewReport, places: Places) -> str:
    """Return the hunks that were not reviewed, the first few in the open; nothing when there are none."""
    failed = [index for index, entry in enumerate(report.ledger.entries) if entry.is_unanswered]
    if not failed:
        return ""
    rows = [
        f"<li>{html_ledger.entry_place(report, places, index)} "
        f'<span class="why">{shown(report.ledger.entries[index].reason or "no reason was recorded")}</span></li>'
        for index in failed
    ]
    first, rest = rows[:MAX_OPEN_ROWS], rows[MAX_OPEN_ROWS:]
    more = f"<details><summary>{len(rest):,} more</summary><ul>{''.join(rest)}</ul></details>" if rest else ""
    return (
        f'<section class="panel alarm" aria-labelledby="unread-title">'
        f'<h2 id="unread-title">{plural(len(failed), "hunk")} not reviewed</h2>'
        f"<ul>{''.join(first)}</ul>{more}</section>"
    )


def notices(report: ReviewReport) -> str:
    """Return the notices of the report and of its change, each once."""
    unique = dict.fromkeys((*report.change.notices, *report.notices))
    if not unique:
        return ""
    items = "".join(f"<li>{shown(notice.text)}</li>" for notice in unique)
    return (
        f'<section class="panel" aria-labelledby="notices-title">'
        f'<h2 id="notices-title">Notices</h2><ul>{items}</ul></section>'
    )


def findings(report: ReviewReport, places: Places) -> str:
    """Return the table of findings, linking to their places, and those that have no line in this diff."""
    heading = '<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>'
    if not report.findings:
        return f"{heading}<p>No findings.</p></section>"
    rows = "".join(
        f"<tr><td>{html_finding.badge(finding.severity)}</td>"
        f'<td><a href="#{places_of.finding_id(index)}">{html_finding.title(finding)}</a>'
        f"{html_finding.facts(finding)}</td></tr>"
        for index, finding in enumerate(report.findings)
    )
    homeless = "".join(html_finding.comment(index, report.findings[index], None) for index in places.homeless)
    apart = f"<h3>On no line of this diff</h3>{homeless}" if homeless else ""
    return (
        f'{heading}<table class="list"><thead><tr><th scope="col">Severity</th><th scope="col">Finding</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>{apart}</section>"
    )


def dropped(report: ReviewReport) -> str:
    """Return the claims that were not kept: place, stage and reason of all, from medium up their text too."""
    if not report.dropped:
        return ""
    low = sum(claim.severity is Severity.LOW for claim in report.dropped)
    less = f", {low:,} of them below medium, whose text is not printed" if low else ""
    is_open = " open" if len(report.dropped) <= MAX_OPEN_ROWS else ""
    return (
        f'<section aria-labelledby="dropped-title"><h2 id="dropped-title">Claims that were not kept</h2>'
        f'<details class="fold"{is_open}><summary>{plural(len(report.dropped), "claim")}{less}</summary>'
        f'<ul class="claims">{"".join(_claim(claim) for claim in report.dropped)}</ul></details></section>'
    )


def _claim(claim: Dropped) -> str:
    told = "" if claim.severity is Severity.LOW else prose(claim.description)
    return (
        f"<li>{html_finding.badge(claim.severity)} <code>{shown(claim.file)}:{claim.line}</code>{told}"
        f'<p class="facts">Dropped at {shown(claim.stage)}: {shown(claim.reason)}</p></li>'
    )


def _tiles(report: ReviewReport) -> str:
    entries = report.ledger.entries
    read = sum(each.state is not HunkState.SKIPPED and not each.is_unanswered for each in entries)
    counts = [(severity, sum(found.severity is severity for found in report.findings)) for severity in Severity]
    tiles = [
        *((f"{severity.value.capitalize()} findings", number(count), severity.value) for severity, count in counts),
        ("Hunks read", f"{read:,} of {len(entries):,}", ""),
        *_figures(report),
    ]
    return "".join(f'<div class="tile {kind}"><dt>{name}</dt><dd>{figure}</dd></div>' for name, figure, kind in tiles)


def _figures(report: ReviewReport) -> list[tuple[str, str, str]]:
    """Return tokens, cost and latency; where no model was asked there is nothing to know."""
    usage = report.usage
    if not usage.by_model:
        return [("Model requests", "none", "")]
    return [
        ("Tokens", number(html_ledger.tokens(usage)), ""),
        ("Cost", money(html_ledger.cost_usd(usage)), ""),
        ("Median latency", duration(latency_ms(usage, 50)), ""),
    ]
