"""Tell values that look drawn by chance, or chosen as a password, from words, names, paths and code."""

import math
import re
from collections import Counter

MIN_RANDOM = 12
"""Characters below which chance can't be told from a name."""

MIN_CHOSEN = 6
"""Characters below which a password can't be told from a word of code."""

MIN_ENTROPY = 3.0
"""Bits a character (Shannon) of a value of hexadecimal digits; other alphabets need half a bit more."""

MIN_HEX_SHARE = 0.8
"""Share of hexadecimal digits from which a value is measured as one of them, whatever its prefix."""

MIN_FILL = 0.7
"""Share of the entropy that a value's length allows: short ones can't reach the floor."""

MAX_WORD_SHARE = 0.75
"""Share of a value's characters in words of four letters and more, above which it is a name, not a draw."""

MAX_PAIR_SHARE = 0.5
"""Share of a value's pairs that are common in names, from which it is words: chance gives 0.26, words 0.8."""

MAX_BARE_SHARE = 0.35
"""The same for letters that stand without quotes, where most are names of code."""

MIN_PAIR_SHARE = 0.65
"""Share of common pairs above which a mixed value is words with numbers."""

MIN_PART_CHARS = 3
"""Letters that the parts of a name have on average, case and digits taken as borders: chance gives 2 or fewer."""

MIN_PAIRS = 6
"""Pairs from which that share says something."""

_PAIRS = (
    "abacadagaialamanaparasataubabebiblbocacechcickclcocrctcudadddedidodseaecedeeefegelemeneperesetevexfafffifofr"
    "gegigrgshahehihoiaibicidieifigiliminioipirisitivizkelaldlelilllolsltlulymamemimompnancndnengninonsntnvobocod"
    "olomonoooporosotouowpapepiplpoppprptqurarcrdrerirmrorrrsrtsascseshsislsospssstsutatctethtitotrtstttutyubuiul"
    "umunupurusutvavewixtze"
)
COMMON_PAIRS = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
"""The pairs of letters that make up 80% of all pairs in the words of the Python 3.11 standard library's source."""

_PLACEHOLDER = re.compile(
    r"(?i)example|sample|dummy|placeholder|change.?me|replace|your[_ -]|insert|redacted|(?<![a-z])todo(?![a-z])|xxxx"
    r"|\*\*\*|\.\.\."
    r"|<[^<>]*>|\$\{|\$\(|\{\{|%\(|(?:^|\W)%s(?:\W|$)|^\{.*\}$|\{[\w.!:()\[\]]*\}|0123456|1234567890|abcdefg|deadbeef"
    r"|(?<![a-z])(?:fake|mock)"
)
_WORDS = re.compile(r"[A-Za-z]?[a-z]{2,}|[A-Z]{2,}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,4}\.\d{1,4}\.\d")
_CODE = re.compile(r"[()\[\]{}<>\\|;]|::|->|//|^[./~]|^[a-z]++(?:[A-Z][a-z]*+)?\.[a-z]")
_PUBLIC = re.compile(
    r"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A|MIICIjANBgkqhkiG9w0BAQEFAAOCAg8A|MIGfMA0GCSqGSIb3DQEBAQUAA4GN|MFkwEwYHKoZIzj0CAQ"
    r"|MHYwEAYHKoZIzj0CAQ|MIGbMBAGByqGSM49AgEG|MCowBQYDK2V|AAAAB3NzaC1yc2E|AAAAC3NzaC1lZDI1NTE5|AAAAE2VjZHNhLXNoYTIt"
)
"""How public keys begin: the algorithm's own bytes (RFC 5280, RFC 5480, RFC 8410, RFC 4253) in base64."""

_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[^\W\d_]")
_NAME = re.compile(r"[\w.:-]++")
_PATTERN = re.compile(r"^[\[(^]|\\[dswbDSWB]|\[\^|\(\?|===|!=")
_RUN = re.compile(r"[0-9A-Za-z._~+/=@%-]+")
_PATH = re.compile(r"^[./~]|//|\.{2}|\.[a-z]{2,5}$|^[A-Za-z_]+=[a-z0-9]{1,8}$")
_NUMBERED = re.compile(r"[A-Za-z][A-Za-z_.:-]*+\d{0,3}+[A-Za-z_.:-]*+")
_OPTION = re.compile(r"[a-z_]{3,}+=[\w.-]*+|[a-z]{2,10}:[a-z].*+|\*+")
_SIGNS = frozenset("!@#$%^&*+?=~")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_PASSPHRASE = re.compile(r"[a-z]{2,12}(?: [a-z]{2,12}){3,11}")
_SENTENCE = re.compile(
    r"(?:^| )(?:a|an|are|as|at|be|been|by|can|cannot|could|credential|credentials|did|do|does|enter|error"
    r"|expected|failed|for|from|got|has|have|if|in|invalid|is|it|its|key|keys|login|may|missing"
    r"|must|my|no|not|of|on|or|our|passphrase|password|passwords|please|required|secret|secrets"
    r"|set|should|that|the|these|this|to|token|tokens|use|used|user|username|using|was|when"
    r"|where|which|will|would|wrong|you|your)(?: |$)"
)
"""Words of messages about secrets, which no passphrase holds."""


def is_placeholder(value: str) -> bool:
    """Whether `value` stands for a secret in an example: a word that says so, or next to no different characters."""
    return bool(_PLACEHOLDER.search(value)) or len(set(value)) < min(6, len(value))


def is_uuid(value: str) -> bool:
    """Whether `value` is a UUID: as good as random, but mostly a name."""
    return bool(_UUID.fullmatch(value))


def looks_like_digest(value: str) -> bool:
    """Whether `value` is as many hexadecimal digits as no word has."""
    return len(value) >= MIN_RANDOM + 4 and bool(_HEX.fullmatch(value))


def looks_random(value: str) -> bool:
    """Whether `value` looks drawn by chance: mixed, of high entropy, without words."""
    if len(value) < MIN_RANDOM or " " in value:
        return False
    if not _DIGIT.search(value):
        return _is_letter_jumble(value) and not _is_shown(value)
    if not _LETTER.search(value):
        return False
    digits_of_hex = sum(map(len, _HEX.findall(value)))
    floor = MIN_ENTROPY if digits_of_hex >= len(value) * MIN_HEX_SHARE else MIN_ENTROPY + 0.5
    if entropy(value) < min(floor, math.log2(len(value)) * MIN_FILL):
        return False
    is_no_name = _word_share(value) <= MAX_WORD_SHARE and not _reads_as_words(value)
    return (is_no_name or _is_letter_jumble(value)) and not _is_shown(value)


def _is_shown(value: str) -> bool:
    """Whether a value stands for another, dates something, is a pattern or a public key."""
    return is_placeholder(value) or bool(_DATE.search(value) or _PATTERN.search(value) or _PUBLIC.match(value))


def looks_drawn(value: str) -> bool:
    """Whether `value`, written like an identifier of code, is drawn all the same: no words, or hexadecimal."""
    if _HEX.fullmatch(value):
        return looks_like_digest(value)
    pairs = _pairs(value)
    digits = sum(map(str.isdigit, value))
    if len(pairs) < MIN_PAIRS:
        return digits * 3 >= len(value)
    is_mixed = value.lower() != value != value.upper() and digits > 1 and len(value) >= MIN_RANDOM + 8
    if digits * 5 >= len(value) or (is_mixed and _pair_share(pairs) < MIN_PAIR_SHARE):
        return True
    if digits == 0:
        return len(value) >= MIN_RANDOM + 4 and "." not in value and _pair_share(pairs) < MAX_BARE_SHARE
    return _pair_share(pairs) < MAX_PAIR_SHARE


def looks_issued(value: str) -> bool:
    """Whether `value`, next to a provider's name, may be what the provider issued: also all digits, or counted up."""
    if len(value) < MIN_RANDOM + 2 or not _RUN.fullmatch(value) or _PATH.search(value) or len(set(value)) < 6:
        return False
    if _PUBLIC.match(value):
        return False
    if value.isdigit() or _HEX.fullmatch(value) or _UUID.fullmatch(value):
        return True
    digits = sum(char.isdigit() for char in value)
    is_mixed = digits > 0 and (_word_share(value) <= MAX_WORD_SHARE / 1.5 or _is_letter_jumble(value))
    return is_mixed or looks_random(value)


def looks_chosen(value: str) -> bool:
    """Whether `value` may be a password somebody chose: letters with digits or signs, and no word, path or code."""
    if len(value) < MIN_CHOSEN or is_placeholder(value) or " " in value or _CODE.search(value) or _DATE.match(value):
        return False
    has_letter = any(char.isalpha() for char in value)
    has_digit = any(char.isdigit() for char in value)
    has_sign = not _SIGNS.isdisjoint(value)
    return has_letter and (has_digit or has_sign) and not _is_numbered_name(value) and not _OPTION.fullmatch(value)


def looks_typed(value: str) -> bool:
    """Whether `value`, bare where it can't be code, may be a password: signs, or letters and digits of no words."""
    if not looks_chosen(value) or _reads_as_words(value):
        return False
    if _NAME.fullmatch(value):
        pairs = _pairs(value)
        return len(value) >= MIN_CHOSEN + 2 and (len(pairs) < 2 or _pair_share(pairs) < MAX_PAIR_SHARE)
    return True


def is_jumble(value: str) -> bool:
    """Whether `value` is letters and signs whose brackets do not nest: a drawn password, not code or a template."""
    if not 8 <= len(value) <= 200 or " " in value or "\\" in value or not any(char.isalpha() for char in value):
        return False
    kinds = {char for char in value if not char.isalnum()}
    return len(kinds) >= 5 and not _nests(value)


def is_passphrase(value: str) -> bool:
    """Whether `value` is four words or more in small letters, none of which is a message's."""
    return bool(_PASSPHRASE.fullmatch(value)) and not _SENTENCE.search(value)


def entropy(value: str) -> float:
    """Return Shannon's entropy of `value` in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def _is_letter_jumble(value: str) -> bool:
    pairs = _pairs(value)
    if len(value) < MIN_RANDOM + 4 or len(pairs) < MIN_RANDOM or not value.isascii():
        return False
    return _pair_share(pairs) < MAX_PAIR_SHARE


def _reads_as_words(value: str) -> bool:
    pairs = _pairs(value)
    if len(pairs) < MIN_PAIRS or _pair_share(pairs) <= MIN_PAIR_SHARE or looks_like_digest(value):
        return False
    parts = _PARTS.findall(value)
    return sum(map(len, parts)) >= len(parts) * MIN_PART_CHARS


def _pair_share(pairs: list[str]) -> float:
    return sum(pair in COMMON_PAIRS for pair in pairs) / len(pairs)


def _pairs(value: str) -> list[str]:
    """Return the pairs of letters side by side, in small letters."""
    return [value[at : at + 2].lower() for at in range(len(value) - 1) if value[at : at + 2].isalpha()]


def _nests(value: str) -> bool:
    stack: list[str] = []
    for char in value:
        if char in "([{":
            stack.append(char)
        elif char in _BRACKETS and stack and stack.pop() != _BRACKETS[char]:
            return False
    return True


def _is_numbered_name(value: str) -> bool:
    """Tell a word or several with a short number: `utf8`, `secret_1`, `oauth2-token`, `sha256`."""
    letters = re.sub(r"[\d_.:-]", "", value)
    digits = sum(char.isdigit() for char in value)
    return (
        bool(_NUMBERED.fullmatch(value))
        and digits <= 3
        and (letters.islower() or "_" in value or "-" in value or "." in value)
    )


def _word_share(value: str) -> float:
    return sum(len(word) for word in _WORDS.findall(value) if len(word) >= 4) / len(value)
