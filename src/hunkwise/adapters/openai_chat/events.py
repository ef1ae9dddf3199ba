"""Server-sent events out of bytes that come in parts of any size.

https://html.spec.whatwg.org/multipage/server-sent-events.html. Lines end in LF, CRLF or CR, also between two parts;
bytes become text only as whole lines, so that no character is torn. An event that the stream's end cuts off is given
out too: some servers leave out the last blank line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")
"""How the first line of a stream may begin."""

MAX_BLANK_BYTES = 4096
"""Bytes at most that may stand before the first line, as keep-alives do."""

_ENDS = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its name, empty for a plain message, and its data."""

    name: str
    data: bytes


def is_stream(start: bytes) -> bool | None:
    """Whether a body that starts so is a stream of events; None where more of it must be seen.

    Judged by the body: there are servers that stream under another content type, and some that answer in one piece
    under this one.
    """
    seen = start[: MAX_BLANK_BYTES + 16].removeprefix(b"\xef\xbb\xbf").lstrip()
    if seen.startswith(STARTS):
        return True
    may_be = any(each.startswith(seen) for each in STARTS)
    return None if may_be and len(start) <= MAX_BLANK_BYTES else False


class Events:
    """The events of one stream."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._after_cr = False
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, part: bytes) -> Iterator[Event]:
        """Take the next bytes in and give out the events that are whole."""
        if not part:
            return
        if self._after_cr:
            part = part.removeprefix(b"\n")
        self._after_cr = part.endswith(b"\r")
        first, *rest = _ENDS.split(part)
        self._line += first
        for after in rest:
            line, self._line = bytes(self._line), bytearray(after)
            if line:
                self._take(line)
            else:
                yield from self._closed()

    def end(self) -> Iterator[Event]:
        """Give out the event that the stream's end left open."""
        if self._line:
            self._take(bytes(self._line))
        yield from self._closed()

    def _take(self, line: bytes) -> None:
        field, _, value = line.removeprefix(b"\xef\xbb\xbf").partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")

    def _closed(self) -> Iterator[Event]:
        name, data = self._name, self._data
        self._name, self._data = "", []
        if data:
            yield Event(name=name, data=b"\n".join(data))
