"""What models are known to refuse, from the dated table `models.yml` beside this file."""

from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from hunkwise.adapters.openai_chat.dialect import OPTIONAL, Dialect

TABLE = "models.yml"


def dialect_of(model: str) -> Dialect:
    """Return what is sent to `model` at first; an Azure deployment is known by the model's name alone."""
    name = model.rpartition("/")[2].lower()
    for row in _table()["rows"]:
        if any(fnmatchcase(name, pattern) for pattern in row["models"]):
            return Dialect(left_out=frozenset(row["refuses"]) & OPTIONAL)
    return Dialect()


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    content = resources.files(__package__).joinpath(TABLE).read_bytes()
    table: dict[str, Any] = yaml.load(content, Loader=yaml.CSafeLoader)
    return table
