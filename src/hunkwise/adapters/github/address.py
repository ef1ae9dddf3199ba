"""Where GitHub's two APIs are, and what to call the host in messages."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from hunkwise.errors import ConfigurationError

PUBLIC_API = "https://api.github.com"
"""The address where none is configured (docs.github.com/en/actions/reference/variables-reference: GITHUB_API_URL)."""

_ENTERPRISE_REST = "/v3"
"""How REST addresses of an Enterprise Server end: https://HOST/api/v3, beside https://HOST/api/graphql
(docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql)."""

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Both APIs of one host; `host` is what messages call it."""

    api: str
    graphql: str
    host: str


def read(api_url: str, graphql_url: str) -> Address:
    """Return the addresses, the GraphQL one derived where it is empty; raises ConfigurationError.

    Both must be on one host: the token is for that host alone.
    """
    api = _split("GITHUB_API_URL", api_url.strip().rstrip("/") or PUBLIC_API)
    if not graphql_url.strip():
        path = api.path.removesuffix(_ENTERPRISE_REST) + "/graphql"
        return Address(api=api.geturl(), graphql=api._replace(path=path).geturl(), host=_host(api))
    graphql = _split("GITHUB_GRAPHQL_URL", graphql_url.strip().rstrip("/"))
    if _origin(graphql) != _origin(api):
        raise ConfigurationError(
            f"GITHUB_GRAPHQL_URL is on {graphql.netloc}, GITHUB_API_URL on {api.netloc}",
            hint="set both to one host, or leave GITHUB_GRAPHQL_URL out",
        )
    return Address(api=api.geturl(), graphql=graphql._replace(netloc=api.netloc).geturl(), host=_host(api))


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{name} is no http(s) address without user, query and fragment",
            hint=f"for example {PUBLIC_API}, or https://HOST/api/v3 for an Enterprise Server",
        )
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _host(parts: SplitResult) -> str:
    return "GitHub" if parts.hostname == "api.github.com" else f"GitHub at {parts.netloc}"
