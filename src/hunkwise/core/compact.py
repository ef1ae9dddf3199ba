"""Values as compressed JSON, and back from bytes that somebody else may have written: bounded before it is paid for."""

import json
import zlib
from typing import Any

MAX_BYTES = 4_000_000
"""Bytes that values may unpack to: some thousand findings with long texts. A bomb stops here."""

FAULTS = (ValueError, KeyError, TypeError, RecursionError, zlib.error)
"""What reading values of unknown form may raise."""


def packed(values: Any) -> bytes:  # noqa: ANN401  # JSON of any form
    """Return `values` as bytes."""
    return zlib.compress(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"), 9)


def unpacked(content: bytes) -> Any:  # noqa: ANN401  # JSON of any form
    """Return the values that `content` holds; raises one of FAULTS for anything else."""
    stream = zlib.decompressobj()
    text = stream.decompress(content, MAX_BYTES)
    if not stream.eof:
        raise ValueError("too large, or cut off")
    return json.loads(text.decode())
