"""hunkwise's own detectors, as plugins of detect-secrets; it loads this file by its path.

Each has a `spans` method beside the library's `analyze_string`: the library's own values are cut for some formats (a
GitHub token's prefix alone), so text is masked by exact spans, never by value.
"""

import re
from bisect import bisect_left
from collections.abc import Generator, Iterator
from typing import Any

import re2
from detect_secrets.plugins.base import BasePlugin

from hunkwise.adapters.secret_scanner import formats, randomness
from hunkwise.model.finding import SecretSpan

MAX_BLOCK_CHARS = 20_000
"""Characters of a private key between its BEGIN and END."""

MIN_BODY_CHARS = 40
"""Characters between BEGIN and END from which a block is a key and not a mention of one."""

_KEYWORDS = (
    r"passw(?:or)?d|passphrase|passwd|pwd|secret|token|api[_.-]?key|apikey|access[_.-]?key|auth[_.-]?key|private[_.-]?key"
    r"|signing[_.-]?key|encryption[_.-]?key|client[_.-]?key|account[_.-]?key|master[_.-]?key|service[_.-]?key"
    r"|credential|auth[_.-]?code|connection[_.-]?string|webhook[_.-]?url"
)
_PROVIDERS = (
    "adafruit|adobe|airtable|algolia|alibaba|asana|atlassian|confluence|jira|beamer|bitbucket|bittrex|cisco|meraki|clickhouse"
    "|cloudant|cloudflare|codecov|coinbase|confluent|contentful|datadog|discord|droneci|drone|dropbox|etsy|facebook|fastly"
    "|finicity|finnhub|flickr|freshbooks|freemius|gitlab|gitter|gocardless|hashicorp|heroku|hubspot|ibm|intercom|jfrog|artifactory"
    "|bintray|kraken|kucoin|launchdarkly|linear|linkedin|lob|looker|mailchimp|mailgun|mapbox|mattermost|messagebird|message_bird"
    "|netlify|new-relic|newrelic|new_relic|nytimes|newyorktimes|okta|openai|plaid|rapidapi|sendbird|sentry|shopify|sidekiq|slack"
    "|snyk|softlayer|sonar|square|squarespace|stripe|sumo|telegram|telegr|travis|trello|twilio|twitch|twitter|typeform|yandex"
    "|zendesk|zoho|cohere|aws|azure|gcp|infura|alchemy|cos_hmac|firebase|mongo|postgres|redis|mysql|amqp"
)
_NAMED = r"[\w.$-]{0,60}"
_ASSIGNS = (
    r"[\"'`\])]{0,3}[ \t]{0,8}(?:[a-z]{2,12}[ \t]{1,4})?"
    r"(?:=>|:{0,3}=|\.=|\|\||==|\?=|<-|[:,]|\(|>|\s)\s{0,8}"
    r"(?:[a-zA-Z]{0,2}|[$@]{1,2})"
)


def _compiled(pattern: str) -> Any:  # noqa: ANN401  # re2 ships no types
    """Compile with room for the automaton: RE2 stays linear without, but slower, and says so on standard error."""
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern, options)


class SpanPlugin(BasePlugin):  # type: ignore[misc]  # the library's types are loose
    """A plugin that gives spans; the library's own interface is served from them."""

    secret_type = "hunkwise"  # noqa: S105  # a name, not a secret

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield spans of `text`; they may overlap."""
        raise NotImplementedError

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Yield the exact values, as the library asks for them."""
        for span in self.spans(string):
            yield string[span.start : span.end]


class ProviderTokenDetector(SpanPlugin):
    """Formats that name themselves.

    Each is searched for by itself: RE2's sets are no faster here (3 MB/s both), and a set that runs out of memory says
    "no match".
    """

    secret_type = "hunkwise provider token"  # noqa: S105  # a name, not a secret

    def __init__(self) -> None:
        self._formats = [(each, _compiled(each.pattern)) for each in formats.PROVIDERS]

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each token; an example of one is masked, but not a finding."""
        for format_, pattern in self._formats:
            for found in pattern.finditer(text):
                start, end = found.span(1 if pattern.groups else 0)
                value = text[start:end]
                if format_.random and not randomness.looks_random(value):
                    continue
                is_example = randomness.is_placeholder(value)
                yield SecretSpan(start=start, end=end, type=format_.type, reportable=format_.certain and not is_example)


class PrivateKeyBlockDetector(SpanPlugin):
    """Private keys of all PEM kinds: whole, on one line, without an END, and a body whose BEGIN is elsewhere."""

    secret_type = "hunkwise private key"  # noqa: S105  # a name, not a secret

    _begin = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:")
    _end = re.compile(r"-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}")
    _body = re.compile(r"(?:[\s\"'+,;]|\\[nr]|[0-9A-Za-z+/=]|[A-Za-z-]{3,20}: [^\n]{0,100}\n)+")
    _body_line = re.compile(r"^[\s\"'+]*[0-9A-Za-z+/=]{40,80}[\s\"'+\\n,]*$")

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each block once, whatever of it is there."""
        if "PRIVATE KEY" not in text and "PuTTY-User-Key" not in text:
            return
        ends = [found.span() for found in self._end.finditer(text)]
        starts = [start for start, _ in ends]
        at = 0
        for found in self._begin.finditer(text):
            if found.start() < at:
                continue
            next_end = bisect_left(starts, found.end())
            has_end = next_end < len(ends) and starts[next_end] < found.end() + MAX_BLOCK_CHARS
            at = ends[next_end][1] if has_end else self._without_end(text, found.end())
            has_body = len(text[found.end() : at].strip()) > MIN_BODY_CHARS
            yield SecretSpan(start=found.start(), end=at, type="private-key", reportable=has_body)
        first = self._begin.search(text)
        if starts and (first is None or starts[0] < first.start()):
            begin = self._before_end(text, starts[0])
            yield SecretSpan(start=begin, end=ends[0][1], type="private-key", reportable=False)

    def _without_end(self, text: str, start: int) -> int:
        body = self._body.match(text, start, start + MAX_BLOCK_CHARS)
        return body.end() if body else start

    def _before_end(self, text: str, end: int) -> int:
        lines = text[max(0, end - MAX_BLOCK_CHARS) : end].split("\n")
        start = end - len(lines[-1])
        for line in reversed(lines[:-1]):
            if not self._body_line.match(line):
                break
            start -= len(line) + 1
        return start


class AssignmentDetector(SpanPlugin):
    """Values given to names that say they are secret, or that name a provider, in the syntax of any language."""

    secret_type = "hunkwise assignment"  # noqa: S105  # a name, not a secret

    def __init__(self) -> None:
        quoted = (
            rf"(?i)(?:{_KEYWORDS}){_NAMED}{_ASSIGNS}(?:\"([^\"\n]{{6,500}})\"|'([^'\n]{{6,500}})'|`([^`\n]{{6,500}})`)"
        )
        bare = (
            rf"(?im)^[^\n]{{0,200}}?(?:{_KEYWORDS})[\w.-]{{0,60}}[\"']?[ \t]{{0,8}}[=:][ \t]{{0,8}}"
            r"([^\s\"'`<>(){}\[\],;]{8,500})[ \t]*(?:[#;].*)?$"
        )
        provider = rf"(?i)(?:^|[^a-z])(?:{_PROVIDERS}){_NAMED}{_ASSIGNS}[\"'`]{{0,3}}([0-9A-Za-z._~+/=@-]{{12,500}})"
        self._quoted = _compiled(quoted)
        self._bare = _compiled(bare)
        self._provider = _compiled(provider)

    def spans(self, text: str) -> Iterator[SecretSpan]:
        """Yield each value that looks drawn, issued or chosen."""
        for found in self._quoted.finditer(text):
            group = next(number for number in (1, 2, 3) if found.group(number) is not None)
            value = found.group(group)
            if randomness.looks_random(value) or (_is_password(found.group(0)) and randomness.looks_chosen(value)):
                yield _guess(found.span(group))
        for found in self._bare.finditer(text):
            if randomness.looks_random(found.group(1)):
                yield _guess(found.span(1))
        for found in self._provider.finditer(text):
            if randomness.looks_issued(found.group(1)):
                yield _guess(found.span(1))


def _is_password(assignment: str) -> bool:
    return "pass" in assignment[:120].lower() or "pwd" in assignment[:120].lower()


def _guess(span: tuple[int, int]) -> SecretSpan:
    return SecretSpan(start=span[0], end=span[1], type="credential", reportable=False)
