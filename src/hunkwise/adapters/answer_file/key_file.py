"""A key of the folder's own, for who has no state key: it seals against other folders, not against its readers."""

import contextlib
import os
import secrets
from pathlib import Path

FILE = "answers.key"
"""The file's name, beside the answers it seals."""

BYTES = 32
"""Length of the key."""


def secret(folder: Path) -> bytes:
    """Return the folder's key, drawn once whoever asks first; raises OSError."""
    path = folder / FILE
    known = _read(path)
    if known is not None:
        return known
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drawn = path.with_name(f"{FILE}.{os.getpid()}")
    drawn.unlink(missing_ok=True)
    with open(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123  # for its mode
        file.write(secrets.token_bytes(BYTES))
    with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
        os.link(drawn, path)
    drawn.unlink()
    known = _read(path)
    if known is None:
        raise OSError(f"{path} is no key of {BYTES} bytes; remove it")
    return known


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if len(content) == BYTES else None
