"""Secrets of all kinds, drawn anew for each test from the providers' published formats; none is real.

A template's braces say what is drawn (`{a36}`: 36 letters and digits), the guillemets what is the secret in it.
"""

import base64
import random
import re
import string
from dataclasses import dataclass

ALPHABETS = {
    "a": string.ascii_letters + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "L": string.ascii_letters,
    "U": string.ascii_uppercase + "234567",
    "d": string.digits,
    "x": "0123456789abcdef",
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
}

TEMPLATES = {
    "aws-access-key": 'AWS_ACCESS_KEY_ID="«AKIA{U16}»"',
    "aws-secret-key": 'aws_secret_access_key = "«{b40}»"',
    "aws-session-token": "aws_session_token=«IQoJb3JpZ2luX2VjE{a300}==»",
    "google-api-key": "new Maps('«AIza{a35}»')",
    "google-refresh-token": '{"refresh_token": "«1//0{a60}»"}',
    "azure-storage": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«{b86}==»;EndpointSuffix=x",
    "azure-sas": "https://shop.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig=«{a43}%3D»",
    "azure-ad": 'client_secret: "«{a3}8Q~{a34}»"',
    "digitalocean": "doctl auth init -t «dop_v1_{x64}»",
    "github-classic": "git clone https://«ghp_{a36}»@github.com/o/r",
    "github-fine-grained": "GH_TOKEN=«github_pat_{a22}_{a59}»",
    "github-app": "token: «ghs_{a36}»",
    "github-app-long": "token: «ghs_123456_eyJ{w80}.eyJ{w200}.{w86}»",
    "github-oauth": "-H 'Authorization: token «gho_{a36}»'",
    "github-refresh": 'refresh("«ghr_{a76}»")',
    "gitlab": "PRIVATE-TOKEN: «glpat-{a20}»",
    "gitlab-runner": 'registration_token = "«GR1348941{a20}»"',
    "slack-bot": "SLACK=«xoxb-{d12}-{d13}-{a24}»",
    "slack-webhook": "curl -d x «https://hooks.slack.com/services/T{U8}/B{U10}/{a24}»",
    "stripe": "Stripe.api_key = '«sk_live_{a99}»'",
    "stripe-webhook": 'endpoint = "«whsec_{a32}»"',
    "openai": 'OpenAI(api_key="«sk-proj-{w120}»")',
    "anthropic": "ANTHROPIC_API_KEY=«sk-ant-api03-{w93}AA»",
    "huggingface": 'login("«hf_{L34}»")',
    "npm": "//registry.npmjs.org/:_authToken=«npm_{a36}»",
    "pypi": "  password = «pypi-AgEIcHlwaS5vcmc{w150}»",
    "dockerhub": "docker login -u me -p «dckr_pat_{a27}»",
    "twilio": 'twilio_auth_token = "«{x32}»"',
    "sendgrid": "SendGrid::API.new('«SG.{w22}.{w43}»')",
    "datadog": "DD_API_KEY=«{x32}»",
    "vault": 'vault_token: "«hvs.{a90}»"',
    "kubernetes": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  url: «{a40}»",
    "kubernetes-json": '{"kind": "Secret", "data": {"url": "«{a40}»", "b": "«{a40}»"}}',
    "kubernetes-escaped": 'text = "kind: Secret\\ndata:\\n  url: «{a40}»\\n  b: «{a40}»", 1',
    "jwt": 'cookie = "«eyJhbGciOiJIUzI1NiJ9.eyJ{w60}.{w43}»"',
    "netrc": "machine api.example.com login me password «{a16}7»",
    "npmrc": "//npm.corp/:_password=«{a27}=»",
    "pypirc": "[pypi]\nusername = me\npassword = «{a12}4Z!{a6}»",
    "postgres-url": "postgres://app:«{a18}»@db/shop",
    "mongo-url": 'connect("mongodb+srv://app:«{a18}»@c0.mongodb.net/x")',
    "amqp-url": "AMQP_URL=amqp://app:«{a18}»@mq:5672/%2f",
    "redis-url": "redis://:«{a24}»@cache:6379/0",
    "basic-auth-url": "https://deploy:«{a20}»@git.corp/x.git",
    "bearer": "Authorization: Bearer «{a40}»",
    "basic": "Authorization: Basic «{a40}==»",
    "connection-string": "Server=db;User Id=sa;Password=«{a10}9{a8}»;Encrypt=true",
    "python": 'DB_PASSWORD = "«{a20}1»"',
    "javascript": "const clientSecret = '«{a32}2»';",
    "go": 'apiKey := "«{a32}3»"',
    "java": 'private static final String TOKEN = "«{a32}4»";',
    "ruby": ":secret_key_base => '«{x64}»'",
    "php": "$config['password'] = '«{a20}5»';",
    "shell": 'export API_TOKEN="«{a32}6»"',
    "yaml": "  client_secret: «{a32}7»",
    "json": '  "accessToken": "«{a40}8»",',
    "xml": '<add key="ApiKey" value="«{a32}9»" />',
    "dockerfile": "ENV SECRET_KEY=«{a32}0»",
    "terraform": 'password = "«{a20}1»"',
    "csharp": 'var apiSecret = "«{a32}2»";',
    "rust": 'let auth_token = "«{a40}3»";',
    "curl": "curl -u admin:«{a18}4» https://api.corp",
    "split": 'key = "«ghp_{a18}»" + "«{a18}»"',
}
"""One line or several as a change would add them, by kind."""

_MARKED = re.compile("«([^«»]+)»")
_DRAW = re.compile(r"\{([a-zA-Z])(\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Lines with a secret; `values` must not survive, whole or line by line."""

    kind: str
    text: str
    values: tuple[str, ...]


def plant(kind: str, chance: random.Random) -> Planted:
    """Return a new secret of `kind`."""
    if kind in PEM_KINDS:
        return _private_key(kind, chance)
    drawn = _DRAW.sub(lambda found: _drawn(found[1], int(found[2]), chance), TEMPLATES[kind])
    return Planted(kind=kind, text=_MARKED.sub(r"\1", drawn), values=tuple(_MARKED.findall(drawn)))


PEM_KINDS = {
    f"pem-{name.lower().replace(' ', '-')}{ending}": (name, ending)
    for name in ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    for ending in ("", "-one-line")
}
"""Private keys over several lines, and on one with `\\n` as a service account's JSON has them."""

KINDS = (*TEMPLATES, *PEM_KINDS)


def _private_key(kind: str, chance: random.Random) -> Planted:
    name, ending = PEM_KINDS[kind]
    body = base64.b64encode(chance.randbytes(600)).decode()
    rows = tuple(body[at : at + 64] for at in range(0, len(body), 64))
    lines = [f"-----BEGIN {name}-----", *rows, f"-----END {name}-----"]
    text = '{"private_key": "' + "\\n".join(lines) + '\\n", "client_email": "x"}' if ending else "\n".join(lines)
    return Planted(kind=kind, text=text, values=rows)


def _drawn(alphabet: str, length: int, chance: random.Random) -> str:
    return "".join(chance.choice(ALPHABETS[alphabet]) for _ in range(length))


def pool(count: int, seed: int = 4) -> tuple[Planted, ...]:
    """Return `count` secrets, all kinds in turn; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  # the same draw every time
    return tuple(plant(KINDS[number % len(KINDS)], chance) for number in range(count))
