"""Figures for people and programs: a figure not known is said to be so, and never shown as 0."""

from collections.abc import Callable
from math import ceil

from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ModelUsage, ReviewReport, Usage

UNKNOWN = "not known"
"""What stands for a figure that nobody gave; never 0."""


def masked(report: ReviewReport) -> str:
    """Return how many secrets were masked, and of which types; empty where there was none."""
    by_type = report.redactions_by_type
    if not by_type:
        return ""
    return f"{plural(sum(by_type.values()), 'secret')} masked: {', '.join(sorted(by_type))}"


def reused(report: ReviewReport) -> str:
    """Return how many hunks were answered without asking, and by what; empty where there was none."""
    used = report.cache.values()
    counts = {
        "incremental": sum(each.incremental_hits for each in used),
        "exact": sum(each.exact_hits for each in used),
        "canonical": sum(each.canonical_hits for each in used),
        "semantic": sum(each.semantic_hits for each in used),
        "stale": sum(each.stale_hits for each in used),
    }
    if not any(counts.values()):
        return ""
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"{plural(sum(counts.values()), 'hunk')} not asked again: {told}"


def unasked(report: ReviewReport) -> str:
    """Return who read the change where no model was asked."""
    if report.ledger.count(HunkState.CACHED):
        return "no model was asked: what it said of the same hunks holds"
    return "no model was asked" if report.engine == "llm" else "embedded rules, no model was asked"


def number(value: float | None) -> str:
    """Return a whole number with thousands separated, or that it is not known."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def prompt_tokens(used: Usage) -> str:
    """Return the tokens of all prompts, with the share that providers had cached where they told."""
    tokens = total(used, lambda asked: asked.prompt_tokens)
    cached = total(used, lambda asked: asked.cached_prompt_tokens)
    return number(tokens) if not tokens or cached is None else f"{number(tokens)} ({cached / tokens:.0%} cached)"


def embedding_tokens(used: Usage) -> int | None:
    """Return the tokens of all texts that were embedded, None where nothing was."""
    known = [asked.embedding_tokens for asked in used.by_model.values() if asked.embedding_tokens is not None]
    return sum(known) if known else None


def money(usd: float | None) -> str:
    """Return US dollars; a sum too small for four decimals is said to be small, not shown as nothing."""
    if usd is None:
        return UNKNOWN
    if 0 < usd < 0.0001:
        return "under $0.0001"
    return f"${usd:,.2f}" if usd == 0 or usd >= 1 else f"${usd:.4f}"


def duration(milliseconds: float | None) -> str:
    """Return milliseconds below a second, else seconds."""
    if milliseconds is None:
        return UNKNOWN
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"


def age(seconds: float) -> str:
    """Return how old something is, in the largest unit of which there are two."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return the count and its noun, which becomes `many`, or takes an s, unless the count is one."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {many or noun + 's'}"


def latency_ms(used: Usage, percent: int) -> float | None:
    """Return a percentile of the requests' latencies by nearest rank, None without requests."""
    ordered = sorted(used.latencies_ms)
    return ordered[ceil(percent * len(ordered) / 100) - 1] if ordered else None


def total(used: Usage, figure: Callable[[ModelUsage], float | None]) -> float | None:
    """Return the sum of `figure` over all models; None where one is not known, or no model was asked."""
    figures = [figure(asked) for asked in used.by_model.values()]
    known = [one for one in figures if one is not None]
    return sum(known) if known and len(known) == len(figures) else None
