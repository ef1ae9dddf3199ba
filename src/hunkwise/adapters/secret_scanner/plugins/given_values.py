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

MAX_LINE = 120
"""Characters of a line before a value that are read for what the value is."""

_HASH = re.compile(r"(?i)^(?:sha\d{1,3}|md5|h1)[-:=]|^[0-9a-f]{6,12}$")
_HASHED = re.compile(
    r"(?i)sha-?\d|md5|integrity|checksum|digest|etag|fingerprint|commit|hash|public|revision|publi[cs]"
)
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_LISTED = re.compile(r"[0-9A-Za-z+/=]{16,}+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*+")
_CALLS = ("(", "[", "{", "<")
_REFERENCES = ("$", "%", "@", "--", "{", "(", "[", "<")
_GIVES = ("=", ":", ":=", "=>", "::=", ":::=", "?=", ".=")
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
        or (
            meaning.password and _is_set(given) and (randomness.looks_chosen(judged) or randomness.is_passphrase(value))
        )
        or ((meaning.password or meaning.strong) and "(" not in given.sign and randomness.is_jumble(value))
    )
    return len(value) if is_secret else 0


def _bare_size(text: str, given: Given, meaning: Meaning) -> int:
    """Return how many characters of a bare value are a secret."""
    value = given.value.rstrip(".,:")
    is_call = given.follows[:1] in _CALLS and given.follows != ""
    if (
        is_call
        or value.startswith(_REFERENCES)
        or (_IDENTIFIER.fullmatch(value) and not randomness.looks_drawn(value[:MAX_JUDGED]))
    ):
        return 0
    if any(sign in given.sign for sign in "=:>"):
        is_secret = _is_drawn(value, meaning) or (meaning.password and _is_line(text, given, value[:MAX_JUDGED]))
    else:
        is_secret = (meaning.password or meaning.strong) and randomness.looks_random(value)
    return len(value) if is_secret else 0


def _rest_size(text: str, given: Given, meaning: Meaning) -> int:
    """Return how many characters up to the end of the line are a password of letters and signs."""
    del text
    value = given.value.rstrip(".,:;\"'`")
    is_given = given.sign.strip() in _GIVES and given.follows[:1] in ("", "\n", "\r")
    is_secret = (meaning.password or meaning.strong) and is_given and randomness.is_jumble(value)
    return len(value) if is_secret and not value.startswith(_REFERENCES) else 0


_SIZES = {Form.QUOTED: _quoted_size, Form.BARE: _bare_size, Form.REST: _rest_size}


def _is_drawn(given_value: str, meaning: Meaning) -> bool:
    """Whether a value looks drawn or issued, by the measure that its name allows."""
    value = given_value[:MAX_JUDGED]
    return (
        ((meaning.password or meaning.strong) and (randomness.looks_random(value) or randomness.is_uuid(value)))
        or (meaning.provider and randomness.looks_issued(value))
        or (meaning.weak and len(value) >= MIN_WEAK and "://" not in value and randomness.looks_random(value))
    )


def _is_set(given: Given) -> bool:
    """Whether a sign gives a value, or a name that can only be a password's stands before it."""
    return bool(given.sign.strip()) or not given.name.lower().endswith("pass")


def _is_line(text: str, given: Given, value: str) -> bool:
    """Whether a bare value is literal, as in an environment file or YAML, and a password somebody chose."""
    if given.follows[:1] not in ("", "\n", "\r"):
        return False
    line = _line_before(text, given.start).strip()
    is_env = bool(_ENV_NAME.fullmatch(given.name)) and given.sign == "="
    is_yaml = given.sign.startswith(":") and line.rstrip(": \t").lstrip("- \t\"'").endswith(given.name.rstrip("\"'"))
    has_digit = any(char.isdigit() for char in value)
    is_mixed = value.lower() != value or not value.isalnum()
    return (is_env or (is_yaml and has_digit and is_mixed)) and randomness.looks_chosen(value)


def _is_hash(text: str, given: Given, meaning: Meaning) -> bool:
    """Whether a value is a digest by its own prefix, or by the words before a name that does not say otherwise."""
    if _HASH.match(given.value):
        return True
    if meaning.password or meaning.strong or meaning.provider:
        return False
    return bool(_HASHED.search(_line_before(text, given.start)))


def _line_before(text: str, at: int) -> str:
    return text[max(0, at - MAX_LINE) : at].rpartition("\n")[2]
