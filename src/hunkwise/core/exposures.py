"""Secrets on added lines: which of them are findings, and which a team has allowed.

Redaction knows no exceptions; findings do. What allows a secret comes from the base alone: a setting, and the
baseline of detect-secrets that a team may keep already. A comment in the change that asks for it has no effect, and
the reader is told.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pathspec

from hunkwise.core import globs
from hunkwise.core.redact import FoundSecret, RedactedHunk
from hunkwise.model.change import Notice
from hunkwise.model.diff import Hunk, LineKind, Side
from hunkwise.model.finding import Finding, Severity

BASELINE = ".secrets.baseline"
"""Where detect-secrets keeps what a team has looked at."""

FIXTURES = re.compile(
    r"(?i)(?:^|/)(?:__)?(?:fixtures?|test-?_?data|mocks?|cassettes|recordings|snapshots)(?:__)?/|(?:^|/)tests?/(?:certs?|keys?|ssl|tls)/"
)
"""Folders that hold material of tests: keys in them were made to be public."""

ASKS_TO_ALLOW = re.compile(
    r"(?i)pragma:\s?(?:allow|white)list[ -](?:nextline[ -])?secret|gitleaks:\s?allow|trufflehog:\s?ignore|\bggignore\b"
    r"|secretlint-disable"
)
"""Comments by which detect-secrets, gitleaks, TruffleHog, GitGuardian and secretlint are told to look away."""

ROTATE = "Revoke and rotate it now: it stays in the history even if a later commit removes it."
"""What to do about any secret on an added line."""

WHERE = {
    "aws": "In IAM, deactivate the access key, make a new one, and look for its use in CloudTrail.",
    "azure": "In the Azure portal, regenerate the key or remove the client secret.",
    "google": "In the Google Cloud console, under Credentials, delete the key and make a new one.",
    "github": "On GitHub, under Settings, Developer settings, delete the token; look for its use in the security log.",
    "gitlab": "On GitLab, under Access tokens, revoke it.",
    "slack": "On api.slack.com/apps, revoke or regenerate it.",
    "stripe": "In Stripe's dashboard, under API keys, roll the key.",
    "openai": "On platform.openai.com, under API keys, delete it and make a new one.",
    "anthropic": "In Anthropic's console, under API keys, disable it and make a new one.",
    "huggingface": "On huggingface.co, under Access Tokens, invalidate it.",
    "npm": "Run `npm token revoke`, and make a granular token with an end date.",
    "pypi": "On pypi.org, under API tokens, remove it; trusted publishing needs none.",
    "private": "Replace the key pair wherever its public key is known, and revoke certificates made with it.",
    "jwt": "End the session it stands for; if it was signed with a shared key, rotate that key.",
}
"""Where a provider lets a secret be revoked, by the first word of its type."""

MAX_NAMED = 5
"""Places that a notice names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """What a team has allowed: files by pattern, and secrets by file and digest."""

    paths: pathspec.GitIgnoreSpec
    digests_by_path: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def reason(self, path: str, secret: FoundSecret) -> str | None:
        """Return why a secret in the file at `path` is no finding, or None when it is one."""
        if FIXTURES.search(path):
            return "test material"
        if self.paths.match_file(path):
            return "allow_secrets"
        if self.digests_by_path.get(path, frozenset()) & secret.digests:
            return BASELINE
        return None


def allow_list(patterns: tuple[str, ...], baseline: bytes | None) -> AllowList:
    """Return what `patterns` and the baseline's text allow; a baseline that can't be read allows nothing."""
    paths = globs.compiled("allow_secrets", patterns)
    if baseline is None:
        return AllowList(paths=paths)
    try:
        results = json.loads(baseline)["results"]
        by_path = {
            str(path).replace("\\", "/"): frozenset(str(each["hashed_secret"]) for each in found)
            for path, found in results.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        told = Notice(code="baseline-unreadable", text=f"{BASELINE} of the base is no baseline: it allows nothing.")
        return AllowList(paths=paths, notices=(told,))
    return AllowList(paths=paths, digests_by_path=by_path)


def findings(path: str, shown: str, hunk: Hunk, masked: RedactedHunk, allowed: AllowList) -> tuple[Finding, ...]:
    """Return a finding for each sure secret on added lines that nothing allows; reports call the file `shown`."""
    return tuple(
        _finding(shown, hunk, masked, secret, added)
        for secret in masked.secrets
        if secret.reportable and (added := _added(hunk, secret)) and allowed.reason(path, secret) is None
    )


def pleas(path: str, hunk: Hunk) -> tuple[str, ...]:
    """Return the places of added lines that ask to allow a secret."""
    return tuple(
        f"{path}:{line.number}"
        for line in hunk.lines
        if line.kind is LineKind.ADDED and ASKS_TO_ALLOW.search(line.text)
    )


def notices(places: Sequence[str]) -> tuple[Notice, ...]:
    """Return what a reader is told of added lines that ask to allow a secret."""
    if not places:
        return ()
    more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
    named = ", ".join(places[:MAX_NAMED])
    return (
        Notice(
            code="inline-allow-ignored",
            text=f"Comments of the change that ask to allow a secret have no effect: {named}{more}.",
        ),
    )


def _added(hunk: Hunk, secret: FoundSecret) -> list[int]:
    return [row for row in range(secret.first, secret.last + 1) if hunk.lines[row].kind is LineKind.ADDED]


def _finding(shown: str, hunk: Hunk, masked: RedactedHunk, secret: FoundSecret, added: Sequence[int]) -> Finding:
    where = WHERE.get(secret.type.partition("-")[0], "")
    return Finding(
        fingerprint="",
        file=shown,
        line=hunk.lines[added[0]].number,
        end_line=hunk.lines[added[-1]].number,
        side=Side.RIGHT,
        severity=Severity.HIGH,
        category="security",
        confidence=0.95,
        title=f"A secret is added: {secret.type}",
        description=f"This line adds what has the form of a live secret ({secret.type}).",
        scenario="Anyone who can read the repository, now or later, can use it.",
        suggestion=f"{ROTATE} {where}".rstrip(),
        replacement=None,
        quote="\n".join(masked.lines[row] for row in added),
        origin=f"secret:{secret.type}",
    )
