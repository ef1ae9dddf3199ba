"""The labelled samples beside the project; a test that needs them skips, visibly, where they are not."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "data"


def sample(name: str) -> list[dict[str, Any]]:
    """Return the rows of `../shared/data/<name>.jsonl.gz`."""
    path = FOLDER / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"the labelled sample {path} is not here", allow_module_level=True)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
