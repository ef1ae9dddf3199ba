"""Seal stored answers: one that we did not write, or that stands under another name than ours, opens to nothing.

A cache lies where others may write: a folder that a workflow restores, a server that a team shares. The seal binds an
answer's content to its pool, key and times, and to the repository and the trust of the run that wrote it. A key holds
all that decided an answer; a near one is found without it, so its seal binds it to the space of its vector.
"""

import hashlib
import hmac
from collections.abc import Sequence

from hunkwise.core import signature
from hunkwise.core.signature import Keys
from hunkwise.model.stored import Stored

INFO = b"hunkwise stored answers, version 1"
"""What tells a key for answers from one for a pull request's memory."""

_MAC_BYTES = hashlib.sha256().digest_size


def keys(secrets: Sequence[bytes]) -> Keys:
    """Return the keys that seal: the first one writes, all open; empty ones do not count."""
    given = [each for each in secrets if each.strip()]
    return Keys(secrets=tuple(signature.hkdf(signature.SALT, each, INFO, signature.KEY_BYTES) for each in given))


def seal(answer: Stored, scope: str, using: Keys) -> bytes:
    """Return the value of `answer` with its seal before it; there must be a key."""
    space = answer.vector.space if answer.vector is not None else ""
    return _mac(using.secrets[0], answer, (scope, space), answer.value) + answer.value


def opened(answer: Stored, scope: str, using: Keys, space: str = "") -> bytes | None:
    """Return the content of a sealed answer, None where the seal does not hold; compared in constant time.

    `space` is that of the vectors in which a near answer was looked for, whatever the store says of it.
    """
    given, content = answer.value[:_MAC_BYTES], answer.value[_MAC_BYTES:]
    holds = [hmac.compare_digest(_mac(key, answer, (scope, space), content), given) for key in using.secrets]
    return content if any(holds) else None


def _mac(key: bytes, answer: Stored, bound: tuple[str, str], content: bytes) -> bytes:
    named = [*bound, answer.pool, answer.key, repr(float(answer.created_at)), repr(float(answer.expires_at))]
    parts = [*(each.encode("utf-8", "surrogatepass") for each in named), content]
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest(key, framed, hashlib.sha256)
