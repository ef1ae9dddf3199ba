"""Prompt packs and worked examples from the installed package: `prompts/<name>/<version>/`, `prompts/examples/`."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any

import yaml

from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import Parameters, PromptPack
from hunkwise.model.material import QueryType
from hunkwise.model.prompt import Example

FILES = ("system.md", "user.md", "schema.json", "parameters.yml")
"""The files that every pack has, in the order in which they are hashed."""

TYPES = "types"
"""The folder of a pack with instructions by query type, where it has some; they are hashed after the files."""

EXAMPLES = "examples"
"""The folder of worked examples, which all packs share."""

_SAFE = re.compile(r"[a-z]+|\d+\.\d+\.\d+")


class PromptFiles:
    """Implements `ports.Prompts`."""

    def load(self, name: str, version: str) -> PromptPack:
        """Return the pack; raises ConfigurationError that lists the versions there are."""
        folder = _prompts()
        known = _versions(folder / name) if _SAFE.fullmatch(name) and name != EXAMPLES else []
        if version not in known:
            raise ConfigurationError(
                f"there is no version {version} of the prompt {name}",
                hint=f"prompt_version is one of: {', '.join(known) or 'none'}",
            )
        content = {file: (folder / name / version / file).read_text("utf-8") for file in FILES}
        types = _types(folder / name / version / TYPES)
        schema = json.loads(content["schema.json"])
        parameters = yaml.safe_load(content["parameters.yml"])
        judges_comments = bool(parameters.pop("judges_comments", True))
        hashed = [*(content[file] for file in FILES), *(f"{key}\0{text}" for key, text in types.items())]
        return PromptPack(
            name=name,
            version=version,
            sha256=hashlib.sha256("\0".join(hashed).encode()).hexdigest(),
            system=content["system.md"].replace("{{schema}}", json.dumps(schema, separators=(",", ":"))).strip(),
            user=content["user.md"].strip(),
            schema=schema,
            parameters=Parameters(**parameters),
            judges_comments=judges_comments,
            types={key: text.strip() for key, text in types.items()},
        )

    def examples(self) -> tuple[Example, ...]:
        """Return the library, in the order of its ids."""
        return _library()


@cache
def _library() -> tuple[Example, ...]:
    files = sorted(_prompts().joinpath(EXAMPLES).iterdir(), key=lambda each: each.name)
    return tuple(_example(file.read_bytes()) for file in files if file.name.endswith(".yml"))


def _prompts() -> Traversable:
    return resources.files("hunkwise") / "prompts"


def _types(folder: Traversable) -> Mapping[QueryType, str]:
    files = {each: folder / f"{each.value}.md" for each in QueryType}
    return {each: file.read_text("utf-8") for each, file in files.items() if file.is_file()}


def _example(content: bytes) -> Example:
    given: dict[str, Any] = yaml.load(content, Loader=yaml.CSafeLoader)
    return Example(
        id=given["id"],
        version=given["version"],
        topics=tuple(given["topics"]),
        query_types=tuple(QueryType(each) for each in given["query_types"]),
        languages=tuple(given["languages"]),
        path=given["path"],
        hunk=given["hunk"],
        findings=tuple(given["findings"]),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _versions(folder: Traversable) -> list[str]:
    if not folder.is_dir():
        return []
    names = (PurePosixPath(entry.name).name for entry in folder.iterdir())
    return sorted(name for name in names if _SAFE.fullmatch(name))
