"""What a name says about the value it is given: a password, a key, a provider's identifier, or nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache

KEYWORDS = (
    r"pass|pwd|secret|token|key|cred|auth|dsn|mnemonic|seed|salt|cookie|session|webhook|connection[_.-]?string|login"
    r"|tenant[_.-]?id|client[_.-]?id"
)
"""Parts of names with which a search begins; `judged` says what the whole name means."""

PROVIDERS = (
    "adafruit|adobe|airtable|algolia|alibaba|aliyun|asana|atlassian|confluence|jira|beamer|bitbucket|bittrex|cisco|meraki"
    "|clickhouse|cloudant|cloudflare|codecov|coinbase|confluent|contentful|datadog|digitalocean|discord|droneci|drone|dropbox"
    "|etsy|facebook|fastly|finicity|finnhub|flickr|freshbooks|freemius|github|gitlab|gitter|gocardless|hashicorp|heroku|hubspot"
    "|ibm|intercom|jfrog|artifactory|bintray|xray|kraken|kucoin|launchdarkly|linear|linkedin|lob|looker|mailchimp|mailgun|mapbox"
    "|mattermost|messagebird|message[_.-]bird|netlify|new[_.-]?relic|nytimes|newyorktimes|new[_.-]york[_.-]times|okta|openai"
    "|plaid|rapidapi|sendbird|sentry|shopify|sidekiq|slack|snyk|softlayer|sonar|sourcegraph|square|squarespace|stripe|sumo"
    "|telegram|telegr|travis|trello|twilio|twitch|twitter|typeform|yandex|zendesk|zoho|cohere|aws|azure|gcp|infura|alchemy"
    "|firebase|mongo|postgres|redis|mysql|amqp|binance|bitfinex|pagerduty|opsgenie|amplitude|mixpanel|pusher|vonage|nexmo"
    "|sinch|plivo|zoom|webex|docusign|intuit|quickbooks|xero|salesforce|marketo|braintree|adyen|klarna|paypal|coinapi"
    "|etherscan|moralis|quicknode|deepl|elevenlabs|mistral|anthropic|pinecone|weaviate|supabase|vercel"
)
"""Names of services that issue identifiers in no shape of their own."""

_CAMEL_PASS = re.compile(r"[a-z0-9]Pass(?![a-z])|(?:^|[^A-Za-z])(?:pass|PASS|Pass)(?![a-zA-Z])")
_SECRETIVE = re.compile(r"passw|passphrase|pwd|secret|requirepass|masterauth", re.IGNORECASE)
_STRONG = re.compile(
    r"(?i)token(?!iz)|(?:api|access|auth|private|signing|encryption|client|master|service|account|deploy|license|storage|shared"
    r"|subscription|admin|app|root|session|consumer|hmac|crypt\w{0,6}|ssh|user)[_.\- ]?key(?![a-z]*board)|credential"
    r"|auth[_.-]?(?:code|string|header|secret)|connection[_.-]?string|webhook|mnemonic|dsn$|creds?$"
)
_UNLIKE = re.compile(
    r"(?i)^(?:author(?!iz)|keyb|keyw|keyf|keycode|keyd|keyu|keyp|tokeniz|passiv|passag|passi|seeding|salti)"
)
_WEAK = re.compile(
    r"(?i)(?:key|auth|salt|seed|cookie|session(?:[_.-]?id)?|login|authorization|secret[_.-]?id|(?:tenant|client)[_.-]?id)$"
)
_BENIGN = re.compile(
    r"(?i:(?:^|[^a-z0-9])(?:re|url|uri|dir|msg|err|len|ttl|sha\d*)|type|name|path|file|label|field|hint|help|text|title|message"
    r"|error|regexp?|pattern|header|prefix|suffix|length|size|count|format|policy|reset|expir\w{0,6}|endpoint|class|kind|method"
    r"|param|placeholder|template|version|scopes?|audience|issuer|pub(?:lic)?[_.-]?key|digest|hash|checksum|integrity)$"
    r"|[a-z0-9](?:Re|Url|URL|Uri|URI|Dir|Msg|Err|Len|Ttl|TTL)$"
)
_PROVIDER = re.compile(rf"(?i)(?:{PROVIDERS})")


MAX_KNOWN = 4096
"""Names whose meaning is kept: a text says the same ones over and over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a name says. At most one of `password`, `strong` and `weak`; a `provider` beside any."""

    password: bool
    strong: bool
    weak: bool
    provider: bool

    def __bool__(self) -> bool:
        return self.password or self.strong or self.weak or self.provider


@lru_cache(maxsize=MAX_KNOWN)
def judged(name: str) -> Meaning:
    """Return what `name` says; empty of meaning where it only sounds like a secret's."""
    benign = bool(_BENIGN.search(name))
    password = bool(_SECRETIVE.search(name) or _CAMEL_PASS.search(name))
    strong = bool(_STRONG.search(name))
    weak = bool(_WEAK.search(name)) and not _UNLIKE.search(name)
    return Meaning(
        password=password and not benign,
        strong=(strong or (password and benign)) and not (password and not benign),
        weak=weak and not password and not strong,
        provider=_names_provider(name) and not benign,
    )


def _names_provider(name: str) -> bool:
    """Tell a provider's name that begins a word of `name`: `aws_id`, `myAwsId`, but not `flaws`."""
    for found in _PROVIDER.finditer(name):
        at = found.start()
        if at == 0 or not name[at - 1].isalpha() or (name[at - 1].islower() and name[at].isupper()):
            return True
    return False
