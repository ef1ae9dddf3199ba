"""What of a server's address may be shown, and its words without what logs in there."""

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

MAX_SAID_CHARS = 200
"""Characters of a server's words that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's address: whole, and as it is shown. `secrets` are what must not be, the longest first."""

    url: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False)

    def said(self, words: str) -> str:
        """Return what a server or its client said, in one line and without secrets."""
        line = " ".join(words.split())
        for secret in self.secrets:
            line = line.replace(secret, "[hidden]")
        return line[:MAX_SAID_CHARS].rstrip(".")


def of(url: str, schemes: Collection[str], port: int) -> Address | None:
    """Return the address in `url`, None where it is none of these schemes; `port` is where it names none."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port or port
    except ValueError:
        return None
    if parts.scheme not in schemes or not parts.hostname:
        return None
    secret = {each for each in (parts.username, parts.password) if each}
    secret |= {unquote(each) for each in secret}
    return Address(
        url=url, shown=f"{parts.hostname}:{port}", secrets=(url, *sorted(secret, key=lambda each: (-len(each), each)))
    )
