"""Sign what is remembered in public places, with a key of its own for each pull request.

RFC 5869 and HMAC from the standard library: the derivation is two calls, and loading a whole cryptography package for
them would cost each start tens of milliseconds. The RFC's own vectors are among the tests.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

SALT = b"hunkwise state key, version 1"
"""HKDF's salt; public, and different in no installation."""

KEY_BYTES = 32
"""Length of a derived key: SHA-256's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of one pull request: the first signs, all verify; none means unsigned. Never printed."""

    secrets: tuple[bytes, ...] = field(default=(), repr=False)


UNSIGNED = Keys()
"""No key: what is written carries no signature, and what is read is not trusted."""


def keys(state_keys: Sequence[str], repo_id: int, number: int) -> Keys:
    """Return the keys of pull request `number`; the first of `state_keys` signs, all verify, empty ones do not count.

    The repository's number, not its name: a rename keeps the memory, and a repository that takes a name over gets none.
    """
    info = f"{repo_id}/{number}".encode()
    return Keys(secrets=tuple(hkdf(SALT, key.encode(), info, KEY_BYTES) for key in state_keys if key.strip()))


def sign(payload: bytes, using: Keys) -> str | None:
    """Return the signature of `payload` in hex, None without a key."""
    return _mac(using.secrets[0], payload) if using.secrets else None


def holds(payload: bytes, signature: str, using: Keys) -> bool:
    """Whether one of the keys signed `payload`; compared in constant time."""
    given = signature.encode("ascii", "replace")
    return any(hmac.compare_digest(_mac(key, payload).encode(), given) for key in using.secrets)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """Derive `length` bytes from `secret` by HKDF-SHA-256 (https://www.rfc-editor.org/rfc/rfc5869)."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    block, derived = b"", b""
    for number in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.digest(extracted, block + info + bytes([number]), hashlib.sha256)
        derived += block
    return derived[:length]


def _mac(key: bytes, payload: bytes) -> str:
    return hmac.new(key, payload, hashlib.sha256).hexdigest()
