"""Private keys of all PEM kinds: whole, on one line, quoted line by line, without an END, and without a BEGIN."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from hunkwise.adapters.secret_scanner.spans import SpanPlugin, masked_only
from hunkwise.model.finding import SecretSpan

MAX_BLOCK_CHARS = 20_000
"""Characters of a private key with all that stands around its lines; RSA of 16,384 bits has 13,000."""

MIN_BODY_CHARS = 40
"""Base64 characters from which a block is a key and not a mention of one."""

MIN_BODY_LINES = 2
"""Lines of one length that are base64 alone, from which they are taken for a key whose ends are not shown."""

MIN_BODY_SHARE = 0.5
"""Share of base64 in what stands between BEGIN and END, besides blanks, from which all of it is a key."""

_BEGIN = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:[^\n]{0,80}")
_END = re.compile(r"-----END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}")
_PUBLIC = re.compile(
    r"-----(?:BEGIN|END) (?:[A-Z0-9 ]{0,40}CERTIFICATE|[A-Z0-9 ]{0,40}PUBLIC KEY|PGP |SSH2 PUBLIC|PKCS7|CMS|X509)"
)
_BETWEEN = r"(?:[\s\"'`+,;.&|>#*_()\[\]]|\\[nrt\\\"/]|%0[aAdD]|<br ?/?>|&#1[03];)"
_BODY = re.compile(
    rf"(?:{_BETWEEN}*+(?:[A-Za-z-]{{3,20}}: [^\n\\]{{0,100}}|[0-9A-Za-z+/=]{{16,}}+))*+"
    rf"(?:{_BETWEEN}*+[0-9A-Za-z+/]{{2,15}}+={{1,2}})?+"
)
_LINE = re.compile(rf"(?:{_BETWEEN}*+(?:[A-Za-z-]{{3,20}}: [^\n\\]{{0,100}}|[0-9A-Za-z+/=]{{2,}}+))++{_BETWEEN}*+")
_RUN = re.compile(r"[0-9A-Za-z+/=]{16,}+")
_LONE_LINE = re.compile(r"(?m)^[ \t]{0,20}([0-9A-Za-z+/]{64}|[0-9A-Za-z+/]{70}|[0-9A-Za-z+/]{76})[ \t\r]{0,4}$")
_LAST_LINE = re.compile(r"\n[ \t]{0,20}([0-9A-Za-z+/]{2,75}={0,2})[ \t\r]{0,4}(?=\n|\Z)")


class PrivateKeyBlockDetector(SpanPlugin):
    """Private keys, whatever part of one is there."""

    secret_type = "hunkwise private key"  # noqa: S105  # a name, not a secret

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each block once."""
        yield from _blocks(text)
        yield from _bodies(text)


def _blocks(text: str) -> Iterator[SecretSpan]:
    """Yield what follows a BEGIN, and what stands before an END that has none."""
    if "PRIVATE KEY" not in text and "PuTTY-User-Key" not in text and "Private-MAC" not in text:
        return
    begins = list(_BEGIN.finditer(text))
    ends = list(_END.finditer(text))
    starts = [each.start() for each in ends]
    for number, found in enumerate(begins):
        limit = begins[number + 1].start() if number + 1 < len(begins) else len(text)
        last = _end(
            text, found.end(), min(limit, found.end() + MAX_BLOCK_CHARS), ends[bisect_left(starts, found.end()) :][:1]
        )
        if last > found.end():
            has_body = _size(text, found.end(), last) >= MIN_BODY_CHARS
            yield SecretSpan(start=found.start(), end=last, type="private-key", reportable=has_body)
    if ends and (not begins or starts[0] < begins[0].start()):
        yield masked_only(_before_end(text, starts[0]), ends[0].end(), "private-key")


def _end(text: str, start: int, limit: int, nearest: list[re.Match[str]]) -> int:
    """Return where a key ends whose BEGIN ends at `start`: with its END, with its last line, or at once."""
    if nearest and nearest[0].start() < limit:
        solid = len("".join(text[start : nearest[0].start()].split()))
        if _size(text, start, nearest[0].start()) >= solid * MIN_BODY_SHARE:
            return nearest[0].end() if solid else start
    body = _BODY.match(text, start, limit)
    if body is None or not _size(text, start, body.end()):
        return start
    return body.end()


def _size(text: str, start: int, end: int) -> int:
    return sum(len(run) for run in _RUN.findall(text, start, end))


def _before_end(text: str, end: int) -> int:
    """Return where the lines of base64 begin that stand before an END whose BEGIN is elsewhere."""
    lines = text[max(0, end - MAX_BLOCK_CHARS) : end].split("\n")
    start = end - len(lines[-1])
    for line in reversed(lines[:-1]):
        if not _LINE.fullmatch(line) or not _RUN.search(line):
            break
        start -= len(line) + 1
    return start


def _bodies(text: str) -> Iterator[SecretSpan]:
    """Yield runs of lines that are base64 alone, of one length, where nothing says that they are public."""
    rows = list(_LONE_LINE.finditer(text))
    if len(rows) < MIN_BODY_LINES or _PUBLIC.search(text):
        return
    run: list[re.Match[str]] = []
    for row in [*rows, None]:
        if row is not None and run and row.start() <= run[-1].end() + 1 and len(row[1]) == len(run[-1][1]):
            run.append(row)
            continue
        if len(run) >= MIN_BODY_LINES and _is_drawn("".join(each[1] for each in run)):
            rest = _LAST_LINE.match(text, run[-1].end())
            yield masked_only(run[0].start(1), rest.end(1) if rest else run[-1].end(1), "private-key")
        run = [row] if row is not None else []


def _is_drawn(body: str) -> bool:
    """Whether a body has letters of both cases, digits and a sign, as 100 drawn characters have."""
    return body.lower() != body and body.upper() != body and any(map(str.isdigit, body)) and len(set(body)) > 40
