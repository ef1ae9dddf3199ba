"""Personal data beside secrets: e-mail addresses, telephone numbers, IP addresses, internal hosts, owners' names.

Spans of it go through the same gate as secrets: one placeholder each, lines and anchors intact. None is ever a finding.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import re2

from hunkwise.core.redact import Scan
from hunkwise.model.finding import SecretSpan

OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for owners, in its order; the first that exists counts."""

MIN_BARE_NAME = 4
"""Letters from which an owner's name is masked without its @ too: a shorter one is a word of code."""

_EMAIL = re2.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_PHONE = re2.compile(
    r"(?:^|[^0-9A-Za-z+.-])(\+[1-9][0-9]{0,2}[ .-]?(?:\(0?[0-9]{1,4}\)[ .-]?)?(?:[0-9]{2,4}[ .-]?){2,4}[0-9]{2,4}"
    r"|\([2-9][0-9]{2}\) ?[2-9][0-9]{2}-[0-9]{4}|tel:[0-9+().-]{7,20})"
)
_IPV4 = re2.compile(r"(?:^|[^0-9A-Za-z_.])((?:[0-9]{1,3}\.){3}[0-9]{1,3})")
_IPV6 = re2.compile(r"(?:^|[^0-9A-Za-z_.:])((?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4})?)")
_HOST = re2.compile(
    r"(?i)(?:^|[^0-9a-z_.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}"
    r"(?:internal|intranet|corp|lan|local|localdomain|home\.arpa|private))"
)
_OPENS_HOST = frozenset("\"'`/@")
_IN_NO_NAME = re.compile(r"[0-9-]|\.(?:corp|lan|intranet|localdomain|home\.arpa)$")
_OWNER = re.compile(r"(?:^|\s)@([A-Za-z0-9][A-Za-z0-9-]{0,38})(?=\s|$)")
_HARMLESS = frozenset({"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1"})  # noqa: S104  # nobody's


def scan_with(secrets: Scan, owners: Sequence[str]) -> Scan:
    """Return a scan for what `secrets` finds, personal data, and the names of `owners`."""
    named = _names(owners)

    def scan(text: str) -> Sequence[SecretSpan]:
        return [*secrets(text), *_spans(text, named)]

    return scan


def owners(policies: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the people whom the base's CODEOWNERS names; teams are no persons."""
    text = next((policies[name] for name in OWNERS if name in policies), b"").decode("utf-8", "replace")
    rows = (row.partition("#")[0].partition(" ")[2] for row in text.replace("\t", " ").splitlines())
    return tuple(dict.fromkeys(name for row in rows for name in _OWNER.findall(row)))


def _names(owners: Sequence[str]) -> re.Pattern[str] | None:
    if not owners:
        return None
    bare = [re.escape(name) for name in owners if len(name) >= MIN_BARE_NAME]
    told = [f"@{re.escape(name)}" for name in owners]
    return re.compile(rf"(?i)(?<![\w-])(?:{'|'.join([*told, *bare])})(?![\w-])")


def _spans(text: str, named: re.Pattern[str] | None) -> Iterator[SecretSpan]:
    if "@" in text:
        yield from (_span("email", *found.span()) for found in _EMAIL.finditer(text))
    yield from (_span("phone", *found.span(1)) for found in _PHONE.finditer(text))
    yield from (_span("internal-host", *span) for span in _whole(_HOST, text) if _is_host(text, *span))
    for pattern in (_IPV4, _IPV6):
        yield from (_span("ip-address", *span) for span in _whole(pattern, text) if _is_address(text[slice(*span)]))
    if named is not None:
        yield from (_span("person", *found.span()) for found in named.finditer(text))


def _whole(pattern: Any, text: str) -> Iterator[tuple[int, int]]:  # noqa: ANN401  # re2 ships no types
    """Yield matches behind which their word ends; a full stop may be a sentence's."""
    for found in pattern.finditer(text):
        start, end = found.span(1)
        after = text[end : end + 2]
        if not after[:1].isalnum() and after[:1] not in ("_", "-") and not (after[:1] == "." and after[1:].isalnum()):
            yield start, end


def _is_host(text: str, start: int, end: int) -> bool:
    """Tell a host from an attribute of code, such as `settings.local`."""
    is_called = text[end : end + 1] == "("
    return not is_called and (text[start - 1 : start] in _OPENS_HOST or bool(_IN_NO_NAME.search(text, start, end)))


def _is_address(value: str) -> bool:
    """Tell an address of a machine from a slice of code and from those that stand for no machine in particular."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    is_long = address.version == 4 or value.count(":") > 2 or any(len(group) > 2 for group in value.split(":"))
    return is_long and value not in _HARMLESS


def _span(kind: str, start: int, end: int) -> SecretSpan:
    return SecretSpan(start=start, end=end, type=kind, reportable=False)
