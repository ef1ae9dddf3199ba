"""ReviewReport to text, pure. Each renderer is imported when it is asked for: one takes rich along, others nothing."""

from importlib import import_module

from hunkwise.model.report import ReviewReport

RENDERERS = {
    "json": ("json_report", "text"),
    "sarif": ("sarif", "text"),
    "markdown": ("markdown", "summary"),
    "html": ("html", "page"),
}
"""Module and function by the name of a format; `text` is the terminal's, and takes more."""


def as_text(report: ReviewReport, style: str, *, color: bool = False, width: int = 100) -> str:
    """Return `report` in the format `style`; `color` and `width` (in characters) are a terminal's."""
    if style == "text":
        from hunkwise.render import terminal  # noqa: PLC0415  # late: rich

        return terminal.text(report, color=color, width=width)
    module, function = RENDERERS[style]
    text: str = getattr(import_module(f"hunkwise.render.{module}"), function)(report)
    return text


def verdict_line(report: ReviewReport) -> str:
    """Return the verdict on one line."""
    from hunkwise.render import terminal  # noqa: PLC0415  # late: rich

    return terminal.verdict_line(report)
