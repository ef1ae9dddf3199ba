"""Count tokens with the vocabulary inside the package: nothing is ever downloaded.

tiktoken's own `get_encoding` fetches a missing file, and removes one whose hash is wrong before it does. So the
packaged file is read and verified here, and the encoding made from it.
"""

import binascii
import hashlib
import threading
from importlib import resources
from typing import TYPE_CHECKING

from hunkwise.errors import HunkwiseError

if TYPE_CHECKING:
    import tiktoken

FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The vocabulary's name in the package: the SHA-1 of the address tiktoken has it from (scripts/hatch_vocabulary.py)."""

SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""What its content must be (tiktoken_ext/openai_public.py, o200k_base)."""

PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
"""How o200k_base cuts text into pieces (the same place); a test holds it equal to tiktoken's."""

SLICE_CHARS = 20_000
"""Characters that are counted at once.

tiktoken panics on a run of a million blanks (its regex engine's stack overflows; 250,000 pass), and a long run takes
more than linear time. A cut moves the count by a token or two.
"""


class TiktokenCounter:
    """Implements `ports.TokenCounter` for o200k_base; the vocabulary is read at the first count (half a second)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoding: tiktoken.Encoding | None = None

    def count(self, text: str) -> int:
        """Return the number of tokens; special-token text counts as plain text.

        Raises HunkwiseError when the package lacks its vocabulary.
        """
        encoding = self._loaded()
        if len(text) <= SLICE_CHARS:
            return len(encoding.encode_ordinary(text))
        starts = range(0, len(text), SLICE_CHARS)
        return sum(len(encoding.encode_ordinary(text[start : start + SLICE_CHARS])) for start in starts)

    def _loaded(self) -> "tiktoken.Encoding":
        if self._encoding is None:
            with self._lock:
                if self._encoding is None:
                    self._encoding = _encoding()
        return self._encoding


def _encoding() -> "tiktoken.Encoding":
    import tiktoken  # noqa: PLC0415  # late: only a review counts tokens

    return tiktoken.Encoding("o200k_base", pat_str=PATTERN, mergeable_ranks=_ranks(_content()), special_tokens={})


def _content() -> bytes:
    try:
        content = (resources.files("hunkwise") / "vocabulary" / FILE).read_bytes()
    except OSError as error:
        raise _broken("the token vocabulary is missing") from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise _broken("the token vocabulary is damaged")
    return content


def _ranks(content: bytes) -> dict[bytes, int]:
    """Return token ranks: a line holds a token in base64 and its rank."""
    pairs = (line.split() for line in content.splitlines())
    return {binascii.a2b_base64(token): int(rank) for token, rank in pairs}


def _broken(reason: str) -> HunkwiseError:
    return HunkwiseError(
        f"{reason}: this installation of hunkwise is broken",
        hint="install the wheel again (a source tree lacks the file)",
    )
