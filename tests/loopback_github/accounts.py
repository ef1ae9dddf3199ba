"""Who asks: accounts, apps and tokens, and what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Access = Literal["read", "write"]
TokenKind = Literal["actions", "app", "user"]
AccountKind = Literal["User", "Bot", "Organization"]

REVIEWER: Mapping[str, Access] = {
    "contents": "read",
    "pull-requests": "write",
    "checks": "write",
    "statuses": "write",
}
"""What a workflow grants a reviewer."""
READ_ONLY: Mapping[str, Access] = {"contents": "read", "pull-requests": "read", "checks": "read", "statuses": "read"}
"""What a token has in a `pull_request` event of a fork or of Dependabot, whatever the workflow asks for."""
EVERYTHING: Mapping[str, Access] = {
    **REVIEWER,
    "contents": "write",
    "issues": "write",
    "actions": "write",
    "security-events": "write",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user, bot or organization; `login` as REST spells it: a bot's ends with `[bot]`."""

    id: int
    login: str
    kind: AccountKind = "User"

    @property
    def node_id(self) -> str:
        return {"User": "U", "Bot": "BOT", "Organization": "O"}[self.kind] + f"_{self.id}"

    @property
    def bare_login(self) -> str:
        """The login as GraphQL spells it: a bot's without `[bot]`."""
        return self.login.removesuffix("[bot]")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A GitHub App; the Actions token belongs to one."""

    id: int
    slug: str
    name: str


ACTIONS_APP = App(id=15368, slug="github-actions", name="GitHub Actions")
ACTIONS_BOT = Account(id=41898282, login="github-actions[bot]", kind="Bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token: of a workflow run (`actions`), of another app's installation, or of a person.

    `permissions` is None for a classic personal token, which may what its user may (`role`).
    """

    value: str
    kind: TokenKind
    account: Account
    app: App | None = None
    permissions: Mapping[str, Access] | None = field(default=None)

    def has(self, name: str, access: Access) -> bool:
        """Whether the token was granted `access` to `name`."""
        return (self.permissions or {}).get(name) in {"write", access}

    @property
    def refusal(self) -> str:
        """What GitHub says when the token lacks a permission."""
        who = "personal access token" if self.kind == "user" else "integration"
        return f"Resource not accessible by {who}"


ACCESS_BY_WORD: Mapping[str, Access | None] = {"read": "read", "write": "write", "none": None}


def granted(permissions: Mapping[str, str]) -> dict[str, Access]:
    """Return permissions as a workflow spells them: `pull_requests` and `pull-requests` alike, `none` left out."""
    known: dict[str, Access] = {}
    for name, access in permissions.items():
        if access not in ACCESS_BY_WORD:
            raise ValueError(f"{name}: {access} is no access; read, write or none")
        word = ACCESS_BY_WORD[access]
        if word is not None:
            known[name.replace("_", "-")] = word
    return known
