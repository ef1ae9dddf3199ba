"""One self-contained HTML page of a review: verdict and cost at the top, then the diff with comments in place.

The page holds no script and asks the network for nothing; its policy names the one inline style by hash and
forbids all else. Everything of the change or a model passes `html_text`.
"""

from hunkwise.model.report import ReviewReport
from hunkwise.render import html_diff, html_ledger, html_places, html_style, html_summary
from hunkwise.render.figures import plural
from hunkwise.render.html_text import DOT, shown

SHORT_ID = 10
"""Characters of a commit id in the header; the whole id stands under "This run"."""


def page(report: ReviewReport) -> str:
    """Return the page as text, to be stored as UTF-8; its size is linear in the report's."""
    places = html_places.of(report)
    return "".join(
        (
            _head(report),
            '<body><a class="skip" href="#changes">Skip to the changes</a>',
            '<header class="top"><p><span><strong>hunkwise</strong> review</span>',
            f"{_subject(report)}</p></header><main>",
            html_summary.verdict(report),
            html_summary.unread(report, places),
            html_summary.notices(report),
            html_summary.findings(report, places),
            html_summary.dropped(report),
            '<div class="accounts">',
            html_ledger.ledger(report, places),
            html_ledger.usage(report),
            html_ledger.redactions(report),
            html_ledger.run(report),
            "</div>",
            html_diff.changes(report, places),
            "</main><footer><p>Written by hunkwise. This page holds no script and loads nothing.</p></footer>",
            "</body></html>\n",
        )
    )


def _subject(report: ReviewReport) -> str:
    """Return what was reviewed, and by which engine, in a few words."""
    change = report.change
    commits = [shown(commit[:SHORT_ID]) for commit in (change.base, change.head) if commit]
    known = [shown(change.repo or ""), "..".join(commits), f"{shown(report.engine)} engine"]
    return f'<span class="facts">{DOT.join(part for part in known if part)}</span>'


def _head(report: ReviewReport) -> str:
    outcome = report.verdict.outcome.value.capitalize()
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html_style.POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{outcome}, {plural(len(report.findings), 'finding')} \N{EN DASH} hunkwise</title>"
        f"<style>{html_style.CSS}</style></head>"
    )
