"""Hidden marks in our own comments: which finding a comment speaks of, and on which memory its run stood.

A mark is an HTML comment on the last line of a body. Only there it is read: code that a comment quotes may hold
anything, also a mark copied from elsewhere, but what we append comes after it. No `--` stands inside, which would end
the comment in HTML.
"""

import hashlib
import re
from collections.abc import Iterable

from hunkwise.core import signature
from hunkwise.core.signature import Keys
from hunkwise.model.memory import Mark

_MARK = re.compile(r"<!-- hunkwise:finding ([0-9a-f]{16}) (\d{1,9}) ([0-9a-f]{64}|unsigned) -->")
_REVIEW = "<!-- hunkwise:review {counter} {head} {named} -->"


def mark(fingerprint: str, counter: int, keys: Keys) -> str:
    """Return the mark of the comment on `fingerprint` by a run that stands on the memory `counter`, 0 without one.

    Not the run's own counter: a run that is killed before it writes its memory must leave no proof of a memory that
    never was, or the one before would count as put back by someone.
    """
    signed = signature.sign(_payload(fingerprint, counter), keys)
    return f"<!-- hunkwise:finding {fingerprint} {counter} {signed or 'unsigned'} -->"


def read_mark(body: str, keys: Keys) -> Mark | None:
    """Return the mark of one of our own comments, None where its last line is none.

    A signature that no key made leaves the mark untrusted: it may be one of a key that was given up.
    """
    found = _MARK.fullmatch(last_line(body))
    if found is None:
        return None
    fingerprint, counter, signed = found.group(1), int(found.group(2)), found.group(3)
    trusted = signature.holds(_payload(fingerprint, counter), signed, keys)
    return Mark(fingerprint=fingerprint, counter=counter, trusted=trusted)


def of_review(counter: int, head: str, comments: Iterable[str]) -> str:
    """Return the mark of the review with `comments` (their marks), by which it is known again if its answer got lost.

    A run may write several: the host refuses a part, or a run before it was killed.
    """
    named = hashlib.sha256("\n".join(comments).encode()).hexdigest()[:16]
    return _REVIEW.format(counter=counter, head="".join(char for char in head if char.isalnum())[:40], named=named)


def newest(read: Iterable[Mark | None]) -> int:
    """Return the highest counter that a trusted mark proves, 0 without any."""
    return max((each.counter for each in read if each is not None and each.trusted), default=0)


def last_line(body: str) -> str:
    """Return the last filled line of `body`."""
    return body.rstrip().rpartition("\n")[2].strip()


def _payload(fingerprint: str, counter: int) -> bytes:
    return f"finding\0{fingerprint}\0{counter}".encode()
