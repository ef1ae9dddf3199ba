"""What tokens cost: prices in US dollars for a million tokens, by model."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import TokenUsage

MILLION = 1_000_000
"""Tokens that a price is for."""

_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})$")
_GIVEN = re.compile(r"(?P<model>[^=]+)=\s*(?P<prices>[0-9.]+(?:/[0-9.]+){1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens of prompt, of prompt that the provider had cached, and of answer."""

    prompt: float
    cached_prompt: float
    completion: float


Prices = Mapping[str, Price]


def of_model(prices: Prices, model: str) -> Price | None:
    """Return the price of a model, or None; a dated name (`m-2026-01-31`) costs what the undated one does."""
    return prices.get(model) or prices.get(_DATED.sub("", model))


def cost_usd(price: Price | None, usage: TokenUsage) -> float | None:
    """Return what one answer cost, None where a price or a count is not known."""
    if price is None or usage.prompt is None or usage.completion is None:
        return None
    cached = min(usage.cached_prompt or 0, usage.prompt)
    prompt = (usage.prompt - cached) * price.prompt + cached * price.cached_prompt
    return (prompt + usage.completion * price.completion) / MILLION


def given(lines: Iterable[str]) -> dict[str, Price]:
    """Return prices as a setting gives them: `model=prompt/completion` or `model=prompt/cached/completion`."""
    return dict(_given(line) for line in lines)


def _given(line: str) -> tuple[str, Price]:
    found = _GIVEN.fullmatch(line.strip())
    try:
        figures = [float(part) for part in found["prices"].split("/")] if found else []
    except ValueError:
        figures = []
    if found is None or not figures or not all(map(isfinite, figures)):
        raise ConfigurationError(
            f"prices: {line[:100]!r} is no price",
            hint="for example: my-model=0.25/2, US dollars for a million tokens of prompt and of answer",
        )
    return found["model"].strip(), Price(prompt=figures[0], cached_prompt=figures[-2], completion=figures[-1])
