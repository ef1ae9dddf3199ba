"""A description as text for a terminal, as GitHub's Markdown, and as JSON; all of its words are a model's."""

from collections.abc import Callable, Iterator
from typing import Any

from hunkwise.core import sanitise
from hunkwise.model.description import Description, Risk
from hunkwise.model.report import Walkthrough
from hunkwise.render import figures, json_report

NOTHING = "Nothing to describe: no hunk is to be read."
"""What is said of a change without a hunk to read."""

MAX_UNREAD = 10
"""Files that were not read whole which are named; the rest are counted."""

TERMINAL, MARKDOWN, JSON = "text", "markdown", "json"


def rendered(walkthrough: Walkthrough, style: str) -> str:
    """Return the walkthrough in a style: text, markdown or json."""
    if style == JSON:
        return json_report.written(_document(walkthrough), indent=2)
    return (_markdown(walkthrough) if style == MARKDOWN else _text(walkthrough)) + "\n"


def section(description: Description, keep: int) -> str:
    """Return what a summary on GitHub carries, each text in at most `keep` characters."""
    rows = [_prose(description.summary, keep)]
    if description.walkthrough:
        rows += ["", "| file | what changes |", "|---|---|"]
        rows += [
            f"| {sanitise.cell(sanitise.span(each.file))} | {sanitise.cell(sanitise.inline(_kept(each.what, keep)))} |"
            for each in description.walkthrough
        ]
    if description.risks:
        rows += ["", "**Where to look first:**", ""]
        rows += [
            f"- {sanitise.span(_place(each))}: {sanitise.inline(_kept(each.why, keep))}" for each in description.risks
        ]
    rows += [row for note in _origin(description, sanitise.span) for row in ("", f"<sub>{note}</sub>")]
    return "\n".join(rows)


def _markdown(walkthrough: Walkthrough) -> str:
    described = walkthrough.description
    parts = ["## Walkthrough", section(described, 2_000) if described else NOTHING]
    parts += [f"> {sanitise.inline(each.text)}" for each in walkthrough.notices]
    return "\n\n".join([*parts, f"<sub>{sanitise.inline(_foot(walkthrough))}</sub>"])


def _text(walkthrough: Walkthrough) -> str:
    described = walkthrough.description
    parts = [_described(described) if described else NOTHING]
    parts += [f"note: {sanitise.line(each.text)}" for each in walkthrough.notices]
    return "\n\n".join([*parts, sanitise.line(_foot(walkthrough))])


def _described(description: Description) -> str:
    parts = [sanitise.line(description.summary)]
    if description.walkthrough:
        rows = (f"  {sanitise.line(each.file)}: {sanitise.line(each.what)}" for each in description.walkthrough)
        parts.append("\n".join(["What changes:", *rows]))
    if description.risks:
        rows = (f"  {sanitise.line(_place(each))}: {sanitise.line(each.why)}" for each in description.risks)
        parts.append("\n".join(["Where to look first:", *rows]))
    return "\n\n".join([*parts, *_origin(description, sanitise.line)])


def _document(walkthrough: Walkthrough) -> dict[str, Any]:
    change, prompt = walkthrough.change, walkthrough.prompt
    return {
        "version": json_report.VERSION,
        "tool": {
            "version": walkthrough.version,
            "models": list(walkthrough.usage.readers),
            "prompt": {"name": prompt.name, "version": prompt.version, "sha256": prompt.sha256},
        },
        "change": json_report.change(change),
        "description": json_report.described(walkthrough.description),
        "usage": json_report.usage(walkthrough.usage),
        "notices": [{"code": each.code, "text": each.text} for each in walkthrough.notices],
    }


def _foot(walkthrough: Walkthrough) -> str:
    used = walkthrough.usage
    prompt = f"prompt {walkthrough.prompt.name} {walkthrough.prompt.version}"
    if not used.by_model:
        return f"hunkwise {walkthrough.version}, no model was asked"
    tokens = figures.number(figures.total(used, lambda asked: asked.prompt_tokens))
    cost = figures.money(figures.total(used, lambda asked: asked.cost_usd))
    return (
        f"hunkwise {walkthrough.version}, {', '.join(used.by_model)}, {prompt}, prompt tokens {tokens}, cost {cost};"
        " a model's words, no verdict"
    )


def _origin(description: Description, shown: Callable[[str], str]) -> Iterator[str]:
    """Yield what it was made without, and whether it was made of another change."""
    unread = _unread(description, shown)
    if unread:
        yield unread
    if description.age_s is not None:
        yield f"From a stored description of a nearly identical change, {figures.age(description.age_s)} ago."


def _unread(description: Description, shown: Callable[[str], str]) -> str:
    if not description.unread:
        return ""
    left = description.hunks - description.read
    named = ", ".join(shown(each) for each in description.unread[:MAX_UNREAD])
    more = f" and {len(description.unread) - MAX_UNREAD} more" if len(description.unread) > MAX_UNREAD else ""
    return f"Described without {left} of {figures.plural(description.hunks, 'hunk')}, for lack of room: {named}{more}."


def _place(risk: Risk) -> str:
    return risk.file if risk.line is None else f"{risk.file}:{risk.line}"


def _prose(text: str, keep: int) -> str:
    return sanitise.markdown(_kept(text, keep))


def _kept(text: str, keep: int) -> str:
    return text if len(text) <= keep else text[:keep].rstrip() + " …"
