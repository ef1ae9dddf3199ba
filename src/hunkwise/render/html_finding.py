"""One finding as a comment of the HTML page."""

from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.render import html_places as places_of
from hunkwise.render import places
from hunkwise.render.figures import plural
from hunkwise.render.html_text import DOT, attribute, inline, prose, shown


def badge(severity: Severity) -> str:
    """Return the severity as a word on its colour."""
    return f'<span class="badge {severity.value}">{severity.value}</span>'


def title(finding: Finding) -> str:
    """Return the title; one that is blank still needs words to link and read."""
    return inline(finding.title.strip()) or "(no title)"


def comment(index: int, finding: Finding, quoted: tuple[str, ...] | None) -> str:
    """Return the finding as an article; `quoted` is what its anchor's lines hold, None where it has no line."""
    identifier = places_of.finding_id(index)
    return (
        f'<article class="finding {finding.severity.value}" id="{identifier}" aria-labelledby="{identifier}-title">'
        f"<header>{badge(finding.severity)}"
        f'<h4 id="{identifier}-title">{title(finding)}</h4></header>'
        f"{facts(finding)}"
        f"{prose(finding.description)}"
        f"{_part('How it goes wrong', finding.scenario)}"
        f"{_part('What to do', finding.suggestion)}"
        f"{_part('Also at', ', '.join(places.others(finding)))}"
        f"{_replacement(finding, quoted)}"
        f'<p class="back"><a href="#findings">Back to all findings</a></p>'
        f"</article>"
    )


def facts(finding: Finding) -> str:
    """Return place, category, origin, confidence and whether the finding was open before, on one line."""
    known = [
        f"<code>{_where(finding)}</code>",
        shown(finding.category),
        shown(finding.origin),
        f"confidence {finding.confidence:.0%}",
    ]
    if finding.status != "new":
        known.append(shown(finding.status))
    return f'<p class="facts">{DOT.join(known)}</p>'


def _where(finding: Finding) -> str:
    """Return path and lines, telling where they count in the old file."""
    lines = f"{finding.line}" if finding.line == finding.end_line else f"{finding.line}\N{EN DASH}{finding.end_line}"
    side = " (old)" if finding.side is Side.LEFT else ""
    return f"{shown(finding.file)}:{lines}{side}"


def _part(name: str, text: str) -> str:
    if not text.strip():
        return ""
    return f"<h5>{name}</h5>{prose(text)}"


def _replacement(finding: Finding, quoted: tuple[str, ...] | None) -> str:
    """Return the proposed code as a small diff against the lines it replaces."""
    if finding.replacement is None:
        return ""
    before = tuple(finding.quote.split("\n")) if quoted is None else quoted
    after = finding.replacement.removesuffix("\n").split("\n") if finding.replacement else []
    removed = "".join(f"<del><span>-</span>{shown(line)}\n</del>" for line in before)
    added = "".join(f"<ins><span>+</span>{shown(line)}\n</ins>" for line in after)
    label = attribute(f"Proposed code, {plural(len(after), 'line')} for {len(before)}")
    return (
        f'<h5>Proposed change</h5><pre tabindex="0" role="group" aria-label="{label}">'
        f"<code>{removed}{added}</code></pre>"
    )
