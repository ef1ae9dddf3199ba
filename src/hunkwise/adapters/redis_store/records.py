"""Answers as hashes, and the names of all keys. What a server gives back is judged: what is odd is no answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from hunkwise.adapters.redis_store.line import ROOT
from hunkwise.core import vectors
from hunkwise.model.stored import Stored, Vector

POOLS = f"{ROOT}:pools"
"""The set of all pools' names."""

MAX_VALUE = 1_000_000
"""Bytes of a value that is kept or read."""

FIELDS = ("value", "created", "expires", "space", "vector")
"""The fields of an answer, as `stored` takes them."""


@dataclass(frozen=True, slots=True)
class Names:
    """The keys of one pool; the braces keep them on one node where there are several."""

    pool: str

    @property
    def answers(self) -> str:
        """How the key of an answer begins."""
        return f"{ROOT}:{{{self.pool}}}:answer:"

    @property
    def used(self) -> str:
        """Answers' keys by the time of their last use."""
        return f"{ROOT}:{{{self.pool}}}:used"

    @property
    def sizes(self) -> str:
        """Bytes by answer's key."""
        return f"{ROOT}:{{{self.pool}}}:sizes"

    @property
    def sums(self) -> str:
        """Bytes of all answers, and how look-ups ended."""
        return f"{ROOT}:{{{self.pool}}}:sums"

    @property
    def shelved(self) -> str:
        """Where an answer's vector stands, by its key: known even when the server let the answer go."""
        return f"{ROOT}:{{{self.pool}}}:shelved"

    @property
    def of_scripts(self) -> list[str]:
        """What the scripts take as KEYS."""
        return [self.used, self.sizes, self.sums, self.shelved]

    @property
    def shelves(self) -> str:
        """The set of all keys under which vectors stand."""
        return f"{ROOT}:{{{self.pool}}}:shelves"

    def shelf(self, space: str, dimensions: int, *, has_vectors: bool) -> str:
        """Where vectors of a space stand: in a vector set, else as sketches in a hash."""
        kind = "vectors" if has_vectors else "sketches"
        digest = hashlib.sha256(f"{space}\0{dimensions}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{ROOT}:{{{self.pool}}}:{kind}:{digest}"


def text(raw: bytes) -> str | None:
    """Return a name as the server gives it, None where it is no text: it is none of ours."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def size(answer: Stored) -> int:
    """Return the bytes that count against a pool's limit."""
    return len(answer.value) + (len(answer.vector.values) if answer.vector else 0)


def fields(answer: Stored) -> list[bytes | str]:
    """Return an answer as names and values of fields, one after the other."""
    values: list[bytes | str] = [answer.value, repr(float(answer.created_at)), repr(float(answer.expires_at)), "", b""]
    if answer.vector is not None:
        values[3:] = [answer.vector.space, vectors.packed(answer.vector.values)]
    return [each for pair in zip(FIELDS, values, strict=True) for each in pair]


def stored(pool: str, key: str, found: Sequence[object]) -> Stored | None:
    """Return the answer of a hash's fields, None where there is none or an odd one."""
    if not all(isinstance(each, bytes) for each in found) or len(found) != len(FIELDS):
        return None
    value, created, expires, space, vector = (each for each in found if isinstance(each, bytes))
    if len(value) > MAX_VALUE:
        return None
    try:
        return Stored(
            pool=pool,
            key=key,
            value=value,
            created_at=float(created),
            expires_at=float(expires),
            vector=Vector(space=space.decode(), values=vectors.unpacked(vector)) if vector else None,
        )
    except ValueError:
        return None
