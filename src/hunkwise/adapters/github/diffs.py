"""The diff between two commits, as GitHub shows it in one piece."""

from hunkwise.adapters.github.exchange import Request
from hunkwise.adapters.github.wire import Wire


def request(repo: str, base_sha: str, head_sha: str) -> Request:
    """Return the request for the diff of `head_sha` from its merge base with `base_sha`: no push can change it."""
    return Request(
        verb="GET",
        path=f"/repos/{repo}/compare/{base_sha}...{head_sha}",
        about=f"diff of {base_sha[:12]} and {head_sha[:12]} in {repo}",
        needs="contents: read",
        repeatable=True,
        raw=True,
    )


def diff(wire: Wire, repo: str, base_sha: str, head_sha: str) -> bytes:
    """Return the diff of a commit from its merge base with another; raises HostError, also where it is too large."""
    return bytes(wire.read(request(repo, base_sha, head_sha)))
