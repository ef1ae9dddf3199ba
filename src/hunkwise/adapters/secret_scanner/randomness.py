"""Tell values that look drawn by chance, or chosen as a password, from words, names and paths."""

import math
import re
from collections import Counter

MIN_RANDOM = 12
"""Characters below which chance can't be told from a name."""

MIN_ENTROPY = 3.0
"""Bits a character (Shannon) of a value of hexadecimal digits; other alphabets need half a bit more."""

_PLACEHOLDER = re.compile(
    r"(?i)example|sample|dummy|placeholder|change.?me|replace|your[_ -]|insert|redacted|todo|xxxx|\*\*\*|\.\.\.|<[^>]*>"
    r"|\$\{|\$\(|\{\{|%\(|%s|^\{.*\}$|0123456|1234567890|abcdefg|deadbeef|fake|mock"
)
_WORDS = re.compile(r"[A-Za-z]?[a-z]{2,}|[A-Z]{2,}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d+\.\d+\.\d+")
_CODE = re.compile(r"[()\[\]{}<>\\|;]|::|->|//|^[./~]|^[a-z]+[A-Z]?[a-z]*\.[a-z]")

_ID = re.compile(
    r"[0-9]{14,40}|[0-9a-f]{20,128}|[0-9A-F]{20,128}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
    r"|(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?=[A-Za-z]*[0-9])(?=[0-9a-z]*[A-Z]?)[0-9A-Za-z]{24,128}={0,2}"
)
_PATH = re.compile(r"/|\.{2}|\.[a-z]{2,5}$")

MAX_WORD_SHARE = 0.75
"""Share of a value's characters in words of four letters and more, above which it is a name, not a draw."""


def is_placeholder(value: str) -> bool:
    """Whether `value` stands for a secret in an example: a word that says so, or next to no different characters."""
    return bool(_PLACEHOLDER.search(value)) or len(set(value)) < min(6, len(value))


def looks_random(value: str) -> bool:
    """Whether `value` looks drawn by chance: mixed, of high entropy, without words."""
    if len(value) < MIN_RANDOM or is_placeholder(value) or _DATE.search(value):
        return False
    if not any(char.isdigit() for char in value) or not any(char.isalpha() for char in value):
        return False
    floor = MIN_ENTROPY if _HEX.fullmatch(value) or _UUID.fullmatch(value) else MIN_ENTROPY + 0.5
    return entropy(value) >= min(floor, math.log2(len(value)) * 0.8) and _word_share(value) <= MAX_WORD_SHARE


def looks_issued(value: str) -> bool:
    """Whether `value`, next to a provider's name, may be what the provider issued: also all digits, or counted up."""
    if _ID.fullmatch(value):
        return len(set(value)) >= 6 and not _PATH.search(value)
    return looks_random(value)


def looks_chosen(value: str) -> bool:
    """Whether `value` may be a password somebody chose: letters with digits or signs, and no word, path or code."""
    if len(value) < 6 or is_placeholder(value) or " " in value or _CODE.search(value) or _DATE.fullmatch(value):
        return False
    has_letter = any(char.isalpha() for char in value)
    has_digit = any(char.isdigit() for char in value)
    has_sign = any(char in "!@#$%^&*+?=~" for char in value)
    return has_letter and (has_digit or has_sign) and not _is_numbered_name(value)


def entropy(value: str) -> float:
    """Return Shannon's entropy of `value` in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def _is_numbered_name(value: str) -> bool:
    """Tell a word or several with a short number: `utf8`, `secret_1`, `oauth2-token`, `sha256`."""
    letters = re.sub(r"[\d_.:-]", "", value)
    digits = sum(char.isdigit() for char in value)
    is_names = bool(re.fullmatch(r"[A-Za-z]+(?:[_.:-]?[A-Za-z]+)*[_.:-]?\d{0,3}(?:[_.:-]?[A-Za-z]+)*", value))
    return is_names and digits <= 3 and (letters.islower() or "_" in value or "-" in value or "." in value)


def _word_share(value: str) -> float:
    return sum(len(word) for word in _WORDS.findall(value) if len(word) >= 4) / len(value)
