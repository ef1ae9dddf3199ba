"""Values given to names that say they are secret, or that name a provider, in the syntax of any language."""

import re
from collections.abc import Iterator

from hunkwise.adapters.secret_scanner import assignments, names, randomness
from hunkwise.adapters.secret_scanner.assignments import Form, Given
from hunkwise.adapters.secret_scanner.names import Meaning
from hunkwise.adapters.secret_scanner.spans import SpanPlugin, compiled, masked_only
from hunkwise.model.finding import SecretSpan

MIN_WEAK = 16
"""Characters from which a random value is masked under a name that only may hold a secret (`key`, `auth`)."""

MAX_JUDGED = 80
"""Characters of a value that are judged: chance shows in fewer, and a hostile text has thousands of endless values."""

_HASH = re.compile(r"(?i)^(?:sha\d{1,3}|md5|h1)[-:=]|^[0-9a-f]{6,12}$")
_HASHED = re.compile(
    r"(?i)sha-?\d|md5|integrity|checksum|digest|etag|fingerprint|commit|hash|public|revision|publi[cs]"
)
_LISTED = re.compile(r"[0-9A-Za-z+/=]{16,}+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*+")
_CALLS = ("(", "[", "{", "<")
_REFERENCES = ("$", "%", "@", "--", "{", "(", "[", "<")
_NAME_RUN = re.compile(r"[\w.$-]*+")


class AssignmentDetector(SpanPlugin):
    """Values that look drawn, issued or chosen, under names that say what they are."""

    secret_type = "hunkwise assignment"  # noqa: S105  # a name, not a secret

    def __init__(self) -> None:
        self._hits = compiled(f"(?i)(?:{names.KEYWORDS}|{names.PROVIDERS})")

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each value; none is sure enough to be a finding."""
        name_end = 0
        for found in self._hits.finditer(text):
            start, end = found.span()
            if start < name_end:
                continue
            run = _NAME_RUN.match(text, end)
            name_end = run.end() if run else end
            for given in assignments.around(text, start, end):
                span = _judged(text, given)
                if span is not None:
                    yield span
                    break


def _judged(text: str, given: Given) -> SecretSpan | None:
    meaning = names.judged(given.name)
    if not meaning:
        return None
    size = _SIZES[given.form](text, given, meaning)
    if not size or _is_hash(text, given, meaning):
        return None
    return masked_only(given.start, given.start + size)


def _quoted_size(text: str, given: Given, meaning: Meaning) -> int:
    """Return how much of a quoted value is a secret: all or nothing."""
    del text
    value = given.value
    judged = value[:MAX_JUDGED]
    if given.sign.strip(" \n\t") == "," and not given.called:
        return len(value) if _LISTED.fullmatch(value) and _is_drawn(value, meaning) else 0
    is_secret = (
        _is_drawn(value, meaning)
        or (meaning.password and _is_set(given) and (randomness.looks_chosen(judged) or _is_phrase(given)))
        or ((meaning.password or meaning.strong) and "(" not in given.sign and randomness.is_jumble(value))
    )
    return len(value) if is_secret else 0


def _bare_size(text: str, given: Given, meaning: Meaning) -> int:
    """Return how many characters of a bare value are a secret."""
    value = given.value.rstrip(".,:")
    judged = value[:MAX_JUDGED]
    is_call = given.follows[:1] in _CALLS and given.follows not in ("", "</")
    if is_call or value.startswith(_REFERENCES):
        return 0
    if meaning.password and assignments.is_literal(text, given) and randomness.looks_typed(judged):
        return len(value)
    if _IDENTIFIER.fullmatch(value) and not randomness.looks_drawn(judged):
        return 0
    if any(sign in given.sign for sign in "=:>"):
        return len(value) if _is_drawn(judged, meaning) else 0
    return len(value) if (meaning.password or meaning.strong) and randomness.looks_random(judged) else 0


def _rest_size(text: str, given: Given, meaning: Meaning) -> int:
    """Return how many characters up to the next blank are a password of letters and signs."""
    value = given.value.rstrip(".,:;\"'`")
    if not (meaning.password or meaning.strong) or value.startswith((*_REFERENCES, "/")):
        return 0
    is_jumble = assignments.is_last(given) and given.sign.strip() in assignments.GIVES and randomness.is_jumble(value)
    is_typed = meaning.password and assignments.is_literal(text, given) and randomness.looks_typed(value[:MAX_JUDGED])
    return len(value) if is_jumble or is_typed else 0


_SIZES = {Form.QUOTED: _quoted_size, Form.BARE: _bare_size, Form.REST: _rest_size}


def _is_drawn(given_value: str, meaning: Meaning) -> bool:
    """Whether a value looks drawn or issued, by the measure that its name allows."""
    value = given_value[:MAX_JUDGED]
    return (
        ((meaning.password or meaning.strong) and (randomness.looks_random(value) or randomness.is_uuid(value)))
        or (meaning.provider and randomness.looks_issued(value))
        or (meaning.weak and len(value) >= MIN_WEAK and "://" not in value and randomness.looks_random(value))
    )


def _is_phrase(given: Given) -> bool:
    return given.sign.strip() in assignments.GIVES and randomness.is_passphrase(given.value)


def _is_set(given: Given) -> bool:
    """Whether a sign gives a value, or a name that can only be a password's stands before it."""
    return bool(given.sign.strip()) or not given.name.lower().endswith("pass")


def _is_hash(text: str, given: Given, meaning: Meaning) -> bool:
    """Whether a value is a digest by its own prefix, or by the words before a name that does not say otherwise."""
    if _HASH.match(given.value):
        return True
    if meaning.password or meaning.strong or meaning.provider:
        return False
    return bool(_HASHED.search(assignments.line_before(text, given.start)))
