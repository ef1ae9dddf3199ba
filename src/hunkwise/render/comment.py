"""The body of an inline comment: what is wrong, what may replace it, and the hidden mark at its end."""

from dataclasses import replace

from hunkwise.core import suggestions
from hunkwise.core.publication import MAX_BODY
from hunkwise.core.suggestions import Proven, Unproven
from hunkwise.model.finding import Finding
from hunkwise.render import markdown


def body(finding: Finding, suggestion: Proven | Unproven, mark: str, *, limit: int = MAX_BODY) -> str:
    """Return a comment within `limit` that ends with `mark`; where all is too long, the suggestion goes."""
    proven = suggestions.block(suggestion) if isinstance(suggestion, Proven) else ""
    offered = replace(finding, replacement=None) if proven else finding
    for block, said in ((proven, offered), ("", replace(finding, replacement=None))):
        for keep in markdown.CUTS:
            text = "\n\n".join(part for part in (markdown.comment(said, keep=keep), block, mark) if part)
            if len(text) <= limit:
                return text
    return mark
