"""Standard output and error of the process: a reader who leaves, a full disk, a stream that is closed."""

from __future__ import annotations

import errno
import io
import sys
from typing import IO, TYPE_CHECKING, TextIO

from hunkwise.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Guarded(io.RawIOBase):
    """Bytes on their way to a standard stream, None where it is closed.

    Whoever reads us may leave early (`| head`): what follows is dropped, and the command ends with its own code. Any
    other fault is told once, as the user's to mend, and only where the stream is what was asked for.
    """

    def __init__(self, file: IO[bytes] | None, name: str | None) -> None:
        super().__init__()
        self._file = file
        self._name = name
        self._is_over = False

    def writable(self) -> bool:
        """Return that it can be written, as a buffer wants to hear."""
        return True

    def fileno(self) -> int:
        """Return the stream's descriptor; raises OSError where it is closed."""
        return self._opened().fileno()

    def isatty(self) -> bool:
        """Whether a person looks on."""
        return self._file is not None and self._file.isatty()

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes and return how many; raises UsageError for the first that can't be written."""
        if self._is_over:
            return memoryview(data).nbytes
        try:
            return self._opened().write(data)
        except BrokenPipeError:
            self._is_over = True
        except OSError as error:
            self._is_over = True  # or the interpreter would write it once more at its end
            if self._name is not None:
                raise UsageError(f"{self._name} can't be written: {error.strerror}") from error
        return memoryview(data).nbytes

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            raise OSError(errno.EBADF, "it is closed")
        return self._file


def guard() -> None:
    """Put a guard before standard output and standard error; the latter's faults disturb nobody."""
    sys.stdout = _guarded(sys.stdout, "standard output")
    sys.stderr = _guarded(sys.stderr, None)


def check_output() -> None:
    """Refuse a standard output that surely can't be written, before anything is paid for; raises UsageError.

    Nothing is written for that: closed and read-only streams, and a full device, refuse no bytes at all too.
    """
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, Guarded):
        raw.write(b"")


def _guarded(stream: TextIO | None, name: str | None) -> TextIO:
    file = None if stream is None else getattr(stream.buffer, "raw", stream.buffer)
    return io.TextIOWrapper(
        io.BufferedWriter(Guarded(file, name)),
        encoding="utf-8" if stream is None else stream.encoding,
        errors="backslashreplace" if stream is None else stream.errors,
        line_buffering=name is None or (stream is not None and stream.isatty()),
    )
