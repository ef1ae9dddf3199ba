"""The accounts of the HTML page: what became of each hunk, tokens, cost, latency, redactions and the run itself."""

from hunkwise.model.ledger import Entry, HunkState
from hunkwise.model.report import ModelUsage, ReviewReport, Usage
from hunkwise.render import html_places as places_of
from hunkwise.render.figures import UNKNOWN, duration, latency_ms, money, number, plural, reused, total
from hunkwise.render.html_places import Places
from hunkwise.render.html_text import DOT, age, shown


def ledger(report: ReviewReport, places: Places) -> str:
    """Return what became of each hunk: counts, a bar of them, and every entry."""
    entries = report.ledger.entries
    counts = "".join(
        f'<li><span class="chip {state.value}">{state.value}</span> {report.ledger.count(state):,}</li>'
        for state in HunkState
    )
    return (
        f'<section aria-labelledby="ledger-title"><h2 id="ledger-title">Ledger</h2>{_bar(report)}'
        f'<ul class="counted">{counts}</ul>{_reused(report)}'
        f"{_entries(report, places) if entries else '<p>The change is empty.</p>'}</section>"
    )


def _reused(report: ReviewReport) -> str:
    told = reused(report)
    return f"<p>{shown(told)}</p>" if told else ""


def how_it_ended(entry: Entry) -> str:
    """Return an entry's end: the state as a chip, who answered, how old the answer is, and why."""
    words = [shown(entry.by)] if entry.by else []
    if entry.age_s is not None:
        words.append(age(entry.age_s))
    if entry.reason:
        words.append(shown(entry.reason))
    told = f' <span class="why">{", ".join(words)}</span>' if words else ""
    return f'<span class="chip {entry.state.value}">{entry.state.value}</span>{told}'


def entry_place(report: ReviewReport, places: Places, index: int) -> str:
    """Return an entry's file and hunk, linked to where the page shows them."""
    entry = report.ledger.entries[index]
    name = f"<code>{shown(entry.file)}{' ' + shown(entry.hunk) if entry.hunk else ''}</code>"
    hunk = places.hunks.get(index)
    if hunk:
        return f'<a href="#{places_of.hunk_id(hunk)}">{name}</a>'
    file = places.files.get(entry.file)
    return name if file is None else f'<a href="#{places_of.file_id(file)}">{name}</a>'


def usage(report: ReviewReport) -> str:
    """Return requests, tokens and cost by model, and the latency of the requests."""
    heading = '<section aria-labelledby="usage-title"><h2 id="usage-title">Tokens, cost and latency</h2>'
    used = report.usage
    if not used.by_model:
        return f"{heading}<p>No model was asked.</p></section>"
    names = ("Model", "Requests", "Prompt tokens", "cached", "Answer tokens", "Cost")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{shown(model)}</th>{_usage_cells(asked)}</tr>' for model, asked in used.by_model.items()
    )
    quantiles = DOT.join(f"p{percent} {duration(latency_ms(used, percent))}" for percent in (50, 95, 99))
    return (
        f'{heading}<div class="scroll" tabindex="0" role="group" aria-label="Tokens and cost by model">'
        f'<table class="list figures"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f"<p>Latency of a request: {quantiles}</p></section>"
    )


def redactions(report: ReviewReport) -> str:
    """Return how much was masked before anything was sent or shown."""
    by_type = report.redactions_by_type
    items = "".join(f"<li>{shown(kind)}: {count:,}</li>" for kind, count in by_type.items())
    told = (
        f"<p>{plural(sum(by_type.values()), 'secret')} masked before any text left:</p><ul>{items}</ul>"
        if by_type
        else "<p>Nothing had to be masked.</p>"
    )
    return f'<section aria-labelledby="redactions-title"><h2 id="redactions-title">Redactions</h2>{told}</section>'


def run(report: ReviewReport) -> str:
    """Return what ran: engine, models, prompt, change, and the time of each stage."""
    prompt = report.prompt
    known = {
        "Engine": shown(report.engine),
        "Models": shown(", ".join(report.models)) or "none",
        "Prompt": f"{shown(prompt.name)} {shown(prompt.version)} <code>{shown(prompt.sha256[:12])}</code>"
        if prompt
        else "none",
        "Repository": shown(report.change.repo or UNKNOWN),
        "Base": f"<code>{shown(report.change.base or UNKNOWN)}</code>",
        "Head": f"<code>{shown(report.change.head or UNKNOWN)}</code>",
        "hunkwise": shown(report.version),
        **{f"Stage {shown(stage)}": duration(taken) for stage, taken in report.timings_ms.items()},
    }
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in known.items())
    return (
        f'<section aria-labelledby="run-title"><h2 id="run-title">This run</h2>'
        f'<dl class="facts-list">{items}</dl></section>'
    )


def tokens(used: Usage) -> int | None:
    """Return all prompt and answer tokens, None when any model's are not known."""
    prompt = total(used, lambda asked: asked.prompt_tokens)
    completion = total(used, lambda asked: asked.completion_tokens)
    return None if prompt is None or completion is None else round(prompt + completion)


def cost_usd(used: Usage) -> float | None:
    """Return the cost of all models, None when any model's is not known."""
    return total(used, lambda asked: asked.cost_usd)


def _usage_cells(asked: ModelUsage) -> str:
    cells = (
        number(asked.requests),
        number(asked.prompt_tokens),
        number(asked.cached_prompt_tokens),
        number(asked.completion_tokens),
        money(asked.cost_usd),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _bar(report: ReviewReport) -> str:
    """Return the states' shares as one bar; SVG attributes need no style attribute, which the page's policy forbids."""
    total = len(report.ledger.entries)
    if not total:
        return ""
    done = 0
    parts = []
    for state in HunkState:
        count = report.ledger.count(state)
        share = f'x="{done * 100 / total:.2f}%" width="{count * 100 / total:.2f}%"'
        parts.append(f'<rect class="{state.value}" {share} height="100%"></rect>')
        done += count
    return f'<svg class="bar" aria-hidden="true">{"".join(parts)}</svg>'


def _entries(report: ReviewReport, places: Places) -> str:
    entries = report.ledger.entries
    rows = "".join(
        f"<tr><td>{entry_place(report, places, index)}</td>"
        f"<td>+{entry.added:,} \N{MINUS SIGN}{entry.deleted:,}</td><td>{how_it_ended(entry)}</td></tr>"
        for index, entry in enumerate(entries)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Hunk", "Lines", "How it ended"))
    return (
        f'<details class="fold"><summary>All {plural(len(entries), "entry", "entries")}</summary>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Ledger entries">'
        f'<table class="list"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )
