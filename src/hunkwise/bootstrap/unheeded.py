"""What somebody meant for hunkwise, and it does not read: variables and files of almost the right name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hunkwise.model.change import CONFIG_FILES, MISNAMED_FILES

if TYPE_CHECKING:
    from hunkwise.bootstrap.parts import Progress

FILE = "file"
"""A regular file, among kinds of what lies under a name; anything else can't be read as configuration."""


def tell(environment: Mapping[str, str], kinds: Mapping[str, str], say: Progress) -> None:
    """Say what has no effect; `kinds` are those of what lies under `CONFIG_FILES` and `MISNAMED_FILES`."""
    from hunkwise.adapters import configuration  # noqa: PLC0415  # late: start-up

    for sentence in (*configuration.strays(environment), *_files(kinds)):
        say(sentence)


def _files(kinds: Mapping[str, str]) -> list[str]:
    wrong = [name for name in CONFIG_FILES if kinds.get(name, FILE) != FILE]
    misnamed = [
        f"{name} is not read: its name has to be {right}" for name, right in MISNAMED_FILES.items() if name in kinds
    ]
    return [*(f"{name} is a {kinds[name]}, and no configuration is read from it" for name in wrong), *misnamed]
