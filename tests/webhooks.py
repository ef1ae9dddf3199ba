"""Payloads of events as GitHub publishes them, and changes to them by the path of a field."""

import copy
import json
from pathlib import Path
from typing import Any

_EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "webhooks.json").read_text("utf-8"))


def webhook(name: str, **changes: Any) -> dict[str, Any]:
    """Return the published example `name`; `a__b=value` sets field `b` of object `a`."""
    payload: dict[str, Any] = copy.deepcopy(_EXAMPLES[name])
    for path, value in changes.items():
        *folders, key = path.split("__")
        place = payload
        for folder in folders:
            place = place.setdefault(folder, {})
        place[key] = value
    return payload
