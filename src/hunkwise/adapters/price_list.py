"""Prices from the package's dated table, `prices.yml`."""

from functools import lru_cache
from importlib import resources

import yaml

from hunkwise.core.pricing import Price


@lru_cache(maxsize=1)
def packaged() -> dict[str, Price]:
    """Return the price of each model in the table."""
    table = (resources.files("hunkwise") / "prices.yml").read_bytes()
    content = yaml.load(table, Loader=yaml.CSafeLoader)
    embedding = {
        name: Price(prompt=figures["prompt"], cached_prompt=figures["prompt"], completion=0.0)
        for name, figures in content["embeddings"].items()
    }
    return {**{name: Price(**figures) for name, figures in content["models"].items()}, **embedding}
