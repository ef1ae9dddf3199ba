"""Prompt packs from the installed package: `prompts/<name>/<version>/`."""

import hashlib
import json
import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

import yaml

from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import Parameters, PromptPack

FILES = ("system.md", "user.md", "schema.json", "parameters.yml")
"""The files of a pack, in the order in which they are hashed."""

_SAFE = re.compile(r"[a-z]+|\d+\.\d+\.\d+")


class PromptFiles:
    """Implements `ports.Prompts`."""

    def load(self, name: str, version: str) -> PromptPack:
        """Return the pack; raises ConfigurationError that lists the versions there are."""
        folder = resources.files("hunkwise") / "prompts"
        known = _versions(folder / name) if _SAFE.fullmatch(name) else []
        if version not in known:
            raise ConfigurationError(
                f"there is no version {version} of the prompt {name}",
                hint=f"prompt_version is one of: {', '.join(known) or 'none'}",
            )
        content = {file: (folder / name / version / file).read_text("utf-8") for file in FILES}
        schema = json.loads(content["schema.json"])
        parameters = yaml.safe_load(content["parameters.yml"])
        judges_comments = bool(parameters.pop("judges_comments", True))
        return PromptPack(
            name=name,
            version=version,
            sha256=hashlib.sha256("\0".join(content[file] for file in FILES).encode()).hexdigest(),
            system=content["system.md"].replace("{{schema}}", json.dumps(schema, indent=1)).strip(),
            user=content["user.md"].strip(),
            schema=schema,
            parameters=Parameters(**parameters),
            judges_comments=judges_comments,
        )


def _versions(folder: Traversable) -> list[str]:
    if not folder.is_dir():
        return []
    names = (PurePosixPath(entry.name).name for entry in folder.iterdir())
    return sorted(name for name in names if _SAFE.fullmatch(name))
