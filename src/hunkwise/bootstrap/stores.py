"""Where answers are kept from review to review, and the keys that seal them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hunkwise.core import lifetimes, sealing
from hunkwise.core.signature import UNSIGNED, Keys
from hunkwise.errors import UsageError

if TYPE_CHECKING:
    # pydantic takes 100 ms: for --help only its name is needed
    from hunkwise.ports import Cache
    from hunkwise.settings import Settings

FOLDER = "HUNKWISE_CACHE_DIR"
"""Names the folder for what is kept; set and empty means that nothing is."""

STATE_KEY = "HUNKWISE_STATE_KEY"


def at_home(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment of a command line, which has a folder by default.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    home = environment.get("HOME", "")
    base = environment.get("XDG_CACHE_HOME", "") or (f"{home}/.cache" if home else "")
    if FOLDER in environment or not base:
        return environment
    return {**environment, FOLDER: f"{base}/hunkwise"}


def folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for what is kept, None without one."""
    named = environment.get(FOLDER, "").strip()
    return Path(named).expanduser() if named else None


def cache(environment: Mapping[str, str], chosen: Settings | None = None) -> Cache | None:
    """Return the stored answers, None where there is no place for them; nothing is opened yet."""
    at = folder(environment)
    if at is None:
        return None
    from hunkwise.adapters.answer_file import AnswerFile  # noqa: PLC0415  # late: start-up

    return AnswerFile(at, lifetimes.limits(chosen.cache_size) if chosen is not None else None)


def seals(environment: Mapping[str, str]) -> Keys:
    """Return the keys that seal answers: from the state keys, else one of the folder's own; raises OSError.

    In a job the folder may be one that the change itself brought, key and all: there the state key alone counts.
    """
    given = [key.strip().encode() for key in environment.get(STATE_KEY, "").split(",") if key.strip()]
    at = folder(environment)
    if given or at is None or environment.get("GITHUB_ACTIONS") == "true":
        return sealing.keys(given) if given else UNSIGNED
    from hunkwise.adapters.answer_file import key_file  # noqa: PLC0415  # late: start-up

    return sealing.keys([key_file.secret(at)])


def existing(environment: Mapping[str, str]) -> Cache:
    """Return the stored answers for whoever looks after them; raises UsageError where there can be none."""
    found = cache(environment)
    if found is None:
        raise UsageError("there is no folder for stored answers", hint=f"set {FOLDER} to one")
    return found
