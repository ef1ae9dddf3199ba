"""Files that the runner reads when a step is over, and files a step leaves in the workspace."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from hunkwise.errors import UsageError

MAX_SUMMARY_BYTES = 1024 * 1024
"""A step's summary over 1 MiB is not shown at all.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""

CUT = "\n\n_The rest is left out: a step's summary is limited to 1 MiB. The report file holds everything._\n"


def outputs(values: Mapping[str, str]) -> str:
    """Return `values` as the file of outputs takes them, whatever they hold.

    A value's delimiter is made of its own digest: no one can write a value that holds it.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
    """
    parts = []
    for name, value in values.items():
        delimiter = f"end-{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
        parts.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    return "".join(parts)


def summary(markdown: str, taken: int = 0) -> str:
    """Return `markdown` for a summary that holds `taken` bytes already, cut at a line where it is too long."""
    room = MAX_SUMMARY_BYTES - taken
    content = (markdown.rstrip("\n") + "\n").encode("utf-8", "replace")
    if len(content) <= room:
        return content.decode("utf-8")
    cut = content[: max(room - len(CUT.encode()), 0)].rpartition(b"\n")[0]
    return cut.decode("utf-8", "ignore") + CUT if room >= len(CUT.encode()) else ""


def size(path: str) -> int:
    """Return how many bytes a file of the runner holds; one that is not there yet holds none."""
    return Path(path).stat().st_size if Path(path).is_file() else 0


def append(path: str, text: str) -> None:
    """Add `text` to a file of the runner; raises UsageError."""
    try:
        with Path(path).open("ab") as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"the runner's file {path} can't be written: {error.strerror}") from error


def place(workspace: str, name: str, setting: str) -> Path:
    """Return where file `name` of the workspace is; raises UsageError where that is outside, or no file can be.

    The workspace may hold a stranger's checkout, whose links must not lead a file of ours to the runner's own.
    """
    root = Path(workspace).resolve()
    folder = (root / name).parent.resolve()
    if not folder.is_relative_to(root):
        raise UsageError(f"the input {setting}: {name} is outside the workspace", hint=f"{setting}: hunkwise.json")
    path = folder / Path(name).name
    if not folder.is_dir() or path.is_dir():
        raise UsageError(f"the input {setting}: {name} can't be a file", hint="name a file in a folder that exists")
    return path


def leave(path: Path, text: str) -> None:
    """Write a file at a `place`, in the stead of whatever was there, a link too; raises UsageError."""
    try:
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}") from error
