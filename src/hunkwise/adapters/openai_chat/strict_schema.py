"""Reduce a JSON schema to the part that strict structured output accepts.

A provider refuses a whole request for one keyword it does not know in strict mode, and the sets differ by provider and
model (https://platform.openai.com/docs/guides/structured-outputs/supported-schemas). So the model is held to the shape
alone; limits on lengths and values are checked afterwards, with the full schema, where the answer is judged.
"""

from collections.abc import Mapping
from typing import Any

KEPT = frozenset({"type", "enum", "const", "description", "title", "$ref"})
"""Keywords that are handed over as they are; all others but those below are left out."""

NAMED = ("properties", "$defs", "definitions")
"""Keywords that map names to schemas."""


def reduced(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `schema` whose objects are closed and whose properties are all required."""
    kept: dict[str, Any] = {key: value for key, value in schema.items() if key in KEPT}
    for key in NAMED:
        if isinstance(schema.get(key), Mapping):
            kept[key] = {name: reduced(each) for name, each in schema[key].items()}
    if isinstance(schema.get("items"), Mapping):
        kept["items"] = reduced(schema["items"])
    choices = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(choices, list):
        kept["anyOf"] = [reduced(each) for each in choices]
    if "properties" in kept or kept.get("type") == "object":
        kept.setdefault("properties", {})
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return kept
